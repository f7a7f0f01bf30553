// Saves pressing a button when a choice is made. Everything works without it.
"use strict";

for (const select of document.querySelectorAll("select[data-submits]")) {
  select.form.querySelector("button").hidden = true;
  select.addEventListener("change", () => select.form.requestSubmit());
}

const LOOK_EVERY_MS = 3000;
const thread = document.querySelector(".moments");
const toTheEnd = () => { thread.scrollTop = thread.scrollHeight; };
if (thread) {
  toTheEnd();
  // Pictures have no height before they are there. Whoever has scrolled since is left alone.
  const settle = () => toTheEnd();
  thread.addEventListener("load", settle, true);
  for (const moved of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    thread.addEventListener(moved, () => thread.removeEventListener("load", settle, true));
  }
}

follow(() => {
  const address = new URL(location.href);
  if (address.pathname !== "/inbox") address.searchParams.set("card", "kept");
  return address;
}, LOOK_EVERY_MS, (live) => { if (live === thread) toTheEnd(); });

// Keys. Single letters can be switched off, and never act while somebody types.
const SINGLE_KEYS = "single-keys";
const keys = document.querySelector("#keys");
const reply = document.querySelector(".composer textarea");

const PLACE = "place-in-list";
let place = Number(sessionStorage.getItem(PLACE) || 0);

function toConversation(step) {
  const entries = [...document.querySelectorAll(".entry")];
  const open = entries.findIndex((entry) => entry.hasAttribute("aria-current"));
  if (open >= 0) place = open;
  // What was closed has left the list: the one that took its place is next.
  const next = entries[open >= 0 || step < 0 ? place + step : place];
  if (!next) return;
  sessionStorage.setItem(PLACE, entries.indexOf(next));
  next.click();
}

function search() {
  const words = document.querySelector("#q");
  words.closest("details").open = true;
  words.focus();
}

const SINGLE = {
  j: () => toConversation(1),
  k: () => toConversation(-1),
  r: () => reply && reply.focus(),
  "/": search,
  "?": () => keys.showModal(),
};

if (keys) {
  const single = keys.querySelector("[data-single-keys]");
  single.checked = localStorage.getItem(SINGLE_KEYS) !== "off";
  single.addEventListener("change", () => {
    localStorage.setItem(SINGLE_KEYS, single.checked ? "on" : "off");
  });
  for (const opens of document.querySelectorAll('[data-opens="keys"]')) {
    opens.hidden = false;
    opens.addEventListener("click", () => keys.showModal());
  }
  document.addEventListener("keydown", (event) => {
    if (!single.checked || keys.open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const act = SINGLE[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

if (reply) {
  reply.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    reply.form.requestSubmit(reply.form.querySelector('[value="reply"]'));
  });
}

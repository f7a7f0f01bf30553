// Shows what the team writes without reloading, and sends with Enter. Everything works without it.
"use strict";

const LOOK_EVERY_MS = 2000;
const live = document.querySelector("[data-live]");

function toTheEnd() {
  live.scrollTop = live.scrollHeight;
}

async function look() {
  if (document.hidden) return;
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = fresh.querySelector("[data-live]");
  if (!next || next.innerHTML === live.innerHTML) return;
  const grew = next.children.length > live.children.length;
  live.replaceChildren(...next.childNodes);
  if (grew) toTheEnd();
}

if (live) {
  toTheEnd();
  // Pictures have no height before they are there.
  live.addEventListener("load", toTheEnd, true);
  const again = () => look().catch(() => {}).finally(() => setTimeout(again, LOOK_EVERY_MS));
  setTimeout(again, LOOK_EVERY_MS);
}

const words = document.querySelector(".write textarea");
if (words) {
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    const files = words.form.querySelector('[type="file"]');
    if (words.value.trim() || files.files.length) words.form.requestSubmit();
  });
}

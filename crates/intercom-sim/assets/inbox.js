// Saves pressing a button when a choice is made. Everything works without it.
"use strict";

for (const select of document.querySelectorAll("select[data-submits]")) {
  select.form.querySelector("button").hidden = true;
  select.addEventListener("change", () => select.form.requestSubmit());
}

const LOOK_EVERY_MS = 3000;
const thread = document.querySelector(".moments");
const toTheEnd = () => { thread.scrollTop = thread.scrollHeight; };
if (thread) toTheEnd();

// What others do appears without reloading: the list and the thread, and nothing that is typed in.
async function look() {
  if (document.hidden) return;
  const address = new URL(location.href);
  if (address.pathname !== "/inbox") address.searchParams.set("card", "kept");
  const answer = await fetch(address);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const live of document.querySelectorAll("[data-live]")) {
    const next = fresh.querySelector(`[data-live="${live.dataset.live}"]`);
    if (!next || next.innerHTML === live.innerHTML || live.contains(document.activeElement)) continue;
    const grew = next.children.length > live.children.length;
    live.replaceChildren(...next.childNodes);
    if (live === thread && grew) toTheEnd();
  }
}

if (document.querySelector("[data-live]")) {
  const again = () => look().catch(() => {}).finally(() => setTimeout(again, LOOK_EVERY_MS));
  setTimeout(again, LOOK_EVERY_MS);
}

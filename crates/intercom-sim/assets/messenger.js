// Shows what the team writes without reloading, and sends with Enter. Everything works without it.
"use strict";

const LOOK_EVERY_MS = 2000;
const live = document.querySelector(".talk");

function toTheEnd() {
  live.scrollTop = live.scrollHeight;
}

if (live) {
  toTheEnd();
  // Pictures have no height before they are there. Whoever has scrolled since is left alone.
  live.addEventListener("load", toTheEnd, true);
  for (const moved of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    live.addEventListener(moved, () => live.removeEventListener("load", toTheEnd, true));
  }
  follow(() => location.href, LOOK_EVERY_MS, (grown) => { if (grown === live) toTheEnd(); });
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

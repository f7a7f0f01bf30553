// What others do appears in place: a part of the page is fetched again and again, and only what
// differs is changed, so that focus, scrolling and pictures stay. Rows with a key are moved, not
// rewritten.
"use strict";

function update(element, next) {
  for (const { name } of [...element.attributes]) {
    if (!next.hasAttribute(name)) element.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  updateChildren(element, next);
}

function fits(node, next) {
  if (node.nodeType !== next.nodeType || node.nodeName !== next.nodeName) return false;
  return node.nodeType !== Node.ELEMENT_NODE || node.dataset.key === next.dataset.key;
}

// Those of `element` with the key of `next`, looked for after what is already in place.
function keyed(element, next, at) {
  if (next.nodeType !== Node.ELEMENT_NODE || !next.dataset.key) return undefined;
  return [...element.childNodes].slice(at).find((node) => fits(node, next));
}

function updateChildren(element, next) {
  [...next.childNodes].forEach((node, at) => {
    const here = element.childNodes[at] || null;
    const same = keyed(element, node, at) || (here && fits(here, node) ? here : undefined);
    if (!same) {
      element.insertBefore(document.importNode(node, true), here);
      return;
    }
    if (same !== here) element.insertBefore(same, here);
    if (node.nodeType === Node.ELEMENT_NODE) update(same, node);
    else if (same.data !== node.data) same.data = node.data;
  });
  while (element.childNodes.length > next.childNodes.length) element.lastChild.remove();
}

// A form that is on its way is not sent again by a second click or a key that is held.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.matches("[data-card]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "sent";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Whether nothing is below what is seen, but for a line or so.
const isAtTheEnd = (element) => element.scrollHeight - element.scrollTop - element.clientHeight < 48;

// Looks every so often; `grown` is told of parts that have more in them than before and were read
// to their end.
function follow(address, everyMs, grown) {
  async function look() {
    if (document.hidden) return;
    const answer = await fetch(address());
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const live of document.querySelectorAll("[data-live]")) {
      const next = fresh.querySelector(`[data-live="${live.dataset.live}"]`);
      if (!next) continue;
      const before = live.childElementCount;
      const wasAtTheEnd = isAtTheEnd(live);
      const focused = document.activeElement;
      updateChildren(live, next);
      // A row that was moved has lost it.
      if (live.contains(focused)) focused.focus({ preventScroll: true });
      if (live.childElementCount > before && wasAtTheEnd) grown(live);
    }
  }
  if (!document.querySelector("[data-live]")) return;
  const again = () => look().catch(() => {}).finally(() => setTimeout(again, everyMs));
  setTimeout(again, everyMs);
}

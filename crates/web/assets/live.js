// Keeps the live region of a page as fresh as the server is. The server sends the region's HTML as
// it would render it on a reload; here the page is changed in place, so that focus, scroll and
// opened details stay. Without this script the page shows the state of its loading.
"use strict";

const region = document.querySelector("[data-live-from]");

if (region !== null && "EventSource" in window) {
  const source = new EventSource(region.dataset.liveFrom);
  source.addEventListener("live", (event) => {
    const next = new DOMParser().parseFromString(event.data, "text/html").body;
    region.removeAttribute("data-stale");
    morphChildren(region, next);
  });
  // The browser connects again by itself; until then the page says that it may be old.
  source.addEventListener("error", () => region.setAttribute("data-stale", ""));
}

function morphChildren(into, from) {
  const wanted = Array.from(from.childNodes);
  wanted.forEach((next, place) => {
    const present = into.childNodes[place];
    if (present === undefined) {
      into.append(next);
    } else if (present.nodeName !== next.nodeName) {
      present.replaceWith(next);
    } else if (present.nodeType === Node.ELEMENT_NODE) {
      morphAttributes(present, next);
      morphChildren(present, next);
    } else if (present.nodeValue !== next.nodeValue) {
      present.nodeValue = next.nodeValue;
    }
  });
  while (into.childNodes.length > wanted.length) {
    into.lastChild.remove();
  }
}

function morphAttributes(into, from) {
  for (const { name, value } of Array.from(from.attributes)) {
    if (into.getAttribute(name) !== value) {
      into.setAttribute(name, value);
    }
  }
  for (const { name } of Array.from(into.attributes)) {
    // What a visitor opened stays open.
    if (!from.hasAttribute(name) && name !== "open") {
      into.removeAttribute(name);
    }
  }
}

// Saves reloading the page when a card is used. Everything works without it.
"use strict";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-card]");
  if (!form) return;
  event.preventDefault();
  const section = form.closest(".app");
  if (section.hasAttribute("aria-busy")) return;
  const used = event.submitter;
  const fields = new URLSearchParams(new FormData(form, used));
  section.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: fields,
      headers: { "X-Card-Only": "1" },
    });
    if (answer.status === 204) {
      section.removeAttribute("aria-busy");
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const card = fresh.querySelector(".app");
    if (!card) throw new Error("the answer has no card");
    section.replaceWith(card);
    focus(card, used);
  } catch {
    section.removeAttribute("aria-busy");
    if (used && used.name) {
      const chosen = document.createElement("input");
      chosen.type = "hidden";
      chosen.name = used.name;
      chosen.value = used.value;
      form.append(chosen);
    }
    form.submit();
  }
});

// The focus stays with what was used; if that is gone, the card has it, and Tab goes on from there.
function focus(card, used) {
  const same = used && [...card.querySelectorAll("button:not(:disabled)")].find(
    (button) => button.name === used.name && button.value === used.value,
  );
  (same || card).focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (!event.target.closest("form[data-card]")) return;
  if (event.key === "Enter") pressOwn(event);
  if (event.key.startsWith("Arrow")) moveAlong(event);
});

// Enter in an input with a button of its own presses that button.
function pressOwn(event) {
  if (!event.target.matches(".inline > input")) return;
  const own = event.target.parentElement.querySelector(".go");
  if (!own) return;
  event.preventDefault();
  own.click();
}

// Arrow keys move along the options that are buttons; radio buttons do so by themselves.
function moveAlong(event) {
  if (!event.target.matches("[data-choices] > button")) return;
  const all = [...event.target.parentElement.querySelectorAll("button:not(:disabled)")];
  const step = event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : -1;
  event.preventDefault();
  all[(all.indexOf(event.target) + step + all.length) % all.length].focus();
}

// Saves reloading the page when a card is used or a choice is made. Everything works without it.
"use strict";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-card]");
  if (!form) return;
  event.preventDefault();
  const section = form.closest(".app");
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  section.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: fields,
      headers: { "X-Card-Only": "1" },
    });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const card = fresh.querySelector(".app");
    if (!card) throw new Error("the answer has no card");
    section.replaceWith(card);
    const next = card.querySelector("input:not([disabled]), select, textarea, button, a");
    if (next) next.focus({ preventScroll: true });
  } catch {
    section.removeAttribute("aria-busy");
    const name = event.submitter && event.submitter.name;
    if (name) {
      const chosen = document.createElement("input");
      chosen.type = "hidden";
      chosen.name = name;
      chosen.value = event.submitter.value;
      form.append(chosen);
    }
    form.submit();
  }
});

// Enter in an input with a button of its own presses that button, not the first of the card.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("form[data-card] .inline input")) return;
  const button = event.target.parentElement.querySelector("button");
  if (!button) return;
  event.preventDefault();
  button.click();
});

for (const select of document.querySelectorAll("select[data-submits]")) {
  select.form.querySelector("button").hidden = true;
  select.addEventListener("change", () => select.form.requestSubmit());
}

const thread = document.querySelector(".moments");
if (thread) thread.scrollTop = thread.scrollHeight;

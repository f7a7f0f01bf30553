// Saves pressing a button when a choice is made. Everything works without it.
"use strict";

for (const select of document.querySelectorAll("select[data-submits]")) {
  select.form.querySelector("button").hidden = true;
  select.addEventListener("change", () => select.form.requestSubmit());
}

const thread = document.querySelector(".moments");
if (thread) thread.scrollTop = thread.scrollHeight;

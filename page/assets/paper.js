// Paper forms: an answer is kept as soon as it is given, a digit answers and goes on to the next question.
"use strict";
const questions = () => [...document.querySelectorAll("form[data-entry]")];
const field = (form) => form.querySelector("input:checked:not([type=hidden]), input:not([type=hidden]), textarea");
const same = (a, b) => ["question", "row"].every((name) => a.elements[name].value === b.elements[name].value);

async function keep(form, onward) {
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok) {
    const why = form.querySelector("[role=alert]") ?? form.appendChild(document.createElement("p"));
    why.setAttribute("role", "alert");
    why.textContent = fresh.querySelector("[role=alert]")?.textContent ?? "⚠";
    return;
  }
  document.getElementById("main").replaceWith(fresh.getElementById("main"));
  // What the answer brought in, or what follows what it took away.
  const here = questions().findIndex((other) => same(other, form));
  const to = questions()[onward ? here + 1 : here];
  (to ? field(to) : document.querySelector("#sign input"))?.focus();
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-entry]");
  if (form) keep(form, event.target.type !== "checkbox");
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-entry]");
  if (form) { event.preventDefault(); keep(form, true); }
});
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-entry]");
  if (!form || !/^[1-9]$/.test(event.key) || !["radio", "checkbox"].includes(event.target.type)) return;
  const choice = form.querySelectorAll("input[type=radio], input[type=checkbox]")[Number(event.key) - 1];
  if (!choice) return;
  event.preventDefault();
  choice.click();
});

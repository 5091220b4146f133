// Paper forms: an answer is kept as soon as it is given, a digit answers and goes on to the next question.
"use strict";
const questions = () => [...document.querySelectorAll("form[data-entry]")];
const field = (form) => form.querySelector("input:checked:not([type=hidden]), input:not([type=hidden]), textarea");
const same = (a, b) => ["question", "row"].every((name) => a.elements[name].value === b.elements[name].value);
// One after the other: a digit is for the question that is asked when its turn comes.
let turn = Promise.resolve();
const then = (act) => (turn = turn.then(act).catch(() => {}));
let arrow = false;

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
  // Who goes through the choices with arrows is not at the end yet.
  const onward = event.target.type !== "checkbox" && !arrow;
  if (form) then(() => keep(form, onward));
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-entry]");
  if (form) { event.preventDefault(); then(() => keep(form, true)); }
});
document.addEventListener("keydown", (event) => {
  arrow = event.key.startsWith("Arrow");
  const choosing = (at) => at?.closest?.("form[data-entry]") && ["radio", "checkbox"].includes(at.type);
  if (!/^[1-9]$/.test(event.key) || !choosing(event.target)) return;
  event.preventDefault();
  then(async () => {
    const at = document.activeElement;
    if (!choosing(at)) return;
    const choice = at.form.querySelectorAll("input[type=radio], input[type=checkbox]")[Number(event.key) - 1];
    if (!choice) return;
    choice.checked = choice.type === "radio" || !choice.checked;
    await keep(at.form, choice.type === "radio");
  });
});

// Draws the page anew, in place, when something arrived. Nothing of a report is ever run: it comes as text of the page.
"use strict";
const changed = (field) =>
  field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
  : field.tagName === "SELECT" ? [...field.options].some((o) => o.selected !== o.defaultSelected) && field.value !== field.options[0]?.value
  : field.value !== field.defaultValue;
// What somebody is typing, or has typed and not sent, is left alone.
const busy = () => document.querySelector("[data-entry]") || /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName)
  || [...document.querySelectorAll("#main input:not([type=hidden]), #main select, #main textarea")].some(changed);
let waiting = false;

async function draw() {
  waiting = false;
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  waiting = Boolean(busy());
  for (const id of waiting ? ["heard", "alarms"] : ["main", "heard", "alarms"]) {
    const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
    if (!old || !now) continue;
    const focused = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
    const open = [...old.querySelectorAll("details")].map((d) => d.open);
    now.querySelectorAll("details").forEach((d, at) => (d.open = open[at] ?? d.open));
    old.replaceWith(now);
    if (focused) now.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  }
}

new EventSource(`/news?seen=${document.getElementById("heard").dataset.news}`).addEventListener("news", draw);
document.addEventListener("focusout", () => setTimeout(() => waiting && !busy() && draw(), 0));

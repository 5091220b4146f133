// Draws the page anew, in place, when something arrived. Nothing of a report is ever run: it comes as text of the page.
"use strict";
const news = new EventSource(`/news?seen=${document.getElementById("heard").dataset.news}`);
news.addEventListener("news", async () => {
  const busy = document.activeElement;
  if (busy && /^(INPUT|SELECT|TEXTAREA)$/.test(busy.tagName)) return;
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  // What somebody is typing in is left alone.
  const parts = document.querySelector("[data-entry]") ? ["heard", "alarms"] : ["main", "heard", "alarms"];
  for (const id of parts) {
    const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
    if (old && now) old.replaceWith(now);
  }
});

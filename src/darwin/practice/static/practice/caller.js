// In practice nobody speaks: what the made-up caller says is fetched while this page is open, and shown beside
// it. A panel that somebody has closed stays closed until the next caller.
(() => {
  "use strict";
  const place = document.querySelector("[data-practice-panel]");
  if (!place) return;
  const EVERY = 1500;
  let shown = "";
  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(place.dataset.practicePanel, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok) return;
      const html = (await answer.text()).trim();
      if (html === shown) return;
      shown = html;
      place.innerHTML = html;
      place.hidden = !html;
    } catch {
      // The server is away; the caller goes on as they were.
    }
  };
  // Whoever opens the page on which calls are taken has come to their telephone.
  if (document.querySelector("[data-call-form]")) {
    const headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
    fetch(place.dataset.practiceTelephone, { method: "POST", headers }).catch(() => {});
  }
  look();
  setInterval(look, EVERY);
})();

// What is routed to a handler comes while their page is open: ask for the part every few seconds.
// It is redrawn only when it holds something else, so that focus and clocks stay.
const EVERY_MS = 4000;

for (const part of document.querySelectorAll("[data-routed]")) {
  const said = document.querySelector("[data-routed-said]");
  let last = part.querySelector("form")?.action ?? "";

  async function look() {
    if (document.hidden) return;
    try {
      const answer = await fetch(part.dataset.routed, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok || answer.redirected) return;
      const fresh = document.createElement("template");
      fresh.innerHTML = await answer.text();
      const now = fresh.content.querySelector("form")?.getAttribute("action") ?? "";
      const wanted = now ? new URL(now, location.href).href : "";
      if (wanted === last) return;
      last = wanted;
      part.replaceChildren(fresh.content);
      if (said) said.textContent = wanted ? part.dataset.words : "";
    } catch {
      // The server is away; the page's own parts say so.
    }
  }

  setInterval(look, EVERY_MS);
}

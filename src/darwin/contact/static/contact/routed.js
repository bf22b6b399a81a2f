// What the routing policy keeps for this handler: the live screen contact.routed tells by identifiers alone
// whose something is; the part itself is asked for only when one's own has changed.
const part = document.querySelector("[data-routed]");
const live = window.darwinLive;

if (part && live) {
  const said = document.querySelector("[data-routed-said]");
  let shown = part.querySelector("[data-routing]")?.dataset.routing ?? "";

  live.on("contact.routed", async (told) => {
    const own = JSON.parse(told)[part.dataset.account] ?? "";
    if (own === shown) return;
    shown = own;
    const answer = await fetch(part.dataset.routed, { cache: "no-store" });
    if (!answer.ok || answer.redirected) return;
    part.innerHTML = await answer.text();
    said.textContent = part.querySelector("[data-routing]") ? part.dataset.words : "";
  });
}

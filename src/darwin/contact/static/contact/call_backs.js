// The list of calls owed holds still. New rows are told of above it, and come when the person asks.
// Up and down move from one press to the next; Enter presses it, as on any button.
(() => {
  "use strict";
  const ASK_EVERY = 20000;
  const bar = document.querySelector("[data-news]");
  const words = bar?.querySelector("[data-news-words]");

  const ask = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(bar.dataset.news, { method: "POST", body: new FormData(bar) });
      if (!answer.ok) return;
      const text = (await answer.text()).trim();
      if (words.textContent !== text) words.textContent = text;
      bar.hidden = !text;
    } catch {
      // The server is away: the list stays as it was, and the page's age says from when it is.
    }
  };
  if (bar) setInterval(ask, ASK_EVERY);

  document.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const presses = [...document.querySelectorAll("[data-row-press]")];
    const at = presses.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    presses[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  });
})();

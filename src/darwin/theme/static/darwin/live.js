// What a page shows live. One stream a page: <body data-live-source="/address/">. A message of the
// type "x" replaces the content of data-live="x"; "say" is read aloud; "time" carries the server's clock.
// A region that holds the focus or the pointer is not changed under the hand: it waits until it is left.
(() => {
  "use strict";
  const body = document.body;
  const source = body.dataset.liveSource;
  if (!source) return;
  const regions = [...document.querySelectorAll("[data-live]")];
  const status = document.querySelector("[data-live-status]");
  const say = document.querySelector("[data-live-say]");
  const staleAfter = Number(body.dataset.liveStaleAfter || 5) * 1000;
  const gapAfter = Number(body.dataset.liveGapAfter || 60) * 1000;
  const SAY_EVERY = 10000;
  const TINT = 2000;
  const DRIFT = 2;
  let heard = performance.now();
  let heardAt = "";
  let drift = 0;
  let toSay = [];
  let saidAt = -SAY_EVERY;

  const tint = (region, before) => {
    region.querySelectorAll("[data-cell]").forEach((cell) => {
      if (before.get(cell.dataset.cell) === cell.textContent) return;
      cell.classList.add("d-changed");
      setTimeout(() => cell.classList.remove("d-changed"), TINT);
    });
  };
  const place = (region, html) => {
    const before = new Map([...region.querySelectorAll("[data-cell]")].map((cell) => [cell.dataset.cell, cell.textContent]));
    region.innerHTML = html;
    tint(region, before);
  };
  const held = (region) => region.contains(document.activeElement) || (region.hasAttribute("data-live-hold") && region.matches(":hover"));
  const waiting = new Map();
  const take = (region, html) => {
    if (held(region)) waiting.set(region, html);
    else place(region, html);
  };
  const settle = () => {
    for (const [region, html] of waiting) {
      if (held(region)) continue;
      waiting.delete(region);
      place(region, html);
    }
  };

  const speak = () => {
    if (!toSay.length || performance.now() - saidAt < SAY_EVERY) return;
    say.textContent = toSay.join(", ");
    toSay = [];
    saidAt = performance.now();
  };
  const hear = (time) => {
    heard = performance.now();
    if (!time) return;
    heardAt = time.slice(11, 19);
    drift = Math.round((Date.now() - Date.parse(time)) / 1000);
  };
  const look = () => {
    settle();
    speak();
    const silence = performance.now() - heard;
    const state = silence > gapAfter ? "gap" : silence > staleAfter ? "stale" : "";
    regions.forEach((region) => {
      if (state) region.dataset.liveState = state;
      else delete region.dataset.liveState;
    });
    const off = Math.abs(drift) > DRIFT ? status.dataset.drift.replace("{n}", Math.abs(drift)) : "";
    const text = state ? status.dataset[state].replace("{time}", heardAt || "–") : off;
    if (status.textContent !== text) status.textContent = text;
  };

  const stream = new EventSource(source);
  regions.forEach((region) => {
    stream.addEventListener(region.dataset.live, (message) => {
      hear();
      take(region, message.data);
    });
  });
  stream.addEventListener("say", (message) => {
    hear();
    toSay.push(message.data);
  });
  stream.addEventListener("time", (message) => hear(message.data));
  document.addEventListener("focusout", () => setTimeout(settle));
  setInterval(look, 1000);
  addEventListener("pagehide", () => stream.close());
})();

// The server's time on this machine, and the clocks that run by it. A browser's own clock is not trusted; how
// far it is off is remembered, so that a page that was opened without the server still tells the true time.
const REMEMBERED = "darwin.clock-offset";
let offset = 0;

try {
  offset = Number(localStorage.getItem(REMEMBERED)) || 0;
} catch {
  // Then this machine's own clock has to do.
}

export function setServerTime(written) {
  const told = Date.parse(written);
  if (Number.isNaN(told)) return;
  offset = told - Date.now();
  try {
    localStorage.setItem(REMEMBERED, String(Math.round(offset)));
  } catch {
    // It is only for the next page.
  }
}

export const now = () => Date.now() + offset;

const london = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});
export const recordTime = (moment) => london.format(moment);
export const clockTime = (moment) => recordTime(moment).slice(0, 5);

export function running(since, until) {
  const seconds = Math.max(0, Math.floor((until - since) / 1000));
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")}`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const tick = () => {
  for (const clock of document.querySelectorAll("[data-clock-since]")) {
    const since = Date.parse(clock.dataset.clockSince);
    const text = Number.isNaN(since) ? "" : running(since, now());
    if (clock.textContent !== text) clock.textContent = text;
  }
};
setInterval(tick, 1000);
export { tick };

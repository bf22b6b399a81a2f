// The server's time on this machine. A browser's own clock is not trusted; how far it is off is remembered, so
// that a page that was opened without the server still tells the true time. The running clocks are live.js's.
const REMEMBERED = "darwin.clock-offset";
const shell = Boolean(document.querySelector("[data-desk][data-shell]"));
let offset = 0;
let heard = !shell;

try {
  offset = Number(localStorage.getItem(REMEMBERED)) || 0;
} catch {
  // Then this machine's own clock has to do.
}

export const now = () => (heard ? window.darwinLive.now() : Date.now() + offset);

window.darwinLive.on("time", () => {
  heard = true;
  remember();
});

export function remember() {
  if (!heard) return;
  try {
    localStorage.setItem(REMEMBERED, String(Math.round(window.darwinLive.now() - Date.now())));
  } catch {
    // It is only for the next page.
  }
}

const london = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Europe/London",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
export const recordTime = (moment) => london.format(moment);
export const clockTime = (moment) => recordTime(moment).slice(0, 5);

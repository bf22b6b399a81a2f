// Which call is this handler's: the live screen contact.desks, identifiers only, on the browser's one stream.
export function watchDesk(account, heard, lost) {
  const live = window.darwinLive;
  live.on("contact.desks", (told) => {
    let desks;
    try {
      desks = JSON.parse(told);
    } catch {
      return lost();
    }
    return heard(desks[account] ?? null);
  });
  // "waiting": the web server is there, but nothing new can come: it does not reach the database.
  live.on("live.state", (state) => {
    if (state === "waiting") lost();
  });
  live.on("stream", lost);
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

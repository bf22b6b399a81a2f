// Which call is this handler's: the live screen contact.desks, identifiers only. The page's one stream.
export function watchDesk(account, heard, lost) {
  const stream = new EventSource("/live/?screens=contact.desks");
  stream.addEventListener("contact.desks", (message) => {
    try {
      heard(JSON.parse(message.data)[account] ?? null);
    } catch {
      lost();
    }
  });
  // "waiting": the web server is there, but nothing new can come: it does not reach the database.
  stream.addEventListener("live.state", (message) => {
    if (message.data === "waiting") lost();
  });
  stream.addEventListener("error", () => {
    lost();
    // A browser gives up for ever where the answer was no stream; the server may be back in a minute.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => watchDesk(account, heard, lost), 3000);
  });
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

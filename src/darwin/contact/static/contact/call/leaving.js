// Before somebody signs out: what still waits on this machine goes up, and nothing of theirs stays here. Where
// it cannot go up it stays, bound to their account: a word lost is worse than a word on a locked machine.
import { Keeper } from "./keeping.js";
import { forgetAll } from "./store.js";

const form = document.querySelector("form[data-sign-out]");
const told = form.querySelector("[data-call-waits]");
const account = document.querySelector("[data-idle]")?.dataset.account;
const nothing = () => undefined;

async function leave() {
  const keeper = new Keeper(account, "", { changed: nothing, conflict: nothing, faults: nothing, finished: nothing, signedOut: nothing });
  await keeper.load();
  await keeper.send();
  const waits = [...keeper.records.values()].some((record) => record.acked < record.revision);
  if (!waits) await forgetAll(account);
  // The shell names whoever opened it last, so that it goes with them in any case.
  for (const name of await caches.keys()) if (name.startsWith("darwin-call-")) await caches.delete(name);
  for (const worker of (await navigator.serviceWorker?.getRegistrations()) ?? []) await worker.unregister();
  return waits;
}

form?.addEventListener("submit", async (event) => {
  if (form.dataset.told || !account) return;
  event.preventDefault();
  let waits = false;
  try {
    waits = await leave();
  } catch {
    // A browser that keeps nothing has nothing to send or forget.
  }
  if (!waits) return form.submit();
  form.dataset.told = "yes";
  told.textContent = told.dataset.words;
  return undefined;
});

// Store and forward. What is typed goes to this machine first and then up, whole each time, numbered in this
// window. The server keeps the last of each window, in whatever order and however often they come, and tells
// when another window wrote meanwhile: then both are kept. See services/drafts.py.
import { now } from "./clocks.js";
import { forget, idOf, keep, kept, newId } from "./store.js";

const AWAY_SINCE = "darwin.away-since";
const PATIENCE = 8000;
const AGAIN_MS = 5000;
const SOON = 300;
// Each page has a number of its own: a duplicated tab inherits what a tab remembers, and would be taken for it.
export const WRITER = newId(Date.now());

const csrf = () => document.querySelector("[data-idle]")?.dataset.csrf ?? "";

export class Keeper {
  // told: { changed(), conflict(key, words), faults(key, faults), finished(key), signedOut() }
  constructor(account, home, told) {
    Object.assign(this, { account, home, told });
    this.records = new Map();
    this.sending = null;
    this.soon = null;
    this.awaySince = Number(sessionStorage.getItem(AWAY_SINCE)) || null;
    this.state = "quiet";
    this.savedAt = null;
    this.nextTry = 0;
    this.machineKeeps = true;
    setInterval(() => this.look(), 1000);
    addEventListener("online", () => this.send());
  }

  async load() {
    try {
      for (const record of await kept(this.account)) this.records.set(record.id, record);
    } catch {
      this.machineKeeps = false;
    }
    this.told.changed();
  }

  // Everything that is known here of one contact, the newest change first.
  of(key) {
    return [...this.records.values()].filter((one) => one.key === key).sort((a, b) => b.changedAt - a.changedAt);
  }

  unsent() {
    return [...this.records.values()].filter((one) => one.acked < one.revision && !one.refused);
  }

  waiting() {
    const records = [...this.records.values()].filter((one) => one.acked < one.revision);
    const oldest = Math.min(...records.map((one) => one.waitsSince ?? one.changedAt));
    return { count: new Set(records.map((one) => one.key)).size, oldest };
  }

  // The state that a page opened with: what the server said, and what an earlier page left here unsent.
  begin(key, { begunAt, enteredLater = false, writer = "", revision = 0, from = null }) {
    const builtOn = writer ? { [writer]: revision } : {};
    if (from) Object.assign(builtOn, from.builtOn, { [from.writer]: from.revision });
    const id = idOf(this.account, key, WRITER);
    return (
      this.records.get(id) ?? {
        id,
        account: this.account,
        home: this.home,
        key,
        writer: WRITER,
        revision: 0,
        acked: 0,
        kept: 0,
        builtOn,
        begunAt,
        enteredLater: enteredLater || Boolean(from?.enteredLater),
        words: {},
        finish: false,
        changedAt: now(),
        waitsSince: null,
      }
    );
  }

  // Keeps `words` in the record: on this machine at once, with each key; up to the server a moment later.
  change(record, words, { finish = false } = {}) {
    record.words = words;
    record.revision += 1;
    record.finish = finish;
    record.refused = false;
    record.changedAt = now();
    record.waitsSince ??= record.changedAt;
    this.records.set(record.id, record);
    const here = this.onMachine(record);
    this.told.changed();
    if (finish) return here.then(() => this.send());
    this.soon ??= setTimeout(() => this.sendNow(), SOON);
    return here;
  }

  // While the server is away the disk of this machine is the only one that has it.
  sendNow() {
    clearTimeout(this.soon);
    this.soon = null;
    if (this.awaySince) for (const record of this.unsent()) this.onMachine(record, { onDisk: true });
    if (!this.awaySince || Date.now() >= this.nextTry) this.send();
  }

  async onMachine(record, how) {
    const { revision } = record;
    try {
      await keep({ ...record, kept: revision }, how);
      record.kept = Math.max(record.kept ?? 0, revision);
      this.machineKeeps = true;
    } catch {
      this.machineKeeps = false;
    }
    this.told.changed();
  }

  async drop(record) {
    this.records.delete(record.id);
    await forget(record.id).catch(() => undefined);
  }

  // What the server has whole is not needed twice, once it has said so and the page shows it.
  async tidy(finishedKeys) {
    for (const record of [...this.records.values()]) {
      const safe = record.acked >= record.revision && record.writer !== WRITER;
      if (safe || (finishedKeys.has(record.key) && record.acked >= record.revision)) await this.drop(record);
    }
  }

  look() {
    if (this.unsent().length && !this.soon && Date.now() >= this.nextTry) this.send();
    else if (this.awaySince && Date.now() >= this.nextTry) this.probe();
    this.told.changed();
  }

  lost() {
    if (!this.awaySince) this.probe();
  }

  // Is the server there? Asked where nothing waits to be sent, so that the page knows before somebody types.
  async probe() {
    this.nextTry = Date.now() + AGAIN_MS;
    const state = document.querySelector("[data-idle]")?.dataset.state;
    try {
      const answer = await this.ask(state, { headers: { Accept: "application/json" } });
      if (answer.status >= 500) this.away();
      else this.back();
    } catch {
      this.away();
    }
  }

  // After signing in again, in another window, the page's token is another.
  async renew() {
    const layer = document.querySelector("[data-idle]");
    try {
      const answer = await this.ask(layer.dataset.state, { headers: { Accept: "application/json" } });
      const told = answer.ok ? await answer.json() : {};
      if (told.account === this.account && told.csrf) layer.dataset.csrf = told.csrf;
    } catch {
      this.away();
    }
  }

  ask(address, options) {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    return fetch(address, {
      credentials: "same-origin",
      redirect: "manual",
      cache: "no-store",
      signal: patience.signal,
      ...options,
    }).finally(() => clearTimeout(timer));
  }

  away() {
    this.awaySince ??= now();
    sessionStorage.setItem(AWAY_SINCE, String(this.awaySince));
    this.state = "away";
    this.nextTry = Date.now() + AGAIN_MS;
    this.told.changed();
  }

  back() {
    if (!this.awaySince) return;
    this.awaySince = null;
    sessionStorage.removeItem(AWAY_SINCE);
    this.state = "quiet";
    this.told.back?.();
    this.told.changed();
  }

  // One round at a time, oldest first; what is typed meanwhile is sent by the next.
  send() {
    this.sending ??= this.round().finally(() => { this.sending = null; });
    return this.sending;
  }

  async round() {
    let record;
    this.nextTry = Date.now() + AGAIN_MS;
    while ((record = this.unsent().sort((a, b) => a.changedAt - b.changedAt)[0])) {
      if (!(await this.sendOne(record))) return;
    }
  }

  // True where the server answered for this save, so that the next can follow.
  async sendOne(record) {
    const sent = { revision: record.revision, finish: record.finish };
    let answer;
    try {
      answer = await this.ask(`${record.home}${record.key}/notes/`, {
        method: "PUT",
        headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrf() },
        body: JSON.stringify({
          writer: record.writer,
          revision: record.revision,
          built_on: record.builtOn,
          begun_at: new Date(record.begunAt).toISOString(),
          entered_later: record.enteredLater,
          words: record.words,
          finish: record.finish,
        }),
      });
      if (answer.status >= 500) throw new Error("the server is away");
    } catch {
      this.away();
      return false;
    }
    this.back();
    return this.heard(record, sent, answer);
  }

  async heard(record, sent, answer) {
    if (answer.type === "opaqueredirect" || [401, 403, 423].includes(answer.status)) {
      this.state = "signed-out";
      this.nextTry = Date.now() + AGAIN_MS;
      this.told.signedOut();
      this.renew();
      return false;
    }
    const told = await answer.json().catch(() => null);
    if (![200, 409, 422].includes(answer.status) || !told) {
      record.refused = true;
      this.state = "refused";
      await this.onMachine(record);
      return true;
    }
    record.builtOn = { ...record.builtOn, ...(told.writer ? { [told.writer]: told.revision } : {}) };
    this.state = "saved";
    this.savedAt = Date.parse(told.saved_at);
    if (answer.status === 409) return this.both(record, told);
    record.acked = Math.max(record.acked, sent.revision);
    record.waitsSince = record.acked < record.revision ? record.changedAt : null;
    if (answer.status === 422) {
      record.finish = false;
      this.told.faults(record.key, told.faults);
    } else if (sent.finish) {
      if (record.acked >= record.revision) await this.drop(record);
      this.told.finished(record.key);
      return true;
    }
    await this.onMachine(record);
    return true;
  }

  // Another window wrote: what was sent is kept beside. This window's words come to stand with its next save,
  // and what stood until then is kept by the server too.
  async both(record, told) {
    record.revision += 1;
    await this.onMachine(record);
    this.told.conflict(record.key, told.words);
    return true;
  }
}

// The handler's screen: pops when their call rings, keeps what is typed, asks the switch. Without scripts the
// page works by its forms; with them nothing moves under the hand and nothing typed waits for a server.
import { clockTime, now, recordTime, remember } from "./clocks.js";
import { watchDesk } from "./desk.js";
import { Keeper, WRITER } from "./keeping.js";
import { all, clearFaults, fill, form, narrative, showFaults, showOther, words } from "./fields.js";
import { ask, askWho } from "./presses.js";
import { newId } from "./store.js";

const desk = document.querySelector("[data-desk]");
const one = (selector) => desk.querySelector(selector);
const say = (name, values = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), desk.dataset[name] ?? "");
const HOME = desk.dataset.home;
let record = null;
let mine = null;
let askedToFinish = false;
let finishedAt = null;

const stage = () => desk.dataset.stage;

function setStage(name) {
  desk.dataset.stage = name;
  for (const element of document.querySelectorAll("[data-when]")) {
    const opened = element.dataset.opened && desk.dataset.opens === element.dataset.opened;
    element.hidden = !(element.dataset.when.split(" ").includes(name) || (opened && name === "ringing"));
  }
  const who = one('[data-part="who"] [data-opened]');
  if (who && name === "ringing") who.hidden = desk.dataset.opens !== "who";
  else if (who) who.hidden = false;
  one("[data-finish]").classList.toggle("d-button--first", name !== "ringing");
  const word = document.querySelector("[data-state-word]");
  if (word && name !== "none") word.textContent = say(`words${name[0].toUpperCase()}${name.slice(1)}`);
  one("[data-once]").hidden = true;
  showReady();
}

function showReady() {
  const paused = desk.dataset.ready === "paused" || stage() === "notes" || stage() === "by_hand";
  const told = one("[data-paused]");
  const pause = one("[data-pause]");
  told.hidden = !paused || stage() === "none" && desk.dataset.ready !== "paused";
  pause.hidden = !told.hidden;
}

// ------------------------------------------------------------------------------------------------- keeping

const keeper = new Keeper(desk.dataset.account, HOME, {
  changed: showKept,
  conflict: (key, theirs) => record?.key === key && showOther(theirs, touched),
  faults(key, faults) {
    if (record?.key !== key) return;
    setText(one("[data-recorded]"), "");
    showFaults(faults);
  },
  finished(key) {
    if (record?.key !== key) return;
    finishedAt = now();
    one("[data-recorded]").textContent = say("wordsFinished", { time: clockTime(finishedAt) });
    if (stage() === "by_hand") desk.dataset.stage = "by_hand";
    listUnfinished(key);
  },
  signedOut() {
    // With a caller on the line nothing comes between the hand and the page. Otherwise the lock layer looks at
    // the session, dims the page and offers to sign in again; the words stay either way.
    if (!desk.hasAttribute("data-live-call")) document.dispatchEvent(new CustomEvent("darwin:session"));
  },
  back() {
    if (record) refresh();
  },
});

function touched() {
  if (!desk.dataset.keyOf || !record) return;
  finishedAt = null;
  flush();
}

// What is typed goes to this machine with each key, and up with the next round.
function flush({ finish = false } = {}) {
  if (!record) return null;
  record.stage = stage();
  return keeper.change(record, words(), { finish });
}

function begin(key, { begunAt, enteredLater = false, from = null, server = true }) {
  record = keeper.begin(key, {
    begunAt,
    enteredLater,
    from,
    writer: server ? desk.dataset.writer : "",
    revision: server ? Number(desk.dataset.revision) : 0,
  });
  desk.dataset.keyOf = key;
  form.action = `${HOME}${key}/notes/`;
  finishedAt = null;
  askedToFinish = false;
  // What was asked once was asked of the call before.
  document.querySelectorAll('[data-ask] [name="asked"]').forEach((field) => field.remove());
  one("[data-recorded]").textContent = "";
  one("[data-other]").hidden = true;
  clearFaults();
}

function beginByHand() {
  const begunAt = now();
  const key = newId(begunAt);
  begin(key, { begunAt, enteredLater: Boolean(keeper.awaySince), server: false });
  clearParts();
  setStage("by_hand");
  fill({}, true);
  one("[data-by-hand-at]").textContent = say("wordsByHand", { time: recordTime(begunAt) });
  history.replaceState(null, "", `${HOME}?contact=${key}`);
  narrative.focus();
  flush();
}

function clearParts() {
  for (const name of ["number", "warning", "who", "safe", "history", "position", "line"]) {
    one(`[data-part="${name}"]`).replaceChildren();
  }
}

// ------------------------------------------------------------------------------------- what is told of it

function showKept() {
  const waits = keeper.waiting();
  const away = Boolean(keeper.awaySince);
  const bar = one("[data-away]");
  if (bar.hidden === away) bar.hidden = !away;
  if (away) {
    setText(one("[data-away-words]"), say("awaySince", { time: clockTime(keeper.awaySince) }));
    const count = waits.count === 1 ? say("wordsOne") : say("wordsMany", { n: waits.count });
    const oldest = waits.count ? `, ${say("wordsOldest", { time: clockTime(waits.oldest) })}` : "";
    setText(one("[data-away-count]"), waits.count ? count + oldest : "");
  }
  one("[data-signed-out]").hidden = keeper.state !== "signed-out" || !desk.hasAttribute("data-live-call");
  const words = keptWords(away);
  const kept = document.querySelector("[data-kept]");
  kept.dataset.kept = words.kind;
  setText(kept, words.text);
  setText(one("[data-kept-here]"), stage() === "none" || stage() === "ringing" ? "" : words.text);
  desk.toggleAttribute("data-live-call", stage() === "talking" || stage() === "ringing");
}

function keptWords(away) {
  if (!keeper.machineKeeps && away) return { kind: "late", text: say("wordsNowhere") };
  if (!record) return { kind: "", text: "" };
  if (record.refused) return { kind: "late", text: say("wordsRefused") };
  if (keeper.state === "signed-out") return { kind: "half", text: say("wordsSignedOut") };
  if (!record.revision) {
    const before = Number(desk.dataset.revision) > 0 && keeper.of(record.key).length === 0;
    return before ? { kind: "", text: "" } : { kind: "", text: say("wordsNone") };
  }
  if (record.acked >= record.revision) {
    return { kind: "done", text: say("wordsSaved", { time: recordTime(keeper.savedAt ?? record.changedAt) }) };
  }
  if (record.kept < record.revision) return { kind: "half", text: "" };
  const here = say("wordsHere", { time: recordTime(record.changedAt) });
  if (!away) return { kind: "half", text: here };
  const left = Math.max(0, Math.ceil((keeper.nextTry - Date.now()) / 1000));
  return { kind: "half", text: `${here}, ${say("wordsAgain", { n: left })}` };
}

const setText = (element, text) => {
  if (element && element.textContent !== text) element.textContent = text;
};

function trouble(sentence) {
  const told = one("[data-trouble]");
  told.textContent = sentence;
  told.hidden = !sentence;
}

// --------------------------------------------------------------------------------------- the call that is mine

async function refresh() {
  const key = desk.dataset.keyOf;
  let answer;
  try {
    answer = await keeper.ask(`${HOME}${key}/parts/`, { headers: { Accept: "application/json" } });
  } catch {
    return keeper.lost();
  }
  if (answer.status >= 500) return keeper.lost();
  if (answer.ok && key === desk.dataset.keyOf) place(await answer.text());
}

function place(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  for (const part of holder.content.querySelectorAll("template[data-part]")) {
    const region = one(`[data-part="${part.dataset.part}"]`);
    if (part.dataset.part === "line") follow(part.dataset);
    if (part.dataset.part === "who" && isTyping(region, part.dataset.identity)) continue;
    region.replaceChildren(part.content);
    if (part.dataset.identity !== undefined) region.dataset.identity = part.dataset.identity;
  }
  setStage(stage());
  openHistory();
}

// Who somebody is being asked for is not swept away by news of the line.
function isTyping(region, identity) {
  const typed = [...region.querySelectorAll("input.govuk-input")].some((field) => field.value);
  const same = (region.dataset.identity ?? "") === (identity ?? "");
  return same && (typed || region.contains(document.activeElement));
}

function follow(told) {
  desk.dataset.ready = told.ready;
  if (told.begunAt && record && !record.revision) record.begunAt = Date.parse(told.begunAt);
  runFrom(told.since);
}

function runFrom(since) {
  const clock = one(".d-callbar__clock time");
  if (since) clock.dataset.since = since;
  else {
    delete clock.dataset.since;
    clock.textContent = "";
  }
}

// What costs the server more than the pop may is asked for after it: the history, and whether to ring back.
async function openShut(name) {
  const shut = one(`[data-${name}]`);
  if (!shut || shut.dataset.asked) return;
  shut.dataset.asked = "yes";
  try {
    const answer = await keeper.ask(shut.dataset[name], { headers: { Accept: "application/json" } });
    const html = await answer.text();
    if (answer.ok && shut.isConnected) {
      const region = shut.parentElement;
      shut.outerHTML = html;
      window.htmx?.process(region);
    }
  } catch {
    keeper.lost();
  }
}

function openHistory() {
  openShut("history");
  openShut("safe");
}

function heard(call) {
  const before = mine;
  mine = call;
  keeper.back();
  if (!mine) {
    if (before && before.contact === desk.dataset.keyOf) over();
    else refreshReady();
    return;
  }
  runFrom(mine.since);
  if (mine.contact === desk.dataset.keyOf) {
    if (stage() !== mine.stage) arriveAt(mine.stage);
    return;
  }
  pop(mine);
}

// A ring goes before everything: what is being written is kept, and stands among what is not finished yet.
function pop(call) {
  listUnfinished();
  desk.dataset.opens = "";
  begin(call.contact, { begunAt: Date.parse(call.since), server: false, from: keeper.of(call.contact)[0] ?? null });
  clearParts();
  fill(keeper.of(call.contact)[0]?.words ?? {});
  arriveAt(call.stage);
  history.replaceState(null, "", HOME);
  trouble("");
}

function arriveAt(name) {
  setStage(name);
  for (const field of document.querySelectorAll('[data-ask] [name="contact"]')) field.value = desk.dataset.keyOf;
  const answer = one("[data-answer]");
  answer.disabled = false;
  if (name === "ringing") {
    if (document.activeElement !== narrative) answer.focus();
    document.querySelector("[data-live-say]").textContent = say("wordsRang");
  } else if (name === "talking") {
    if (!all.includes(document.activeElement) && !document.activeElement?.closest("[data-who]")) narrative.focus();
    // A call that was spoken has notes, be they empty: so it stands among what is not finished yet.
    if (record && !record.revision && !keeper.of(record.key).length) flush();
  }
  refresh();
}

function over() {
  if (stage() === "ringing" && !record?.revision) {
    // It went to somebody else, or gave up, before a word was typed.
    record = null;
    desk.dataset.keyOf = "";
    clearParts();
    setStage("none");
    refreshPage();
    return;
  }
  setStage("notes");
  refresh();
}

// The page as the server has it now, for what no script draws: the bar of somebody to whom no call belongs.
async function refreshPage() {
  try {
    const answer = await keeper.ask(HOME, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (stage() !== "none") return;
    const fresh = page.querySelector("[data-desk]");
    if (!fresh) return;
    one('[data-part="line"]').innerHTML = fresh.querySelector('[data-part="line"]').innerHTML;
    desk.dataset.ready = fresh.dataset.ready;
    const word = document.querySelector("[data-state-word]");
    word.textContent = page.querySelector("[data-state-word]").textContent;
    showReady();
  } catch {
    keeper.lost();
  }
}

const refreshReady = () => (stage() === "none" ? refreshPage() : undefined);

// --------------------------------------------------------------------------------------------------- presses

function finish() {
  if (!record) return;
  if (!form.elements.disposition.value && !askedToFinish) {
    askedToFinish = true;
    one("[data-once]").hidden = stage() !== "talking";
    setText(one("[data-recorded]"), one("[data-once] b").textContent);
    form.elements.disposition.focus();
    return;
  }
  clearFaults();
  flush({ finish: true });
  if (keeper.awaySince) setText(one("[data-recorded]"), say("wordsFinishHere"));
}

function openPanel(name) {
  desk.dataset.opens = name;
  setStage(stage());
  const target = name === "who" ? document.getElementById("who-name") : document.getElementById("location");
  const inner = target?.closest("details");
  if (inner) inner.open = true;
  target?.focus();
}

const means = {
  keeper,
  home: HOME,
  say,
  trouble,
  place,
  news() {
    refreshReady();
    if (stage() !== "none") refresh();
  },
};

document.addEventListener("submit", (event) => {
  const press = event.target;
  if (press.matches("[data-ask]")) {
    event.preventDefault();
    ask(press, event.submitter, means);
  } else if (press.matches("[data-who]")) {
    event.preventDefault();
    askWho(press, event.submitter, means);
  } else if (press === form) {
    event.preventDefault();
    // Enter in a field is no press of Finish: a caller is not done because somebody typed a line.
    if (event.submitter?.matches("[data-finish]") && event.submitter === document.activeElement) finish();
    else flush();
  }
});
document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-open-panel], [data-by-hand], [data-finish]");
  if (!target) return;
  if (target.matches("[data-finish]")) {
    event.preventDefault();
    finish();
  } else if (target.matches("[data-by-hand]")) {
    event.preventDefault();
    beginByHand();
  } else openPanel(target.dataset.openPanel);
});
document.addEventListener("input", (event) => {
  if (all.includes(event.target)) touched();
});
document.addEventListener("change", (event) => {
  if (all.includes(event.target)) touched();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) {
    one("details[open].d-callbar__pause")?.removeAttribute("open");
    if (!form.hidden) narrative.focus();
  }
  // A key that is held down is one press.
  if (event.repeat && ["F2", "F9"].includes(event.key)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, { capture: true });
addEventListener("pagehide", () => keeper.sendNow());

// ---------------------------------------------------------------------------------------- not finished yet

function listUnfinished(gone = "") {
  const list = one("[data-unfinished-list]");
  list.querySelector(`[data-draft="${gone}"]`)?.remove();
  const listed = new Set([...list.querySelectorAll("[data-draft]")].map((line) => line.dataset.draft));
  for (const other of keeper.records.values()) {
    if (listed.has(other.key) || other.key === desk.dataset.keyOf || other.finish) continue;
    listed.add(other.key);
    const line = document.createElement("li");
    line.dataset.draft = other.key;
    const link = document.createElement("a");
    link.href = `${HOME}?contact=${other.key}`;
    link.textContent = recordTime(other.begunAt);
    line.append(link);
    list.prepend(line);
  }
  list.querySelector(`[data-draft="${desk.dataset.keyOf}"]`)?.remove();
  one("[data-unfinished]").hidden = !list.children.length;
}

// ---------------------------------------------------------------------------------------------------- start

async function keepShell() {
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register(`${HOME}worker.js`, { scope: HOME });
    if (shell()) return;
    (await navigator.serviceWorker.ready).active?.postMessage("keep the shell");
  } catch {
    // Then the page lasts as long as it is open, and a reload needs the server.
  }
}

const shell = () => desk.hasAttribute("data-shell");

function openFirst() {
  const asked = new URLSearchParams(location.search);
  const wanted = asked.get("contact");
  if (asked.get("by") === "hand" && !desk.dataset.keyOf) return beginByHand();
  let key = desk.dataset.keyOf;
  if (shell()) {
    const newest = [...keeper.records.values()].filter((one) => !one.finish).sort((a, b) => b.changedAt - a.changedAt)[0];
    key = wanted ?? newest?.key ?? "";
  }
  if (!key) return undefined;
  const here = keeper.of(key);
  const left = here.find((one) => one.acked < one.revision) ?? (shell() ? here[0] : null);
  if (shell() && !left) return undefined;
  begin(key, {
    begunAt: left?.begunAt ?? (Date.parse(desk.dataset.begunAt) || now()),
    from: left,
    server: !shell(),
  });
  if (left) {
    fill(left.words);
    if (shell()) showWithoutServer(left);
  }
  return undefined;
}

// The call as this machine remembers it: when it began, and how far it had come.
function showWithoutServer(left) {
  setStage(left.stage ?? "notes");
  const line = document.createElement("p");
  line.className = "d-callbar__nobody";
  const name = left.stage === "by_hand" ? "wordsByHand" : "wordsBegun";
  line.textContent = say(name, { time: recordTime(left.begunAt) });
  one('[data-part="line"]').replaceChildren(line);
}

async function start() {
  remember();
  one("[data-keep]").hidden = true;
  keepShell();
  await keeper.load();
  openFirst();
  if (stage() === "talking" && record && !record.revision && !keeper.of(record.key).length && desk.dataset.revision === "0") flush();
  if (shell()) keeper.lost();
  keeper.send().then(() => { if (!keeper.awaySince && !shell()) keeper.tidy(new Set()); });
  listUnfinished();
  setStage(stage());
  openHistory();
  showKept();
  watchDesk(desk.dataset.account, heard, () => keeper.lost());
  desk.dataset.writerHere = WRITER;
}

start();

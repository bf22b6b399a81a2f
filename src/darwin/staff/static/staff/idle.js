// The idle lock on the page. The server decides (staff/idle.py); this shows what it decided, keeps every
// word where it stands, and asks the server at most once a minute.
import { send, showPasskey } from "./browser.js";

const root = document.querySelector("[data-idle]");
const dialog = root.querySelector("dialog");
const dim = root.querySelector(".s-dim");
const again = root.querySelector("[data-again]");
const MINUTE = 60_000;

let limit = Number(root.dataset.seconds) * 1000;
let touched = Date.now();
let asked = Date.now();
let reported = Date.now();
let focused = null;
const alerts = [];

const say = (key) => {
  for (const line of root.querySelectorAll("[data-sentence]")) {
    line.textContent = key ? dialog.querySelector("[data-sentence]").dataset[key] : "";
  }
};

const writers = () => document.querySelectorAll("main form");

function close() {
  if (dialog.open) return;
  focused = document.activeElement;
  // A modal dialog silences what lies behind it; alerts still speak, so they come along.
  for (const alert of document.querySelectorAll("[data-alerts]")) {
    const place = document.createComment("alerts");
    alert.replaceWith(place);
    alerts.push([alert, place]);
    root.querySelector("[data-lock-alerts]").append(alert);
  }
  dialog.showModal();
  dialog.querySelector("[data-open]").focus();
}

function readOnly(on) {
  dim.hidden = !on;
  document.body.classList.toggle("s-dimmed", on);
  for (const form of writers()) form.inert = on;
}

function open() {
  touched = reported = Date.now();
  say("");
  again.hidden = true;
  readOnly(false);
  if (!dialog.open) return;
  while (alerts.length) {
    const [alert, place] = alerts.pop();
    place.replaceWith(alert);
  }
  dialog.close();
  focused?.focus?.();
  const after = document.querySelector("[data-after-unlock]");
  if (after?.requestSubmit) after.requestSubmit();
  else if (after) window.location.assign(after.dataset.afterUnlock);
}

function obey(state) {
  if (state.account !== root.dataset.account) {
    close();
    say("other");
    again.hidden = false;
    return false;
  }
  if (state.csrf && state.csrf !== root.dataset.csrf) {
    root.dataset.csrf = state.csrf;
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = state.csrf;
    if (document.body.hasAttribute("hx-headers")) {
      document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": state.csrf }));
    }
  }
  if (state.locked) close();
  else if (state.read_only) readOnly(true);
  else {
    limit = Math.max(limit, state.left_s * 1000);
    return true;
  }
  return false;
}

// Who speaks to a caller goes on typing: their page says by itself that the session has ended.
const ended = () => {
  if (document.querySelector("[data-live-call]")) return;
  close();
  say("ended");
  again.hidden = false;
};

async function ask(address, body) {
  asked = Date.now();
  try {
    const answer = await send(address, body);
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return ended();
    const state = await answer.json();
    const awake = obey(state);
    if (awake && body === undefined) touched = Date.now() - Math.max(0, limit - state.left_s * 1000);
  } catch {
    // A caller on the line keeps the screen open, as the server would say if it could be asked.
    if (Date.now() - touched >= limit && !document.querySelector("[data-live-call]")) {
      close();
      say("away");
    }
  }
}

async function unlock() {
  try {
    let body = {};
    if (root.dataset.way !== "practice") {
      const asks = await send(root.dataset.unlock);
      if (!asks.ok) return ended();
      if (root.dataset.way === "directory") {
        window.open(root.dataset.signIn, "_blank", "popup,width=520,height=640");
        return ask(root.dataset.state);
      }
      body = { credential: await showPasskey(await asks.json()) };
    }
    const answer = await send(root.dataset.unlock, body);
    if (answer.type === "opaqueredirect" || answer.status === 401) return ended();
    if (!answer.ok) return say("refused");
    if (obey(await answer.json())) open();
  } catch {
    say("away");
  }
}

for (const kind of ["keydown", "pointerdown", "pointermove", "wheel", "input"]) {
  document.addEventListener(kind, () => { touched = Date.now(); }, { passive: true, capture: true });
}
for (const button of root.querySelectorAll("[data-open]")) button.addEventListener("click", unlock);
dialog.addEventListener("cancel", (event) => event.preventDefault());
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 423) ask(root.dataset.state);
});
// A page that found its session ended or locked, by whatever it asked for, has it looked at here.
document.addEventListener("darwin:session", () => ask(root.dataset.state));
window.addEventListener("focus", async () => {
  if (!dialog.open) return;
  const answer = await send(root.dataset.state).catch(() => null);
  if (answer?.ok && obey(await answer.json())) open();
});

setInterval(() => {
  if (dialog.open || !dim.hidden) return;
  const now = Date.now();
  if (now - touched >= limit) {
    if (now - asked >= Math.min(MINUTE, limit)) ask(root.dataset.state);
  } else if (now - asked >= MINUTE) {
    if (touched > reported) {
      reported = now;
      ask(root.dataset.here, {});
    } else ask(root.dataset.state);
  }
}, 1000);

if (document.querySelector("[data-after-unlock]")) ask(root.dataset.state);

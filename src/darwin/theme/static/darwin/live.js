// What a page shows live. <body data-live-source="/live/?screens=a.b"> opens one stream a browser: all its
// tabs and windows share it through a SharedWorker, which runs this same file; where there is none, each page
// has a stream of its own. A message of the type "x" replaces the content of data-live="x"; "say" is read
// aloud; "time" carries the server's clock and its rate; "live.state" says whether anything new can come.
// A region that holds the focus or the pointer is not changed under the hand: it waits until it is left.
// Other scripts hear messages by darwinLive.on(name, take) and ask the time of darwinLive.now().
(() => {
  "use strict";
  const RETRY = 500;
  const RETRY_LONGEST = 15000;
  const QUIET = 16000;
  const HERE_EVERY = 20000;
  const GONE_AFTER = 200000;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  // The events of a text/event-stream (HTML standard, section 9.2), told one by one as {name, data, id}.
  const reader = (tell, retry) => {
    let rest = "";
    let event = { name: "message", data: [], id: "" };
    return (text) => {
      const lines = (rest + text).split(/\r\n|\n/);
      rest = lines.pop();
      for (const line of lines) {
        const [, field, value] = line.match(/^([^:]*):? ?(.*)$/);
        if (field === "event") event.name = value;
        else if (field === "data") event.data.push(value);
        else if (field === "id") event.id = value;
        else if (field === "retry") retry(Number(value));
        else if (!line) {
          if (event.data.length) tell({ name: event.name, data: event.data.join("\n"), id: event.id });
          event = { name: "message", data: [], id: "" };
        }
      }
    };
  };

  // A stream that comes back by itself, whatever ended it: a restart, a proxy's 502, a dead line. An
  // EventSource would close for ever on any answer but 200. address() is asked anew each time.
  const stream = (address, tell) => {
    let stopped = false;
    let last = "";
    let least = RETRY;
    let wait = RETRY;
    let control;

    const once = async () => {
      control = new AbortController();
      let watchdog;
      const alive = () => {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => control.abort(), QUIET);
      };
      alive();
      try {
        const headers = { Accept: "text/event-stream" };
        if (last) headers["Last-Event-ID"] = last;
        const answer = await fetch(address(), { headers, cache: "no-store", redirect: "manual", signal: control.signal });
        if (answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status)) return "refused";
        if (!answer.ok) return "lost";
        const text = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        const take = reader(
          (message) => {
            if (message.id) last = message.id;
            wait = least;
            tell(message);
          },
          (ms) => {
            least = wait = ms;
          },
        );
        for (;;) {
          const { done, value } = await text.read();
          if (done) return "ended";
          alive();
          take(value);
        }
      } catch {
        return "lost";
      } finally {
        clearTimeout(watchdog);
        control.abort();
      }
    };
    const run = async () => {
      while (!stopped) {
        const end = await once();
        if (stopped) return;
        if (end !== "ended") tell({ name: "stream", data: end });
        if (end === "refused") last = "";
        await pause(wait * (0.5 + Math.random()));
        wait = Math.max(least, Math.min(2 * wait, RETRY_LONGEST));
      }
    };
    run();
    return {
      stop() {
        stopped = true;
        control.abort();
      },
    };
  };

  // The shared worker: one stream for all the pages of a browser, of all the screens that they watch.
  const serve = (scope) => {
    const pages = new Map();
    const newest = new Map();
    let open = null;
    let watched = new Set();

    const address = () => {
      watched = new Set([...pages.values()].flatMap((page) => page.screens));
      return `${[...pages.values()].at(-1).path}?screens=${[...watched].join(",")}`;
    };
    const tell = (message) => {
      if (message.name !== "stream" && message.name !== "say") newest.set(message.name, message);
      for (const [port, page] of pages) {
        const screen = message.id && !page.screens.includes(message.name);
        if (!screen) port.postMessage(message);
      }
    };
    const leave = (port) => {
      pages.delete(port);
      if (!pages.size) {
        open?.stop();
        open = null;
        newest.clear();
      }
    };
    const join = (port, path, screens) => {
      pages.set(port, { path, screens, heard: performance.now() });
      for (const message of newest.values()) {
        if (message.name !== "time" && (!message.id || screens.includes(message.name))) port.postMessage(message);
      }
      if (open && screens.every((name) => watched.has(name))) return;
      open?.stop();
      open = stream(address, tell);
    };
    scope.onconnect = ({ ports: [port] }) => {
      port.onmessage = ({ data }) => {
        if (data.join) join(port, data.join, data.screens);
        else if (data.leave) leave(port);
        else if (pages.has(port)) pages.get(port).heard = performance.now();
      };
    };
    setInterval(() => {
      for (const [port, page] of pages) {
        if (performance.now() - page.heard > GONE_AFTER) leave(port);
      }
    }, HERE_EVERY);
  };
  if (typeof SharedWorkerGlobalScope !== "undefined" && self instanceof SharedWorkerGlobalScope) {
    serve(self);
    return;
  }

  // From here on: a page.
  const body = document.body;
  const source = body.dataset.liveSource;
  const script = document.currentScript.src;
  const SAY_EVERY = 10000;
  const TINT = 2000;
  const DRIFT = 2;
  const UNTOUCHED = 60000;

  // The server's clock; the browser's own is not trusted. performance.now() only says how long ago it was told.
  const base = { at: Date.now(), here: performance.now(), rate: 1 };
  const now = () => base.at + (performance.now() - base.here) * base.rate;
  const setClock = (words) => {
    const [at, rate] = words.split(" ");
    const told = Date.parse(at);
    if (Number.isNaN(told)) return;
    // What comes late makes the clock late: within a second the earlier telling is the better one.
    const late = now() - told;
    const known = base.known && base.rate === Number(rate || 1);
    if (!known || late < 0 || late > 1000 * base.rate) Object.assign(base, { at: told, here: performance.now() });
    Object.assign(base, { rate: Number(rate || 1), known: true });
  };
  const london = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", hourCycle: "h23", ...options });
  const toSecond = london({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const toMinute = london({ hour: "2-digit", minute: "2-digit" });
  if (body.dataset.clock) setClock(body.dataset.clock);

  // Running clocks: <time data-since="…"> counts up, <time data-now> is the time of day.
  const [HOURS, HOURS_MINUTES, DAYS, MINUTES_SECONDS, SECONDS] = (body.dataset.clockWords || "{h} h|{h} h {m}|{n} days|{m} min {s} s|{s} s").split("|");
  const two = (number) => String(number).padStart(2, "0");
  const filled = (words, values) => words.replace(/\{(\w)\}/g, (_, name) => values[name]);
  const wait = (ms, words) => {
    const s = Math.max(0, Math.floor(ms / 1000));
    const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60)];
    if (h >= 48) return filled(DAYS, { n: Math.floor(h / 24) });
    if (h >= 10) return filled(HOURS, { h });
    if (h >= 1) return filled(HOURS_MINUTES, { h, m: two(m % 60) });
    if (!words) return `${m}:${two(s % 60)}`;
    return m ? filled(MINUTES_SECONDS, { m, s: s % 60 }) : filled(SECONDS, { s });
  };
  const inParts = (clock, text) => {
    const parts = text.match(/\d+|\D+/g).map((part) => {
      const element = document.createElement(/\d/.test(part) ? "b" : "span");
      element.textContent = part;
      return element;
    });
    clock.replaceChildren(...parts);
  };
  const runClocks = (within = document) => {
    for (const clock of within.querySelectorAll("time[data-since]")) {
      if (clock.closest("[data-live-state=gap]")) continue;
      const as = clock.dataset.as || "";
      const text = wait(now() - Date.parse(clock.dataset.since), as).replaceAll(" ", " ");
      if (clock.textContent === text) continue;
      if (as === "parts") inParts(clock, text);
      else clock.textContent = text;
    }
    for (const clock of within.querySelectorAll("time[data-now]")) {
      const text = toMinute.format(now());
      if (clock.textContent !== text) clock.textContent = text;
    }
  };
  const runOn = () => {
    runClocks();
    setTimeout(runOn, Math.max(50, (1000 - (now() % 1000)) / base.rate + 5));
  };
  runOn();

  const listeners = new Map();
  const newest = new Map();
  window.darwinLive = {
    now,
    on(name, take) {
      listeners.set(name, [...(listeners.get(name) || []), take]);
      if (newest.has(name)) take(newest.get(name));
    },
  };
  if (!source) return;

  const status = document.querySelector("[data-live-status]");
  const say = document.querySelector("[data-live-say]");
  const staleAfter = Number(body.dataset.liveStaleAfter || 10) * 1000;
  const gapAfter = Number(body.dataset.liveGapAfter || 60) * 1000;
  let heard = performance.now();
  let heardAt = NaN;
  let running = true;
  let refused = false;
  let drift = 0;
  let toSay = [];
  let saidAt = -SAY_EVERY;
  let touched = performance.now();
  let newer = false;

  const regionsOf = (name) => document.querySelectorAll(`[data-live="${CSS.escape(name)}"]`);
  const cells = (region) => new Map([...region.querySelectorAll("[data-cell]")].map((cell) => [cell.dataset.cell, cell.textContent]));
  const spoken = (region) => region.querySelector("[data-say]")?.textContent || "";
  const place = (region, html) => {
    const before = cells(region);
    const said = spoken(region);
    region.innerHTML = html;
    runClocks(region);
    if (spoken(region) && spoken(region) !== said) toSay.push(spoken(region));
    region.querySelectorAll("[data-cell]").forEach((cell) => {
      if (before.get(cell.dataset.cell) === cell.textContent) return;
      cell.classList.add("d-changed");
      setTimeout(() => cell.classList.remove("d-changed"), TINT);
    });
  };
  const held = (region) => region.contains(document.activeElement) || (region.hasAttribute("data-live-hold") && region.matches(":hover"));
  const waiting = new Map();
  const take = (region, html) => {
    if (held(region)) waiting.set(region, html);
    else {
      waiting.delete(region);
      place(region, html);
    }
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
  const hear = () => {
    refused = false;
    if (!running) return;
    heard = performance.now();
    heardAt = now();
  };
  const hearTime = (words) => {
    setClock(words);
    hear();
    drift = Math.round((Date.now() - now()) / 1000);
  };
  // A newer version is offered; a screen that nobody touches takes it by itself, once in ten minutes at most.
  const hearVersion = (version) => {
    newer = Boolean(version && body.dataset.version && version !== body.dataset.version);
    const line = document.querySelector("[data-live-newer]");
    if (line) line.hidden = !newer;
  };
  const loadNewer = () => {
    if (!newer || !body.hasAttribute("data-live-reload") || performance.now() - touched < UNTOUCHED) return;
    if (performance.now() < 10 * UNTOUCHED) return;
    location.reload();
  };

  const silent = () => {
    const silence = performance.now() - heard;
    if (refused || silence > gapAfter) return "gap";
    return silence > staleAfter ? "stale" : "";
  };
  const look = () => {
    settle();
    speak();
    loadNewer();
    const state = silent();
    document.querySelectorAll("[data-live]").forEach((region) => {
      if (state) region.dataset.liveState = state;
      else delete region.dataset.liveState;
    });
    const since = Number.isNaN(heardAt) ? "–" : toSecond.format(heardAt);
    const off = Math.abs(drift) > DRIFT ? (status.dataset.drift || "").replace("{n}", Math.abs(drift)) : "";
    const words = refused ? "refused" : state;
    const text = words ? (status.dataset[words] || "").replace("{time}", since) : off;
    if (status.textContent !== text) status.textContent = text;
    body.dataset.liveIs = state || "live";
  };

  const tell = ({ name, data }) => {
    if (name === "stream") refused = data === "refused";
    else if (name === "time") hearTime(data);
    else if (name === "live.state") {
      running = data === "running";
      hear();
    } else if (name === "live.version") hearVersion(data);
    else {
      hear();
      if (name === "say") toSay.push(data);
      regionsOf(name).forEach((region) => take(region, data));
      newest.set(name, data);
    }
    listeners.get(name)?.forEach((listen) => listen(data));
    if (name === "live.state" || name === "stream") look();
  };

  const alone = () => {
    const own = stream(() => source, tell);
    return () => own.stop();
  };
  // A stream that all pages share is refused when one of its screens is: then this page asks for its own.
  const together = (path, screens) => {
    const account = document.querySelector("[data-idle]")?.dataset.account || "";
    const worker = new SharedWorker(script, `darwin.live ${account}`);
    let stop = () => {
      worker.port.postMessage({ leave: true });
      worker.port.close();
      clearInterval(here);
    };
    const here = setInterval(() => worker.port.postMessage({ here: true }), HERE_EVERY);
    const goAlone = () => {
      stop();
      stop = alone();
    };
    worker.onerror = goAlone;
    worker.port.onmessage = ({ data }) => {
      if (data.name === "stream" && data.data === "refused") goAlone();
      else tell(data);
    };
    worker.port.postMessage({ join: path, screens });
    return () => stop();
  };
  const begin = () => {
    const address = new URL(source, location.href);
    const screens = (address.searchParams.get("screens") || "").split(",").filter(Boolean);
    if (screens.length && typeof SharedWorker !== "undefined") return together(address.pathname, screens);
    return alone();
  };

  let end = begin();
  document.addEventListener("focusout", () => setTimeout(settle));
  for (const kind of ["keydown", "pointerdown", "pointermove"]) {
    addEventListener(kind, () => { touched = performance.now(); }, { passive: true, capture: true });
  }
  setInterval(look, 1000);
  addEventListener("pagehide", () => end());
  addEventListener("pageshow", (event) => {
    if (event.persisted) end = begin();
  });
})();

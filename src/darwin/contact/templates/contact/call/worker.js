// The service worker of the call-taking page. It keeps the empty page and its files, so that a reload finds
// them while the server is away. It keeps nothing about anybody: no contact, no number, no answer of the
// server but the shell, which names only the handler who opened it. What is typed lies in IndexedDB.
"use strict";
const HOME = "{{ home|escapejs }}";
const SHELL = `${HOME}shell/`;
const FILES = [{% for file in files %}"{{ file|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const KEPT = "darwin-call-{{ version }}";
const PATIENCE = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const kept = await caches.open(KEPT);
    await kept.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
    await keepShell();
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("darwin-call-") && name !== KEPT) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

// The page asks for this each time it was opened with the server there, so that the shell is this account's.
self.addEventListener("message", (event) => {
  if (event.data === "keep the shell") event.waitUntil(keepShell().catch(() => undefined));
});

async function keepShell() {
  const answer = await fetch(SHELL, { credentials: "same-origin", redirect: "error", cache: "no-store" });
  if (!answer.ok) return;
  // The time at which it was kept is no time to go by later.
  const page = (await answer.text()).replace(/ data-clock="[^"]*"/, "");
  await (await caches.open(KEPT)).put(SHELL, new Response(page, { headers: answer.headers }));
}

const soon = (request) => {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  return fetch(request, { signal: patience.signal }).finally(() => clearTimeout(timer));
};

async function page(request) {
  try {
    const answer = await soon(request);
    if (answer.status < 500) return answer;
  } catch {
    // The server is away, or does not answer in time.
  }
  return (await caches.match(SHELL)) ?? fetch(request);
}

async function file(request) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await soon(request);
    if (answer.ok) await kept.put(request, answer.clone());
    if (answer.status < 500) return answer;
  } catch {
    // As above.
  }
  return (await kept.match(request)) ?? Response.error();
}

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (FILES.includes(address.pathname)) event.respondWith(file(event.request));
  else if (event.request.mode === "navigate" && address.pathname === HOME) event.respondWith(page(event.request));
});

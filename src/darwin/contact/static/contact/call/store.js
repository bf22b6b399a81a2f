// What is typed, on this machine: IndexedDB, one record for each contact and window. Each is bound to the
// account that typed it; nobody else's page reads it. It goes once it is safely on the server and finished,
// and at sign-out after it has gone up (leaving.js).
const NAME = "darwin-call";
const DRAFTS = "drafts";
let opened;

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(DRAFTS, { keyPath: "id" }).createIndex("account", "account");
    };
    request.onsuccess = () => {
      // Another window may want to take the store away when its person leaves.
      request.result.onversionchange = () => {
        request.result.close();
        opened = undefined;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("another window holds an older store"));
  });
  opened.catch(() => { opened = undefined; });
  return opened;
}

async function drafts(mode, durability = "relaxed") {
  return (await database()).transaction(DRAFTS, mode, { durability }).objectStore(DRAFTS);
}

export const idOf = (account, key, writer) => `${account} ${key} ${writer}`;

// Resolves when this machine keeps the record; with `onDisk`, when the disk itself has it. Rejects where the
// browser keeps nothing. The commit is asked for, so that a page that goes away at once does not undo it.
export async function keep(record, { onDisk = false } = {}) {
  const store = await drafts("readwrite", onDisk ? "strict" : "relaxed");
  store.put(record);
  store.transaction.commit();
  await new Promise((resolve, reject) => {
    store.transaction.oncomplete = resolve;
    store.transaction.onabort = store.transaction.onerror = () => reject(store.transaction.error);
  });
}

export async function forget(id) {
  await asked((await drafts("readwrite")).delete(id));
}

export async function kept(account) {
  return asked((await drafts("readonly")).index("account").getAll(account));
}

// Takes away what one account left here, and the store itself where nobody else left anything.
export async function forgetAll(account) {
  const mine = await kept(account);
  for (const record of mine) await forget(record.id);
  const others = await asked((await drafts("readonly")).count());
  if (others) return;
  (await database()).close();
  opened = undefined;
  await asked(indexedDB.deleteDatabase(NAME));
}

// A time-ordered identifier (RFC 9562, version 7), as the server makes its own.
export function newId(now) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let rest = Math.floor(now);
  for (let place = 5; place >= 0; place -= 1) {
    bytes[place] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

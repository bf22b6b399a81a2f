// Signing in with a passkey, and making one: from a link, or one more of one's own.
import { makePasskey, send, showPasskey } from "./browser.js";

const say = (root, words) => {
  const line = root.querySelector("[data-sentence]") || document.querySelector("[data-sentence]");
  line.textContent = words || line.dataset.none;
};

const answered = async (root, answer) => {
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) window.location.assign(told.next || "/");
  else say(root, told.sentence);
};

const signIn = document.querySelector("form[data-sign-in]");
signIn?.querySelector("[data-show-passkey]").addEventListener("click", async () => {
  try {
    const options = await (await send(signIn.dataset.passkey)).json();
    const credential = await showPasskey(options);
    if (!credential) return say(signIn, "");
    const place = signIn.elements.place?.value || "";
    await answered(signIn, await send(signIn.dataset.passkey, { credential, place, next: signIn.elements.next.value }));
  } catch {
    say(signIn, "");
  }
});

const enrol = document.querySelector("[data-enrol]");
enrol?.querySelector("[data-make-passkey]").addEventListener("click", async () => {
  const secret = window.location.hash.slice(1);
  try {
    const begun = await send(enrol.dataset.begin, { secret });
    const told = await begun.json();
    if (!begun.ok) return say(enrol, told.sentence);
    enrol.querySelector("[data-name]").textContent = told.name;
    enrol.querySelector("[data-whose]").hidden = false;
    const credential = await makePasskey(told.options);
    if (!credential) return say(enrol, "");
    const name = document.getElementById("passkey-name").value;
    await answered(enrol, await send(enrol.dataset.finish, { secret, name, credential }));
  } catch {
    say(enrol, "");
  }
});

const more = document.querySelector("[data-more-passkeys]");
more?.querySelector("[data-make-passkey]")?.addEventListener("click", async () => {
  const address = more.dataset.morePasskeys;
  try {
    const { options } = await (await send(address)).json();
    const credential = await makePasskey(options);
    if (!credential) return say(more, "");
    const kept = await send(address, { credential, name: document.getElementById("passkey-name").value });
    if (kept.ok) window.location.reload();
    else say(more, (await kept.json()).sentence);
  } catch {
    say(more, "");
  }
});

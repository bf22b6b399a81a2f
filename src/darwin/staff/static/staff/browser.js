// What the room's scripts share: sending JSON with the page's own token, and passkeys as JSON.

export const csrf = () =>
  document.querySelector("[data-idle]")?.dataset.csrf ||
  document.querySelector("input[name=csrfmiddlewaretoken]")?.value ||
  "";

export const send = (address, body) =>
  fetch(address, {
    method: body === undefined ? "GET" : "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrf() },
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: "same-origin",
    redirect: "manual",
  });

const able = () => window.PublicKeyCredential && PublicKeyCredential.parseCreationOptionsFromJSON;

export async function makePasskey(options) {
  if (!able()) return null;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey);
  const made = await navigator.credentials.create({ publicKey });
  return made && made.toJSON();
}

export async function showPasskey(options) {
  if (!able()) return null;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey);
  const shown = await navigator.credentials.get({ publicKey });
  return shown && shown.toJSON();
}

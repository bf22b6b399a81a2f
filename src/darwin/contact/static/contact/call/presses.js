// What is asked of the switch, and who is speaking: a press is one request, and its answer is said.
import { form, narrative } from "./fields.js";

export async function ask(press, submitter, { keeper, home, say, trouble, news }) {
  const kind = press.dataset.ask;
  if (submitter) submitter.disabled = kind !== "not_ready";
  const body = new FormData(press, submitter);
  if (kind === "hang_up") body.set("disposition", form.elements.disposition.value);
  const again = () => { if (submitter) submitter.disabled = false; };
  try {
    const answer = await keeper.ask(press.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": document.querySelector("[data-idle]").dataset.csrf },
    });
    if (answer.status >= 500) throw new Error("the server is away");
    const told = answer.ok ? await answer.json() : { sentence: say("wordsAsked") };
    if (told.ask_again) {
      document.querySelector("[data-once]").hidden = false;
      again();
      setHidden(press, "asked", "yes");
      return;
    }
    trouble(told.sentence ?? "");
    if (!told.command) return again();
    press.closest("details")?.removeAttribute("open");
    await follows(told.command, again, { keeper, home, say, trouble, news });
  } catch {
    trouble(say("wordsUnreachable"));
    again();
    keeper.lost();
  }
}

// How the switch took it. A press is good again only where nothing came of it, so that none is given twice.
async function follows(command, again, { keeper, home, say, trouble, news }) {
  for (let tries = 0; tries < 14; tries += 1) {
    await new Promise((resolve) => { setTimeout(resolve, 500); });
    const answer = await keeper.ask(`${home}asked/${command}/`, { headers: { Accept: "application/json" } });
    const told = answer.ok ? await answer.json() : {};
    if (!told.outcome) continue;
    if (told.outcome === "failed") trouble(told.trouble);
    again();
    news();
    return;
  }
  trouble(say("wordsAsked"));
  again();
}

function setHidden(press, name, value) {
  const field = press.querySelector(`[name="${name}"]`) ?? press.appendChild(document.createElement("input"));
  Object.assign(field, { type: "hidden", name, value });
}

// Who is speaking: what matches is shown where it was asked; what was recorded comes with the page's parts.
export async function askWho(press, submitter, { keeper, say, trouble, place }) {
  const body = new FormData(press, submitter);
  const part = document.querySelector('[data-part="who"]');
  try {
    const answer = await keeper.ask(press.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": document.querySelector("[data-idle]").dataset.csrf },
    });
    if (answer.status >= 500) throw new Error("the server is away");
    const html = await answer.text();
    if (html.includes("<template data-part")) {
      part.dataset.identity = "asked again";
      part.querySelectorAll("input.govuk-input").forEach((field) => { field.value = ""; });
      place(html);
      narrative.focus();
    } else if (answer.status < 400 || answer.status === 422) {
      part.querySelector("[data-found]").innerHTML = html;
      part.querySelector("[data-found] button")?.focus();
    }
  } catch {
    trouble(say("wordsUnreachable"));
    keeper.lost();
  }
}

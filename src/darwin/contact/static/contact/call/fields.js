// The fields of the call: what stands in them, what was wrong with one, and what another window wrote.
const desk = document.querySelector("[data-desk]");
export const form = desk.querySelector("[data-call-form]");
const one = (selector) => desk.querySelector(selector);
const inside = [...form.elements].filter((field) => field.name && !["hidden", "submit"].includes(field.type));
const outside = [...document.querySelectorAll('[form="call"]')].filter((field) => !inside.includes(field));
export const all = [...inside, ...outside];
export const narrative = form.elements.narrative;

export function words() {
  const told = { tags: [] };
  for (const field of all) {
    if (field.name === "tags") {
      if (field.checked) told.tags.push(field.value);
    } else told[field.name] = field.value;
  }
  return told;
}

export function fill(told, byHand) {
  for (const field of all) {
    if (field.name === "tags") field.checked = (told.tags ?? []).includes(field.value);
    else {
      const value = told[field.name] ?? (field.name === "channel" && byHand ? "PHONE_101" : "");
      if (field.tagName === "SELECT" && value && ![...field.options].some((option) => option.value === value)) {
        field.add(new Option(value, value));
      }
      field.value = value;
    }
  }
}

function labelOf(name) {
  const field = all.find((candidate) => candidate.name === name);
  const label = name === "tags" ? form.querySelector(".govuk-checkboxes")?.closest("fieldset")?.querySelector("legend")
    : document.querySelector(`label[for="${field?.id}"]`);
  const copy = label?.cloneNode(true);
  copy?.querySelectorAll(".d-key").forEach((cap) => cap.remove());
  return copy?.textContent.trim() || name;
}

// What another window wrote in the same contact, to be added or left. changed: called where it was added.
export function showOther(theirs, changed) {
  const ours = words();
  const rows = Object.entries(theirs).filter(([name, value]) => String(value ?? "") !== String(ours[name] ?? ""));
  if (!rows.length) return;
  const list = one("[data-other-words]");
  list.replaceChildren(...rows.flatMap(([name, value]) => {
    const term = document.createElement("dt");
    term.textContent = labelOf(name);
    const told = document.createElement("dd");
    told.textContent = Array.isArray(value) ? value.join(", ") : value;
    return [term, told];
  }));
  const other = one("[data-other]");
  other.hidden = false;
  other.querySelector("[data-other-add]").onclick = () => {
    narrative.value = [narrative.value.trimEnd(), theirs.narrative ?? ""].filter(Boolean).join("\n");
    other.hidden = true;
    narrative.focus();
    changed();
  };
  other.querySelector("[data-other-leave]").onclick = () => {
    other.hidden = true;
    narrative.focus();
  };
}

export function clearFaults() {
  form.querySelectorAll("[data-call-fault]").forEach((fault) => fault.remove());
}

// Each sentence beside its field, the first field in hand.
export function showFaults(faults) {
  clearFaults();
  let first = null;
  for (const [name, sentence] of Object.entries(faults)) {
    const field = all.find((candidate) => candidate.name === name) ?? narrative;
    const fault = document.createElement("p");
    fault.className = "govuk-error-message";
    fault.dataset.callFault = "";
    fault.id = `${field.id}-told`;
    fault.textContent = sentence;
    field.before(fault);
    field.setAttribute("aria-describedby", fault.id);
    first ??= field;
  }
  first?.focus();
}

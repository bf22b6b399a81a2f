// Keys of a page. An element with data-key="Alt+1" (or "Ctrl Enter", "N") is pressed, or given the
// focus if it is typed in. Single letters act only while something inside data-keys has the focus,
// and the person can switch them off (WCAG 2.1.4). "?" outside a field shows the map.
(() => {
  "use strict";
  const OFF = "darwin.single-keys";
  const dialog = document.querySelector("[data-keymap]");
  const typed = (element) => element.matches("input, textarea, select, [contenteditable]");
  const shown = (element) => element.getClientRects().length > 0;

  const nameOf = (event) => {
    const parts = [];
    if (event.ctrlKey) parts.push("ctrl");
    if (event.altKey) parts.push("alt");
    if (event.shiftKey && event.key.length > 1) parts.push("shift");
    parts.push(event.key === " " ? "space" : event.key.toLowerCase());
    return parts.join(" ");
  };
  const wanted = (name) => name.toLowerCase().replaceAll("+", " ");
  const singlesAct = () => {
    try {
      return localStorage.getItem(OFF) !== "off";
    } catch {
      return true;
    }
  };

  const showMap = () => {
    const list = dialog.querySelector("[data-keymap-list]");
    const rows = [...document.querySelectorAll("[data-key]")].filter(shown).flatMap((element) => {
      const term = document.createElement("dt");
      const cap = document.createElement("kbd");
      cap.className = "d-key";
      cap.textContent = element.dataset.key;
      term.append(cap);
      const meaning = document.createElement("dd");
      const copy = element.cloneNode(true);
      copy.querySelectorAll(".d-key").forEach((inner) => inner.remove());
      meaning.textContent = element.dataset.keyWord || copy.textContent.trim() || element.getAttribute("aria-label");
      return [term, meaning];
    });
    list.replaceChildren(...rows);
    dialog.querySelector("[data-keymap-single]").checked = singlesAct();
    dialog.showModal();
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || dialog?.open) return;
    const inField = typed(event.target);
    const name = nameOf(event);
    if (name === "?" && !inField && dialog) {
      event.preventDefault();
      showMap();
      return;
    }
    const single = name.length === 1;
    if (single && (inField || !singlesAct() || !event.target.closest("[data-keys]"))) return;
    if (name === "enter") return;
    const target = [...document.querySelectorAll("[data-key]")].find(
      (element) => wanted(element.dataset.key) === name && shown(element) && !element.disabled,
    );
    if (!target) return;
    event.preventDefault();
    if (typed(target)) target.focus();
    else target.click();
  });

  dialog?.querySelector("[data-keymap-single]").addEventListener("change", (event) => {
    try {
      localStorage.setItem(OFF, event.target.checked ? "on" : "off");
    } catch {
      event.target.checked = true;
    }
  });
})();

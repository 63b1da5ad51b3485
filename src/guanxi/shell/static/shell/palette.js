// The menu for everything: what is typed is looked for by the server; arrows choose, Enter goes there.

import { isComposing } from "./composing.js";
import { openDialog } from "./dialogs.js";
import { switchTheme } from "./theme_switch.js";

const dialog = document.getElementById("menu");
const form = dialog?.querySelector("[data-palette]");
const input = form?.querySelector("[name=wanted]");
let composing = false;
let isBehind = false; // more was typed than the shown options answer
let goWhenFound = false;

export function openPalette(only = "") {
  if (!dialog || dialog.open) return;
  form.elements.only.value = only;
  input.value = "";
  openDialog("menu");
  input.focus();
}

const options = () => [...dialog.querySelectorAll("[role=option]")];

function choose(option) {
  for (const each of options()) each.setAttribute("aria-selected", String(each === option));
  if (!option) { input.removeAttribute("aria-activedescendant"); return; }
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = options();
  const place = all.findIndex((each) => each.getAttribute("aria-selected") === "true");
  choose(all[(place + by + all.length) % all.length]);
}

function go() {
  if (isBehind) { goWhenFound = true; return; }
  dialog.querySelector('[role=option][aria-selected="true"]')?.click();
}

const MOVES = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Enter: go };

if (dialog) {
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("compositionstart", () => { composing = true; });
  input.addEventListener("compositionend", () => { composing = false; input.dispatchEvent(new Event("input", { bubbles: true })); });
  input.addEventListener("input", () => { isBehind = true; goWhenFound = false; });
  form.addEventListener("htmx:confirm", (event) => { if (composing) event.preventDefault(); });
  dialog.addEventListener("keydown", (event) => {
    if (isComposing(event) || !(event.key in MOVES)) return;
    if (event.key === "Enter" && event.target !== input) return;
    event.preventDefault();
    MOVES[event.key]();
  });
  dialog.addEventListener("htmx:afterSwap", (event) => {
    // A slow answer to what was typed before answers nothing.
    isBehind = event.detail.requestConfig.parameters.wanted !== input.value;
    if (isBehind) return;
    choose(options()[0]);
    if (goWhenFound) go();
  });
  dialog.addEventListener("click", (event) => {
    const does = event.target.closest("[data-does]")?.dataset.does;
    if (!does) return;
    dialog.close();
    if (does === "theme") switchTheme();
    if (does === "keys") openDialog("keys");
  });
  // After the dialogs' own listener would open it empty-handed: the link of the bar opens it ready to type.
  document.querySelector('[data-open="menu"]').addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    openPalette();
  });
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k" && !isComposing(event)) {
    event.preventDefault();
    openPalette();
  }
});

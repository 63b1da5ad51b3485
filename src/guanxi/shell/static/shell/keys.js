// Keys of one letter. They do nothing while somebody types, composes or holds a modifier, nor while a dialog is open,
// and can be switched off (WCAG 2.1.4).

import { isComposing } from "./composing.js";
import { openDialog } from "./dialogs.js";
import { openPalette } from "./palette.js";

const KEPT = "keys";
const AFTER_G = 1500; // milliseconds in which the second key of `g c` counts
let since = 0;

const isOn = () => localStorage.getItem(KEPT) !== "off";

function moveRow(by) {
  const links = [...document.querySelectorAll("[data-row]")]
    .map((row) => (row.matches("a") ? row : row.querySelector("a")))
    .filter(Boolean);
  const here = links.findIndex((link) => link === document.activeElement);
  const next = here < 0 ? (by > 0 ? 0 : links.length - 1) : here + by;
  links[next]?.focus();
}

function edit() {
  const thing = document.querySelector("[data-edit]");
  if (!thing) return;
  if (thing.matches("input, select, textarea")) thing.focus();
  else thing.click();
}

const DOES = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  c: () => openPalette("new"),
  e: edit,
  j: () => moveRow(1),
  k: () => moveRow(-1),
  "?": () => openDialog("keys"),
  g: () => { since = Date.now(); },
};

function goes(key) {
  if (Date.now() - since > AFTER_G) return null;
  since = 0;
  return document.querySelector(`nav [data-key="${CSS.escape(key)}"]`);
}

document.addEventListener("keydown", (event) => {
  if (isComposing(event) || event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key === "g") return;
  if (!isOn() || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const link = goes(event.key);
  const does = link ? () => link.click() : Object.hasOwn(DOES, event.key) && DOES[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

function showSwitches() {
  for (const each of document.querySelectorAll("[data-keys-switch]")) each.checked = isOn();
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys-switch]")) return;
  localStorage.setItem(KEPT, event.target.checked ? "on" : "off");
  showSwitches();
});
document.addEventListener("htmx:afterSwap", showSwitches);
showSwitches();

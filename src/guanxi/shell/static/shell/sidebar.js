// The sidebar: open on small screens, and the switch of the theme in it.

import { switchTheme } from "./theme_switch.js";

const button = document.querySelector("[data-menu]");

function open(isOpen) {
  document.body.classList.toggle("gx-open", isOpen);
  button.setAttribute("aria-expanded", String(isOpen));
}

button?.addEventListener("click", () => open(!document.body.classList.contains("gx-open")));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || !document.body.classList.contains("gx-open")) return;
  open(false);
  button.focus();
});

for (const each of document.querySelectorAll("[data-theme-toggle]")) each.addEventListener("click", switchTheme);

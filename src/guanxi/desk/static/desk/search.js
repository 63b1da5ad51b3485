// The search box: nothing is asked while an input method composes; arrows walk through what is suggested, Esc closes it.

import { isComposing } from "../shell/composing.js";

for (const form of document.querySelectorAll("[data-suggest]")) {
  const input = form.querySelector("input[type=search]");
  const suggested = form.querySelector("[data-suggestions]");
  let composing = false;
  input.addEventListener("compositionstart", () => { composing = true; });
  input.addEventListener("compositionend", () => {
    composing = false;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  input.addEventListener("htmx:confirm", (event) => { if (composing) event.preventDefault(); });
  const close = () => suggested.replaceChildren();
  form.addEventListener("keydown", (event) => {
    if (isComposing(event)) return;
    const stops = [input, ...suggested.querySelectorAll("a")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && stops.length > 1) {
      event.preventDefault();
      stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
    }
    if (event.key === "Escape" && suggested.hasChildNodes()) {
      event.preventDefault();
      close();
      input.focus();
    }
  });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) setTimeout(close, 150); });
}

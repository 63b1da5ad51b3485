import "./keeping.js";

// A form that keeps itself does not send what an input method is still composing.
for (const form of document.querySelectorAll("[data-drafting]")) {
  form.addEventListener("input", (event) => {
    if (event.isComposing) event.stopImmediatePropagation();
  }, true);
  form.addEventListener("compositionend", (event) => {
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// What a button stands for goes where the writer's cursor was last among the words.
let words = document.querySelector('textarea[name$=".body"]');
document.addEventListener("focusin", (event) => {
  if (event.target.matches('textarea[name$=".body"]')) words = event.target;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert], [data-insert-link]");
  if (!button || !words) return;
  const link = button.dataset.insertLink && button.form.elements[button.dataset.insertLink].value.trim();
  const text = button.dataset.insert || (link && "${link:" + link + "}");
  if (!text) return button.form.elements[button.dataset.insertLink].focus();
  words.setRangeText(text, words.selectionStart, words.selectionEnd, "end");
  words.focus();
  words.dispatchEvent(new Event("input", { bubbles: true }));
});

// A form that keeps itself does not send what an input method is still composing.
for (const form of document.querySelectorAll("[data-drafting]")) {
  form.addEventListener("input", (event) => {
    if (event.isComposing) event.stopImmediatePropagation();
  }, true);
  form.addEventListener("compositionend", (event) => {
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

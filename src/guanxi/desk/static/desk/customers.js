// The list of customers: filters that count while somebody types, and customers that are ticked.

// What an input method is still composing is not asked for; what it composed is.
for (const form of document.querySelectorAll("[data-live]")) {
  form.addEventListener("input", (event) => {
    if (event.isComposing) event.stopImmediatePropagation();
  }, true);
  form.addEventListener("compositionend", (event) => {
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

for (const form of document.querySelectorAll("[data-choosing]")) {
  const said = form.querySelector("[data-chosen]");
  const all = form.querySelector("[data-choose-all]");
  const ticks = [...form.querySelectorAll("input[name=chosen]")];
  const tell = () => {
    const count = ticks.filter((tick) => tick.checked).length;
    if (said) said.textContent = count ? said.dataset.chosen.replace("{count}", count) : "";
    if (all) {
      all.checked = count > 0 && count === ticks.length;
      all.indeterminate = count > 0 && count < ticks.length;
    }
  };
  all?.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = all.checked;
    tell();
  });
  form.addEventListener("change", tell);
  tell();
}

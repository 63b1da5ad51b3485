// The list of customers: filters that count while somebody types, and customers that are ticked.

// What an input method is still composing is not asked for; what it composed is.
for (const form of document.querySelectorAll("[data-live]")) {
  form.addEventListener("input", (event) => {
    if (event.isComposing) event.stopImmediatePropagation();
  }, true);
  // Another comparison brings other inputs; what was typed while they were on their way is put into them.
  form.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "filter-inputs") return;
    const typed = [...event.target.querySelectorAll("input")].map((input) => [input.name, input.value]);
    const focused = event.target.contains(document.activeElement) ? document.activeElement.name : "";
    event.target.addEventListener("htmx:afterSettle", () => {
      for (const [name, value] of typed) {
        const input = form.querySelector(`#filter-inputs input[name="${name}"]`);
        if (input) input.value = value;
      }
      if (focused) form.querySelector(`#filter-inputs [name="${focused}"]`)?.focus();
    }, { once: true });
  });
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

// While an input method composes, keys belong to it; Safari and old Chromes say so by code 229 only.

export const isComposing = (event) => event.isComposing || event.keyCode === 229;

// An Enter that ends a composition sends nothing.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && isComposing(event)) event.preventDefault();
}, true);

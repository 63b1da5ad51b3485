// Dialogs: opened by what names them, closed by their button, Esc or a click beside them. The browser gives the
// focus back. Parts that wait for it are fetched when their dialog opens.

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return null;
  dialog.showModal();
  for (const part of dialog.querySelectorAll('[hx-trigger*="look-now"]')) window.htmx?.trigger(part, "look-now");
  return dialog;
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    if (openDialog(opener.dataset.open)) event.preventDefault();
  }
  if (event.target.closest("[data-close]") || event.target.matches("dialog")) {
    event.target.closest("dialog").close();
  }
});

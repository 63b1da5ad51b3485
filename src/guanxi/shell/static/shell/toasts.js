// Messages of what was done. Written into a live region, so that they are read out; those that only say "done" go by
// themselves, those that offer something or complain stay until they are dismissed.

const STAYS = 20_000; // milliseconds
const place = document.getElementById("toasts");

export function say(name, words = "") {
  const template = document.querySelector(`template[data-said="${name}"]`);
  if (!template) return;
  const toast = template.content.firstElementChild.cloneNode(true);
  if (words) toast.querySelector("span").textContent = words;
  place.append(toast);
}

function leave(toast) {
  if (toast.contains(document.activeElement)) document.getElementById("content").focus();
  toast.remove();
}

function mayLeave(toast) {
  if (!toast.matches(".gx-success, .gx-info") || toast.querySelector("form, a")) return;
  const wait = () => setTimeout(() => (toast.matches(":hover, :focus-within") ? wait() : toast.remove()), STAYS);
  wait();
}

if (place) {
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) mayLeave(node);
  }).observe(place, { childList: true });
  for (const group of document.querySelectorAll("[data-toasts]")) {
    place.append(...group.children);
    group.remove();
  }
  place.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-toast]")) leave(event.target.closest("[data-toast]"));
  });
}

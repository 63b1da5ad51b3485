// Jobs in the frame: each tab remembers which it saw running, so that it can be told how they ended, on whatever page.

const KEPT = "watched";
const work = () => document.getElementById("work");
const shown = () => (work()?.dataset.watched ?? "").split(",").filter(Boolean);
const kept = () => (sessionStorage.getItem(KEPT) ?? "").split(",").filter(Boolean);
let wasOpen = false;
let hadFocus = false;

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id === "work") event.detail.parameters.watched = [...new Set([...kept(), ...shown()])].join(",");
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "work") return;
  wasOpen = Boolean(work().querySelector("details[open]"));
  hadFocus = work().contains(document.activeElement);
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id !== "work") return;
  sessionStorage.setItem(KEPT, shown().join(","));
  const details = work().querySelector("details");
  if (details) details.open = wasOpen;
  if (hadFocus) details?.querySelector("summary").focus();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && work()) window.htmx?.trigger(work(), "look-now");
});

if (work()) {
  const over = kept().filter((id) => !shown().includes(id));
  if (over.length) addEventListener("load", () => window.htmx?.trigger(work(), "look-now"));
  else sessionStorage.setItem(KEPT, shown().join(","));
}

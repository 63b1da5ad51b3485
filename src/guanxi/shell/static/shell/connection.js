// A lost connection and an ended session: said at once, tried again without being asked, and nothing typed is lost.

import { say } from "./toasts.js";

const TRY_EVERY = 4000; // milliseconds
const PATIENCE = 8000;
const banner = document.getElementById("lost");
const unsent = new Set(); // what to call to send it again
let trying = 0;

const signIn = () => `${document.body.dataset.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`;
const csrf = () => document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1];

function show(kind) {
  if (!banner) return;
  for (const each of banner.querySelectorAll("[data-lost]")) each.hidden = each.dataset.lost !== kind;
  banner.hidden = !kind;
}

// "here", "signed out" or "away": whether a form would arrive. The answer renews the form's token as well, which a
// sign-in in another tab has replaced.
export async function reach() {
  const address = document.getElementById("work")?.getAttribute("hx-get");
  if (!address) return "here";
  try {
    const answer = await fetch(address, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    return answer.type === "opaqueredirect" ? "signed out" : "here";
  } catch {
    return "away";
  }
}

export function lose(again) {
  if (again) unsent.add(again);
  show("network");
  trying ||= setInterval(tryAgain, TRY_EVERY);
}

export const leaveToSignIn = () => location.assign(signIn());

export function renewToken(form) {
  const field = form.elements.csrfmiddlewaretoken;
  if (field && csrf()) field.value = csrf();
}

async function tryAgain() {
  const found = await reach();
  if (found === "away") return;
  clearInterval(trying);
  trying = 0;
  show(found === "signed out" ? "signed-out" : unsent.size ? "unsent" : "");
}

document.addEventListener("htmx:configRequest", (event) => {
  if (csrf()) event.detail.headers["x-csrftoken"] = csrf();
});

for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const { verb, path, elt, target } = event.detail.requestConfig;
    lose(verb === "get" ? null : () => window.htmx.ajax(verb, path, { source: elt, target }));
  });
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const came = new URL(event.detail.xhr.responseURL || location.href);
  if (came.pathname !== document.body.dataset.signIn) return;
  event.detail.shouldSwap = false;
  show("signed-out");
});

document.addEventListener("htmx:responseError", (event) => {
  const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  say("refused", page.querySelector("[role=alert]:not([hidden])")?.textContent.trim());
});

// What asks by itself rests while nobody looks.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches('[hx-trigger*="every"]')) event.preventDefault();
});

banner?.addEventListener("click", (event) => {
  if (event.target.closest("[data-sign-in-again]")) event.target.closest("a").href = signIn();
  if (!event.target.closest("[data-send-again]")) return;
  const again = [...unsent];
  unsent.clear();
  show("");
  for (const send of again) send();
});
addEventListener("offline", () => lose());

// What is typed into a form outlives a lost connection and an ended session. Before a form is sent, the page makes sure
// that it would arrive; what was typed is kept in this tab until it has. Passwords, files and hidden fields never are.

import "./composing.js";
import { leaveToSignIn, lose, reach, renewToken } from "./connection.js";
import { say } from "./toasts.js";

const KEPT = "typed";
const person = document.body.dataset.person;
const going = new WeakSet(); // forms that were found able to arrive

const fields = (form) => [...form.elements].filter((each) => each.name && !each.matches(
  "button, fieldset, output, [type=password], [type=file], [type=hidden], [type=submit], [autocomplete=one-time-code]",
));
const isTyped = (form) => form.method === "post" && !form.closest("[data-keep=no]") && fields(form).length > 0;
const isSentByHtmx = (form) => form.hasAttribute("hx-post") && !form.hasAttribute("data-drafting");
const placeOf = (form) => [...document.forms].filter(isTyped).indexOf(form);

function keep(form, isLost) {
  const values = fields(form).map((each) => [each.name, each.matches("[type=checkbox], [type=radio]") ? each.checked
    : each.multiple ? [...each.selectedOptions].map((one) => one.value) : each.value]);
  sessionStorage.setItem(KEPT, JSON.stringify({ person, page: location.pathname, form: placeOf(form), values, isLost }));
}

function putBack(entry) {
  const form = [...document.forms].filter(isTyped)[entry.form];
  if (!form) return;
  fields(form).forEach((each, place) => {
    const [name, value] = entry.values[place] ?? [];
    if (name !== each.name) return;
    if (each.matches("[type=checkbox], [type=radio]")) each.checked = value;
    else if (each.multiple) for (const one of each.options) one.selected = value.includes(one.value);
    else each.value = value;
  });
  form.querySelector("details")?.setAttribute("open", "");
  say("typed");
}

async function send(form, submitter) {
  form.dataset.sent = "yes";
  const found = await reach();
  delete form.dataset.sent;
  if (found === "away") { lose(() => form.requestSubmit(submitter)); return; }
  keep(form, found === "signed out");
  if (found === "signed out") { leaveToSignIn(); return; }
  renewToken(form);
  going.add(form);
  form.requestSubmit(submitter);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented || isSentByHtmx(form)) return;
  if (form.dataset.sent) { event.preventDefault(); return; } // under way already: not twice
  if (person && isTyped(form) && !going.has(form)) {
    event.preventDefault();
    send(form, event.submitter);
    return;
  }
  going.delete(form);
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 5000);
});

// A form that keeps itself could not, since nobody is signed in any more: it is kept here until somebody is.
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = event.detail.requestConfig.elt.closest("form[data-drafting]");
  const came = new URL(event.detail.xhr.responseURL || location.href);
  if (form && isTyped(form) && came.pathname === document.body.dataset.signIn) keep(form, true);
});

// A page of ours that came after a form was sent means that it arrived, unless it is the sign-in, or somebody went
// back to the form because nothing came.
function arrive() {
  const entry = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (!entry) return;
  if (!person || document.querySelector("[data-unsent]")) {
    sessionStorage.setItem(KEPT, JSON.stringify({ ...entry, isLost: true }));
    say("kept");
    return;
  }
  const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  const isHere = entry.page === location.pathname && entry.person === person;
  if (!isHere && entry.isLost && entry.person === person) return; // on the way to it: a second factor, the start page
  sessionStorage.removeItem(KEPT);
  if (isHere && (entry.isLost || isBack)) putBack(entry);
}

arrive();

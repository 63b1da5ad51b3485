// A form that keeps itself is not left behind: whoever goes on to another step, a trial letter or another page goes
// once everything typed is kept. What cannot be kept is said; who then leaves all the same is let go.

const form = document.querySelector("[data-drafting][hx-target='#draft-kept']");
// Changes so far, also of what was typed before this script came; those that were sent; those that the server keeps.
const isTouched = (each) => each.type !== "hidden" && "defaultValue" in each && each.value !== each.defaultValue;
let typed = form && [...form.elements].some(isTouched) ? 1 : 0;
let sent = 0;
let kept = 0;
let insists = -1;

const isBehind = () => kept < typed && insists !== typed;

function keepNow() {
  return new Promise((done) => {
    form.addEventListener("htmx:afterRequest", done, { once: true });
    window.htmx.trigger(form, "change");
  });
}

async function leave(go) {
  for (let tries = 0; kept < typed && tries < 3; tries += 1) await keepNow();
  if (kept === typed) go();
  else insists = typed;
}

// Keeping draws the panel anew, and with it the button that somebody pressed.
function sendAgain({ button, action }) {
  const isSame = (each) => each.form?.action === action && each.name === button.name && each.value === button.value;
  const now = button.isConnected ? button : [...document.querySelectorAll("button")].find(isSame);
  now?.form.requestSubmit(now);
}

if (form) {
  form.addEventListener("input", (event) => { if (!event.isComposing) typed += 1; }, true);
  form.addEventListener("htmx:configRequest", () => { sent = typed; });
  form.addEventListener("htmx:afterRequest", (event) => {
    const { successful, xhr } = event.detail;
    const isSignedOut = new URL(xhr.responseURL || location.href).pathname === document.body.dataset.signIn;
    if (successful && !isSignedOut && !form.querySelector("#draft-kept .gx-complaint")) kept = sent;
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || !isBehind() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.matches("[data-sign-in-again], [download]")) return;
    event.preventDefault();
    leave(() => link.click());
  });
  document.addEventListener("submit", (event) => {
    if (event.target === form || !isBehind() || !event.submitter) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const pressed = { button: event.submitter, action: event.target.action };
    leave(() => sendAgain(pressed));
  }, true);
  // By the browser's own button there is no waiting: it is sent while the page goes.
  addEventListener("pagehide", () => {
    if (!isBehind() || form.dataset.sent) return;
    const headers = { "HX-Request": "true" };
    fetch(form.getAttribute("hx-post"), { method: "POST", body: new FormData(form), headers, keepalive: true });
  });
}

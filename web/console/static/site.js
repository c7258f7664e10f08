// What pages do beyond plain forms and links. Every page works without it.

// Counters and "this case has changed": one stream for the page, told what happened, asking the server for what it means.
const live = document.querySelector("[data-live]");
const listen = () => {
  const stream = new EventSource(live.dataset.live);
  stream.addEventListener("counters", (event) => {
    for (const [name, value] of Object.entries(JSON.parse(event.data))) {
      for (const spot of document.querySelectorAll(`[data-counter="${name}"]`)) {
        spot.textContent = value;
        spot.hidden = !value && "hideZero" in spot.dataset;
      }
    }
    document.body.dispatchEvent(new CustomEvent("counted"));
  });
  stream.addEventListener("change", (event) => {
    const change = JSON.parse(event.data);
    const shown = document.querySelector("[data-case]");
    if (shown && shown.dataset.case === change.code && Number(shown.dataset.seq) < change.seq) {
      document.querySelector("[data-stale]")?.removeAttribute("hidden");
    }
  });
  window.addEventListener("pagehide", () => stream.close());
};
if (live && window.EventSource) {
  listen();
  window.addEventListener("signed-in", listen); // the stream ended with the session before
}

// No connection: say so, and when it is back take it away again.
const offline = document.querySelector("[data-offline]");
const connection = () => offline && (offline.hidden = navigator.onLine);
window.addEventListener("online", connection);
window.addEventListener("offline", connection);
connection();

// A form is sent once: a second click finds its button resting. Going back makes it usable again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  for (const button of form.querySelectorAll("button:not([type=button])")) setTimeout(() => (button.disabled = true));
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[method=post] button:disabled")) button.disabled = false;
});

// A choice that only matters with another one: <fieldset data-when="form=written">.
const dependents = () => {
  for (const part of document.querySelectorAll("[data-when]")) {
    const [name, wanted] = part.dataset.when.split("=");
    const fields = part.closest("form").querySelectorAll(`[name="${name}"]`);
    part.hidden = ![...fields].some((field) => (["radio", "checkbox"].includes(field.type) ? field.checked : true) && field.value === wanted);
  }
};
document.addEventListener("change", dependents);
dependents();

// "/" goes to the search, as offices know it from their mail.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "/" && !typing) {
    document.querySelector("[data-find]")?.focus();
    event.preventDefault();
  }
});

// Selecting all rows of a table.
for (const all of document.querySelectorAll("[data-all]")) {
  all.addEventListener("change", () => {
    for (const one of document.querySelectorAll(`input[name="${all.dataset.all}"]`)) one.checked = all.checked;
  });
}

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());

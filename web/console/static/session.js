// A session ends when nobody does anything. The page says so in time, keeps what was typed, and goes on after signing in again.

const bar = document.querySelector("[data-session]");
const WARN = 180; // seconds before the end at which somebody is asked
const LOOK = 20; // seconds between two looks at the time that is left
const AGAIN = 3; // seconds after which is asked again where no answer came

let ends = Date.now() + Number(bar.dataset.session) * 1000;
let typed = 0; // when something was typed last: that is work, too, though the server hears nothing of it
let told = Date.now(); // when the server was last told that somebody is at work
let timer;
let asked = 0; // how often the server was asked: only the answer to the last question counts

const show = (name, left = 0) => {
  bar.hidden = !name;
  bar.classList.toggle("bad", name === "over" || name === "other");
  for (const part of bar.querySelectorAll("[data-part]")) part.hidden = part.dataset.part !== name;
  for (const spot of bar.querySelectorAll("[data-minutes]")) spot.textContent = Math.max(1, Math.round(left / 60));
};

const plan = (seconds) => {
  clearTimeout(timer);
  timer = setTimeout(look, Math.max(1, seconds) * 1000);
};

// Asks how long the session lasts; with `stay` it lasts longer from now on. Returns whether it goes on.
async function ask(stay = false) {
  const mine = ++asked;
  let found;
  try {
    const csrf = document.querySelector('input[name="csrf"]')?.value ?? "";
    const how = stay ? { method: "POST", body: new URLSearchParams({ csrf }) } : {};
    const answer = await fetch(stay ? "/session/stay" : "/session", { ...how, redirect: "error", cache: "no-store" });
    found = await answer.json();
  } catch {
    if (mine !== asked) return false;
    if (stay) return ask(); // sent to the sign-in page, or no connection
    plan(AGAIN);
    return false;
  }
  if (mine !== asked) return Boolean(found.left) && found.who === bar.dataset.who;
  if (!found.left || found.who !== bar.dataset.who) {
    show(found.left ? "other" : "over");
    ends = 0;
    plan(LOOK);
    return false;
  }
  if (!ends) window.dispatchEvent(new Event("signed-in"));
  for (const field of document.querySelectorAll('input[name="csrf"]')) field.value = found.csrf;
  ends = Date.now() + found.left * 1000;
  if (stay) told = Date.now();
  show(found.left > WARN ? "" : found.last ? "last" : "soon", found.left);
  plan(found.left > WARN ? found.left - WARN : Math.min(LOOK, found.left));
  return true;
}

const look = () => ask(typed > told);

document.addEventListener("input", () => (typed = Date.now()));
bar.querySelector("[data-stay]").addEventListener("click", () => ask(true));
const back = () => {
  if (!document.hidden && Date.now() > ends - WARN * 1000) look();
};
document.addEventListener("visibilitychange", back);
window.addEventListener("focus", back);
document.body.addEventListener("session-over", () => ask());
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful || !ends || !bar.hidden) return;
  told = Date.now();
  ends = told + Number(bar.dataset.session) * 1000;
  plan(Number(bar.dataset.session) - WARN);
});

// A form is not sent into the void: first it is seen whether the session still goes on.
document.addEventListener(
  "submit",
  async (event) => {
    const { target: form, submitter } = event;
    if (form.method !== "post" || Date.now() < ends) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await ask()) form.requestSubmit(submitter);
    else bar.scrollIntoView({ block: "nearest" });
  },
  true,
);

plan(Number(bar.dataset.session) - WARN);

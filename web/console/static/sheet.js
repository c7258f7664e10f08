// A sheet on a phone. A tap on a target takes its form there without a page; a result made while the connection is away waits in this
// browser and is sent later. What waits are ids of targets, answers and reasons from the list: words and names are never kept.

const sheet = document.querySelector("[data-sheet]");
const key = `sheet ${sheet.dataset.who} ${sheet.dataset.sheet}`;
const forms = [...sheet.querySelectorAll("form[data-result]")];
const box = sheet.querySelector("[data-waiting]");
const list = box.querySelector("[data-rows]");
const said = sheet.querySelector("[data-said]");
const PATIENCE = 5000; // milliseconds to wait for an answer before the connection counts as away
const ahead = Date.now() - Date.parse(sheet.dataset.now); // a phone's clock is set by hand, the page has the server's

const load = () => {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
};

// Whether it could be kept: a full or a forbidden store takes nothing.
const save = (rows) => {
  try {
    if (rows.length) localStorage.setItem(key, JSON.stringify(rows));
    else localStorage.removeItem(key);
    return true;
  } catch {
    return false;
  }
};

// Not every phone comes over https, where browsers make such ids themselves.
const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const spot = (target) => [...sheet.querySelectorAll("[data-key]")].find((row) => row.dataset.key === target);
const label = (target) => spot(target)?.firstElementChild.textContent ?? target;
const show = (name, shown) => (sheet.querySelector(`[data-${name}]`).hidden = !shown);

const draw = () => {
  const rows = load();
  for (const row of sheet.querySelectorAll("[data-open] > li")) {
    if (rows.some((kept) => kept.target === row.dataset.key)) row.dataset.state = "waits";
    else if (row.dataset.state === "waits") delete row.dataset.state;
  }
  box.hidden = !rows.length;
  list.replaceChildren(...rows.map((row) => {
    const line = document.createElement("li");
    line.append(`${label(row.target)} · ${list.dataset[row.outcome]}${row.why ? ` · ${row.why}` : ""} `);
    if (row.why) {
      const drop = Object.assign(document.createElement("button"), { type: "button", textContent: list.dataset.drop });
      drop.addEventListener("click", () => {
        save(load().filter((kept) => kept.id !== row.id));
        draw();
      });
      line.append(drop);
    }
    return line;
  }));
};

// The form goes to a target: the same form, empty, under another name and with another id.
const choose = (target) => {
  const place = document.querySelector("#do");
  if (!place) return;
  for (const form of forms) {
    form.reset();
    form.elements.target.value = target;
    form.elements.id.value = fresh();
  }
  place.hidden = false;
  place.querySelector("#target").textContent = label(target);
  for (const link of sheet.querySelectorAll("[data-open] a")) {
    if (link.parentElement.dataset.key === target) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  place.scrollIntoView({ block: "start" });
  place.querySelector("#target").focus({ preventScroll: true });
};

const onward = () => {
  const next = sheet.querySelector("[data-open] > li:not([data-state])");
  if (next) choose(next.dataset.key);
  else document.querySelector("#do").hidden = true;
};

// The result as a row of a batch; nothing where it has words in it, which are not kept here.
const rowOf = (form) => {
  const fields = new FormData(form);
  const wordy = ["text", "person.name", "person.phone"].some((name) => fields.get(name)?.trim()) || fields.has("findings");
  if (wordy || form.querySelector(":checked[data-words]")) return null;
  const row = { id: fields.get("id"), target: fields.get("target"), at: new Date(Date.now() - ahead).toISOString() };
  if (form.dataset.result === "skip") return { ...row, outcome: "skipped", skip: fields.get("skip") };
  const answers = [...fields].filter(([name, value]) => name.startsWith("answer.") && value);
  return { ...row, outcome: "visited", answers: Object.fromEntries(answers.map(([name, value]) => [name.slice("answer.".length), value])) };
};

const keep = (form) => {
  const row = rowOf(form);
  const kept = row !== null && save([...load().filter((old) => old.target !== row.target), row]);
  show("needs-connection", row === null);
  show("no-room", row !== null && !kept);
  if (!kept) return;
  said.textContent = `${label(row.target)}：${said.dataset.kept}`;
  draw();
  onward();
};

const reachable = async () => {
  if (!navigator.onLine) return false;
  try {
    await fetch("/session", { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
    return true;
  } catch {
    return false;
  }
};

// Before the session is looked at: whoever is without a connection keeps the result, whatever has become of the session meanwhile.
let passing = false;
let busy = false;
window.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    if (passing || !forms.includes(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (busy) return;
    busy = true;
    const there = await reachable();
    busy = false;
    if (!there) return keep(form);
    passing = true;
    form.requestSubmit();
    passing = false;
  },
  true,
);

let sending = false;
const send = async () => {
  const rows = load().filter((row) => !row.why);
  if (!rows.length || sending || !navigator.onLine) return;
  sending = true;
  try {
    const csrf = sheet.querySelector('input[name="csrf"]')?.value ?? document.querySelector('input[name="csrf"]').value;
    const body = new URLSearchParams({ csrf, rows: JSON.stringify(rows) });
    const answer = await fetch(`/sheets/${sheet.dataset.sheet}/results`, { method: "POST", body, redirect: "error" });
    if (!answer.ok) return;
    const why = Object.fromEntries((await answer.json()).broken.map((row) => [row.id, row.why]));
    const gone = rows.filter((row) => !(row.id in why));
    save(load().filter((row) => !gone.some((sent) => sent.id === row.id)).map((row) => (row.id in why ? { ...row, why: why[row.id] } : row)));
    draw();
    for (const row of gone) if (spot(row.target)) spot(row.target).dataset.state = "sent";
    if (gone.length) said.textContent = `${said.dataset.sent}：${gone.map((row) => label(row.target)).join("、")}`;
  } catch {
    // It waits on, for the next time.
  } finally {
    sending = false;
  }
};

sheet.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open] a");
  if (!link || !forms.length || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  choose(link.parentElement.dataset.key);
});
box.querySelector("[data-send]").addEventListener("click", send);
window.addEventListener("online", send);
window.addEventListener("signed-in", send);

draw();
const current = forms[0]?.elements.target.value;
if (current && spot(current)?.dataset.state) onward();
send();

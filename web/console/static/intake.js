// What makes the intake quick. The page works without it: a plain list of places, a button for one more party.

const form = document.querySelector("#intake");
const MOST = 12;

// The village picker: a field to type in, in characters, pinyin or initials, in front of the plain list.
function picker(select) {
  const places = [...select.options].filter((option) => option.value).map((option) => ({
    value: option.value,
    name: option.text,
    town: option.parentElement.label,
    keys: option.dataset.keys.split(" "),
    above: option.parentElement.dataset.keys.split(" "),
  }));
  const input = Object.assign(document.createElement("input"), { id: "place-typed", type: "text", required: true, autocomplete: "off" });
  const list = Object.assign(document.createElement("ul"), { id: "place-list", hidden: true });
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list", placeholder: select.dataset.hint,
  })) input.setAttribute(name, value);
  for (const name of ["aria-invalid", "aria-describedby"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", document.querySelector(`label[for="${select.id}"]`).textContent);
  let shown = [];
  let at = -1;

  const said = (place) => (place ? `${place.name} · ${place.town}` : "");
  const chosen = () => places.find((place) => place.value === select.value);
  const fits = (typed) => {
    const plain = typed.toLowerCase().replace(/[\s·]/g, "");
    const begins = (place) => place.name.startsWith(plain) || place.keys.some((key) => key.startsWith(plain));
    const holds = (place) => `${place.town}${place.name}`.includes(plain) || place.above.some((key) => key.startsWith(plain));
    const first = places.filter(begins);
    return (plain ? [...first, ...places.filter((place) => !first.includes(place) && holds(place))] : places).slice(0, MOST);
  };
  const mark = (number) => {
    at = number;
    [...list.children].forEach((row, n) => row.setAttribute("aria-selected", String(n === at)));
    list.children[at]?.scrollIntoView({ block: "nearest" });
    if (list.children[at]) input.setAttribute("aria-activedescendant", list.children[at].id);
    else input.removeAttribute("aria-activedescendant");
  };
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  };
  const open = () => {
    shown = fits(chosen() && input.value === said(chosen()) ? "" : input.value);
    list.replaceChildren(...shown.map((place, n) => {
      const row = Object.assign(document.createElement("li"), { id: `place-${n}` });
      row.setAttribute("role", "option");
      row.append(place.name, Object.assign(document.createElement("small"), { textContent: place.town }));
      row.addEventListener("mousedown", (event) => {
        event.preventDefault();
        take(place);
      });
      return row;
    }));
    if (!shown.length) {
      const none = Object.assign(document.createElement("li"), { textContent: select.dataset.none });
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      list.append(none);
    }
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(shown.length && input.value ? 0 : -1);
  };
  const take = (place) => {
    input.value = said(place);
    if (select.value !== (place?.value ?? "")) {
      select.value = place?.value ?? "";
      select.dispatchEvent(new Event("input", { bubbles: true }));
    }
    input.setCustomValidity("");
    close();
  };

  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", open);
  input.addEventListener("input", (event) => {
    event.stopPropagation();
    select.value = "";
    input.setCustomValidity(input.value ? select.dataset.unknown : "");
    open();
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      if (list.hidden) open();
      else if (shown.length) mark((at + step + shown.length) % shown.length);
      event.preventDefault();
    } else if (event.key === "Enter" && !list.hidden) {
      if (shown[at]) take(shown[at]);
      event.preventDefault();
    } else if (event.key === "Escape") close();
  });
  // Leaving the field takes what is marked: type two letters, press Tab.
  input.addEventListener("blur", () => {
    if (!list.hidden && input.value && shown[at]) take(shown[at]);
    close();
  });

  input.value = said(chosen());
  document.querySelector(`label[for="${select.id}"]`).htmlFor = input.id;
  select.required = false;
  select.hidden = true;
  select.after(input, list);
  if (select.autofocus) input.focus();
}

// One more party, without a round to the server.
function parties(rows) {
  const button = form.querySelector("[data-more]");
  const count = form.elements.rows;
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const row = Number(count.value);
    const blank = document.querySelector("[data-blank]").innerHTML.replaceAll("__row__", row).replaceAll("__number__", row + 1);
    rows.insertAdjacentHTML("beforeend", blank);
    count.value = row + 1;
    button.hidden = row + 1 >= Number(rows.dataset.most);
    document.getElementById(`parties.${row}.name`).focus();
    rows.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

picker(form.querySelector("[data-picker]"));
parties(form.querySelector("[data-parties]"));

// Ctrl+Enter sends the form from anywhere in it.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    form.requestSubmit(form.querySelector("[data-submit]"));
    event.preventDefault();
  }
});

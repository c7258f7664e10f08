// Papers by their digest: worked out in this browser, the file itself goes nowhere.

const digest = async (file) => {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

// Without a secure connection browsers offer no digests; then the fields are filled in by hand.
const ready = (root) => {
  if (!window.crypto?.subtle) return;
  for (const part of root.querySelectorAll("[data-needs-script]")) part.hidden = false;
};

document.addEventListener("change", async (event) => {
  const field = event.target;
  const [file] = field.files ?? [];
  if (!file) return;
  if ("digest" in field.dataset) {
    const { sha256, size, media_type: type, title } = field.form.elements;
    sha256.value = await digest(file);
    size.value = file.size;
    type.value = file.type;
    title.value ||= file.name.replace(/\.[^.]*$/, "");
  }
  if ("checkPaper" in field.dataset) {
    const found = document.querySelector(`[data-digest-of="${await digest(file)}"]`);
    const told = field.parentElement.querySelector("[role=status]");
    told.textContent = found ? told.dataset.found : told.dataset.missing;
    told.className = found ? "notice good" : "notice bad";
  }
});

ready(document);
document.addEventListener("htmx:afterSwap", (event) => ready(event.target));

// Nothing typed is lost: `form[data-draft]` is kept in the browser, and at `data-draft-url` when given.
import { csrf, make, word } from "./words.js";

// By person: whoever uses the browser next is not offered what somebody else was writing.
const PREFIX = `draft:${document.body.dataset.person ?? ""}:`;
const fieldsOf = (form) =>
  [...form.elements].filter((field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type)
    && field.name !== "csrfmiddlewaretoken" && !field.closest("[data-no-draft]"));

const read = (form) => {
  const values = {};
  for (const field of fieldsOf(form)) {
    if (field.type === "checkbox" || field.type === "radio") {
      if (field.checked) (values[field.name] ??= []).push(field.value);
    } else if (field.value) (values[field.name] ??= []).push(field.value);
  }
  return values;
};

const write = (form, values) => {
  const used = {};
  for (const field of fieldsOf(form)) {
    const kept = values[field.name];
    if (field.type === "checkbox" || field.type === "radio") field.checked = kept ? kept.includes(field.value) : field.checked;
    else if (kept) {
      const index = (used[field.name] = (used[field.name] ?? -1) + 1);
      if (kept[index] !== undefined) field.value = kept[index];
    }
    field.dispatchEvent(new Event("input", { bubbles: false }));
  }
};

const texts = (form) => fieldsOf(form).some((field) => field.value && ["textarea", "text", "search", "email", "tel", "url"].includes(field.type));

function start(form) {
  const key = PREFIX + form.dataset.draft;
  const state = form.querySelector("[data-draft-state]");
  const say = (name) => { if (state) state.textContent = word(name); };
  const untouched = read(form);
  let timer = null;
  let sending = null;

  const save = ({ here = false } = {}) => {
    const empty = !texts(form);
    try {
      if (empty) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: read(form) }));
      if (!empty) say("draftSaved");
    } catch { /* storage is full or refused: the server's copy remains */ }
    if (form.dataset.draftUrl && !here) {
      const body = new FormData();
      for (const [name, values] of Object.entries(read(form))) for (const value of values) body.append(name, value);
      sending = new AbortController();
      const headers = { "X-CSRFToken": csrf() };
      fetch(form.dataset.draftUrl, { method: "POST", body, keepalive: true, headers, signal: sending.signal }).catch(() => {});
    }
  };

  const offerBack = () => {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(key)); } catch { localStorage.removeItem(key); }
    // What the server gave back (a 422 keeps what was typed) is newer than what the browser kept.
    if (!kept || form.querySelector("[aria-invalid=true]") || JSON.stringify(kept.values) === JSON.stringify(untouched)) return;
    write(form, kept.values);
    if (!state) return;
    const drop = make("button", { type: "button", class: "button quiet sm" }, word("discard"));
    drop.addEventListener("click", () => { localStorage.removeItem(key); form.reset(); state.textContent = ""; });
    state.replaceChildren(word("draftRestored"), " ", drop);
  };

  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 600); });
  window.addEventListener("pagehide", () => { if (timer) save(); });
  // Forgotten only once the server has accepted it: the next page says so through data-draft-done.
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form || !event.detail.successful) return;
    clearTimeout(timer); timer = null;
    localStorage.removeItem(key);
    if (form.isConnected) form.reset();
  });
  // Kept in the browser only: a draft that reached the server after the message would be offered as unsent.
  form.addEventListener("submit", () => { clearTimeout(timer); timer = null; sending?.abort(); save({ here: true }); });
  offerBack();
}

export function wireDrafts(root) {
  for (const done of root.querySelectorAll("[data-draft-done]")) {
    for (const name of done.dataset.draftDone.split(" ")) localStorage.removeItem(PREFIX + name);
  }
  for (const form of root.querySelectorAll("form[data-draft]")) {
    if (form.dataset.draftWired) continue;
    form.dataset.draftWired = "1";
    start(form);
  }
}

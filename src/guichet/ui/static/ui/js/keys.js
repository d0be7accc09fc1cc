// Shortcuts live on the elements they act on: data-key="r", "g t", "Ctrl+Enter". `?` lists what the page has.
import { openDialog } from "./dialog.js";
import { make } from "./words.js";

const typing = (node) => node?.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const visible = (node) => node.checkVisibility?.() ?? node.offsetParent !== null;
const actors = () => [...document.querySelectorAll("[data-key]")].filter(
  (node) => !node.disabled && !node.closest("[inert]") && (visible(node) || node.closest("[popover], .composer-kind")));

const scope = () => {
  const modal = document.querySelector("dialog:modal");
  return modal ? actors().filter((node) => modal.contains(node)) : actors();
};

const nameOf = (event) => {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  parts.push(event.key.length === 1 ? event.key.toLowerCase() : event.key);
  return parts.join("+");
};

const same = (wanted, pressed) => wanted.toLowerCase() === pressed.toLowerCase();

function act(node) {
  const form = node.form;
  if (node.matches("input[type=radio]")) {
    node.click();
    form?.querySelector("textarea")?.focus();
  } else if (node.matches("input, textarea, select") && node.type !== "checkbox") node.focus();
  else node.click();
}

function move(step) {
  const list = document.querySelector("[data-list]:not([hidden])");
  const links = [...(list?.querySelectorAll("[data-row]") ?? [])].map((row) => row.querySelector(".row-link, a") ?? row);
  if (!links.length) return false;
  const here = links.findIndex((link) => link.closest("[data-row]").contains(document.activeElement));
  const next = links[Math.min(links.length - 1, Math.max(0, here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step))];
  next.focus();
  next.closest("[data-row]").scrollIntoView({ block: "nearest" });
  return true;
}

const labelOf = (node) => node.dataset.keyLabel || node.getAttribute("aria-label") || node.dataset.command
  || node.closest("label")?.innerText.trim().replace(/\s+\S$/, "") || node.querySelector("span")?.innerText.trim() || node.innerText.trim();

export function keysShown(key) {
  return key.split(/(?=[+ ])|(?<=[+ ])/).filter((part) => part.trim() && part !== "+").map((part) => make("kbd", { class: "kbd" }, part));
}

function help() {
  const dialog = document.getElementById("keys-help");
  const list = dialog?.querySelector("[data-keys-list]");
  if (!list) return;
  const seen = new Set();
  const rows = actors().filter((node) => !seen.has(node.dataset.key) && seen.add(node.dataset.key)).map((node) =>
    make("div", {}, make("dt", {}, labelOf(node)), make("dd", {}, ...keysShown(node.dataset.key))));
  list.replaceChildren(...rows, dialog.querySelector("[data-keys-fixed]").content.cloneNode(true));
  openDialog(dialog);
}

export function wireKeys() {
  let first = "";
  let timer = null;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const pressed = nameOf(event);
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    const field = typing(event.target);
    if (field && !modified) {
      if (event.key === "Escape" && !field.closest("dialog")) field.blur();
      return;
    }
    const pool = scope();
    const sequence = first ? `${first} ${pressed}` : "";
    // Within a field, Ctrl+Enter belongs to the field's own form.
    const near = field?.form ? pool.filter((node) => node.form === field.form) : [];
    const found = [...near, ...pool].find((node) => same(node.dataset.key, sequence || pressed)) ?? pool.find((node) => same(node.dataset.key, pressed));
    if (found) {
      event.preventDefault();
      first = "";
      act(found);
      return;
    }
    if (modified || document.querySelector("dialog:modal")) return;
    if (event.key === "?") { event.preventDefault(); help(); return; }
    if (event.key === "j" || event.key === "k") { if (move(event.key === "j" ? 1 : -1)) event.preventDefault(); return; }
    if (event.key === "x") {
      const box = document.activeElement?.closest("[data-row]")?.querySelector("[data-bulk]");
      if (box) { event.preventDefault(); box.click(); return; }
    }
    if (event.key.length === 1 && pool.some((node) => node.dataset.key.toLowerCase().startsWith(`${pressed} `))) {
      first = pressed;
      clearTimeout(timer);
      timer = setTimeout(() => { first = ""; }, 1200);
    } else first = "";
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-open-keys]")) { event.preventDefault(); help(); } });
}

// The desk's own enhancements: sheets, canned texts, presence, lists that change without moving the row under the hand.

const sheet = () => document.getElementById("sheet");

// A form that arrived in the sheet opens it; a done deed closes it.
document.addEventListener("htmx:afterSettle", (event) => {
  const dialog = sheet();
  if (event.detail.target !== dialog || !dialog.firstElementChild) return;
  for (const menu of document.querySelectorAll("[popover]:popover-open")) menu.hidePopover();
  if (!dialog.open) dialog.showModal();
  const wrong = dialog.querySelector(".dialog-body [aria-invalid=true]");
  (wrong ?? dialog.querySelector(".dialog-body :is(input:checked, input:not([type=hidden]), select, textarea, .button)"))?.focus();
});
document.addEventListener("ticketchanged", () => sheet()?.close());

// Refusals that carry their form or their own words are shown, not swallowed.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (target === sheet() && [403, 409, 412].includes(xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  } else if ((xhr.getResponseHeader("HX-Trigger") ?? "").includes('"toast"')) event.detail.isError = false;
});

// Panels and folded facts stay as the person left them when their part of the page is fetched anew.
const opened = new Map();
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details[id]")) opened.set(event.target.id, event.target.open);
}, true);
document.addEventListener("htmx:load", (event) => {
  for (const panel of event.target.querySelectorAll?.("details[id]") ?? []) {
    if (opened.has(panel.id)) panel.open = opened.get(panel.id);
  }
});

// Canned texts go where the cursor stands; "/" at the beginning of an empty text opens them.
const composer = document.getElementById("composer");
const area = composer?.querySelector("textarea");
// An empty text with nobody in it takes one line only. Not by CSS alone: what is hidden while focus moves can't get it.
let pressed = false;
const rest = () => setTimeout(() => {
  if (pressed) return;
  composer.classList.toggle("resting", !composer.matches(":focus-within, :has(:popover-open, [data-file-list] li)") && !area.value.trim());
});
if (area) {
  composer.addEventListener("focusin", () => composer.classList.remove("resting"));
  composer.addEventListener("focusout", rest);
  // Nothing moves between press and release: what moves away under the pointer is never clicked.
  composer.addEventListener("pointerdown", () => { pressed = true; });
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { if (pressed) { pressed = false; setTimeout(rest); } });
  if (!area.matches("[aria-invalid]")) rest();
}
const insert = (text) => {
  const { selectionStart, selectionEnd, value } = area;
  const before = value.slice(0, selectionStart).replace(/\/$/, "");
  area.value = before + text + value.slice(selectionEnd);
  area.focus();
  area.selectionStart = area.selectionEnd = before.length + text.length;
  area.dispatchEvent(new Event("input", { bubbles: true }));
};
document.addEventListener("click", async (event) => {
  const item = event.target.closest("[data-macro]");
  if (!item || !area || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  item.closest("[popover]")?.hidePopover();
  const answer = await fetch(item.dataset.macro, { headers: { Accept: "application/json" } });
  if (!answer.ok) { location.href = item.href; return; }
  const { kind, body } = await answer.json();
  // A canned note makes the text a note; a canned reply never makes a note public.
  if (kind === "note" || !area.value.trim()) composer.querySelector(`[name=kind][value=${kind}]`)?.click();
  insert(body);
});
// An article's address, chosen in the sheet.
document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-insert]");
  if (!chosen || !area || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  sheet()?.close();
  composer.classList.remove("resting");
  insert(chosen.dataset.insert);
});
area?.addEventListener("keydown", (event) => {
  const menu = document.getElementById("macros");
  if (event.key === "/" && menu && !area.value.slice(0, area.selectionStart).trim()) {
    event.preventDefault();
    menu.showPopover();
    menu.querySelector(".menu-item")?.focus();
  }
});

// Others see that one is writing, and stop seeing it a while after the last key.
const beat = document.getElementById("presence-beat");
if (beat && area) {
  let last = 0;
  let shown = false;
  const writing = () => area.value.trim() !== "" && Date.now() - last < 25000;
  area.addEventListener("input", () => {
    last = Date.now();
    if (!shown) { shown = true; window.htmx.trigger(beat, "writing"); }
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt !== beat) return;
    shown = writing();
    event.detail.parameters.writing = shown ? "1" : "";
    event.detail.headers["X-Background"] = "1";
  });
}

// On a wide screen a ticket of a list opens beside it; a second time, it takes the page.
document.addEventListener("click", (event) => {
  const beside = document.getElementById("beside");
  const link = event.target.closest("[data-beside] .row-link");
  if (event.target.closest("[data-close-beside]")) {
    const shown = document.querySelector("[data-row].current");
    shown?.classList.remove("current");
    beside.replaceChildren();
    shown?.querySelector(".row-link").focus();
  }
  if (!beside || !link || !matchMedia("(width >= 90rem)").matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const row = link.closest("[data-row]");
  if (row.matches(".current")) return;
  event.preventDefault();
  document.querySelector("[data-row].current")?.classList.remove("current");
  row.classList.add("current");
  window.htmx.ajax("GET", `${link.href}?beside=1`, { target: beside, swap: "innerHTML" });
});

// A list that is being pointed at waits; one that is walked through by keyboard keeps its row where it was.
let anchor = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  const list = event.detail.elt;
  if (!list.matches("[data-steady]") || event.detail.requestConfig.triggeringEvent?.type === "refresh") return;
  if (list.querySelector("[data-row]:hover, [data-bulk]:checked")) {
    event.preventDefault();
    list.querySelector("[data-steady-news]").hidden = false;
    list.addEventListener("pointerleave", () => {
      if (!list.querySelector("[data-bulk]:checked")) window.htmx.trigger(list, "refresh");
    }, { once: true });
  }
});
document.addEventListener("click", (event) => {
  const list = event.target.closest("[data-steady-show]")?.closest("[data-steady]");
  if (list) window.htmx.trigger(list, "refresh");
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const row = event.detail.target.matches?.("[data-steady]") && document.activeElement.closest("[data-row]");
  anchor = row ? { id: row.id, top: row.getBoundingClientRect().top } : null;
});
document.addEventListener("htmx:afterSettle", () => {
  const open = document.querySelector("#beside article .reference")?.textContent;
  if (open) document.getElementById(`row-${open}`)?.classList.add("current");
  const row = anchor && document.getElementById(anchor.id);
  if (row && !row.contains(document.activeElement)) {
    row.querySelector(".row-link")?.focus({ preventScroll: true });
    document.getElementById("main").scrollTop += row.getBoundingClientRect().top - anchor.top;
  }
  anchor = null;
});

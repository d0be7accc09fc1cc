// One EventSource for the page. `data-live-topics` says what to listen to; an event named K makes htmx
// refetch every `[data-live-on~=K]` through its trigger `live:K`. Focus and scroll stay where they are.
import { word } from "./words.js";

const show = (state) => {
  for (const node of document.querySelectorAll("[data-live-state]")) {
    node.dataset.state = state;
    const text = node.querySelector("[data-live-text]");
    if (text) text.textContent = state === "on" ? word("liveOn") : state === "lost" ? word("liveLost") : "";
  }
};

const listeners = () => [...document.querySelectorAll("[data-live-on]")];
const kindsOf = (node) => node.dataset.liveOn.split(/\s+/).filter(Boolean);
const split = (name) => [...new Set([...document.querySelectorAll(`[data-live-${name}]`)]
  .flatMap((node) => node.getAttribute(`data-live-${name}`).split(/\s+/)))].filter(Boolean).sort();

const wake = (kind, detail = {}) => {
  for (const node of listeners()) if (kindsOf(node).includes(kind)) window.htmx?.trigger(node, `live:${kind}`, detail);
  document.dispatchEvent(new CustomEvent("guichet:live", { detail: { kind, ...detail } }));
};
// Something may have been missed: everything that listens refetches once.
const wakeAll = () => { for (const node of listeners()) window.htmx?.trigger(node, `live:${kindsOf(node)[0]}`, {}); };

export function wireLive() {
  let source = null;
  let topics = "";
  let known = new Set();
  let lost = false;
  let patience = 2000;

  const hear = () => {
    for (const kind of split("on")) {
      if (known.has(kind)) continue;
      known.add(kind);
      source.addEventListener(kind, (event) => {
        let detail = {};
        try { detail = JSON.parse(event.data); } catch { /* an event without particulars still wakes */ }
        wake(kind, detail);
      });
    }
  };

  const open = () => {
    const wanted = split("topics").join(",");
    if (wanted !== topics || (source?.readyState ?? EventSource.CLOSED) === EventSource.CLOSED) {
      source?.close();
      topics = wanted;
      known = new Set();
      if (!wanted) { source = null; show("off"); return; }
      const base = document.querySelector("[data-live-url]")?.dataset.liveUrl ?? "/live";
      source = new EventSource(`${base}?topics=${encodeURIComponent(wanted)}`);
      source.addEventListener("open", () => { show("on"); if (lost) wakeAll(); lost = false; patience = 2000; });
      source.addEventListener("resync", wakeAll);
      source.addEventListener("error", () => {
        lost = true;
        show("lost");
        if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
        setTimeout(open, patience);
        patience = Math.min(patience * 2, 60000);
      });
    }
    hear();
  };

  open();
  document.addEventListener("htmx:afterSettle", () => { if (split("topics").join(",") !== topics) open(); else if (source) hear(); });
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) { open(); wakeAll(); } });

  // What nobody asked for never sends the page away, even when the session is over.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.triggeringEvent?.type.startsWith("live:")) event.detail.headers["X-Background"] = "1";
  });
  // What is touched in a menu is done, and the menu with it.
  document.addEventListener("htmx:beforeRequest", (event) => event.detail.elt.closest?.(":popover-open")?.hidePopover());
  // A fragment that would replace the field that somebody is in, or a menu that is open, waits until they are done.
  const held = new WeakSet();
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { elt, target, requestConfig } = event.detail;
    if (!elt.matches?.("[data-live-on]")) return;
    const active = document.activeElement;
    // Their own act was answered: they see what became of it.
    const busy = requestConfig?.triggeringEvent?.type !== "ticketchanged" && target.contains(active)
      && active.matches("input:not([type=checkbox]), textarea, select");
    const menu = target.querySelector(":popover-open");
    if (!busy && !menu) return;
    event.detail.shouldSwap = false;
    const one = menu ?? active;
    if (held.has(one)) return;
    held.add(one);
    const over = (change) => {
      if (change.newState === "open") return;
      one.removeEventListener(change.type, over);
      held.delete(one);
      window.htmx.trigger(elt, `live:${kindsOf(elt)[0]}`);
    };
    one.addEventListener(menu ? "toggle" : "blur", over);
  });
}

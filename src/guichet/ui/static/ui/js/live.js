// One EventSource for the page. `data-live-topics` says what to listen to; an event of kind K makes
// htmx refetch every `[data-live-on~=K]` through its trigger `live:K`. Focus and scroll stay where they are.
import { word } from "./words.js";

const show = (state) => {
  for (const node of document.querySelectorAll("[data-live-state]")) {
    node.dataset.state = state;
    const text = node.querySelector("[data-live-text]");
    if (text) text.textContent = state === "on" ? word("liveOn") : state === "lost" ? word("liveLost") : "";
  }
};

const wake = (kind, detail = {}) => {
  for (const node of document.querySelectorAll("[data-live-on]")) {
    if (kind === "resync" || node.dataset.liveOn.split(" ").includes(kind)) {
      for (const name of kind === "resync" ? node.dataset.liveOn.split(" ") : [kind]) {
        window.htmx?.trigger(node, `live:${name}`, detail);
        if (kind === "resync") break;
      }
    }
  }
  document.dispatchEvent(new CustomEvent("guichet:live", { detail: { kind, ...detail } }));
};

export function wireLive() {
  let source = null;
  let heard = "";
  let lost = false;

  const topics = () => [...new Set([...document.querySelectorAll("[data-live-topics]")].flatMap((node) => node.dataset.liveTopics.split(/\s+/)))].filter(Boolean).sort();

  const open = () => {
    const wanted = topics().join(",");
    if (wanted === heard && source?.readyState !== EventSource.CLOSED) return;
    source?.close();
    heard = wanted;
    if (!wanted) { source = null; show("off"); return; }
    const base = document.querySelector("[data-live-url]")?.dataset.liveUrl ?? "/live";
    source = new EventSource(`${base}?topics=${encodeURIComponent(wanted)}`);
    source.addEventListener("open", () => { show("on"); if (lost) wake("resync"); lost = false; });
    source.addEventListener("error", () => {
      lost = true;
      show("lost");
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 5000);
    });
    source.addEventListener("resync", () => wake("resync"));
    source.addEventListener("message", (event) => {
      let data = {};
      try { data = JSON.parse(event.data); } catch { return; }
      wake(data.kind ?? "message", data);
    });
  };

  open();
  document.addEventListener("htmx:afterSettle", open);
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) { heard = ""; open(); wake("resync"); } });
  // A fragment that would replace the field somebody is typing in waits until they are done.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const cause = event.detail.requestConfig?.triggeringEvent?.type ?? "";
    const active = document.activeElement;
    if (cause.startsWith("live:") && event.detail.target.contains(active) && active.matches("input:not([type=checkbox]), textarea, select")) {
      event.detail.shouldSwap = false;
      active.addEventListener("blur", () => window.htmx.trigger(event.detail.elt, cause), { once: true });
    }
  });
}

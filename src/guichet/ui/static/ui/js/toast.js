// Toasts: those the page brought, and those an htmx answer announces (HX-Trigger: {"toast": {…}}).
import { csrf, make, word } from "./words.js";

const leave = (toast) => {
  const stay = toast.matches(".danger, .warn") ? 0 : toast.querySelector("form") ? 12000 : 6000;
  if (stay === 0) return;
  let timer = setTimeout(() => toast.remove(), stay);
  for (const kind of ["pointerenter", "focusin"]) toast.addEventListener(kind, () => clearTimeout(timer));
  toast.addEventListener("pointerleave", () => { timer = setTimeout(() => toast.remove(), 3000); });
};

const closer = (toast) => {
  const button = make("button", { type: "button", class: "button quiet icon-only sm", "aria-label": word("close") }, "×");
  button.addEventListener("click", () => toast.remove());
  toast.append(button);
};

export function showToast({ text, kind = "ok", undo = "" }) {
  const toast = make("div", { class: `toast ${kind}`, "data-toast": true }, make("span", {}, text));
  if (undo) {
    toast.append(make("form", { method: "post", action: undo },
      make("input", { type: "hidden", name: "csrfmiddlewaretoken", value: csrf() }),
      make("button", { class: "button quiet sm" }, word("undo"))));
  }
  closer(toast);
  document.querySelector("[data-toasts]")?.append(toast);
  leave(toast);
}

export function wireToasts() {
  for (const toast of document.querySelectorAll("[data-toast]")) { closer(toast); leave(toast); }
  document.addEventListener("toast", (event) => showToast(event.detail));
  document.addEventListener("htmx:sendError", () => showToast({ text: word("offline"), kind: "danger" }));
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status !== 422) showToast({ text: word("refused"), kind: "danger" });
  });
}

// Ctrl/⌘ K: commands found in the page (`data-command`) and results from `data-source` as
// JSON [{label, detail, url, group}].
import { openDialog } from "./dialog.js";
import { keysShown } from "./keys.js";
import { make, word } from "./words.js";

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function wirePalette() {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = dialog.querySelector("[data-palette-input]");
  const list = dialog.querySelector(".palette-list");
  let chosen = 0;
  let request = null;
  let timer = null;
  let remote = [];

  const local = () => [...document.querySelectorAll("[data-command]")].filter((node) => !dialog.contains(node)).map((node) => ({
    label: node.dataset.command || node.textContent.trim(), detail: node.dataset.commandDetail ?? "", key: node.dataset.key ?? "",
    group: word("onThisPage"), run: () => node.click(),
  }));

  const items = () => {
    const wanted = fold(input.value.trim()).split(/\s+/).filter(Boolean);
    const here = local().filter((item) => wanted.every((part) => fold(`${item.label} ${item.detail}`).includes(part)));
    return [...here, ...remote.map((item) => ({ group: word("found"), ...item, run: () => { location.href = item.url; } }))];
  };

  const mark = () => {
    const options = [...list.querySelectorAll("[role=option]")];
    chosen = Math.max(0, Math.min(chosen, options.length - 1));
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === chosen)));
    input.setAttribute("aria-activedescendant", options[chosen]?.id ?? "");
    options[chosen]?.scrollIntoView({ block: "nearest" });
  };

  const draw = () => {
    let group = "";
    const rows = [];
    items().forEach((item, index) => {
      if (item.group !== group) rows.push(make("div", { class: "palette-group", role: "presentation" }, (group = item.group)));
      const row = make("div", { class: "palette-item", role: "option", id: `palette-${index}` },
        make("span", {}, item.label), make("span", { class: "palette-detail" }, item.detail ?? ""), ...(item.key ? keysShown(item.key) : []));
      row.addEventListener("click", () => { dialog.close(); item.run(); });
      rows.push(row);
    });
    list.replaceChildren(...(rows.length ? rows : [make("p", { class: "palette-none" }, word("noResult"))]));
    mark();
  };

  const ask = async () => {
    const source = dialog.dataset.source || document.querySelector("[data-command-source]")?.dataset.commandSource;
    request?.abort();
    remote = [];
    if (!source || input.value.trim().length < 2) return draw();
    request = new AbortController();
    try {
      const url = new URL(source, location.href);
      url.searchParams.set("q", input.value.trim());
      const answer = await fetch(url, { signal: request.signal, headers: { Accept: "application/json" } });
      if (answer.ok) remote = await answer.json();
    } catch { return; }
    draw();
  };

  const open = () => { input.value = ""; remote = []; chosen = 0; draw(); openDialog(dialog); input.focus(); };

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  input.addEventListener("input", () => { chosen = 0; draw(); clearTimeout(timer); timer = setTimeout(ask, 150); });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); chosen += event.key === "ArrowDown" ? 1 : -1; mark(); }
    if (event.key === "Enter") { event.preventDefault(); list.querySelector("[aria-selected=true]")?.click(); }
  });
}

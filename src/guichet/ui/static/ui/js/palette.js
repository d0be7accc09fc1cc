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
  const none = dialog.querySelector(".palette-none");
  let chosen = 0;
  let request = null;
  let timer = null;
  let remote = [];
  let answered = ""; // the line that `remote` answers
  let waits = false; // whether Enter was pressed before its answer came

  const line = () => input.value.trim();
  const source = () => dialog.dataset.source || document.querySelector("[data-command-source]")?.dataset.commandSource;
  const asks = () => Boolean(source()) && line().length >= 2;

  const local = () => [...document.querySelectorAll("[data-command]")].filter((node) => !dialog.contains(node)).map((node) => ({
    label: node.dataset.command || node.textContent.trim(), detail: node.dataset.commandDetail ?? "", key: node.dataset.key ?? "",
    group: word("onThisPage"), run: () => node.click(),
  }));

  const items = () => {
    const wanted = fold(line()).split(/\s+/).filter(Boolean);
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
    list.replaceChildren(...rows);
    list.hidden = !rows.length;
    input.setAttribute("aria-expanded", String(rows.length > 0));
    const said = rows.length || (asks() && line() !== answered) ? "" : word("noResult");
    if (none.textContent !== said) none.textContent = said;
    mark();
  };

  const follow = () => list.querySelector("[aria-selected=true]")?.click();

  const show = (found, text) => {
    [remote, answered] = [found, text];
    draw();
    if (waits) { waits = false; follow(); }
  };

  const ask = async () => {
    request?.abort();
    const text = line();
    if (!asks()) return show([], text);
    request = new AbortController();
    try {
      const url = new URL(source(), location.href);
      url.searchParams.set("q", text);
      const answer = await fetch(url, { signal: request.signal, headers: { Accept: "application/json" } });
      show(answer.ok ? await answer.json() : [], text);
    } catch (failure) { if (failure.name !== "AbortError") show([], text); }
  };

  // What the page itself can do is known at once; of what is looked up, only the answer to the whole line is followed.
  const enter = () => {
    const known = items()[chosen];
    waits = asks() && line() !== answered && (!known || Boolean(known.url));
    if (!waits) follow();
  };

  const open = () => { input.value = answered = ""; remote = []; chosen = 0; waits = false; draw(); openDialog(dialog); input.focus(); };

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  input.addEventListener("input", () => { chosen = 0; waits = false; draw(); clearTimeout(timer); timer = setTimeout(ask, 150); });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); chosen += event.key === "ArrowDown" ? 1 : -1; mark(); }
    if (event.key === "Enter") { event.preventDefault(); enter(); }
  });
}

// The bulk bar shows itself when something is selected; Shift selects a range.
import { word } from "./words.js";

export function wireBulk(root) {
  for (const bar of root.querySelectorAll("[data-bulk-bar]")) {
    if (bar.dataset.wired) continue;
    bar.dataset.wired = "1";
    const boxes = () => [...document.querySelectorAll(`[data-bulk][form="${CSS.escape(bar.dataset.bulkBar)}"]`)];
    const show = () => {
      const count = boxes().filter((box) => box.checked).length;
      bar.classList.toggle("active", count > 0);
      bar.querySelector("[data-bulk-count]").textContent = word("selected", { count });
    };
    let last = null;
    document.addEventListener("click", (event) => {
      const all = boxes();
      if (!all.includes(event.target)) return;
      if (event.shiftKey && last && all.includes(last)) {
        const [from, to] = [all.indexOf(last), all.indexOf(event.target)].sort((a, b) => a - b);
        for (const box of all.slice(from, to + 1)) box.checked = event.target.checked;
      }
      last = event.target;
      show();
    });
    document.addEventListener("change", show);
    show();
  }
}

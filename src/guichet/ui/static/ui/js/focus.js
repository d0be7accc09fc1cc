// What htmx takes away hands the focus on: to the same thing made anew, to what came after the last row, to its panel's head.
let held = null;

const among = (selector) => (selector ? document.querySelector(selector) : null);

const heir = ({ same, row, panel }) =>
  among(same) ?? row?.nextElementSibling?.querySelector(".row-link, a, button") ?? among(panel);

export function wireFocus() {
  document.addEventListener("htmx:beforeSwap", () => {
    const node = document.activeElement;
    if (!node || node === document.body) return;
    const [link, panel] = [node.getAttribute("href"), node.closest("details[id]")];
    held = {
      node,
      same: node.id ? `#${CSS.escape(node.id)}` : link && `${node.localName}[href="${CSS.escape(link)}"]`,
      row: node.closest(".more")?.previousElementSibling,
      panel: panel && `#${CSS.escape(panel.id)} > summary`,
    };
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!held || held.node.isConnected) return;
    if (document.activeElement === document.body) heir(held)?.focus({ preventScroll: Boolean(held.row) });
    held = null;
  });
}

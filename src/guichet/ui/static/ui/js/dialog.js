// `data-dialog="id"` opens a <dialog> or sheet; without scripts the element's href or form does the work.
export function openDialog(dialog) {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.querySelector("[autofocus], .dialog-body :is(input:not([type=hidden]), select, textarea, button, a)")?.focus();
}

export function wireDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog) {
        event.preventDefault();
        opener.closest("[popover]")?.hidePopover();
        openDialog(dialog);
      }
    } else if (event.target.matches("dialog:modal")) {
      const box = event.target.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside) event.target.close();
    }
  });
  // A dialog that the server sent open (after an error) becomes modal.
  for (const dialog of document.querySelectorAll("dialog[open][data-modal]")) {
    dialog.close();
    openDialog(dialog);
  }
  // Arrow keys walk through a menu.
  document.addEventListener("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const menu = event.target.closest?.(".menu") ?? document.getElementById(event.target.getAttribute?.("popovertarget"));
    if (!menu?.matches(".menu:popover-open")) return;
    event.preventDefault();
    const items = [...menu.querySelectorAll(".menu-item:not(:disabled)")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
  });
  document.addEventListener("toggle", (event) => {
    if (event.newState === "open" && event.target.matches?.(".menu")) event.target.querySelector(".menu-item")?.focus();
  }, true);
}

// Light, dark or the system's: a cookie, so that the server writes data-theme and nothing flashes.
export function wireTheme() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const button = event.submitter;
    if (!form.matches("[data-preferences]") || !["theme", "density"].includes(button?.name)) return;
    event.preventDefault();
    const { name, value } = button;
    document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`;
    if (["light", "dark", "compact", "comfortable"].includes(value)) document.documentElement.dataset[name] = value;
    else delete document.documentElement.dataset[name];
    button.closest("[popover]")?.hidePopover();
  });
}

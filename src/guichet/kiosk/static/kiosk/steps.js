// Puts a step on the screen: the same markup as the server's pages, in either language.
export function steps() {
  const main = document.getElementById("main");
  const sets = Object.fromEntries([...document.querySelectorAll("template[data-language]")]
    .map((set) => [set.dataset.language, set.content]));
  const self = { now: main.querySelector("[data-step]").dataset.step, language: document.documentElement.lang };
  const template = (name) => sets[self.language].querySelector(`template[data-step="${name}"]`);

  function fill(slots, root) {
    for (const [name, text] of Object.entries(slots)) {
      for (const node of root.querySelectorAll(`[data-slot="${name}"]`)) node.textContent = text;
      // A sentence about what isn't known is not said.
      for (const node of root.querySelectorAll(`[data-needs="${name}"]`)) node.hidden = !text;
    }
  }

  function settle(name) {
    self.now = name;
    document.documentElement.lang = self.language;
    for (const node of main.querySelectorAll("[data-print]")) node.hidden = false;
    scrollTo(0, 0);
    const field = main.querySelector("#typed");
    (field ?? main.querySelector("h1"))?.focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("kiosk:step", { detail: { name } }));
  }

  self.has = (name) => Boolean(template(name));
  self.show = (name, { typed = "", slots = {} } = {}) => {
    const copy = document.importNode(template(name).content, true);
    fill(slots, copy);
    main.replaceChildren(copy);
    const field = main.querySelector("#typed");
    if (field) field.value = typed;
    settle(name);
  };
  // A page that the server made for this visit: parsed, never run.
  self.showPage = (html, name) => {
    const made = new DOMParser().parseFromString(html, "text/html");
    main.replaceChildren(...[...made.body.children].map((node) => document.adoptNode(node)));
    settle(name);
  };
  self.error = (text) => {
    const place = main.querySelector("[data-error]");
    place.hidden = !text;
    place.querySelector("span").textContent = text;
    const field = main.querySelector("#typed");
    if (field && text) { field.setAttribute("aria-invalid", "true"); field.focus(); }
  };
  self.word = (name) => template("words").content.querySelector(`[data-word="${name}"]`).textContent;
  self.idle = () => document.importNode(template("idle").content, true).firstElementChild;
  self.fill = fill;
  return self;
}

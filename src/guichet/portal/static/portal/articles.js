// « Keep it for when there is no network », on an article’s page; and the list of what is kept.
import { drop, keep, keeps, list, possible } from "./keeping.js";

const { person = "" } = document.body.dataset;
const panel = document.querySelector("[data-keep]");
const shelf = document.querySelector("[data-kept]");

async function offer() {
  const { path, list: kept, worker } = panel.dataset;
  const [add, remove] = ["add", "remove"].map((name) => panel.querySelector(`[data-keep-${name}]`));
  const state = panel.querySelector("[data-keep-state]");
  const show = (held) => { add.hidden = held; remove.hidden = !held; };
  const say = (name) => { state.textContent = panel.dataset[name]; };
  let held = await keeps(person, path);
  // What is kept is renewed whenever it is read with network.
  if (held) keep(person, path, kept).catch(() => {});
  show(held);
  panel.hidden = false;
  add.addEventListener("click", async () => {
    add.disabled = true;
    try {
      await navigator.serviceWorker.register(worker);
      await navigator.serviceWorker.ready;
      held = await keep(person, path, kept);
      say(held ? "done" : "failed");
    } catch { say("failed"); }
    add.disabled = false;
    show(held);
    if (held) remove.focus();
  });
  remove.addEventListener("click", async () => { await drop(person, path); held = false; say("gone"); show(false); add.focus(); });
}

async function tell() {
  const { below, list: here } = shelf.dataset;
  if (navigator.onLine) {
    for (const { path } of await list(person, below)) await keep(person, path, here).catch(() => {});
  }
  const found = await list(person, below);
  document.querySelector("[data-kept-none]").hidden = found.length > 0;
  shelf.replaceChildren(...found.map(({ path, title }) => {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = path;
    link.textContent = title;
    line.append(link);
    return line;
  }));
}

document.documentElement.classList.add("js");
document.querySelector("[data-print]")?.addEventListener("click", () => print());
if (possible()) {
  if (panel) offer().catch(() => {});
  if (shelf) tell().catch(() => {});
}

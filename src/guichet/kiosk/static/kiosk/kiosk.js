// The check-in as one page that stays: it goes on without network, and forgets everybody after forty seconds.
import { touchKeys } from "./keys.js";
import { Revoked, link } from "./link.js";
import { steps } from "./steps.js";

const config = JSON.parse(document.getElementById("kiosk-config").textContent);
const screen = steps();
const server = link(config);
const home = screen.language;
const ASK_SECONDS = 20;
// As long as anybody needs to answer (WCAG 2.2.1); how much of it is left is said aloud now and then.
const COUNTDOWN = 20;
const SAID_AT = [20, 10, 5];
const HEARTBEAT = 15;
const RENEWED = "guichet-kiosk-reloaded";
const RENEW_AGAIN = 5 * 60 * 1000;
const SCAN_GAP = 1000;
const SCAN_LENGTH = 4;
const ABOUT_TEXT = ["no_appointment", "bad_email", "name_needed", "not_awaited", "too_long"];
const OVER = ["done", "alone"];

let said = {};
let pages = null;
let shown = {};
let busy = false;
let touched = Date.now();
let dialog = null;

const uuid = () => {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};

function show(name, slots = {}) {
  shown = slots;
  screen.show(name, { typed: said.typed ?? "", slots });
}

function reset() {
  dialog?.remove();
  dialog = null;
  said = {};
  pages = null;
  busy = false;
  screen.language = home;
  document.documentElement.classList.remove("low");
  begin();
}

function begin() {
  if (server.revoked) { show("revoked"); return; }
  if (server.openNow()) { show("start"); return; }
  show("closed", opening());
}

const opening = () => ({ until: server.nextOpening()?.[screen.language] ?? "" });

function again() {
  if (pages) screen.showPage(pages[screen.language], "done");
  else if (screen.now === "closed") begin();
  else show(screen.now, shown);
}

async function finish(reason) {
  if (busy) return;
  busy = true;
  document.body.setAttribute("aria-busy", "true");
  try {
    // Who came while nobody answered stands before this person.
    if (server.online) await server.handOver();
    const answer = await server.checkIn({
      key: uuid(), language: screen.language, way: said.way, typed: said.typed ?? "", reason,
    });
    tell(answer);
  } catch (error) {
    if (error instanceof Revoked) show("revoked");
    else screen.error(screen.word("full"));
  } finally {
    busy = false;
    document.body.removeAttribute("aria-busy");
    linkState();
  }
}

function tell(answer) {
  if (answer.status === "visit") {
    said = {};
    pages = answer.pages;
    screen.showPage(pages[screen.language], "done");
  } else if (answer.status === "alone") {
    said = {};
    show("alone", { number: answer.number });
  } else if (answer.status === "refused") {
    if (ABOUT_TEXT.includes(answer.code) && screen.has(said.way)) show(said.way);
    screen.error(answer.words[screen.language]);
  } else {
    screen.error(screen.word("full"));
  }
}

function goOn() {
  const field = document.getElementById("typed");
  said.typed = field.value.trim();
  if (!said.typed) { screen.error(screen.word("empty")); return; }
  if (field.type === "email" && !field.checkValidity()) { screen.error(screen.word("email")); return; }
  if (said.way === "appointment") finish(null);
  else show("reasons");
}

const DOES = {
  way: (value) => {
    said = { way: value };
    show(value === "none" ? "reasons" : value);
  },
  reason: (value, button) => {
    if ("more" in button.dataset) show(`reasons-${value}`);
    else finish(Number(value));
  },
  back: (to) => {
    if (to === "who" && screen.has(said.way)) show(said.way);
    else if (to === "reasons") show("reasons");
    else { const { language } = screen; reset(); screen.language = language; begin(); }
  },
  stay: (value) => {
    const field = document.getElementById("typed");
    if (field) said.typed = field.value;
    if (value === "low" || value === "high") document.documentElement.classList.toggle("low");
    else { screen.language = value; again(); }
  },
};

document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (busy) return;
  const button = event.submitter;
  const act = DOES[button?.name];
  if (act) act(button.value, button);
  else if (document.getElementById("typed")) goOn();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-finish]")) { event.preventDefault(); reset(); }
  if (event.target.closest("[data-print]")) print();
});

document.addEventListener("kiosk:step", () => {
  const place = document.querySelector("[data-touch-keys]");
  if (!place) return;
  touchKeys(place, document.getElementById("typed"), {
    space: screen.word("space"), erase: screen.word("erase"), upper: said.way === "name",
  });
});

// A scanner types faster than anybody and ends with Enter. In a field it types by itself.
let scanned = "";
let scannedAt = 0;
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input") || event.ctrlKey || event.altKey || event.metaKey) return;
  // When it was pressed, however long this page was busy meanwhile.
  if (event.timeStamp - scannedAt > SCAN_GAP) scanned = "";
  scannedAt = event.timeStamp;
  if (event.key.length === 1) scanned += event.key;
  if (event.key !== "Enter" || scanned.length < SCAN_LENGTH || busy) return;
  event.preventDefault();
  if (["closed", "revoked"].includes(screen.now)) return;
  if (OVER.includes(screen.now)) reset();
  dialog?.close();
  said = { way: "badge", typed: scanned };
  scanned = "";
  show("reasons");
}, { capture: true });

// Forty seconds without a touch, the last twenty of them counted: then it is the next person's.
for (const kind of ["pointerdown", "keydown", "input"]) addEventListener(kind, () => { touched = Date.now(); }, { capture: true });

function ask() {
  dialog = screen.idle();
  document.body.append(dialog);
  dialog.addEventListener("close", () => { dialog?.remove(); dialog = null; touched = Date.now(); });
  dialog.querySelector("[data-here]").addEventListener("click", () => dialog.close());
  dialog.showModal();
}

function count(seconds) {
  screen.fill({ seconds: String(seconds) }, dialog);
  const say = dialog.querySelector("[data-say]");
  const words = dialog.querySelector("#idle-left").textContent;
  if (SAID_AT.includes(seconds) && say.textContent !== words) say.textContent = words;
}

setInterval(() => {
  const idle = (Date.now() - touched) / 1000;
  const left = ASK_SECONDS + COUNTDOWN - idle;
  if (busy || ["closed", "revoked"].includes(screen.now)) return;
  if (screen.now === "start") {
    if (left <= 0 && (screen.language !== home || document.documentElement.classList.contains("low"))) reset();
    return;
  }
  if (left <= 0) reset();
  else if (dialog) {
    if (left > COUNTDOWN) dialog.close();
    else count(Math.ceil(left));
  } else if (left <= COUNTDOWN) ask();
}, 250);

// Whoever was left without their number by a power cut may still stand there.
function found(answer, entry) {
  if (screen.now !== "start" || answer.status !== "visit" || !answer.pages) return;
  screen.language = entry.language;
  tell(answer);
}

async function linkState() {
  const place = document.querySelector("[data-link]");
  const kept = await server.waiting();
  const words = [];
  if (server.online === false && !server.revoked) words.push(screen.word("offline"));
  if (kept) words.push(screen.word("kept").replace("{count}", kept));
  place.hidden = !words.length;
  place.textContent = words.join(" ");
}

async function beat() {
  await server.ready();
  await server.handOver(found);
  await linkState();
  keepPage();
  const idle = (Date.now() - touched) / 1000 > HEARTBEAT;
  if (server.revoked) { if (screen.now !== "revoked" && !OVER.includes(screen.now)) show("revoked"); return; }
  if (["start", "closed", "revoked"].includes(screen.now)) {
    const should = server.openNow() ? "start" : "closed";
    if (screen.now !== should) begin();
    // What it says of the next opening grows old: days pass, hours are changed.
    else if (should === "closed") screen.fill(opening(), document.getElementById("main"));
    if (server.online && idle && server.version !== config.version) renew();
  }
}

// A new page, once for each version: one that comes from the cache is not asked for again and again, but later on.
function renew() {
  let [version, at] = [];
  try { [version, at] = JSON.parse(sessionStorage.getItem(RENEWED)) ?? []; } catch { /* it asks anew */ }
  if (version === server.version && Date.now() - at < RENEW_AGAIN) return;
  sessionStorage.setItem(RENEWED, JSON.stringify([server.version, Date.now()]));
  location.reload();
}

let keeping = false;
async function keepPage() {
  if (!navigator.serviceWorker || keeping || !server.online) return;
  keeping = true;
  try {
    await navigator.serviceWorker.register(config.urls.worker, { scope: config.urls.home });
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage({ keep: [config.urls.home, ...config.files] });
  } catch { keeping = false; /* without a worker it goes on as long as the page stays open */ }
}

addEventListener("online", beat);
addEventListener("offline", () => { server.online = false; linkState(); });
addEventListener("pageshow", (event) => { if (event.persisted) reset(); });
setInterval(beat, HEARTBEAT * 1000);
navigator.storage?.persist?.();
document.documentElement.classList.add("js");
reset();
beat();

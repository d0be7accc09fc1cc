// A waiting room's screen: shows what changed when it is told, says new calls aloud one after the other, and goes on for days.
const board = document.querySelector("[data-board]");
const lost = document.querySelector("[data-lost]");
const button = document.querySelector("[data-sound]");
const voiceless = document.querySelector("[data-voiceless]");
const clock = document.querySelector("[data-clock]");
const { topic, zone, manner } = document.body.dataset;
const ASK_SECONDS = 20;
// A call that is older than this when we hear of it was missed: it is shown, not said.
const SAID_WITHIN = 90;
// A voice that never says that it has ended is waited for no longer.
const LONGEST = 12000;

const state = () => board.firstElementChild.dataset;
const release = state().release;
const seen = new Set([...board.querySelectorAll("[data-call]")].map((call) => call.dataset.call));
const toSay = [];
let saying = false;
let sound = null;
// The browser let nothing be said, until somebody touches.
let silenced = false;
let good = Date.now();
let asking = false;
let again = false;

// As guichet/lib/moments.py writes it: « 10 h 30 » in Québec, 10:30 elsewhere.
function time(moment) {
  const text = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(moment);
  if (!["fr", "fr-ca"].includes(manner)) return text;
  const [hour, minute] = text.split(":");
  return [Number(hour), "h", ...(minute === "00" ? [] : [minute])].join("\u00a0");
}

// --- Sound: a chime, then the voice. A browser may want a touch first; then that is said.
function open() {
  try { sound ??= new AudioContext(); } catch { sound = null; }
  return sound;
}
const heard = () => open()?.state === "running";
// Voices are there a moment after the page, or never.
const hasVoice = () => "speechSynthesis" in window && Boolean(voice("fr") ?? voice("en"));
function signs() {
  button.hidden = heard() && !silenced;
  voiceless.hidden = hasVoice();
}
async function unlock() {
  try { await open()?.resume(); } catch { /* it stays silent, and says so */ }
  if ("speechSynthesis" in window) speechSynthesis.speak(new SpeechSynthesisUtterance(""));
  silenced = false;
  signs();
}
button.addEventListener("click", unlock);
addEventListener("keydown", unlock);

function chime() {
  if (!heard()) return 0;
  for (const [start, pitch] of [[0, 784], [0.32, 587]]) {
    const tone = sound.createOscillator();
    const level = sound.createGain();
    const from = sound.currentTime + start;
    tone.type = "sine";
    tone.frequency.value = pitch;
    level.gain.setValueAtTime(0.0001, from);
    level.gain.exponentialRampToValueAtTime(0.25, from + 0.03);
    level.gain.exponentialRampToValueAtTime(0.0001, from + 1.1);
    tone.connect(level).connect(sound.destination);
    tone.start(from);
    tone.stop(from + 1.2);
  }
  return 1300;
}

const voice = (language) => speechSynthesis.getVoices()
  .filter((one) => one.lang.toLowerCase().startsWith(language))
  .sort((a, b) => b.localService - a.localService || b.lang.endsWith("CA") - a.lang.endsWith("CA"))[0];

function speak(text, language) {
  return new Promise((done) => {
    if (!("speechSynthesis" in window)) { done(); return; }
    const words = new SpeechSynthesisUtterance(text);
    words.lang = language === "fr" ? "fr-CA" : "en-CA";
    const own = voice(language);
    if (own) words.voice = own;
    words.rate = 0.9;
    const waited = setTimeout(() => { speechSynthesis.cancel(); done(); }, LONGEST);
    words.onend = () => { clearTimeout(waited); done(); };
    words.onerror = (event) => { clearTimeout(waited); if (event.error === "not-allowed") { silenced = true; signs(); } done(); };
    speechSynthesis.speak(words);
  });
}

const pause = (length) => new Promise((done) => { setTimeout(done, length); });

async function sayAll() {
  if (saying) return;
  saying = true;
  try {
    while (toSay.length) {
      const call = toSay.shift();
      await pause(chime());
      const other = call.first === "fr" ? "en" : "fr";
      for (const language of [call.first, other]) await speak(call[language], language);
    }
  } finally { saying = false; }
}

function hear() {
  // The newest stands first; they were called the other way round.
  for (const call of [...board.querySelectorAll("[data-call]")].reverse()) {
    const { call: id, at, first, sayFr, sayEn } = call.dataset;
    if (seen.has(id)) continue;
    seen.add(id);
    call.classList.add("fresh");
    if (Number(state().now) - Number(at) <= SAID_WITHIN) toSay.push({ first, fr: sayFr, en: sayEn });
  }
  // Only the last ones can come again.
  for (const id of [...seen].slice(0, Math.max(seen.size - 200, 0))) seen.delete(id);
  sayAll();
}

// --- What changed.
function reached(well) {
  if (well) good = Date.now();
  // One answer that is late is no reason to worry anybody.
  lost.hidden = well || Date.now() - good < 8000;
  if (!lost.hidden) lost.querySelector("[data-lost-at]").textContent = time(good);
}

async function ask() {
  if (asking) { again = true; return; }
  asking = true;
  do {
    again = false;
    try {
      const address = new URL(location.href);
      address.searchParams.set("state", "");
      const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(8000) });
      if (!answer.ok) throw new Error(answer.status);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-state]");
      if (!fresh) throw new Error("not a board");
      // What runs for days has to learn that there is a new release.
      if (fresh.dataset.release !== release && !saying) { location.reload(); return; }
      board.replaceChildren(fresh);
      reached(true);
      hear();
    } catch { reached(false); }
  } while (again);
  asking = false;
}

function listen() {
  let patience = 1000;
  let source;
  const connect = () => {
    source = new EventSource(`/live?topics=${encodeURIComponent(topic)}`);
    source.addEventListener("ready", () => { patience = 1000; ask(); });
    for (const kind of ["venue", "resync"]) source.addEventListener(kind, ask);
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) { ask(); return; }
      setTimeout(connect, patience);
      patience = Math.min(patience * 2, 30000);
    });
  };
  connect();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) { connect(); ask(); } });
}

setInterval(() => { clock.textContent = time(Date.now()); signs(); }, 1000);
setInterval(ask, ASK_SECONDS * 1000);
addEventListener("online", ask);
addEventListener("offline", () => reached(false));
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
if (navigator.wakeLock) {
  const stay = () => navigator.wakeLock.request("screen").catch(() => {});
  stay();
  document.addEventListener("visibilitychange", () => { if (!document.hidden) stay(); });
}
open();
signs();
listen();

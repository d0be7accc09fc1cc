// One's place on one's phone: asks again when told, and now and then; goes on showing what it knew without network.
const shown = document.querySelector("[data-state]");
const lost = document.querySelector("[data-lost]");
const { topic, worker, turn, near } = document.body.dataset;
const title = document.title;
const SECONDS = 20;
let alarm = now().alarm;
let alone = false;

function now() { return shown.firstElementChild.dataset; }

const clock = (moment) => new Intl.DateTimeFormat(document.documentElement.lang === "fr" ? "fr-CA" : "en-GB",
  { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(moment));

function without(network) {
  lost.hidden = network;
  if (!network) lost.querySelector("[data-lost-at]").textContent = clock(now().at);
}

function ring() {
  navigator.vibrate?.([300, 150, 300, 150, 600]);
  try {
    const sound = new AudioContext();
    for (const [start, pitch] of [[0, 660], [0.35, 880]]) {
      const tone = sound.createOscillator();
      const level = sound.createGain();
      tone.frequency.value = pitch;
      level.gain.setValueAtTime(0.2, sound.currentTime + start);
      level.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + start + 0.6);
      tone.connect(level).connect(sound.destination);
      tone.start(sound.currentTime + start);
      tone.stop(sound.currentTime + start + 0.6);
    }
  } catch { /* a phone that keeps quiet still shows it */ }
}

function say() {
  const word = { turn, near }[now().alarm];
  document.title = word ? `${word} – ${title}` : title;
  if (word && now().alarm !== alarm) ring();
  alarm = now().alarm;
  // Only who waits may leave; a page that was opened later offers it anew.
  const leave = document.querySelector("[data-leave]");
  if (leave) leave.hidden = !["waiting", "held"].includes(now().kind);
}

// The page as it stands now, for a reload without network.
function remember() { if (navigator.serviceWorker?.controller) fetch(location.pathname).catch(() => {}); }

async function ask() {
  if (alone) return;
  alone = true;
  try {
    const answer = await fetch(`${location.pathname}?state`, { cache: "no-store", signal: AbortSignal.timeout(8000) });
    if (answer.status === 410 || answer.status === 404) { location.reload(); return; }
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-kind]");
    if (!fresh) throw new Error("not a state");
    // What says the same is left alone, so that nothing is read aloud twice.
    if (fresh.textContent === shown.textContent && fresh.dataset.alarm === alarm) Object.assign(now(), fresh.dataset);
    else { shown.replaceChildren(fresh); remember(); }
    without(true);
    say();
  } catch { without(false); } finally { alone = false; }
}

function listen() {
  let source;
  let patience = 2000;
  const open = () => {
    source = new EventSource(`/live?topics=${encodeURIComponent(topic)}`);
    source.addEventListener("ready", () => { patience = 2000; });
    for (const kind of ["visit", "resync"]) source.addEventListener(kind, ask);
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(open, patience);
      patience = Math.min(patience * 2, 60000);
    });
  };
  open();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) { open(); ask(); } });
}

say();
if (now().kind !== "ended") {
  listen();
  setInterval(() => { if (!document.hidden && now().kind !== "ended") ask(); }, SECONDS * 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  addEventListener("online", ask);
  addEventListener("offline", () => without(false));
}
// Loaded from what the phone kept: it may be old.
if (!navigator.onLine) without(false);
const files = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((node) => node.href || node.src);
navigator.serviceWorker?.register(worker, { scope: "/visit/" }).then(() => navigator.serviceWorker.ready)
  .then(({ active }) => active.postMessage([location.pathname, ...files])).catch(() => {});

// The way to the server: whether it is there, its clock, and handing over what waits here, in order and once.
import * as store from "./store.js";

const KNOWN = "guichet-kiosk-known";
// Stands as long as the server refuses this machine: started anew without network, it remembers.
const REVOKED = "guichet-kiosk-revoked";
const AT_ONCE = 50;
const PATIENCE = 5000;
// A check-in that is being tried on the screen is left to it; afterwards it was left behind by a power cut or a reload.
const LEFT_BEHIND = 15;

export class Revoked extends Error {}

const remembered = () => { try { return localStorage.getItem(REVOKED) === "1"; } catch { return false; } };

export function link(config) {
  let known = { openings: config.openings };
  try { known = JSON.parse(localStorage.getItem(KNOWN)) ?? known; } catch { /* it asks anew */ }
  const self = { online: null, revoked: remembered(), version: config.version };
  let token = "";
  // Check-ins that somebody stands and waits for.
  const trying = new Set();

  const seconds = () => Date.now() / 1000 + (known.ahead ?? 0);
  const day = () => new Intl.DateTimeFormat("en-CA", { timeZone: config.zone, year: "numeric", month: "2-digit", day: "2-digit" })
    .format(new Date(seconds() * 1000));

  async function call(address, options = {}) {
    const reply = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...options });
    if (reply.status === 401) { revoke(true); throw new Revoked(); }
    return reply;
  }

  async function ready() {
    try {
      const reply = await call(config.urls.ready);
      if (!reply.ok) throw new Error(reply.status);
      const said = await reply.json();
      token = said.token;
      self.version = said.version;
      self.online = true;
      revoke(false);
      known = { ahead: said.now - Date.now() / 1000, openings: said.openings, day: said.day, last: said.last };
      try { localStorage.setItem(KNOWN, JSON.stringify(known)); } catch { /* asked again at the next start */ }
    } catch (error) {
      // Somebody answers, and knows this machine no more.
      self.online = error instanceof Revoked;
      return false;
    }
    return true;
  }

  function revoke(revoked) {
    self.revoked = revoked;
    try { if (revoked) localStorage.setItem(REVOKED, "1"); else localStorage.removeItem(REVOKED); } catch { /* until it is started anew */ }
  }

  // `ready` for what can't go on without it.
  async function needReady() {
    if (await ready()) return;
    throw self.revoked ? new Revoked() : new Error("nobody answers");
  }

  async function post(entries) {
    const send = () => call(config.urls.handover, {
      method: "POST", body: JSON.stringify(entries), headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    });
    if (!token) await needReady();
    let reply = await send();
    // The token may be another by now.
    if (reply.status === 403) { await needReady(); reply = await send(); }
    if (!reply.ok) throw new Error(reply.status);
    return (await reply.json()).answers;
  }

  const bare = ({ order, ...entry }) => entry;

  // Everything that waits, oldest first. What is answered is forgotten, what isn't stays. `found` is told of check-ins
  // that were left behind before their number was shown.
  async function drain(found) {
    for (;;) {
      const waiting = (await store.all()).filter((entry) => !trying.has(entry.key)
        && (entry.promised || seconds() - entry.arrived_at > LEFT_BEHIND));
      if (!waiting.length) return;
      const some = waiting.slice(0, AT_ONCE);
      const answers = await post(some.map(bare));
      for (const [place, entry] of some.entries()) {
        if (!["visit", "kept", "refused"].includes(answers[place]?.status)) throw new Error("no answer");
        await store.remove(entry);
        if (!entry.promised) found?.(answers[place], entry);
      }
    }
  }

  async function handOver(found) {
    if (self.revoked && !(await ready())) return;
    const work = () => drain(found).catch((error) => { if (!(error instanceof Revoked)) self.online = false; });
    // One tab at a time; the server would know a second one's check-ins again, all the same.
    if (navigator.locks) await navigator.locks.request("guichet-kiosk", { ifAvailable: true }, (lock) => (lock ? work() : null));
    else await work();
  }

  // What the person is told: the server's answer; a number of this machine's own; nothing, when it can keep nothing.
  async function checkIn(said) {
    // A machine that was told so, a moment ago or while nobody touched it, gives out no more numbers.
    if (self.revoked) throw new Revoked();
    const entry = { ...said, venue: config.venue, arrived_at: seconds(), number: "", promised: false };
    trying.add(entry.key);
    try { return await take(entry); } finally { trying.delete(entry.key); }
  }

  async function take(entry) {
    let kept = true;
    try { await store.add({ ...entry }); } catch { kept = false; }
    if (self.online !== false) {
      try {
        const [first] = await post([entry]);
        if (first && first.status !== "kept") {
          if (kept) await store.remove(entry).catch(() => {});
          return first;
        }
      } catch (error) {
        if (error instanceof Revoked) { if (kept) await store.remove(entry).catch(() => {}); throw error; }
        self.online = false;
      }
    }
    if (!kept) return { status: "nowhere" };
    const today = day();
    const last = known.day === today ? known.last ?? 0 : 0;
    return { status: "alone", number: await store.promise(entry.key, { letter: config.letter, day: today, known: last }) };
  }

  const openNow = () => !known.openings || known.openings.some(({ from, to }) => from - config.early <= seconds() && seconds() < to);
  const nextOpening = () => known.openings?.find(({ from }) => from > seconds());

  return Object.assign(self, { ready, handOver, checkIn, openNow, nextOpening, waiting: () => store.all().then((all) => all.length, () => 0) });
}

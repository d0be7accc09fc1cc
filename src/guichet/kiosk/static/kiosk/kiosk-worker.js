// Brings the kiosk's page when nobody answers. It keeps that one page and its files: nothing that anybody typed.
const KEPT = "guichet-kiosk-1";
const PATIENCE = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const home = new URL("./", self.location).pathname;
const ours = (request, url) => request.method === "GET" && url.origin === self.location.origin && !url.search
  && (url.pathname === home || url.pathname.startsWith("/static/"));

async function keep(path, answer) {
  const kept = await caches.open(KEPT);
  if (answer.ok && !answer.redirected) await kept.put(path, answer);
  // A machine that is refused is no kiosk without network either.
  else if (answer.status === 403) await kept.delete(path);
}

const late = () => new Promise((_resolve, reject) => setTimeout(() => reject(new Error("late")), PATIENCE));

async function ask(request, url) {
  const answer = await fetch(request);
  if (answer.status >= 502 && answer.status <= 504) throw new Error("nobody behind the door");
  await keep(url.pathname, answer.clone());
  return answer;
}

async function bring(asked, url) {
  try {
    return await Promise.race([asked, late()]);
  } catch (error) {
    const known = await (await caches.open(KEPT)).match(url.pathname);
    if (known) return known;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (!ours(event.request, url)) return;
  const asked = ask(event.request, url);
  event.respondWith(bring(asked, url));
  // What comes too late for this time is there the next time.
  event.waitUntil(asked.catch(() => {}));
});

self.addEventListener("message", (event) => {
  const paths = Array.isArray(event.data?.keep) ? event.data.keep : [];
  event.waitUntil(Promise.all(paths.map(async (path) => {
    const answer = await fetch(path, { cache: "no-cache" });
    await keep(path, answer);
  })));
});

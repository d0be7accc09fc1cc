// Brings the kiosk's page when nobody answers. It keeps that one page and its files: nothing that anybody typed.
const KEPT = "guichet-kiosk-1";
const PATIENCE = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const home = new URL("./", self.location).pathname;
const ours = (request, url) => request.method === "GET" && url.origin === self.location.origin && !url.search
  && (url.pathname === home || url.pathname.startsWith("/static/"));

async function keep(path, answer) {
  // A page that refuses this machine is told, and not kept.
  if (answer.ok && !answer.redirected) await (await caches.open(KEPT)).put(path, answer);
}

const late = () => new Promise((_resolve, reject) => setTimeout(() => reject(new Error("late")), PATIENCE));

async function bring(request, url) {
  try {
    const answer = await Promise.race([fetch(request), late()]);
    if (answer.status >= 502 && answer.status <= 504) throw new Error("nobody behind the door");
    await keep(url.pathname, answer.clone());
    return answer;
  } catch (error) {
    const known = await (await caches.open(KEPT)).match(url.pathname);
    if (known) return known;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (ours(event.request, url)) event.respondWith(bring(event.request, url));
});

self.addEventListener("message", (event) => {
  const paths = Array.isArray(event.data?.keep) ? event.data.keep : [];
  event.waitUntil(Promise.all(paths.map(async (path) => {
    const answer = await fetch(path, { cache: "no-cache" });
    await keep(path, answer);
  })));
});

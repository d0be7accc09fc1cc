// Keeps the last state of one's place in the queue, for a phone that loses its network. Nothing else is kept.
const KEPT = "guichet-visit-1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const ours = (url) => /^\/visit\/[\w-]+\/$/.test(url.pathname) || /^\/static\/(kiosk\/visit|ui\/tokens)/.test(url.pathname);

async function fresh(request, url) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.ok && !url.search) await kept.put(url.pathname, answer.clone());
    else if (answer.status === 404 || answer.status === 410) await kept.delete(url.pathname);
    return answer;
  } catch (error) {
    const known = url.search ? undefined : await kept.match(url.pathname);
    if (known) return known;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method === "GET" && url.origin === location.origin && ours(url)) event.respondWith(fresh(event.request, url));
});

// The first look at a page comes before this worker does.
self.addEventListener("message", (event) => {
  const addresses = (Array.isArray(event.data) ? event.data : []).map((path) => new URL(path, location));
  event.waitUntil(Promise.all(addresses.filter((url) => url.origin === location.origin && ours(url))
    .map((url) => fresh(new Request(url), url))));
});

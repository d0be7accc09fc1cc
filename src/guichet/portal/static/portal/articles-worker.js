// Shows the articles that the reader kept, where there is no network. It keeps nothing by itself.
const OURS = "articles-of:";
const KEPT_LIST = new URL("kept/", self.registration.scope).pathname;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const stores = async () => Promise.all((await caches.keys()).filter((name) => name.startsWith(OURS)).map((name) => caches.open(name)));

async function known(path) {
  for (const store of await stores()) {
    const answer = await store.match(path);
    if (answer) return answer;
  }
  return undefined;
}

async function fresh(request, url) {
  try {
    const answer = await fetch(request);
    // Withdrawn, or no longer for this reader: it is not shown without network either.
    if (answer.status === 404 || answer.status === 410) for (const store of await stores()) await store.delete(url.pathname);
    return answer;
  } catch (error) {
    const kept = (await known(url.pathname)) ?? (request.mode === "navigate" ? await known(KEPT_LIST) : undefined);
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method === "GET" && url.origin === location.origin) event.respondWith(fresh(event.request, url));
});

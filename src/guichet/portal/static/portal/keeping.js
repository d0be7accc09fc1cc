// Articles that the reader keeps for when there is no network: in a store of their own, which goes when they sign out.
const OURS = "articles-of:";
export const possible = () => "serviceWorker" in navigator && "caches" in window;
const store = (person) => caches.open(OURS + person);

export async function keeps(person, path) { return Boolean(await (await store(person)).match(path)); }

export async function drop(person, path) { await (await store(person)).delete(path); }

// The page without frame, and all that it is shown with. False where it can no longer be read.
export async function keep(person, path, list) {
  const kept = await store(person);
  for (const wanted of [path, list]) {
    const answer = await fetch(`${wanted}?alone`, { cache: "no-store" });
    if (!answer.ok || answer.redirected) { if (wanted === path) await kept.delete(path); return false; }
    const page = new DOMParser().parseFromString(await answer.clone().text(), "text/html");
    const files = [...page.querySelectorAll("link[rel=stylesheet], script[src], .prose img, [data-also]")]
      .map((node) => new URL(node.getAttribute("href") ?? node.getAttribute("src"), location))
      .filter((url) => url.origin === location.origin);
    for (const url of files) {
      const file = await fetch(url).catch(() => null);
      if (file?.ok) await kept.put(url.pathname, file);
    }
    await kept.put(wanted, answer);
  }
  return true;
}

// Path and title of each, by title.
export async function list(person, below) {
  const kept = await store(person);
  const found = [];
  for (const request of await kept.keys()) {
    const { pathname } = new URL(request.url);
    const answer = pathname.startsWith(below) && (await kept.match(request));
    if (!answer || !answer.headers.get("Content-Type")?.startsWith("text/html")) continue;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const title = page.querySelector("h1[data-article]")?.textContent;
    if (title) found.push({ path: pathname, title });
  }
  return found.sort((a, b) => a.title.localeCompare(b.title));
}

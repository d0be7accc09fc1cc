// Pages that a person keeps in this browser go with them: whoever comes next is not shown what somebody else kept.
const OURS = "articles-of:";

export async function wireKept() {
  if (!("caches" in window)) return;
  const mine = [OURS, OURS + (document.body.dataset.person ?? "")];
  for (const name of await caches.keys()) if (name.startsWith(OURS) && !mine.includes(name)) await caches.delete(name);
}

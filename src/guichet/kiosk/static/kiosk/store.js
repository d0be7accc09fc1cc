// What this machine accepted and nobody took over yet. On its disk, written before anything is shown: a power cut,
// a reload or a second tab loses nothing and gives no number twice.
const NAME = "guichet-kiosk";

let opened;
function base() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      const entries = request.result.createObjectStore("entries", { keyPath: "order", autoIncrement: true });
      entries.createIndex("key", "key", { unique: true });
      request.result.createObjectStore("counts", { keyPath: "day" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => { opened = undefined; reject(request.error); };
  });
  return opened;
}

const answer = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

// All of `work` or nothing; it is on the disk when this is over.
async function inOne(mode, work) {
  const transaction = (await base()).transaction(["entries", "counts"], mode, { durability: "strict" });
  const over = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
  over.catch(() => {});
  const result = await work(transaction.objectStore("entries"), transaction.objectStore("counts"));
  await over;
  return result;
}

export const add = (entry) => inOne("readwrite", (entries) => answer(entries.add(entry)));

export const all = () => inOne("readonly", (entries) => answer(entries.getAll()));

// What was handed over; a number that was promised meanwhile still has to be.
export const remove = (sent) => inOne("readwrite", async (entries) => {
  const entry = await answer(entries.index("key").get(sent.key));
  if (entry && entry.promised === sent.promised) await answer(entries.delete(entry.order));
});

// A number of this machine's own, kept with the check-in in one step. `known`: the highest that the server heard of.
export const promise = (key, { letter, day, known }) => inOne("readwrite", async (entries, counts) => {
  const entry = await answer(entries.index("key").get(key));
  if (!entry) throw new Error("gone");
  if (entry.promised) return entry.number;
  const last = Math.max((await answer(counts.get(day)))?.last ?? 0, known) + 1;
  entry.number = `${letter}-${last}`;
  entry.promised = true;
  await answer(counts.put({ day, last }));
  await answer(entries.put(entry));
  return entry.number;
});

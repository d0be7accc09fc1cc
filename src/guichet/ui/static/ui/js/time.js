// Keeps <time data-relative> true while the page stays open. Same rules as guichet/lib/moments.py.
const NBSP = "\u00a0";
const language = document.documentElement.lang.toLowerCase() || "fr";
const french = language.startsWith("fr");
const zone = document.documentElement.dataset.zone || undefined;

const partsOf = (date) => {
  const options = { timeZone: zone, year: "numeric", month: "long", day: "numeric", weekday: "long", hour: "numeric", minute: "2-digit", hourCycle: "h23" };
  return Object.fromEntries(new Intl.DateTimeFormat(french ? "fr" : "en-GB", options).formatToParts(date).map((part) => [part.type, part.value]));
};
const dayNumber = (date) => {
  const [year, month, day] = new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(date).split("-").map(Number);
  return Date.UTC(year, month - 1, day) / 86400000;
};
const clock = ({ hour, minute }) => (["fr", "fr-ca"].includes(language)
  ? `${Number(hour)}${NBSP}h${minute === "00" ? "" : NBSP + minute}` : `${hour.padStart(2, "0")}:${minute}`);
const join = (day, time) => (["fr-fr", "fr-be"].includes(language) ? `${day}, ${time}` : `${day} ${french ? "à" : "at"} ${time}`);
const span = (amount, unit, ahead) => {
  const text = `${amount}${NBSP}${unit}`;
  return french ? `${ahead ? "dans" : "il y a"} ${text}` : ahead ? `in ${text}` : `${text} ago`;
};

export function relative(at, now) {
  const ahead = at > now;
  const minutes = Math.floor(Math.abs(at - now) / 60000);
  if (minutes < 1) return french ? (ahead ? "dans un instant" : "à l’instant") : ahead ? "in a moment" : "just now";
  if (minutes < 60) return span(minutes, "min", ahead);
  const days = dayNumber(at) - dayNumber(now);
  if (days === 0) return span(Math.floor(minutes / 60), "h", ahead);
  const part = partsOf(at);
  const time = clock(part);
  if (days === -1) return join(french ? "hier" : "yesterday", time);
  if (days === 1) return join(french ? "demain" : "tomorrow", time);
  if (Math.abs(days) < 7) return join(part.weekday, time);
  const date = `${french && part.day === "1" ? "1er" : part.day}${NBSP}${part.month}`;
  return part.year === partsOf(now).year ? join(date, time) : `${date} ${part.year}`;
}

const refresh = (root) => {
  const now = new Date();
  for (const node of root.querySelectorAll("time[data-relative]")) {
    const text = relative(new Date(node.dateTime), now);
    if (node.textContent !== text) node.textContent = text;
  }
};

let ticking = false;
export function wireTimes() {
  if (ticking) return;
  ticking = true;
  setInterval(() => { if (!document.hidden) refresh(document); }, 30000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(document); });
}

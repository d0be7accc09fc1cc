// Letters to touch, where a machine has no keyboard: the screen's own, so that none of the system's covers the page.
const ROWS = ["1234567890-+", "qwertyuiopéè", "asdfghjklàâç", "zxcvbnm’êëîï"];
const ENDS = ["@._", "ôûùü"];

export function touchKeys(place, field, { space, erase, upper }) {
  if (!matchMedia("(any-pointer: coarse)").matches) return;
  field.inputMode = "none";
  // Where the cursor is; an address has none that one may know: that is its end.
  const cursor = () => [field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length];
  const replace = (from, to, text) => {
    field.value = field.value.slice(0, from) + text + field.value.slice(to);
    try { field.setSelectionRange(from + text.length, from + text.length); } catch { /* an address has no cursor to set */ }
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const put = (text) => replace(...cursor(), text);
  const takeBack = () => {
    const [from, to] = cursor();
    // The sign before it, whole.
    const before = from < to ? 0 : ([...field.value.slice(0, from)].at(-1)?.length ?? 0);
    replace(from - before, to, "");
  };
  const key = (label, act, wide = "") => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: label, className: `letter ${wide}` });
    // A touch leaves the field its focus: in one that lost it, browsers may forget where the cursor was.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", act);
    return button;
  };
  const capital = () => upper && /(^|[\s-])$/.test(field.value.slice(0, cursor()[0]));
  const letter = (sign) => key(sign, () => put(capital() ? sign.toUpperCase() : sign));
  for (const letters of ROWS) {
    const row = Object.assign(document.createElement("div"), { className: "letters" });
    row.append(...[...letters].map(letter));
    place.append(row);
  }
  const last = Object.assign(document.createElement("div"), { className: "letters" });
  const [left, right] = ENDS.map((letters) => [...letters].map(letter));
  last.append(...left, key(space, () => put(" "), "letter-space"), ...right, key(erase, takeBack, "letter-wide"));
  place.append(last);
}

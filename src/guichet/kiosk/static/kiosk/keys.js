// Letters to touch, where a machine has no keyboard: the screen's own, so that none of the system's covers the page.
const ROWS = ["1234567890", "qwertyuiop", "asdfghjklé", "zxcvbnm’-è"];
const ENDS = ["@._", "çàê"];

export function touchKeys(place, field, { space, erase, upper }) {
  if (!matchMedia("(any-pointer: coarse)").matches) return;
  field.inputMode = "none";
  const put = (text) => {
    const [from, to] = [field.selectionStart ?? field.value.length, field.selectionEnd ?? field.value.length];
    field.value = field.value.slice(0, from) + text + field.value.slice(to);
    try { field.setSelectionRange(from + text.length, from + text.length); } catch { /* an address has no cursor to set */ }
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const key = (label, act, wide = "") => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: label, className: `letter ${wide}` });
    button.addEventListener("click", act);
    return button;
  };
  const capital = () => upper && /(^|[\s-])$/.test(field.value);
  for (const letters of ROWS) {
    const row = Object.assign(document.createElement("div"), { className: "letters" });
    row.append(...[...letters].map((letter) => key(letter, () => put(capital() ? letter.toUpperCase() : letter))));
    place.append(row);
  }
  const last = Object.assign(document.createElement("div"), { className: "letters" });
  const [left, right] = ENDS.map((letters) => [...letters].map((letter) => key(letter, () => put(letter))));
  last.append(...left, key(space, () => put(" "), "letter-space"), ...right,
    key(erase, () => { field.value = field.value.slice(0, -1); }, "letter-wide"));
  place.append(last);
}

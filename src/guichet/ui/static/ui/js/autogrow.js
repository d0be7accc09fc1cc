// Text areas grow with their text where CSS `field-sizing` is missing; counters tell what is left.
const native = CSS.supports("field-sizing", "content");

const fit = (area) => {
  area.style.blockSize = "auto";
  area.style.blockSize = `${area.scrollHeight + 2}px`;
};

export function wireAutogrow(root) {
  if (!native) {
    for (const area of root.querySelectorAll("textarea[data-autogrow]")) {
      fit(area);
      area.addEventListener("input", () => fit(area));
    }
  }
  for (const counter of root.querySelectorAll("[data-counter-for]")) {
    const field = document.getElementById(counter.dataset.counterFor);
    if (!field || counter.dataset.wired) continue;
    counter.dataset.wired = "1";
    const max = Number(counter.dataset.counterMax);
    const show = () => {
      const used = field.value.length;
      counter.hidden = used < max * 0.6;
      counter.textContent = `${used} / ${max}`;
      counter.classList.toggle("near", used > max * 0.9);
    };
    field.addEventListener("input", show);
    show();
  }
}

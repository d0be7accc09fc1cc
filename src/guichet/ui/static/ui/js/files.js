// `[data-drop]` takes dropped files and pasted screenshots into its <input type=file> and lists them.
import { make, word } from "./words.js";

const size = (bytes) => {
  const units = ["o", "Ko", "Mo"];
  if (!document.documentElement.lang.startsWith("fr")) units.splice(0, 3, "B", "KB", "MB");
  let index = 0;
  while (bytes >= 1024 && index < 2) { bytes /= 1024; index += 1; }
  return `${new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(bytes)}\u00a0${units[index]}`;
};

function start(zone) {
  const input = zone.querySelector("input[type=file]");
  const list = zone.querySelector("[data-file-list]");
  const area = zone.closest("form") ?? zone;
  let kept = new DataTransfer();

  const show = () => {
    input.files = kept.files;
    const limit = Number(input.dataset.maxSize || 0);
    list.replaceChildren(...[...kept.files].map((file, index) => {
      const failed = limit > 0 && file.size > limit;
      const remove = make("button", { type: "button", class: "button quiet icon-only sm", "aria-label": `${word("remove")} ${file.name}` }, "×");
      remove.addEventListener("click", () => { kept.items.remove(index); show(); });
      return make("li", { class: failed ? "file failed" : "file" },
        make("span", { class: "file-dot", "aria-hidden": "true" }),
        make("span", { class: "file-name" }, file.name),
        make("span", { class: "file-size" }, failed ? word("tooLarge", { limit: size(limit) }) : size(file.size)),
        remove);
    }));
  };

  const add = (files) => {
    if (!input.multiple) kept = new DataTransfer();
    for (const file of files) kept.items.add(file);
    show();
  };

  input.addEventListener("change", () => add([...input.files].filter((file) => ![...kept.files].includes(file))));
  for (const kind of ["dragenter", "dragover"]) {
    area.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  area.addEventListener("dragleave", (event) => { if (!area.contains(event.relatedTarget)) zone.classList.remove("over"); });
  area.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    zone.classList.remove("over");
    add(event.dataTransfer.files);
  });
  area.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    const stamp = new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-");
    add(files.map((file) => (file.name && file.name !== "image.png" ? file
      : new File([file], `${word("screenshot")}-${stamp}.png`, { type: file.type }))));
  });
  // htmx reports the upload's progress on the form.
  area.addEventListener("htmx:xhr:progress", (event) => {
    if (!kept.files.length || !event.detail.lengthComputable) return;
    const bar = list.querySelector("progress") ?? make("progress", { class: "bar", max: "100" });
    bar.value = (100 * event.detail.loaded) / event.detail.total;
    if (!bar.isConnected) list.append(make("li", {}, bar));
  });
  area.addEventListener("reset", () => { kept = new DataTransfer(); show(); });
}

export function wireFiles(root) {
  for (const zone of root.querySelectorAll("[data-drop]")) {
    if (zone.dataset.wired) continue;
    zone.dataset.wired = "1";
    start(zone);
  }
}

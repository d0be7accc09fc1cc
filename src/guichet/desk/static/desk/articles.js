// Writing an article: a picture that is pasted or dropped into the text is kept at once and shown where the cursor stands.
const form = document.querySelector(".editor-form");
const address = form?.dataset.pictures;
const say = (text) => { const state = form.querySelector("[data-draft-state]"); if (state) state.textContent = text; };

// In a paragraph of its own.
function put(area, text) {
  const before = area.value.slice(0, area.selectionStart);
  const apart = !before || before.endsWith("\n") ? "" : "\n\n";
  area.setRangeText(apart + text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

async function send(area, files) {
  for (const file of files) {
    const body = new FormData();
    body.append("files", file);
    const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": document.body.dataset.csrf, Accept: "application/json" } }).catch(() => null);
    const { markdown = [], error = form.dataset.failed } = answer ? await answer.json().catch(() => ({})) : {};
    if (answer?.ok) put(area, `${markdown.join("\n")}\n`);
    else say(error);
  }
}

const pictures = (list) => [...(list ?? [])].filter((file) => file.type.startsWith("image/"));

// Before the drop zone, which would list them among the files to be sent with the form.
for (const kind of ["paste", "drop"]) {
  form?.addEventListener(kind, (event) => {
    const area = event.target.closest?.("textarea.article-body, .wording-part textarea");
    const files = pictures((event.clipboardData ?? event.dataTransfer)?.files);
    if (!address || !area || !files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.querySelector("[data-drop]")?.classList.remove("over");
    send(area, files);
  }, true);
}

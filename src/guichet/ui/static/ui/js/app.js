// Starts every enhancement. Pages work without any of them.
import { wireAutogrow } from "./autogrow.js";
import { wireBulk } from "./bulk.js";
import { wireDialogs } from "./dialog.js";
import { wireDrafts } from "./drafts.js";
import { wireFiles } from "./files.js";
import { wireFocus } from "./focus.js";
import { wireKept } from "./kept.js";
import { wireKeys } from "./keys.js";
import { wireLive } from "./live.js";
import { wirePalette } from "./palette.js";
import { wireTheme } from "./theme.js";
import { wireTimes } from "./time.js";
import { wireToasts } from "./toast.js";

document.documentElement.classList.add("js");

// `wire` is called for the page and again for every fragment that htmx brings in.
const onEveryFragment = [wireAutogrow, wireDrafts, wireFiles, wireTimes, wireBulk];
const wire = (root) => onEveryFragment.forEach((start) => start(root));

for (const start of [wireTheme, wireFocus, wireToasts, wireDialogs, wireKeys, wirePalette, wireLive]) start(document);
wire(document);
document.addEventListener("htmx:load", (event) => wire(event.target));
wireKept().catch(() => {});
document.querySelector("[data-focus]:not(.specimen *)")?.focus();

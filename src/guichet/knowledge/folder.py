"""A folder of Markdown as pages (pure): front matter, links between pages, pictures, what other tools add to Markdown.

Understood are MkDocs and Docusaurus: admonitions become callouts, tags what they say. What could hurt is refused with
its reason and read no further: links out of the folder, files that are too large, that are no text or in an encoding
that would have to be guessed.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from guichet.knowledge.tags import without_tags
from guichet.lib.text import clean, fold, one_line

ENDINGS = {".md", ".markdown", ".mdx"}
FILE_MAX, FILES_MAX, DEPTH_MAX, KEY_MAX = 1_000_000, 5_000, 12, 240
# Why a file was not read.
LINK, TOO_LARGE, BINARY, ENCODING, EMPTY, TOO_DEEP, TOO_MANY, NAME, UNREADABLE = (
    "link", "too_large", "binary", "encoding", "empty", "too_deep", "too_many", "name", "unreadable",
)  # fmt: skip
_FENCE = re.compile(r"^[ ]{0,3}(`{3,}|~{3,})")
_MDX = re.compile(r"^(?:import|export)\s.*$")
_COMMENTS = (("<!--", "-->"), ("{/*", "*/}"))
_EXPRESSION = re.compile(r"\{[\w.]{1,80}\}")
# What repeats gives nothing back (`++`): a line of a million spaces is read in one go.
_ATTRIBUTES = re.compile(r"(?<![ \t])[ \t]*+\{(?::|#|\.|[ ]*(?:width|height|align|loading)=)[^{}\n]{0,200}\}")
_COLONS = re.compile(
    r"[ \t]*+:{3,}+[ \t]*+([a-zA-Z]++)?+[ \t]*+"
    r"(?:\[([^\]]*)\][ \t]*+|\"([^\"]*)\"[ \t]*+|([^\[\"{].*?))?(?:\{[^{}]*\})?$"
)
_MARKS = re.compile(r"([ \t]*+)(?:!!!|\?\?\?\+?)[ \t]++([a-zA-Z]++)(?:[ \t]++[a-z]++)*+[ \t]*+(?:\"([^\"]*)\")?$")
_KINDS = {
    **dict.fromkeys(("tip", "hint", "success", "check", "example"), "TIP"),
    **dict.fromkeys(("warning", "caution", "attention", "important"), "WARNING"),
    **dict.fromkeys(("danger", "failure", "error", "bug"), "DANGER"),
}
_TARGET = re.compile(r"(!?)\[([^\[\]\n]{0,500})\]\(\s*(<[^<>\n]{1,1000}>|[^\s()<>]{1,1000}(?:\([^\s()]{0,200}\))?)"
                     r"(\s+(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'))?\s*\)")  # fmt: skip
_FIELD = re.compile(r"^([A-Za-z_][\w-]{0,40})[ \t]*:[ \t]*(.*)$")


@dataclass(frozen=True)
class Page:
    """A page: its key is its path in the folder. `links` and `pictures` are as they are written in `body`."""

    key: str
    title: str
    body: str
    tags: tuple[str, ...] = ()
    language: str = ""
    # Other names by which pages link to it.
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Skipped:
    """A file that was not read, and why."""

    key: str
    reason: str


@dataclass
class Folder:
    """All that was found."""

    root: Path
    pages: dict[str, Page] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)

    def add(self, page: Page) -> None:
        self.pages[page.key] = page
        for name in (_bare(page.key), *page.names):
            self._names.setdefault(fold(name), page.key)

    def page_of(self, target: str, *, on: str) -> str | None:
        """The key of the page that a link on page `on` leads to, None for none of this folder."""
        path = unquote(target.partition("#")[0].partition("?")[0])
        if not path:
            return None
        absolute = path.startswith("/")
        for base in ("",) if absolute else (posixpath.dirname(on), _bare(on)):
            wanted = posixpath.normpath(posixpath.join(base, path.strip("/") if absolute else path.rstrip("/")))
            found = self._names.get(fold(_bare(wanted)).removeprefix("."))
            if found is not None:
                return found
        return None

    def file_of(self, target: str, *, on: str) -> Path | None:
        """The picture's file, if it is one of this folder."""
        path = unquote(target.partition("#")[0].partition("?")[0])
        base = "" if path.startswith("/") else posixpath.dirname(on)
        found = self.root / posixpath.normpath(posixpath.join(base, path.lstrip("/")))
        try:
            inside = not any(part.is_symlink() for part in (found, *found.parents) if part.is_relative_to(self.root))
            real = found.resolve(strict=True)
            return found if inside and real.is_relative_to(self.root.resolve()) and found.is_file() else None
        except (OSError, ValueError):
            # Not there, or what no file can be called.
            return None


def read(root: Path) -> Folder:
    """Every page in `root` and the folders in it; links are never followed."""
    folder = Folder(root=root)
    for path, key in _files(root, folder.skipped):
        page = read_file(path, key)
        if isinstance(page, Page):
            folder.add(page)
        else:
            folder.skipped.append(page)
    return folder


def read_file(path: Path, key: str) -> Page | Skipped:
    if len(key) > KEY_MAX or key != clean(key):
        return Skipped(clean(key)[:KEY_MAX], NAME)
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_MAX + 1)
    except OSError:
        return Skipped(key, UNREADABLE)
    if len(raw) > FILE_MAX:
        return Skipped(key, TOO_LARGE)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in raw:
        return Skipped(key, BINARY)
    else:
        encoding = "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return Skipped(key, ENCODING)
    return page_of(text, key) or Skipped(key, EMPTY)


def page_of(text: str, key: str) -> Page | None:
    """The page that a file's text is; None where it says nothing."""
    fields, text = _front_matter(clean(text))
    body = _converted(text)
    title = one_line(fields.get("title", "") or fields.get("sidebar_label", ""))
    heading = re.match(r"\s*#[ \t]+([^\n]+)\n?", body)
    if heading and (not title or fold(title) == fold(one_line(heading[1]))):
        title = title or one_line(heading[1].rstrip("# "))
        body = body[heading.end() :]
    body = body.strip()
    if not body:
        return None
    title = title or one_line(posixpath.basename(_bare(key)).replace("-", " ").replace("_", " ")).capitalize()
    here = posixpath.dirname(key)
    ids = [posixpath.join(here, fields["id"])] if fields.get("id") else []
    slugs = [posixpath.normpath(posixpath.join(here, fields["slug"])).lstrip("/")] if fields.get("slug") else []
    return Page(
        key=key,
        title=re.sub(r"[*`]", "", title)[:200],
        body=body,
        tags=tuple(tag for name in ("tags", "categories", "category") for tag in _list(fields.get(name, ""))),
        language=fields.get("lang", fields.get("language", ""))[:2].lower(),
        names=(*ids, *slugs),
    )


def targets(body: str) -> Iterator[tuple[bool, str]]:
    """Whether it is a picture, and where it leads: all links and pictures of a text that don’t leave the folder."""
    for found in _TARGET.finditer(body):
        target = found[3].strip("<>")
        if not re.match(r"[a-z][a-z0-9+.-]*:|//|#", target, re.IGNORECASE):
            yield bool(found[1]), target


def retargeted(body: str, *, links: Mapping[str, str], pictures: Mapping[str, str]) -> str:
    """The same text with links and pictures that lead elsewhere; those that are not named stay."""

    def changed(found: re.Match[str]) -> str:
        new = (pictures if found[1] else links).get(found[3].strip("<>"))
        return f"{found[1]}[{found[2]}]({new}{found[4] or ''})" if new else found[0]

    return _TARGET.sub(changed, body)


def digest(*parts: str) -> str:
    return hashlib.sha256("\n\0\n".join(parts).encode()).hexdigest()


def _files(root: Path, skipped: list[Skipped]) -> Iterator[tuple[Path, str]]:
    """The Markdown files, in order, with their keys. Neither files nor folders that are links, nor hidden ones."""
    count = 0
    for at, folders, names in os.walk(root, followlinks=False):
        here = Path(at)
        depth = len(here.relative_to(root).parts)
        for name in sorted(folders):
            if (here / name).is_symlink():
                skipped.append(Skipped(clean((here / name).relative_to(root).as_posix()), LINK))
            elif depth + 1 > DEPTH_MAX:
                skipped.append(Skipped(clean((here / name).relative_to(root).as_posix()), TOO_DEEP))
        folders[:] = sorted(
            name for name in folders
            if not name.startswith((".", "node_modules")) and not (here / name).is_symlink() and depth < DEPTH_MAX
        )  # fmt: skip
        for name in sorted(names):
            path = here / name
            if path.suffix.lower() not in ENDINGS or name.startswith("."):
                continue
            key = path.relative_to(root).as_posix()
            if path.is_symlink() or not path.is_file():
                skipped.append(Skipped(clean(key), LINK))
            elif count >= FILES_MAX:
                skipped.append(Skipped(clean(key), TOO_MANY))
            else:
                count += 1
                yield path, key


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """The fields between the first two lines of dashes, and the rest. Lists are joined by commas."""
    lines = text.split("\n")
    if lines[0].strip() != "---":
        return {}, text
    end = next((n for n, line in enumerate(lines[1:200], start=1) if line.strip() in {"---", "..."}), 0)
    if not end:
        return {}, text
    fields: dict[str, str] = {}
    last = ""
    for line in lines[1:end]:
        if item := re.match(r"[ \t]*-[ \t]+(.*)$", line):
            if last:
                fields[last] = ", ".join(filter(None, (fields[last], item[1].strip())))
        elif found := _FIELD.match(line):
            last = found[1].lower()
            fields[last] = found[2].strip().strip("\"'")
    return fields, "\n".join(lines[end + 1 :])


def _list(text: str) -> list[str]:
    return [tag for part in text.strip("[]").split(",") if (tag := one_line(part).strip("\"'"))]


def _converted(text: str) -> str:
    """Markdown as articles have it. Fenced code stays as it is."""
    mdx = bool(re.search(r"^import\s.+\sfrom\s", text, re.MULTILINE))
    pieces: list[str] = []
    for is_code, piece in _by_fences(text):
        pieces.append(piece if is_code else _prose(piece, mdx=mdx))
    lines = _callouts("\n".join(pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines))


def _prose(text: str, *, mdx: bool) -> str:
    for opens, closes in _COMMENTS:
        text = _without(text, opens, closes)
    if mdx:
        text = "\n".join(line for line in text.split("\n") if not _MDX.match(line))
    text = _ATTRIBUTES.sub("", without_tags(text))
    return _EXPRESSION.sub("", text) if mdx else text


def _without(text: str, opens: str, closes: str) -> str:
    """`text` without what stands between two signs; what is opened and never closed stays."""
    kept, at = [], 0
    while (begin := text.find(opens, at)) >= 0 and (end := text.find(closes, begin + len(opens))) >= 0:
        kept.append(text[at:begin])
        at = end + len(closes)
    return "".join([*kept, text[at:]])


def _by_fences(text: str) -> Iterator[tuple[bool, str]]:
    """Stretches of text and of fenced code, in turn."""
    kept: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if not fence and mark:
            yield False, "\n".join(kept)
            kept, fence = [line], mark[1]
        elif fence and mark and mark[1].startswith(fence) and line.strip() == mark[1]:
            yield True, "\n".join([*kept, line])
            kept, fence = [], ""
        else:
            kept.append(line)
    yield bool(fence), "\n".join(kept)


def _callouts(lines: list[str]) -> Iterator[str]:
    """Both kinds of admonition as a quotation that begins with its mark; a code block is none."""
    depth, indent, fence = 0, "", ""
    for line in lines:
        mark = _FENCE.match(line.lstrip("> "))
        fence = (mark[1] if not fence else "") if mark and (not fence or mark[1].startswith(fence)) else fence
        if indent and line.strip() and not line.startswith(indent):
            indent = ""
        if indent:
            yield ("> " + line.removeprefix(indent)).rstrip()
            continue
        colons = None if fence else _COLONS.match(line.rstrip())
        marks = None if fence else _MARKS.match(line.rstrip())
        if colons and colons[1]:
            yield from ("", "> " * depth + _mark(colons[1], colons[2] or colons[3] or colons[4] or ""))
            depth = min(depth + 1, 4)
        elif colons:
            depth = max(depth - 1, 0)
            yield ("> " * depth).rstrip()
        elif marks and not depth:
            yield from ("", _mark(marks[2], marks[3] or ""))
            indent = marks[1] + "    "
        else:
            yield ("> " * depth + (line.lstrip() if depth and not fence else line)).rstrip() if depth else line


def _mark(kind: str, title: str) -> str:
    title = one_line(title)
    return f"> [!{_KINDS.get(kind.lower(), 'NOTE')}] {title}".rstrip()


def _bare(key: str) -> str:
    """Without its ending; a folder's own page is the folder."""
    stem, ending = posixpath.splitext(key)
    bare = stem if ending.lower() in ENDINGS else key
    return posixpath.dirname(bare) if posixpath.basename(bare).lower() in {"index", "readme"} else bare

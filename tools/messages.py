"""Message catalogues: every translatable string of each package goes into that package's own French catalogue.

    python tools/messages.py [portal …] extract, keep what is translated, list what is not, compile
    python tools/messages.py --check    change nothing; fail when a catalogue is incomplete, out of date or gainsaid

Python's sources are read as syntax trees and templates through Django's own lexer, so no gettext tools are needed.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import polib
from django.template.base import DebugLexer, TokenType
from django.utils.translation.template import block_re, context_re, inline_re, plural_re

SOURCE = Path(__file__).resolve().parent.parent / "src" / "guichet"
SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop", "_l"}
PLURAL = {"ngettext", "ngettext_lazy", "_n"}
CONTEXT = {"pgettext", "pgettext_lazy", "_p"}
HEADER = {
    "Project-Id-Version": "guichet",
    "Language": "fr",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n > 1);",
}
Message = tuple[str | None, str, str | None]  # context, singular, plural


def packages() -> list[Path]:
    """Folders that own a catalogue: Django apps, a nested one before the one around it."""
    return sorted((p.parent for p in SOURCE.rglob("apps.py")), key=lambda p: -len(p.parts))


def owner(file: Path, owners: list[Path]) -> Path:
    return next((package for package in owners if package in file.parents), SOURCE / "ui")


def of_python(text: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        texts = [a.value if isinstance(a, ast.Constant) and isinstance(a.value, str) else None for a in node.args]
        if name in SINGULAR and texts and texts[0]:
            yield None, texts[0], None
        elif name in PLURAL and len(texts) > 1 and texts[0] and texts[1]:
            yield None, texts[0], texts[1]
        elif name in CONTEXT and len(texts) > 1 and texts[0] and texts[1]:
            yield texts[0], texts[1], None


def _literal(text: str) -> str:
    return str(ast.literal_eval(text))


def _constants(content: str) -> Iterator[Message]:
    """`_("…")` arguments inside any tag or variable."""
    start = 0
    while (found := content.find("_(", start)) >= 0:
        start = found + 2
        if found and (content[found - 1].isalnum() or content[found - 1] == "_"):
            continue
        quote = content[start : start + 1]
        end = content.find(quote + ")", start + 1)
        if quote in {'"', "'"} and end > 0:
            yield None, content[start + 1 : end], None


def of_template(text: str) -> Iterator[Message]:
    block: list[str] | None = None
    plural: list[str] | None = None
    trimmed = False
    context: str | None = None
    for token in DebugLexer(text).tokenize():
        content = token.contents
        if token.token_type == TokenType.BLOCK and block is None:
            begun = block_re.match(content)
            if content.split()[0] in {"blocktrans", "blocktranslate"} and begun:
                block, plural, trimmed = [], None, "trimmed" in content.split()
                in_context = context_re.match(begun.group(1) or "")
                context = _literal(in_context.group(1)) if in_context else None
                continue
            inline = inline_re.match(content)
            if inline:
                in_context = context_re.match(inline.group(2) or "")
                yield (_literal(in_context.group(1)) if in_context else None), _literal(inline.group(1)), None
        elif token.token_type == TokenType.BLOCK and block is not None:
            if content in {"endblocktrans", "endblocktranslate"}:
                yield context, _joined(block, trimmed), _joined(plural, trimmed) if plural is not None else None
                block = None
            elif plural_re.match(content):
                plural = []
            continue
        if block is not None:
            part = f"%({content})s" if token.token_type == TokenType.VAR else content.replace("%", "%%")
            (plural if plural is not None else block).append(part)
        elif token.token_type in {TokenType.BLOCK, TokenType.VAR}:
            yield from _constants(content)


def _joined(parts: list[str], trimmed: bool) -> str:
    text = "".join(parts)
    return " ".join(line.strip() for line in text.strip().splitlines() if line.strip()) if trimmed else text


def extract() -> dict[Path, dict[Message, set[str]]]:
    """Package → message → the files it stands in."""
    owners = packages()
    found: dict[Path, dict[Message, set[str]]] = {package: {} for package in owners}
    for file in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt")]):
        if "migrations" in file.parts:
            continue
        read = of_python if file.suffix == ".py" else of_template
        for message in read(file.read_text(encoding="utf-8")):
            where = str(file.relative_to(SOURCE.parent))
            found[owner(file, owners)].setdefault(message, set()).add(where)
    return found


def catalogue(package: Path) -> Path:
    return package / "locale" / "fr" / "LC_MESSAGES" / "django.po"


def merged(path: Path, messages: dict[Message, set[str]]) -> polib.POFile:
    """The catalogue with exactly these messages, keeping what was translated."""
    old = {(e.msgctxt, e.msgid): e for e in polib.pofile(str(path), wrapwidth=100)} if path.exists() else {}
    new = polib.POFile(wrapwidth=100)
    new.metadata = HEADER
    seen: set[tuple[str | None, str]] = set()
    for context, singular, plural in sorted(messages, key=lambda m: (m[1], m[0] or "", m[2] is None)):
        if (context, singular) in seen:
            continue
        seen.add((context, singular))
        before = old.get((context, singular))
        entry = polib.POEntry(
            msgctxt=context,
            msgid=singular,
            occurrences=[(where, "") for where in sorted(messages[context, singular, plural])],
            flags=["python-format"] if "%(" in singular else [],
        )
        if plural is not None:
            entry.msgid_plural = plural
            kept = before.msgstr_plural if before and before.msgstr_plural else {}
            entry.msgstr_plural = {0: kept.get(0, ""), 1: kept.get(1, "")}
        else:
            entry.msgstr = before.msgstr if before else ""
        new.append(entry)
    return new


def missing(po: polib.POFile) -> list[str]:
    return [e.msgid for e in po if not (all(e.msgstr_plural.values()) if e.msgid_plural else e.msgstr)]


def said_otherwise(paths: Iterable[Path]) -> Iterator[str]:
    """Texts that two catalogues put in different words: one of them would be shown in both places."""
    said: dict[tuple[str | None, str], dict[tuple[str, ...], list[str]]] = {}
    for path in paths:
        for e in polib.pofile(str(path)) if path.exists() else ():
            words = tuple(e.msgstr_plural.values()) if e.msgid_plural else (e.msgstr,)
            said.setdefault((e.msgctxt, e.msgid), {}).setdefault(words, []).append(path.parents[3].name)
    for (_context, text), ways in said.items():
        if len(ways) > 1 and all(all(words) for words in ways):
            told = "; ".join(f"{words[0]!r} in {', '.join(names)}" for words, names in ways.items())
            yield f"{text!r} is said in two ways: {told}. Say the same, or give one a context."


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("packages", nargs="*")
    arguments = parser.parse_args()
    check = arguments.check
    wrong = 0
    for package, messages in extract().items():
        path = catalogue(package)
        if arguments.packages and str(package.relative_to(SOURCE)) not in arguments.packages:
            continue
        if not messages and not path.exists():
            continue
        new = merged(path, messages)
        for text in missing(new):
            print(f"{package.relative_to(SOURCE)}: not translated: {text!r}")
            wrong += 1
        compiled = path.with_suffix(".mo")
        if check:
            if not path.exists() or path.read_text(encoding="utf-8") != str(new) + "\n":
                print(f"{package.relative_to(SOURCE)}: the catalogue is out of date; run make messages")
                wrong += 1
            elif not compiled.exists() or compiled.read_bytes() != new.to_binary():
                print(f"{package.relative_to(SOURCE)}: the compiled catalogue is out of date; run make messages")
                wrong += 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(str(new) + "\n", encoding="utf-8")
            compiled.write_bytes(new.to_binary())
    for text in said_otherwise(catalogue(package) for package in packages()):
        print(text)
        wrong += 1
    return 1 if wrong and check else 0


if __name__ == "__main__":
    sys.exit(main())

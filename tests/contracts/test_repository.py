"""What may stand in the repository: our own files, complete catalogues, no trace of where it was written."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
# Written so that this file is not its own finding.
HOSTS = re.compile("|".join(("py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.(com|org)", "index" + r"-url\s*=")))
TEXT = {".py", ".md", ".toml", ".txt", ".html", ".css", ".js", ".svg", ".sh", ".yml", ".po", ""}


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def test_catalogues_are_complete_and_compiled() -> None:
    result = subprocess.run(
        [sys.executable, "tools/messages.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout[-4000:]


def messages() -> ModuleType:
    found = importlib.util.spec_from_file_location("messages", ROOT / "tools" / "messages.py")
    assert found and found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_a_context_is_read_in_templates() -> None:
    inline = '{% trans "Places" context "seats" as label %}{% trans "Places" %}'
    block = '{% blocktrans context "seats" with n=3 %}{{ n }} left{% endblocktrans %}'
    assert list(messages().of_template(inline + block)) == [
        ("seats", "Places", None), (None, "Places", None), ("seats", "%(n)s left", None),
    ]  # fmt: skip


def test_two_catalogues_that_say_a_text_otherwise_are_told(tmp_path: Path) -> None:
    paths = []
    for room, said in (("desk", "Lieux"), ("portal", "Places")):
        path = tmp_path / room / "locale" / "fr" / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True)
        path.write_text(f'msgid "Places"\nmsgstr "{said}"\n\nmsgctxt "seats"\nmsgid "Places"\nmsgstr "{room}"\n')
        paths.append(path)
    told = list(messages().said_otherwise(paths))
    assert len(told) == 2
    assert "'Lieux' in desk; 'Places' in portal" in told[0]
    assert list(messages().said_otherwise(paths[:1])) == []


def test_no_registry_is_named() -> None:
    guilty = [str(p.relative_to(ROOT)) for p in tracked() if p.suffix in TEXT and HOSTS.search(p.read_text("utf-8"))]
    assert not guilty


def test_locks_carry_hashes_and_no_addresses() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        pinned = re.findall(r"^[a-z0-9._-]+==", text, flags=re.M | re.I)
        assert pinned
        assert text.count("--hash=sha256:") >= len(pinned)
        assert "://" not in text


def test_no_large_or_minified_file_slipped_in() -> None:
    for path in tracked():
        assert path.stat().st_size < 1_500_000, path
        assert ".min." not in path.name, path

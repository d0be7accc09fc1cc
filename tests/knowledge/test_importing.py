"""A folder of Markdown becomes articles; what is hostile in it is refused, what is written here is kept."""

from __future__ import annotations

import copy
import os
import struct
import zlib
from io import StringIO
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from guichet.activity.models import Event
from guichet.catalog.models import Category
from guichet.knowledge import actions, folder, importing
from guichet.knowledge.folder import page_of
from guichet.knowledge.importing import How, Report
from guichet.knowledge.models import Article, Version
from guichet.knowledge.tags import without_tags
from tests.knowledge.stage import Place, later, place
from tests.shared import ground

made = ground(place)


@pytest.fixture
def here(made: Place, db: None, settings: Any, tmp_path: Path) -> Place:
    settings.MEDIA_ROOT = tmp_path / "kept"
    return copy.deepcopy(made)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    root = tmp_path / "docs"
    (root / "reseau").mkdir(parents=True)
    (root / "index.md").write_text("# Accueil\n\nVoir [le Wi-Fi](reseau/wifi.md#étape-1) et [rien](absent.md).")
    (root / "reseau" / "wifi.md").write_text(
        "---\ntitle: Le Wi-Fi\ntags: [réseau]\n---\n\n## Étape 1\n\n![L’écran](ecran.png)\n\n[Retour](/)\n"
    )
    (root / "reseau" / "ecran.png").write_bytes(png())
    return root


def png(width: int = 3, height: int = 2) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xff\0\0" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def run(here: Place, docs: Path, *, minutes: int = 0, dry_run: bool = False, **how: Any) -> Report:
    given = How(
        desk=here.desk.organisation, actor=here.nadia, now=later(minutes), source="docs", **{"publish": True, **how}
    )
    return importing.import_folder(docs, how=given, dry_run=dry_run)


def article(key: str) -> Article:
    return Article.objects.get(source_key=f"docs:{key}")


def body(key: str) -> str:
    current = article(key).current
    assert current
    return current.body


def test_pages_become_articles_that_lead_to_one_another(here: Place, docs: Path) -> None:
    report = run(here, docs)
    assert report.pages == {"index.md": "new", "reseau/wifi.md": "new"}
    wifi = article("reseau/wifi.md")
    assert (wifi.title, wifi.language, wifi.is_published) == ("Le Wi-Fi", "fr", True)
    assert f"[le Wi-Fi]({wifi.reference}#étape-1)" in body("index.md")
    assert "[rien](absent.md)" in body("index.md")
    assert f"[Retour]({article('index.md').reference})" in body("reseau/wifi.md")
    assert report.broken_links == [("index.md", "absent.md")]
    picture = wifi.pictures.get()
    assert (picture.name, picture.width, picture.height) == ("ecran.png", 3, 2)


def test_a_second_run_adds_nothing(here: Place, docs: Path) -> None:
    run(here, docs)
    before = (Article.objects.count(), Version.objects.count(), Event.objects.count())
    assert set(run(here, docs, minutes=5).pages.values()) == {"same"}
    assert (Article.objects.count(), Version.objects.count(), Event.objects.count()) == before


def test_a_changed_page_is_a_new_version(here: Place, docs: Path) -> None:
    run(here, docs)
    (docs / "index.md").write_text("# Accueil\n\nAutrement.")
    (docs / "reseau" / "ecran.png").write_bytes(png(5, 5))
    assert run(here, docs, minutes=5).pages == {"index.md": "changed", "reseau/wifi.md": "changed"}
    assert body("index.md") == "Autrement."
    assert "ecran-2.png" in body("reseau/wifi.md")
    assert article("index.md").versions.count() == 2
    assert set(run(here, docs, minutes=6).pages.values()) == {"same"}


def test_what_was_written_here_is_not_written_over(here: Place, docs: Path) -> None:
    run(here, docs)
    ours = article("index.md")
    actions.revise(ours, body="Écrit ici.", actor=here.karim, now=later(1))
    (docs / "index.md").write_text("# Accueil\n\nÉcrit là-bas.")
    assert run(here, docs, minutes=2, dry_run=True).pages["index.md"] == "waiting"
    assert run(here, docs, minutes=2).pages["index.md"] == "waiting"
    actions.publish(ours, actor=here.nadia, now=later(3))
    assert run(here, docs, minutes=4, dry_run=True).pages["index.md"] == "to_look_at"
    assert run(here, docs, minutes=4).pages["index.md"] == "to_look_at"
    assert body("index.md") == "Écrit ici."
    draft = article("index.md").draft
    assert draft and draft.body == "Écrit là-bas."


def test_what_is_archived_stays_so(here: Place, docs: Path) -> None:
    run(here, docs)
    actions.archive(article("index.md"), actor=here.nadia, now=later(1))
    (docs / "index.md").write_text("# Accueil\n\nAutrement.")
    (docs / "reseau" / "wifi.md").unlink()
    report = run(here, docs, minutes=2)
    assert report.pages == {"index.md": "waiting"}
    assert report.gone == [article("reseau/wifi.md").reference]


def test_a_dry_run_writes_nothing(here: Place, docs: Path) -> None:
    assert set(run(here, docs, dry_run=True).pages.values()) == {"new"}
    assert not Article.objects.exists()


def test_hostile_files_are_refused_with_their_reason(here: Place, docs: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("# Secret\n\nHors du dossier.")
    (tmp_path / "secret.png").write_bytes(png())
    (docs / "lien.md").symlink_to(tmp_path / "secret.md")
    (docs / "dossier").symlink_to(tmp_path, target_is_directory=True)
    (docs / "image.png").symlink_to(tmp_path / "secret.png")
    (docs / "enorme.md").write_bytes(b"a" * (folder.FILE_MAX + 1))
    (docs / "binaire.md").write_bytes(b"# A\n\0\0\0")
    (docs / "latin.md").write_bytes("# Été\n\nà".encode("latin-1"))
    (docs / "vide.md").write_text("---\ntitle: Vide\n---\n")
    (docs / "dehors.md").write_text("![x](../secret.png) ![y](image.png) ![z](/etc/passwd) [w](../secret.md)")
    (docs / "utf16.md").write_text("# Seize\n\nÇa se lit.", encoding="utf-16")
    report = run(here, docs)
    assert {s.key: s.reason for s in report.skipped} == {
        "lien.md": "link", "dossier": "link", "enorme.md": "too_large", "binaire.md": "binary",
        "latin.md": "encoding", "vide.md": "empty",
    }  # fmt: skip
    assert {target for key, target in report.missing_pictures if key == "dehors.md"} == {
        "../secret.png", "image.png", "/etc/passwd",
    }  # fmt: skip
    assert article("utf16.md").title == "Seize"
    assert not article("dehors.md").pictures.exists()


def test_names_that_no_file_can_have_lead_nowhere(here: Place, docs: Path) -> None:
    names = ("a" * 300 + ".png", "%00.png", "%ED%A0%80.png", "a/" * 400 + "x.png")
    (docs / "noms.md").write_text("# Noms\n\n" + "\n\n".join(f"![x]({name}) [y]({name})" for name in names))
    report = run(here, docs)
    assert report.pages["noms.md"] == "new"
    assert {target for key, target in report.missing_pictures if key == "noms.md"} == set(names)


def test_what_can_t_be_read_is_said_and_the_rest_is_read(
    here: Place, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(path: Path, *how: Any, **more: Any) -> Any:
        if path.name in {"ferme.md", "ecran.png"}:
            raise PermissionError
        return opened(path, *how, **more)

    (docs / "ferme.md").write_text("# Fermé\n\nÀ clé.")
    (docs / os.fsdecode(b"\xe9t\xe9")).symlink_to(docs)
    (docs / os.fsdecode(b"caf\xe9.md")).write_text("# Café\n\nEn latin.")
    opened = Path.open
    monkeypatch.setattr(Path, "open", locked)
    report = run(here, docs)
    # Names in an encoding of old are told in what can be printed.
    assert {s.key: s.reason for s in report.skipped} == {"ferme.md": "unreadable", "t": "link", "caf.md": "name"}
    assert report.missing_pictures == [("reseau/wifi.md", "ecran.png")]
    assert article("index.md").is_published


def test_a_page_that_is_too_long_is_refused_and_the_others_are_not(here: Place, docs: Path) -> None:
    (docs / "longue.md").write_text("# Longue\n\n" + "mot " * 40_000)
    report = run(here, docs)
    assert report.pages["longue.md"] == "refused"
    assert [(s.key, s.reason) for s in report.skipped] == [("longue.md", "too_long")]
    assert article("index.md").is_published


def test_admonitions_become_callouts() -> None:
    page = page_of(
        '# T\n\n!!! warning "Doucement"\n    Une chose.\n\n    Deux.\n\nAprès.\n\n'
        ":::tip\nUn truc.\n:::\n\n:::note Titre\nx\n:::\n",
        "t.md",
    )
    assert page
    assert "> [!WARNING] Doucement\n> Une chose.\n>\n> Deux.\n>\nAprès." in page.body
    assert "> [!TIP]\n> Un truc." in page.body
    assert "> [!NOTE] Titre\n> x" in page.body


def test_tags_say_what_they_mean() -> None:
    page = page_of(
        'import X from "x";\n\n# T\n\n<X a={{b: "<p>"}} />\n\n<a href="https://x.example">Là</a> <kbd>Ctrl</kbd>\n\n'
        "<details><summary>Pourquoi ?</summary>\n\nParce que.\n</details>\n\n```html\n<b>gardé</b>\n```\n\n"
        "`<i>gardé aussi</i>` <!-- rien -->\n<script>alert(1)</script>",
        "t.md",
    )
    assert page
    assert "[Là](https://x.example) `Ctrl`" in page.body
    assert "#### Pourquoi ?\n\nParce que." in page.body
    assert "<b>gardé</b>" in page.body
    assert "`<i>gardé aussi</i>`" in page.body
    assert "import" not in page.body
    assert "alert" not in page.body
    assert "rien" not in page.body


@given(st.text(alphabet="<>/abp='\"{}`\n :!-#[]()é", max_size=200))
def test_whatever_a_file_says_can_be_read(text: str) -> None:
    without_tags(text)
    page_of(text, "x.md")


HOSTILE = [
    "<a ",
    "<!--",
    "{/*",
    "[",
    "`",
    ":::a ",
    "<a {",
    "![](",
    "#",
    "---\n",
    "> ",
    "(",
    "<a>",
    "!!! a\n",
    "{.",
    "\n",
    " ",
    "::: a ",
    ":::",
    "!!! a ",
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", HOSTILE)
def test_reading_takes_no_longer_for_malice(text: str) -> None:
    began = perf_counter()
    for start, end in (("", ""), ("a", "{"), ("::: a", "{"), ("!!! a", "!")):
        page = page_of(f"# T\n{start}{text * (200_000 // len(text))}{end}", "x.md")
        if page:
            list(folder.targets(page.body))
    assert perf_counter() - began < 5


def test_the_command(here: Place, docs: Path) -> None:
    out = StringIO()
    given = {"desk": here.desk.organisation.slug, "owner": here.nadia.email, "publish": True, "stdout": out}
    call_command("knowledge_import", str(docs), **given)
    assert "2 new" in out.getvalue()
    assert "index.md: absent.md" in out.getvalue()
    call_command("knowledge_import", str(docs), **given)
    assert "2 the same" in out.getvalue()
    for wrong in ({"desk": "nulle-part"}, {"owner": here.amelie.email}):
        with pytest.raises(CommandError):
            call_command("knowledge_import", str(docs), **{**given, **wrong})
    with pytest.raises(CommandError):
        call_command("knowledge_import", str(docs / "absent"), **given)


def test_categories_are_those_of_tags_and_folders(here: Place, docs: Path) -> None:
    network = Category.objects.create(organisation=here.desk.organisation, name_fr="Réseau", name_en="Network")
    run(here, docs)
    assert article("reseau/wifi.md").category == network
    assert article("index.md").category is None

"""`guichet bench suggest`: what it prints, what it reads, and that it stands above the usual way."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from guichet.config.cli import main
from guichet.trials.tables import NoTableError, read

KEYS = [
    "rows", "classes", "accuracy", "macro_f1", "coverage_at_90", "ece",
    "ms_per_suggestion", "baseline_accuracy", "baseline_macro_f1",
]  # fmt: skip
THINGS = {
    "Imprimantes": ["imprimante", "papier", "toner", "bourrage"],
    "Réseau": ["wifi", "connexion", "réseau", "câble"],
    "Comptes": ["mot de passe", "compte", "verrouillé", "badge"],
}
FILLING = ["bonjour", "merci", "depuis ce matin", "au deuxième étage", "urgent", "chez nous", "encore"]


def tickets(count: int, *, seed: int = 1) -> list[tuple[str, str, str]]:
    draw = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        label = list(THINGS)[number % 3]
        said = [*draw.choice(THINGS[label], 2, replace=False), *draw.choice(FILLING, 3, replace=False)]
        rows.append((f"Demande {seed}/{number}", ", ".join(draw.permutation(said)), label))
    return rows


def written(path: Path, rows: list[tuple[str, str, str]], *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    lines = [("Title", "body", "Sujet"), *rows]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    content = text.encode(encoding)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def asked(path: Path, *more: str) -> int:
    return main(["bench", "suggest", str(path), "--text", "title,body", "--label", "sujet", *more])


def test_the_last_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tickets(90)
    assert asked(written(tmp_path / "tickets.csv", [*rows, *rows[:30], ("", "", "Réseau"), ("sans", "label", "")])) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(found)[: len(KEYS)] == KEYS
    assert found["rows"] == 90
    assert found["classes"] == 3
    assert found["accuracy"] > 0.9
    assert found["coverage_at_90"] > 0.9
    assert 0 <= found["ece"] < 0.3
    assert found["ms_per_suggestion"] > 0
    assert found["baseline_accuracy"] > 0.5


def test_learnt_from_another_file_without_the_texts_that_are_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judged, others = tickets(30), tickets(60, seed=2)
    wrong = [(title, body, "Comptes") for title, body, _label in judged]
    train = written(tmp_path / "train.csv.gz", [*wrong, *others])
    assert asked(written(tmp_path / "tickets.csv", judged), "--train", str(train)) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["rows"] == 30
    assert found["accuracy"] > 0.9
    # Nothing else to learn from: what isn't known is null.
    alone = written(tmp_path / "alone.csv", wrong)
    assert asked(tmp_path / "tickets.csv", "--train", str(alone)) == 2
    said = capsys.readouterr()
    assert "Too little" in said.err
    assert list(json.loads(said.out.splitlines()[-1]))[: len(KEYS)] == KEYS


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_any_delimiter_and_encoding(tmp_path: Path, name: str, delimiter: str, encoding: str) -> None:
    path = written(tmp_path / name, tickets(6), delimiter=delimiter, encoding=encoding)
    table = read(path, text=["TITLE", "body"], label="Sujet")
    assert table.labels == ["Imprimantes", "Réseau", "Comptes"] * 2
    assert table.texts[0].startswith("Demande 1/0\n")


@pytest.mark.parametrize(
    ("text", "label", "named"),
    [("title,body", "topic", "topic"), ("title,corps", "sujet", "corps"), ("x", "y", "x, y")],
)
def test_a_column_that_is_not_there_is_named(
    tmp_path: Path, text: str, label: str, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "t.csv", tickets(6))
    assert main(["bench", "suggest", str(path), "--text", text, "--label", label]) == 2
    said = capsys.readouterr().err
    assert f"no column {named}." in said
    assert "title, body, sujet" in said


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x1f\x8bno gzip",
        b"title,body,sujet\n",
        b"\x00\x01",
        b'title,sujet,body\n"',
        b"\xff\xfe",
        b"PK\x03\x04\x14\x00\x08",
        "titre,corps".encode("utf-16-le"),
        b"title,body,sujet\na\x00b,c,d\n",
    ],
)
def test_a_file_with_nothing_in_it_is_refused_in_words(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    assert asked(path) == 2
    said = capsys.readouterr()
    assert str(path) in said.err
    assert json.loads(said.out)["accuracy"] is None
    assert asked(tmp_path / "nowhere.csv") == 2


def test_rows_that_are_too_short_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("sujet,title,body\nRéseau,wifi\nComptes\n,badge,perdu\nComptes,,verrouillé\n", encoding="utf-8")
    table = read(path, text=["title", "body"], label="sujet")
    assert list(zip(table.texts, table.labels, strict=True)) == [("wifi", "Réseau"), ("verrouillé", "Comptes")]
    with pytest.raises(NoTableError):
        read(path, text=["title", "nowhere"], label="sujet")
    assert read(path, text=["title", "nowhere"], label="sujet", all_of_text=False).texts == ["wifi"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("before", ["", "\n\n", "sep=;\n", "\ufeff\r\n"])
def test_what_spreadsheets_put_around_a_table(tmp_path: Path, before: str, end: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes((before + end.join(["title;sujet", '"écran ""noir""";Poste', ""])).encode())
    table = read(path, text=["title"], label="sujet")
    assert (table.texts, table.labels) == (['écran "noir"'], ["Poste"])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_table_whose_encoding_is_not_marked(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path / "t.csv", tickets(3), encoding=encoding)
    assert read(path, text=["title"], label="sujet").labels == ["Imprimantes", "Réseau", "Comptes"]


def test_a_file_that_was_cut_in_a_letter_keeps_its_accents(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("sujet,title\nRéseau,câble coupé\nRéseau,câbl".encode() + "é".encode()[:1])
    assert read(path, text=["title"], label="sujet").texts[0] == "câble coupé"


@pytest.mark.parametrize("labels", [["Seul"], ["Un", "Deux"]])
@pytest.mark.parametrize("count", [1, 6, 24])
def test_few_rows_or_one_label_are_answered_in_words(
    tmp_path: Path, labels: list[str], count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [(title, body, labels[number % len(labels)]) for number, (title, body, _) in enumerate(tickets(count))]
    assert asked(written(tmp_path / "t.csv", rows)) == 2
    said = capsys.readouterr()
    assert "Too little" in said.err
    found = json.loads(said.out)
    assert list(found)[: len(KEYS)] == KEYS
    assert found["rows"] == count


def test_a_cell_as_long_as_a_log_is_read(tmp_path: Path) -> None:
    rows = [*tickets(40), ("Journal", "erreur réseau " * 200_000, "Réseau")]
    assert len(read(written(tmp_path / "t.csv", rows), text=["title", "body"], label="sujet").texts) == 41


def test_no_column_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        main(["bench", "suggest", str(tmp_path), "--text", " , ", "--label", "sujet"])
    assert left.value.code == 2

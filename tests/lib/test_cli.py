"""The command line: words, folders, keys; without starting anything."""

import os
import stat
from pathlib import Path

import pytest

from guichet.config import cli
from guichet.lib.filelock import FileLock
from guichet.lib.server import PortsTakenError, bind


def test_the_data_folder_is_given_then_set_then_the_platforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUICHET_DATA", str(tmp_path / "set"))
    assert cli.data_folder(str(tmp_path / "given")) == tmp_path / "given"
    assert cli.data_folder(None) == tmp_path / "set"
    monkeypatch.delenv("GUICHET_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert cli.data_folder(None) == tmp_path / "guichet"


def test_the_secret_key_is_made_once_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GUICHET_SECRET_KEY", "GUICHET_DATA"):
        monkeypatch.setenv(name, "")
    keys = set()
    for _ in range(2):
        monkeypatch.setenv("GUICHET_SECRET_KEY", "")
        cli.prepare_environment(tmp_path / "data")
        keys.add(os.environ["GUICHET_SECRET_KEY"])
    (key,) = keys
    assert len(key) >= 50
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("given", "position"),
    [(["run"], 0), (["--data", "x", "replay", "volvo"], 2), (["--help"], None), ([], None)],
)
def test_the_first_word_is_found_after_options(given: list[str], position: int | None) -> None:
    assert cli._first_word(given) == position


def test_two_words_name_a_command_if_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "guichet"
    commands = package / "some" / "management" / "commands"
    commands.mkdir(parents=True)
    (commands / "demo_load.py").touch()
    monkeypatch.setattr(cli, "__file__", str(package / "config" / "cli.py"))
    assert cli._management_command(["demo", "load", "--quick"]) == ["demo_load", "--quick"]
    assert cli._management_command(["replay", "volvo", "f.csv"]) == ["replay", "volvo", "f.csv"]


def test_an_unknown_role_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "--data", str(tmp_path), "--roles", "web,pilot"]) == 1
    assert "web, worker" in capsys.readouterr().err


def test_the_database_of_somebody_else_is_not_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/guichet")
    assert cli.main(["db", "stop", "--data", str(tmp_path)]) == 1
    assert "DATABASE_URL" in capsys.readouterr().err


def test_a_lock_is_held_by_one_and_says_by_whom(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.acquire(wait=False)
    first.write("me")
    assert not second.acquire(wait=False)
    assert second.read() == "me"
    first.release()
    assert second.acquire(wait=False)
    second.release()


def test_no_free_port_is_an_error_of_its_own() -> None:
    with bind(host="127.0.0.1", port=0) as busy, pytest.raises(PortsTakenError):
        bind(host="127.0.0.1", port=busy.getsockname()[1], tries=1)

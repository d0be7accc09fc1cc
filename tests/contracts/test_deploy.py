"""What operators are given agrees with the product: its settings, time enough to end, units that systemd reads."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from guichet.config.cli import ROLES
from guichet.lib.server import GRACE_AFTER_DRAINING_SECONDS
from guichet.lib.supervisor import STOP_SECONDS

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def compose() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return told


def test_every_setting_exists() -> None:
    known = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    said = "".join(path.read_text(encoding="utf-8") for path in DEPLOY.rglob("*") if path.is_file())
    # The proxy's own: the name people type.
    unknown = {name for name in re.findall(r"GUICHET_[A-Z_]+", said) if f"`{name}`" not in known} - {"GUICHET_SITE"}
    assert unknown == set()


def test_three_web_processes_two_workers_and_a_pooler() -> None:
    services = compose()["services"]
    webs = [name for name in services if name.startswith("web-")]
    assert len(webs) == 3
    assert services["worker"]["deploy"]["replicas"] == 2
    upstreams = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    assert all(f"{name}:8000" in upstreams for name in webs)
    environment = services["web-1"]["environment"]
    assert "pgbouncer" in environment["DATABASE_URL"]
    assert "@postgres:" in environment["GUICHET_DIRECT_DATABASE_URL"]
    assert "pool_mode = transaction" in (DEPLOY / "pgbouncer" / "pgbouncer.ini").read_text(encoding="utf-8")


def test_whoever_drains_is_given_the_time() -> None:
    web = compose()["services"]["web-1"]
    drain = int(web["environment"]["GUICHET_DRAIN_SECONDS"])
    needed = drain + GRACE_AFTER_DRAINING_SECONDS + STOP_SECONDS
    assert int(web["stop_grace_period"].rstrip("s")) > needed
    unit = (DEPLOY / "systemd" / "guichet-web@.service").read_text(encoding="utf-8")
    assert int(re.findall(r"DRAIN_SECONDS=(\d+)", unit)[0]) == drain
    assert int(re.findall(r"TimeoutStopSec=(\d+)", unit)[0]) > needed


def test_commands_are_ours() -> None:
    words = [service.get("command", []) for service in compose()["services"].values()]
    words += [re.findall(r"ExecStart=\S+ (.*)", path.read_text(encoding="utf-8"))[0].split() for path in UNITS]
    for given in words:
        if "--roles" in given:
            assert set(given[given.index("--roles") + 1].split(",")) <= set(ROLES)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_reads_the_units(tmp_path: Path) -> None:
    copies = []
    for path in UNITS:
        copy = tmp_path / path.name.replace("@", "@1")
        copy.write_text(path.read_text(encoding="utf-8").replace("/opt/guichet/bin/guichet", "/bin/true"))
        copies.append(copy)
    said = subprocess.run(["systemd-analyze", "verify", *copies], capture_output=True, text=True, check=False)
    assert [line for line in said.stderr.splitlines() if "guichet" in line] == []

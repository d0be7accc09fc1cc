"""A test that takes its process with it is one failure: the others still run, and the run ends."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = """
from tests.scheduling import SurvivingGroups

def pytest_xdist_make_scheduler(config, log):
    return SurvivingGroups(config, log)
"""
MODULE = """
import os
import pytest

@pytest.mark.xdist_group("{name}")
@pytest.mark.parametrize("number", range(6))
def test_one(number):
    if number in {deadly}:
        os._exit(1)
"""


def test_a_dead_process_is_one_failure_and_not_the_end(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    for name, deadly in (("first", (2, 5)), ("second", ()), ("third", (0,))):
        (tmp_path / f"test_{name}.py").write_text(MODULE.format(name=name, deadly=deadly))

    plugins = [option for plugin in ("django", "randomly", "cacheprovider") for option in ("-p", f"no:{plugin}")]
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", *plugins, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert "3 failed, 15 passed" in done.stdout

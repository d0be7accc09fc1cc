"""`make test`: every check, then the tests, then the browser's. All parts run; one failure fails the whole.

Arguments go to pytest. `--static` stops after the checks that need no database.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOTHING_COLLECTED = 5

sys.path.insert(0, str(ROOT / "src"))


@dataclass
class Run:
    """What was done, how long it took, what failed."""

    environment: Mapping[str, str]
    failed: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)

    def part(self, name: str, *command: str, may_be_empty: bool = False) -> None:
        print(f"── {name}", flush=True)
        started = time.monotonic()
        tool = BIN / command[0]
        status = subprocess.run([tool, *command[1:]], cwd=ROOT, env=self.environment, check=False).returncode
        if may_be_empty and status == NOTHING_COLLECTED:
            self.empty.append(name)
        elif status != 0:
            self.failed.append(name)
        verdict = "failed" if name in self.failed else "ok"
        print(f"── {name}: {verdict}, {time.monotonic() - started:.1f} s", flush=True)


def main(arguments: list[str]) -> int:
    base = {
        **os.environ,
        "GUICHET_SECRET_KEY": os.environ.get("GUICHET_SECRET_KEY", "only for tests"),
        # pytest rewrites what it runs: once, and not in each process of each part.
        "PYTHONDONTWRITEBYTECODE": "",
    }
    static_only = "--static" in arguments
    chosen = [argument for argument in arguments if argument != "--static"]
    run = Run(environment=base)
    if not chosen:
        static_checks(run)
    if not static_only:
        with database_url() as url:
            run.environment = {**base, "DATABASE_URL": url, "GUICHET_CHROMIUM": chromium()}
            if not shutil.which("dovecot"):
                install("dovecot-imapd")
            tests(run, chosen)
    if run.failed:
        # On the error stream, so that pytest's own last lines stay the last of the output.
        print(f"Failed: {', '.join(run.failed)}", file=sys.stderr, flush=True)
    return 1 if run.failed else 0


def static_checks(run: Run) -> None:
    run.part("style", "ruff", "check", ".")
    run.part("format", "ruff", "format", "--check", ".")
    run.part("types", "mypy")
    run.part("layers", "lint-imports")


def tests(run: Run, chosen: list[str]) -> None:
    few = bool(chosen)
    quick = "not browser and not process and not exhaustive"
    run.part("tests", "pytest", "-n", "auto", "-m", quick, *chosen, may_be_empty=few)
    slow = "(process or exhaustive) and not browser"
    run.part(
        "processes, every role on every page, fuzzing", "pytest", "-n", "auto", "-m", slow, *chosen, may_be_empty=few
    )
    if run.failed:
        print(f"── failed so far: {', '.join(run.failed)}", flush=True)
    print("── browser tests", flush=True)
    command = [BIN / "pytest", "-n", "auto", "--dist", "loadgroup", "-m", "browser", *chosen]
    status = subprocess.run(command, cwd=ROOT, env=run.environment, check=False).returncode
    nothing = status == NOTHING_COLLECTED and chosen and len(run.empty) < 2
    if status != 0 and not nothing:
        run.failed.append("browser tests")


@contextlib.contextmanager
def database_url() -> Iterator[str]:
    """The database given from outside, or a cluster that is gone afterwards."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    from guichet.lib.postgres import throwaway

    started = time.monotonic()
    with throwaway() as url:
        print(f"── database: {time.monotonic() - started:.1f} s", flush=True)
        yield url


def chromium() -> str:
    """A Chromium to drive: given, on the PATH, Debian's when root, else Playwright's own; or ""."""
    given = os.environ.get("GUICHET_CHROMIUM")
    if given:
        return given
    if found := on_path():
        return found
    install("chromium")
    if found := on_path():
        return found
    print("── playwright install chromium", flush=True)
    subprocess.run([BIN / "playwright", "install", "chromium"], check=False)
    code = "import playwright.sync_api as p\nwith p.sync_playwright() as s: print(s.chromium.executable_path)"
    result = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    path = result.stdout.strip()
    return path if path and Path(path).exists() else ""


def install(package: str) -> None:
    """Debian's package, where one may; nothing where one may not. A server among them isn't started by it."""
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        return
    print(f"── apt-get install {package}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", package]):
        subprocess.run([apt, *command], check=False, env=quiet, stdout=subprocess.DEVNULL)


def on_path() -> str:
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

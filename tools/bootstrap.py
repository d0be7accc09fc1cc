"""Makes `.venv` from the hash locks: `bootstrap.py run` for the product, `bootstrap.py dev` for its tests.

Runs on the system's Python with nothing installed. The checkout itself is not built: one line in the
environment puts `src` on the path.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
COMMAND = """#!/bin/sh
exec "$(dirname "$0")/python" -m guichet.config.cli "$@"
"""


def main() -> int:
    wanted = sys.argv[1]
    say(f"Préparation de l’environnement ({wanted}), une fois… / Preparing the environment, once…")
    if not works():
        make_environment()
    install(ROOT / "requirements" / f"{wanted}.txt")
    connect_checkout()
    for done in {"run": ["run"], "dev": ["run", "dev"]}[wanted]:
        (VENV / f".ready-{done}").touch()
    return 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def works() -> bool:
    """Whether the environment stands, on a Python that is still there and recent enough."""
    if not PYTHON.exists():
        return False
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([PYTHON, "-c", check], check=False, capture_output=True).returncode == 0


def make_environment() -> None:
    if VENV.exists():
        shutil.rmtree(VENV)
    if not has_module("ensurepip") and not installer_elsewhere():
        get_ensurepip()
    command = [sys.executable, "-m", "venv", str(VENV)]
    if not has_module("ensurepip"):
        command.append("--without-pip")
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit("The environment could not be made. / L’environnement n’a pas pu être créé.")


def has_module(name: str) -> bool:
    return can_import(sys.executable, name)


def can_import(python: str | Path, name: str) -> bool:
    return subprocess.run([python, "-c", f"import {name}"], check=False, capture_output=True).returncode == 0


def installer_elsewhere() -> list[str]:
    """An installer that can fill an environment which has no pip of its own."""
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--python", str(PYTHON)]
    if has_module("pip"):
        return [sys.executable, "-m", "pip", "--python", str(PYTHON), "install"]
    return []


def get_ensurepip() -> None:
    """Debian and Ubuntu ship Python without the module that puts pip into an environment."""
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        say(f"apt-get install {package}")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", package]):
            subprocess.run([apt, *command], check=False, env=quiet, stdout=subprocess.DEVNULL)
    if not has_module("ensurepip"):
        how = f"sudo apt install {package}" if apt else "install Python's venv and pip (ensurepip)"
        sys.exit(f"Il manque le module ensurepip de Python. / Python lacks ensurepip here.\n    {how}")


def install(lock: Path) -> None:
    command = [str(PYTHON), "-m", "pip", "install"] if can_import(PYTHON, "pip") else installer_elsewhere()
    if command[-2:] != ["--python", str(PYTHON)]:
        command += ["--quiet", "--no-input", "--disable-pip-version-check"]
    if subprocess.run([*command, "--require-hashes", "-r", str(lock)], check=False, cwd=ROOT).returncode != 0:
        sys.exit(
            "Les dépendances n’ont pas pu être installées ; relancez la même commande.\n"
            "The dependencies could not be installed; run the same command again."
        )


def connect_checkout() -> None:
    where = subprocess.run(
        [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    )
    (Path(where.stdout.strip()) / "guichet-checkout.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    command = VENV / "bin" / "guichet"
    command.write_text(COMMAND, encoding="utf-8")
    command.chmod(0o755)


if __name__ == "__main__":
    sys.exit(main())

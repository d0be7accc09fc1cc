"""`make docs`: the pictures of the README and the docs, taken from the demo worlds in a browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
sys.path.insert(0, str(ROOT / "src"))

from guichet.demo import cast  # noqa: E402

AGENT, REQUESTER, MANAGER = cast.NADIA.email, cast.AMELIE.email, cast.HELENE.email


@dataclass(frozen=True)
class Picture:
    """A page as one of the cast sees it. `path` may name a ticket by its title in braces."""

    name: str
    who: str
    path: str
    width: int = 1280
    height: int = 860
    theme: str = "light"
    language: str = "fr"


SHOWN = (
    Picture("work", AGENT, "/desk/"),
    Picture("tickets", AGENT, "/desk/tickets/"),
    Picture("ticket", AGENT, "/desk/tickets/{bibliothèque}", height=1100),
    Picture("ticket-dark", AGENT, "/desk/tickets/{bibliothèque}", theme="dark", height=1100),
    Picture("portal", REQUESTER, "/help/", width=390, height=844),
    Picture("follow", REQUESTER, "/help/tickets/", width=390, height=844),
    Picture("matrix", MANAGER, f"/desk/settings/{cast.COLLEGE}/severity/"),
    Picture("tickets-en", AGENT, "/desk/tickets/", language="en"),
)


def main() -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://localhost:{port}"
    with tempfile.TemporaryDirectory(prefix="guichet-docs-") as data:
        Path(data).chmod(0o755)
        command = [sys.executable, "-m", "guichet.config.cli", "run", "--port", str(port), "--data", data]
        environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"PYTHONPATH": str(ROOT / "src")}
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_for(base)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=os.environ.get("GUICHET_CHROMIUM") or None, args=["--no-sandbox"]
                )
                for picture in SHOWN:
                    take(browser, base, picture)
                    print(f"docs/pictures/{picture.name}.png")
        finally:
            server.terminate()
            server.wait(10)
    return 0


def wait_for(base: str) -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{base}/healthz", timeout=2)  # noqa: S310
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("The product did not start.")


def take(browser: Browser, base: str, picture: Picture) -> None:
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.theme == "dark" else "light",
        device_scale_factor=1,
    )
    context.add_cookies([{"name": "guichet_language", "value": picture.language, "url": base}])
    page = context.new_page()
    page.goto(f"{base}/sign-in/")
    page.fill("input[name=username]", picture.who)
    page.fill("input[name=password]", cast.PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state()
    page.goto(base + address(page, base, picture.path))
    page.wait_for_timeout(600)
    page.screenshot(path=PICTURES / f"{picture.name}.png")
    context.close()


def address(page: Page, base: str, path: str) -> str:
    """The path itself, or that of the first ticket found by the words in braces."""
    if "{" not in path:
        return path
    page.goto(f"{base}/desk/tickets/?q={path[path.index('{') + 1 : path.index('}')]}")
    href = page.locator("a.row-link").first.get_attribute("href")
    assert href
    return href


if __name__ == "__main__":
    sys.exit(main())

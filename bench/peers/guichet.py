"""Guichet as the driver of `../shared/evaluation/peers` asks for it: its pages, its API, its own way of taking mail."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from adapters.base import Adapter, sh

from bench.peers.places import HOME, PORT, ROOT, URL, python

ROLES = os.environ.get("GUICHET_PEERS_ROLES", "web,worker")
SINK = f"127.0.0.1:{PORT + 1}"
ROW = re.compile(rb'href="/desk/tickets/(G-[A-Z0-9]+)/"')
REFERENCE_OF_A_BODY = re.compile(rb"INC\d{6}")
# Until what was stored is read, and what was told is done; asked in the database, which costs nothing meanwhile.
UNTIL = (
    """do $$ begin for n in 1..{tries} loop exit when not exists ({left}); perform pg_sleep(0.02); end loop; end $$"""
)
UNREAD = "select from channels_contact where outcome = 'waiting'"
AT_WORK = """select from procrastinate_jobs where status = 'doing'
             or status = 'todo' and (scheduled_at is null or scheduled_at <= now())"""
LOADED = "select count(*) from tickets_ticket where external_key like 'corpus-%'"
LONG = """select reference from tickets_ticket where id in (
              select ticket_id from tickets_message group by 1 having count(*) = 9) order by id limit 200"""


def ask(statement: str) -> str:
    answer: str = sh(["psql", "-qAt", URL], input=statement)
    return answer


class Guichet(Adapter):
    name = "guichet"
    url = f"http://127.0.0.1:{PORT}"
    ready_path = "/readyz"
    cwd = str(ROOT)

    def command(self) -> list[str]:
        return [*self.guichet(), "run", "--no-demo", "--roles", ROLES, "--web-processes", "2", "--port", str(PORT)]

    def guichet(self) -> list[str]:
        return [python(), "-m", "guichet.config.cli"]

    def env(self) -> dict[str, str]:
        """As `guichet run` finds it; outgoing mail is written, sent, and goes nowhere."""
        return {
            "GUICHET_SECRET_KEY": "bench-only",
            **os.environ,
            "DATABASE_URL": URL,
            "GUICHET_DATA": str(HOME / "guichet"),
            "GUICHET_BASE_URL": self.url,
            "GUICHET_SMTP_URL": f"smtp://{SINK}",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "DJANGO_SETTINGS_MODULE": "guichet.config.settings",
        }

    def start(self) -> float:
        """Seconds to the first answer. A worker then ends what earlier runs left to it, before anything is measured."""
        command = [python(), "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", SINK]
        self.sink = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL)
        seconds: float = super().start()
        if "worker" in ROLES:
            ask(UNTIL.format(tries=6_000, left=AT_WORK))
        return seconds

    def stop(self) -> None:
        super().stop()
        self.sink.terminate()
        self.sink.wait(10)

    # What is there.

    def count(self) -> int:
        return int(ask("select count(*) from tickets_ticket"))

    def loaded(self) -> int:
        there = ask("select to_regclass('tickets_ticket') is not null").strip() == "t"
        return int(ask(LOADED)) if there else 0

    def load(self, first: int, last: int) -> None:
        command = [python(), "-m", "bench.peers.load", str(first), str(last)]
        subprocess.run(command, env=self.env(), cwd=ROOT, check=True)

    def long_ids(self) -> list[str]:
        return ask(LONG).split()

    # What an agent and a program do.

    async def login(self, s: Any) -> None:
        """Signs in by the form."""
        self.known = json.loads((HOME / "guichet.json").read_text())
        page = await self.get(s, "/sign-in/")
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, page[:300]
        form = {
            "csrfmiddlewaretoken": token.group(1).decode(),
            "username": self.known["email"],
            "password": self.known["password"],
            "next": "/desk/tickets/",
        }
        async with s.post(self.url + "/sign-in/", data=form, headers={"Referer": self.url + "/sign-in/"}) as answer:
            page = await answer.read()
            assert answer.status == 200 and b'href="/desk/tickets/' in page, (answer.status, page[:300])

    def headers(self) -> dict[str, str]:
        return {"Authorization": "Bearer " + self.known["token"]}

    async def create(self, s: Any, i: int, t: dict[str, Any]) -> None:
        """As an agent's program writes down what somebody said on the telephone."""
        body = {
            "title": t["subject"],
            "description": t["messages"][0]["body"],
            "impact": "person",
            "urgency": "hampered",
            "requester": self.known["requesters"][t["requester"]],
            "channel": "phone",
        }
        async with s.post(self.url + "/api/v1/tickets", json=body, headers=self.headers()) as answer:
            text = await answer.read()
            assert answer.status == 201 and b'"reference"' in text, (answer.status, text[:300])

    async def list_html(self, s: Any) -> bytes:
        page: bytes = await self.get(s, "/desk/tickets/")
        assert len(set(ROW.findall(page))) == 50, page[:300]
        return page

    async def list_api(self, s: Any) -> bytes:
        """The same rows as on the page, in the same order."""
        answer: bytes = await self.get(s, "/api/v1/tickets?view=desk&order=work&size=50", headers=self.headers())
        assert len(json.loads(answer)["items"]) == 50
        return answer

    async def search_ui(self, s: Any, q: str) -> bytes:
        page: bytes = await self.get(s, "/desk/search?q=" + q.replace(" ", "+"), must="<mark>")
        return page

    async def search_api(self, s: Any, q: str) -> bytes:
        address = "/api/v1/search?size=50&q=" + q.replace(" ", "+")
        answer: bytes = await self.get(s, address, headers=self.headers())
        assert json.loads(answer)["items"], answer[:200]
        return answer

    async def open_html(self, s: Any, n: str) -> bytes:
        page: bytes = await self.get(s, f"/desk/tickets/{n}/")
        assert len(REFERENCE_OF_A_BODY.findall(page)) >= 10, page[:300]
        return page

    # What comes by mail.

    def mail_batch(self, folder: Path) -> None:
        """Stored by the command, read by the worker; over when each is a ticket."""
        subprocess.run(
            [*self.guichet(), "mail", "import", str(folder)], env=self.env(), cwd=ROOT, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        ask(UNTIL.format(tries=20_000, left=UNREAD))


adapter = Guichet()

"""From the mail server's hand-over to the ticket, through the product's own processes. `python -m bench.intake`.

A durable PostgreSQL, one process with the mail door and a worker, one more worker; the messages come over LMTP by
four connections, from two hundred people. Acknowledgements are written to the outbox; nobody takes them meanwhile.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = "aide@banc.example"
PEOPLE = 200
CONNECTIONS = 4
LAST = 120.0
BODY = "Bonjour,\n\n" + "Mon ordinateur ne démarre plus depuis ce matin, l’écran reste noir.\n" * 8 + "\nMerci\n"
MESSAGE = """From: Personne {who} <p{who}@banc.example>
To: {to}
Subject: Panne {number}
Message-ID: <{number}@banc.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{body}"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.intake", description=__doc__)
    parser.add_argument("--messages", type=int, default=3_000)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT / "src"))
    with tempfile.TemporaryDirectory(prefix="guichet-bench-", ignore_cleanup_errors=True) as folder:
        print(measured(options.messages, data=Path(folder)), flush=True)
    return 0


def measured(messages: int, *, data: Path) -> str:
    from guichet.lib.postgres import PostgresServer

    data.chmod(0o711)
    server = PostgresServer(data=data, durable=True)
    port = free_port()
    os.environ.update(
        DATABASE_URL=server.start(),
        DJANGO_SETTINGS_MODULE="guichet.config.settings",
        GUICHET_DATA=str(data),
        GUICHET_SECRET_KEY="bench-only",
        GUICHET_MAIL_FLOOD_PER_HOUR="1000000",
        GUICHET_SMTP_URL="smtp://127.0.0.1:9",
        GUICHET_LMTP_LISTEN=f"127.0.0.1:{port}",
        PYTHONPATH=f"{ROOT / 'src'}",
    )
    try:
        begin()
        with processes("mail,worker", "worker"):
            wait_for(port)
            warm(port)
            return figures(messages, port=port)
    finally:
        server.stop()


def begin() -> None:
    """A desk with a mailbox, and people who write to it."""
    import django

    django.setup()
    from django.core.management import call_command

    from bench.world import build
    from guichet.channels.models import Mailbox
    from guichet.people.models import Person

    call_command("migrate", verbosity=0)
    desk = build(tickets=0).desk
    Mailbox.objects.create(organisation=desk, address=ADDRESS)
    Person.objects.bulk_create(
        Person(organisation=desk, name=f"Personne {n}", email=f"p{n}@banc.example") for n in range(PEOPLE)
    )


@contextlib.contextmanager
def processes(*roles: str) -> Iterator[None]:
    command = [sys.executable, "-m", "guichet.config.cli", "run", "--no-demo", "--roles"]
    running = [subprocess.Popen([*command, role], stdout=subprocess.DEVNULL) for role in roles]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=10)


def figures(messages: int, *, port: int) -> str:
    from guichet.channels.models import Contact, Outcome
    from guichet.lib.models import Outgoing

    before = Contact.objects.filter(outcome=Outcome.TICKET).count()
    started = time.perf_counter()
    senders = [threading.Thread(target=send, args=(port, range(n, messages, CONNECTIONS))) for n in range(CONNECTIONS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    stored = time.perf_counter() - started
    while Contact.objects.filter(outcome=Outcome.WAITING).exists() and time.perf_counter() - started < LAST:
        time.sleep(0.05)
    spent = time.perf_counter() - started
    tickets = Contact.objects.filter(outcome=Outcome.TICKET).count() - before
    if tickets != messages:
        return f"intake       {tickets} tickets of {messages} messages after {spent:.0f} s: NOT all"
    written = Outgoing.objects.count()
    return (
        f"intake       {messages / spent:7.0f} messages/s to tickets over LMTP   {messages / stored:.0f} stored/s"
        f"   {written} acknowledgements written"
    )


def send(port: int, numbers: range, *, prefix: str = "") -> None:
    with smtplib.LMTP("127.0.0.1", port) as door:
        for n in numbers:
            text = MESSAGE.format(who=n % PEOPLE, to=ADDRESS, number=f"{prefix}{n}", body=BODY)
            door.sendmail(f"p{n % PEOPLE}@banc.example", [ADDRESS], text.encode())


def warm(port: int) -> None:
    """Until the workers have read something, they are still starting."""
    from guichet.channels.models import Contact, Outcome

    send(port, range(20), prefix="w")
    end = time.monotonic() + LAST
    while Contact.objects.filter(outcome=Outcome.WAITING).exists() and time.monotonic() < end:
        time.sleep(0.05)


def wait_for(port: int) -> None:
    end = time.monotonic() + LAST
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError("the mail door did not open")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())

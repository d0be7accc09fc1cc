"""The `guichet` command: starts everything, and reaches every management command with its database."""

import argparse
import contextlib
import importlib.util
import logging
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from guichet.lib.filelock import FileLock, write_private
from guichet.lib.postgres import PostgresError, PostgresServer

if TYPE_CHECKING:
    import socket

    from guichet.lib.server import WebServer
    from guichet.lib.supervisor import Work

ROLES = ("web", "worker", "mail")
WEB_PROCESSES_MOST = 64
# What a mail server's pipe understands as "keep it and try again" (EX_TEMPFAIL).
TRY_AGAIN = 75
RECURRING = "guichet.config.recurring"


class RefusedError(Exception):
    """The command cannot be done; the message says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _main(given)
    except (RefusedError, PostgresError) as refusal:
        print(refusal, file=sys.stderr)
        return TRY_AGAIN if "deliver" in given else 1
    except KeyboardInterrupt:
        return 130


def _main(given: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="guichet",
        description="Guichet : le guichet unique du soutien informatique. / The single counter of IT support.",
        epilog="Any other word is a management command: guichet manage help lists them.",
    )
    parser.add_argument("--data", metavar="DIR", help="data folder (GUICHET_DATA), for every command")
    data_too = argparse.ArgumentParser(add_help=False)
    data_too.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="data folder (GUICHET_DATA)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    run = commands.add_parser("run", help="start everything and serve", parents=[data_too])
    run.add_argument("--host", default="127.0.0.1")
    run.add_argument("--port", type=int, default=8000, help="the next free one is taken if it is busy")
    run.add_argument("--roles", default=",".join(ROLES), help="web, worker, mail: those that this process plays")
    run.add_argument("--web-processes", type=int, default=1, metavar="N", help="how many answer pages; one a core")
    run.add_argument("--no-demo", action="store_true", help="start with an empty database")
    manage = commands.add_parser("manage", help="any Django management command", add_help=False)
    manage.add_argument("rest", nargs=argparse.REMAINDER)
    database = commands.add_parser("db", help="the embedded database", parents=[data_too])
    database.add_argument("action", choices=["url", "start", "stop", "dump", "shell"])
    database.add_argument("file", nargs="?", help="where `dump` writes (pg_restore's custom format)")
    commands.add_parser("bench", help="measured: bench kiosk, queue, ordering, breach", add_help=False)
    commands.add_parser("version", help="the version of Guichet")

    # argparse would refuse what it does not know; an unknown word is a management command.
    position = _first_word(given)
    if position is not None and given[position : position + 2] == ["mail", "parse"]:
        # Reading files takes neither a database nor Django.
        from guichet.channels.mail.printing import print_all

        return print_all(given[position + 2 :])
    if position is not None and given[position] == "bench":
        from guichet.trials.command import main as bench

        return bench(given[position + 1 :])
    if position is not None and given[position] not in commands.choices:
        given = [*given[:position], "manage", *_management_command(given[position:])]
    options = parser.parse_args(given)
    if options.command == "version":
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(version("guichet-unique"))
        except PackageNotFoundError:
            print("checkout")
        return 0
    data = data_folder(options.data)
    if options.command == "run":
        return _run(options, data)
    if options.command == "db":
        return _database(options, data)
    return _manage(options.rest, data)


def _first_word(given: list[str]) -> int | None:
    skip = False
    for position, word in enumerate(given):
        if skip:
            skip = False
        elif word == "--data":
            skip = True
        elif not word.startswith("-"):
            return position
    return None


def _management_command(words: list[str]) -> list[str]:
    """`demo load …` is the management command `demo_load`, if there is one of that name."""
    if len(words) > 1 and words[1].isidentifier():
        joined = f"{words[0]}_{words[1]}"
        # Looked up on disk: loading Django to read one name would cost half a second.
        package = Path(__file__).resolve().parent.parent
        if any(package.glob(f"*/management/commands/{joined}.py")):
            return [joined, *words[2:]]
    return words


def data_folder(given: str | None) -> Path:
    """--data, then GUICHET_DATA, then the platform's folder for a user's data."""
    chosen = given or os.environ.get("GUICHET_DATA")
    if chosen:
        return Path(chosen).expanduser().resolve()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "guichet"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "guichet"


def prepare_environment(data: Path) -> None:
    """What the settings read: the data folder and a secret key of this installation."""
    data.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
    os.environ["GUICHET_DATA"] = str(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guichet.config.settings")
    if os.environ.get("GUICHET_SECRET_KEY"):
        return
    path = data / "secret_key"
    with FileLock(data / "secret_key.lock"):
        if not path.exists():
            write_private(path, secrets.token_urlsafe(48))
    os.environ["GUICHET_SECRET_KEY"] = path.read_text(encoding="ascii").strip()


@contextlib.contextmanager
def database(data: Path) -> Iterator[None]:
    """DATABASE_URL is set inside: the one given, or the embedded server's, started if need be."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    server = PostgresServer(data=data)
    os.environ["DATABASE_URL"] = server.start()
    try:
        yield
    finally:
        del os.environ["DATABASE_URL"]
        server.leave()


def _run(options: argparse.Namespace, data: Path) -> int:
    from guichet.lib.supervisor import leave_at_once

    roles = {role.strip() for role in options.roles.split(",")}
    if not roles or not roles <= set(ROLES):
        raise RefusedError(f"--roles: {', '.join(ROLES)}")
    if not 1 <= options.web_processes <= WEB_PROCESSES_MOST:
        raise RefusedError(f"--web-processes: 1–{WEB_PROCESSES_MOST}")
    embedded = not os.environ.get("DATABASE_URL")
    prepare_environment(data)
    alone = FileLock(data / "run.lock")
    if embedded and not alone.acquire(wait=False):
        raise RefusedError(
            f"Guichet tourne déjà sur ces données ({data}) : {alone.read()}\n"
            "Guichet already runs on this data. Stop it first, or choose another folder with --data."
        )
    with database(data):
        status = _serve(options, roles, lock=alone if embedded else None)
    alone.release()
    leave_at_once(status)
    return status


def _serve(options: argparse.Namespace, roles: set[str], *, lock: FileLock | None) -> int:
    from guichet.lib.server import PortsTakenError, bind, raise_file_limit

    listening = None
    base_url = ""
    if "web" in roles:
        try:
            listening = bind(host=options.host, port=options.port)
        except PortsTakenError as taken:
            raise RefusedError(f"Ports occupés / taken: {taken}. --port …") from None
        except OSError as error:
            raise RefusedError(f"{options.host}:{options.port} : {error.strerror}") from None
        name = "localhost" if options.host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else options.host  # noqa: S104 (compared, not bound)
        base_url = f"http://{name}:{listening.getsockname()[1]}"
        os.environ.setdefault("GUICHET_BASE_URL", base_url)
    if lock is not None:
        lock.write(f"{base_url} (pid {os.getpid()})")

    import django

    django.setup()
    from guichet.config.migrating import prepare

    prepare(demo=not options.no_demo)
    _open_demo_doors(options)
    raise_file_limit()
    if listening is None:
        if "worker" in roles:
            print("Guichet : les tâches de fond tournent. / Background jobs are running.", flush=True)
        return _supervised(roles)
    web = _web_server(base_url)
    if options.web_processes == 1:
        return _supervised(roles, web=web, listening=listening)
    return _crew(options.web_processes, roles, web=web, listening=listening)


def _supervised(
    roles: set[str],
    *,
    web: "WebServer | None" = None,
    listening: "socket.socket | None" = None,
    parent_gone: int | None = None,
) -> int:
    """This process plays these roles, and serves if it was given what to serve on."""
    from guichet.lib.supervisor import supervise

    sockets = [listening] if listening else []
    return supervise(web=web, sockets=sockets, works=works_of(roles), parent_gone=parent_gone)


def _crew(processes: int, roles: set[str], *, web: "WebServer", listening: "socket.socket") -> int:
    """Web processes that take their visitors from one door, and one process for the other roles."""
    from guichet.lib.crew import Crew, Member

    def first(parent_gone: int) -> int:
        return _supervised({"web"}, web=web, listening=listening, parent_gone=parent_gone)

    def another(parent_gone: int) -> int:
        web.ready = lambda: None
        return first(parent_gone)

    def work(parent_gone: int) -> int:
        return _supervised(roles - {"web"}, parent_gone=parent_gone)

    members: dict[str, Member] = {"web 1": first, **{f"web {number}": another for number in range(2, processes + 1)}}
    return Crew({**members, "worker": work} if roles - {"web"} else members).keep()


def works_of(roles: set[str]) -> dict[str, "Work"]:
    """What a process with these roles does besides answering pages."""
    from django.apps import apps
    from django.conf import settings

    works: dict[str, Work] = {"worker": _worker()} if "worker" in roles else {}
    if not apps.is_installed("guichet.channels"):
        return works
    from guichet.channels.delivery import serving
    from guichet.channels.listening import listen
    from guichet.channels.readers import read_on

    if "worker" in roles:
        works["reader"] = read_on
    if "mail" in roles:
        works["mailboxes"] = listen
        if settings.MAIL_LISTEN:
            works["mail"] = serving(settings.MAIL_LISTEN)
    return works


def _open_demo_doors(options: argparse.Namespace) -> None:
    """The demo's people are offered at the door where they live in this database, unless the setting says otherwise."""
    from django.apps import apps
    from django.conf import settings

    if "GUICHET_DEMO" not in os.environ and apps.is_installed("guichet.demo"):
        from guichet.demo.welcome import staged

        settings.DEMO = not options.no_demo and staged()


def _web_server(base_url: str) -> "WebServer":
    from django.urls import get_resolver

    from guichet.config.asgi import application
    from guichet.lib.server import WebServer

    welcome = _welcome(base_url)
    get_resolver().url_patterns  # noqa: B018 (loaded now, not by the first visitor)
    return WebServer(dispatcher=application, ready=lambda: print(welcome, flush=True))


def _worker() -> "Work":
    from functools import partial

    from django.conf import settings

    from guichet.lib.jobs import run_worker
    from guichet.lib.supervisor import WORKER_GRACE_SECONDS

    importlib.import_module(getattr(settings, "RECURRING", RECURRING))  # registers the periodic jobs
    return partial(run_worker, grace=WORKER_GRACE_SECONDS)


def _welcome(base_url: str) -> str:
    """Where to go and as whom. Made before the event loop runs, since it may ask the database."""
    plain = f"Guichet : {base_url}   (Ctrl-C pour arrêter / to stop)"
    if importlib.util.find_spec("guichet.demo.welcome") is None:
        return plain
    try:
        return "\n".join(importlib.import_module("guichet.demo.welcome").lines(base_url))
    except Exception:
        logging.getLogger(__name__).exception("The welcome could not be written")
        return plain


def _manage(words: list[str], data: Path) -> int:
    prepare_environment(data)
    with database(data):
        from django.core.management import ManagementUtility

        try:
            ManagementUtility(["guichet", *words]).execute()
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
        except Exception:
            if words[0] != "mail_deliver":
                raise
            # The mail server keeps the message; what it was told is that we don't have it.
            logging.getLogger(__name__).exception("The message could not be stored")
            return TRY_AGAIN
        finally:
            from django.db import connections

            connections.close_all()
    return 0


def _database(options: argparse.Namespace, data: Path) -> int:
    if os.environ.get("DATABASE_URL") and options.action in {"start", "stop"}:
        raise RefusedError("DATABASE_URL is set: the database is not ours to start or stop.")
    if options.action == "start":
        server = PostgresServer(data=data)
        server.keep_path.touch()
        print(server.start())
        server.leave()
        return 0
    if options.action == "stop":
        server = PostgresServer(data=data)
        server.keep_path.unlink(missing_ok=True)
        if not server.idle():
            raise RefusedError("Guichet s’en sert ; arrêtez-le d’abord. / Guichet uses it; stop it first.")
        print("Arrêtée. / Stopped." if server.stop() else "Elle ne tournait pas. / It was not running.")
        return 0
    with database(data):
        url = os.environ["DATABASE_URL"]
        if options.action == "url":
            print(url)
            return 0
        past_poolers = os.environ.get("GUICHET_DIRECT_DATABASE_URL") or url
        return _tool(options, past_poolers, binaries=PostgresServer(data=data).binaries)


def _tool(options: argparse.Namespace, url: str, *, binaries: Path) -> int:
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    # Command lines are public on a machine; the environment of a process is not.
    password = parts.pop("password", "")
    environment = {**os.environ, "PGPASSWORD": password} if password else {**os.environ}
    where = f"--dbname={make_conninfo('', **parts)}"
    if options.action == "dump":
        target = [f"--file={options.file}"] if options.file else []
        command = [str(binaries / "pg_dump"), "--format=custom", *target, where]
    else:
        command = [str(binaries / "psql"), where]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

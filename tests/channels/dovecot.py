"""A real IMAP server (Dovecot) with one mailbox, and what is done to it behind our back."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

MISSING = [
    pytest.mark.process,
    pytest.mark.skipif(not shutil.which("dovecot"), reason="Dovecot is not installed (Debian’s dovecot-imapd)"),
    pytest.mark.skipif(os.geteuid() != 0, reason="Dovecot is started as root, with its own users"),
]
CONFIG = """
base_dir = {place}/run
log_path = {place}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{place}/mail
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={place}/mail
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@dataclass
class Server:
    place: Path
    port: int
    uid: int

    def put(self, name: str, text: str) -> None:
        """A message that has just come."""
        path = self.place / "mail" / "new" / name
        path.write_text(text, encoding="utf-8")
        os.chown(path, self.uid, -1)

    def number_anew(self) -> None:
        """As after a restore: another UIDVALIDITY, and every message with a new UID."""
        for path in (self.place / "mail").glob("dovecot*"):
            path.unlink()

    def names(self, folder: str) -> list[str]:
        return sorted(path.name for path in (self.place / "mail" / folder).glob("*"))


@contextmanager
def dovecot() -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    user = pwd.getpwnam("nobody")
    place = Path(tempfile.mkdtemp(prefix="guichet-imap-"))
    place.chmod(0o755)
    for folder in ("mail", "mail/new", "mail/cur", "mail/tmp"):
        (place / folder).mkdir()
        os.chown(place / folder, user.pw_uid, user.pw_gid)
    config = place / "dovecot.conf"
    config.write_text(CONFIG.format(place=place, port=port, uid=user.pw_uid, gid=user.pw_gid), encoding="utf-8")
    server = subprocess.Popen(["dovecot", "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for _try in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    else:
        pytest.fail((place / "log").read_text() if (place / "log").exists() else "Dovecot did not start")
    yield Server(place=place, port=port, uid=user.pw_uid)
    server.terminate()
    server.wait(10)
    shutil.rmtree(place, ignore_errors=True)


def message(n: int) -> str:
    return f"From: p{n}@x.example\nSubject: numero-{n}\nMessage-ID: <{n}@x.example>\n\nmessage {n}\n"

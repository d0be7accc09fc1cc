"""A mail server of our own, for what a real one doesn’t do on demand: refuse a token, fall silent, hang up.

It knows the commands that we use (RFC 3501, 2177; XOAUTH2) and nothing else.
"""

from __future__ import annotations

import base64
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Stub:
    """What the server has and how it behaves; tests change it while it runs."""

    port: int = 0
    passwords: set[str] = field(default_factory=lambda: {"secret"})
    tokens: set[str] = field(default_factory=set)
    messages: dict[int, bytes] = field(default_factory=dict)
    validity: int = 1
    able: str = "IMAP4rev1 AUTH=XOAUTH2"
    able_inside: str = "IMAP4rev1 IDLE MOVE UIDPLUS"
    # Says nothing at all, as a machine does that hangs.
    silent: bool = False
    # Puts the news into the same packet as its consent to IDLE.
    eager: bool = False
    refuses_marks: bool = False
    # What it says NO to, and what is gone since it was listed.
    refuses: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    heard: list[str] = field(default_factory=list)
    open: dict[int, socket.socket] = field(default_factory=dict)
    idling: set[int] = field(default_factory=set)
    connections: int = 0
    deaf: bool = False

    def put(self, uid: int, raw: str) -> None:
        """A message that has just come: whoever idles is told."""
        self.messages[uid] = raw.replace("\n", "\r\n").encode()
        for number in list(self.idling):
            with suppress(OSError, KeyError):
                self.open[number].sendall(f"* {len(self.messages)} EXISTS\r\n".encode())

    def hang_up(self) -> None:
        for conversation in list(self.open.values()):
            with suppress(OSError):
                conversation.shutdown(socket.SHUT_RDWR)


@contextmanager
def serving(stub: Stub, *, tls: ssl.SSLContext | None = None, at: str = "127.0.0.1") -> Iterator[Stub]:
    listening = socket.create_server((at, 0))
    stub.port = listening.getsockname()[1]

    def accept() -> None:
        while True:
            try:
                conversation, _who = listening.accept()
            except OSError:
                return
            stub.connections += 1
            threading.Thread(target=_converse, args=(stub, conversation, stub.connections, tls), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        stub.hang_up()
        thread.join(5)


def _converse(stub: Stub, conversation: socket.socket, number: int, tls: ssl.SSLContext | None) -> None:
    try:
        if tls is not None:
            conversation = tls.wrap_socket(conversation, server_side=True)
        stub.open[number] = conversation
        with conversation, conversation.makefile("rb") as lines:
            if stub.silent:
                lines.read()
                return
            conversation.sendall(f"* OK [CAPABILITY {stub.able}] ready\r\n".encode())
            for line in lines:
                answer = _answer(stub, line.decode().rstrip("\r\n"), lines, conversation, number)
                conversation.sendall(answer)
                if answer.startswith(b"* BYE"):
                    return
    except OSError:
        pass
    finally:
        stub.open.pop(number, None)
        stub.idling.discard(number)


def _answer(stub: Stub, line: str, lines: object, conversation: socket.socket, number: int) -> bytes:
    tag, _, command = line.partition(" ")
    word = command.split(" ")[0].upper() if not command.upper().startswith("UID") else command.upper()[:10]
    stub.heard.append(word.strip())
    text, said = "", f"{tag} OK done\r\n"
    if word == "CAPABILITY":
        text = f"* CAPABILITY {stub.able_inside if 'in' in stub.heard else stub.able}\r\n"
    elif word == "LOGIN":
        password = re.findall(r'"([^"]*)"', command)[-1]
        said = (
            f"{tag} OK in\r\n" if password in stub.passwords else f"{tag} NO [AUTHENTICATIONFAILED] not {password}\r\n"
        )
        stub.heard.append("in")
    elif word == "AUTHENTICATE":
        conversation.sendall(b"+ \r\n")
        given = base64.b64decode(lines.readline()).decode()
        token = given.partition("Bearer ")[2].rstrip("\1")
        if token in stub.tokens:
            stub.heard.append("in")
        else:
            conversation.sendall(b"+ " + base64.b64encode(b'{"status":"400","schemes":"Bearer"}') + b"\r\n")
            stub.heard.append(f"then {lines.readline()!r}")
            said = f"{tag} NO AUTHENTICATE failed.\r\n"
    elif word == "SELECT":
        text = f"* {len(stub.messages)} EXISTS\r\n* OK [UIDVALIDITY {stub.validity}] ok\r\n"
    elif word == "STATUS":
        text = f'* STATUS "INBOX" (UIDVALIDITY {stub.validity})\r\n'
    elif word == "UID SEARCH":
        first = int(re.findall(r"UID (\d+):", command)[-1])
        found = [uid for uid in sorted(stub.messages) if uid >= first] or sorted(stub.messages)[-1:]
        text = f"* SEARCH {' '.join(map(str, found))}\r\n"
    elif word == "UID FETCH ":
        uid = int(command.split(" ")[2])
        if uid in stub.refuses:
            return f"{tag} NO [SERVERBUG] internal error\r\n".encode()
        if uid in stub.gone:
            return said.encode()
        raw = stub.messages[uid]
        head = f"* 1 FETCH (UID {uid} BODY[] {{{len(raw)}}}\r\n".encode()
        return head + raw + f")\r\n{said}".encode()
    elif word == "UID STORE ":
        uid = int(command.split(" ")[2])
        if stub.refuses_marks:
            said = f"{tag} NO read-only\r\n"
        else:
            stub.seen.add(uid)
    elif word == "IDLE":
        news = b""
        if stub.eager:
            stub.eager = False
            uid = max(stub.messages, default=0) + 1
            stub.messages[uid] = f"From: p@x.example\r\nSubject: eager\r\nMessage-ID: <e{uid}@x>\r\n\r\nx".encode()
            news = f"* {len(stub.messages)} EXISTS\r\n".encode()
        if not stub.deaf:
            stub.idling.add(number)
        conversation.sendall(b"+ idling\r\n" + news)
        done = lines.readline()
        stub.idling.discard(number)
        if done.strip() != b"DONE":
            return b"* BYE what?\r\n"
    elif word == "LOGOUT":
        return f"* BYE\r\n{tag} OK\r\n".encode()
    elif word not in {"NOOP", "UID"}:
        said = f"{tag} BAD {word}?\r\n"
    return (text + said).encode()

"""Whom mail did not reach, and why: out of delivery reports (RFC 3464), and a modest set of older forms (pure).

What is read is the report itself; what was sent is looked at for its Message-ID only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guichet.channels.mail import phrases
from guichet.channels.mail.parts import Part

RECIPIENTS_MOST = 200
TEXT_MOST = 30_000
_SUCCESS = {"delivered", "relayed", "expanded"}
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*)$")
_DELAYED = re.compile(
    r"delay|\bwarning\b|will (?:be retried|continue|keep trying)|still trying|not yet (?:been )?deliver|temporar"
    r"|deferred"
    r"|retard[ée]|verz[öo]ger|vertraagd|遅延",
    re.IGNORECASE,
)
_NOBODY_THERE = re.compile(
    r"unknown|no such|(?:does|do)(?:n['’]t| not) (?:exist|have)|not (?:exist|found|recogni[sz]ed|known|listed"
    r"|a valid)|invalid"
    r"|no (?:mailbox|valid|mx|user|account)|unroute?able|malformed|disabled|inactive|deactivated|no longer|inconnu"
    r"|introuvable|unbekannt|desconocid|sconosciut|onbekend|存在し|見つかりません",
    re.IGNORECASE,
)
_ID_FIELD = re.compile(
    r"^[ \t>]*message-id[ \t]*:[ \t]*(?:\r?\n[ \t>]+)?(<[^<>\s]{1,600}>)", re.IGNORECASE | re.MULTILINE
)
_TO_FIELD = re.compile(r"^(?:to|cc)[ \t]*:(.{1,1000}(?:\n[ \t].{1,1000}){0,20})", re.IGNORECASE | re.MULTILINE)
# An address that opens a line of a notice, as most programs name the one that failed.
_NAMED = re.compile(
    r"^[ \t>*-]*(?:[245]\d\d[ -])?"
    r"(?:(?:failed |final-?|original-?|intended )?(?:recipients?|rcpt|address(?:es)?|user|mailbox"
    r"|destinataire|empf[äa]nger"
    r"|destinatario)[^:\n]{0,40}[:=][ \t]*|could not be delivered to[: ]+|rfc822;)?"
    r"[<(\"']{0,2}(" + phrases.ADDRESS.pattern + r")[>)\"']{0,2}(?=[\s:;,.]|$)(.{0,400})",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Bounce:
    address: str
    status: str  # RFC 3463, "" where nothing says it
    permanent: bool
    diagnostic: str
    original_message_id: str


def bounces(mail: Part) -> list[Bounce]:
    """One for each address that a message of the kind bounce says failed or waits; [] where it names none."""
    original = _original(mail)
    records = list(_records(mail))
    failed = [record for record in records if record.get("action") not in _SUCCESS]
    if records and not failed:
        return []
    found = _distinct(_reported(record, original) for record in failed)
    if found:
        return found
    text = notice(mail, most=TEXT_MOST)
    returned = phrases.RETURNED.search(text)
    own = text[: returned.start()] if returned else text
    late = _DELAYED.search(mail.headers.text("subject")) is not None
    if named := mail.headers.first("x-failed-recipients"):
        return _distinct(_told(address, _around(own, address), late, original) for address in _addresses(named))
    known = _parties(mail)
    told = _named(own, known) or _mentioned(own, known) or _sent_to(mail, text[len(own) :]) or _named(own, known[:1])
    return _distinct(_told(address, words or own, late, original) for address, words in told)


def undelivered(mail: Part) -> bool:
    """Whether a delivery report has anything but success to tell."""
    records = list(_records(mail))
    return not records or any(record.get("action") not in _SUCCESS for record in records)


def own_parts(mail: Part) -> Iterator[Part]:
    """The parts of the message itself, in order; a message it carries is one of them, not looked into."""
    todo = [mail]
    while todo:
        part = todo.pop()
        yield part
        if part.content_type.startswith("multipart/"):
            todo.extend(reversed(part.parts))


def notice(mail: Part, *, most: int) -> str:
    """What the message itself says: its first text."""
    html = ""
    if mail.parts and not mail.headers.first("content-type"):
        # Parts nobody announced are those of the message that a plain notice quotes.
        text = _lines(mail.source[mail.start : mail.parts[0].start][:most].decode("utf-8", "replace"))
        if len(text.strip()) > 80:
            return text
    for part in own_parts(mail):
        if part.content_type == "text/plain" and part.disposition != "attachment":
            text = _lines(part.text()[:most])
            if text.strip():
                return text
        elif part.content_type == "text/html" and not html:
            html = _lines(part.text()[: most * 4])
    text = re.sub(r"(?i)<(?:style|script)\b.{0,20000}?</(?:style|script)>", " ", html, flags=re.DOTALL)
    text = re.sub(r"(?i)<(?:br|p|div|tr|li|/p|/div|/tr|h\d)\b[^>]{0,2000}>", "\n", text)
    text = re.sub(r"<[^>]{0,2000}>", " ", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("&nbsp;", " ")[:most]


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def fields_of(part: Part) -> Iterator[dict[str, str]]:
    """The groups of fields of a report; a new recipient opens a new one even without the empty line."""
    group: dict[str, str] = {}
    name = ""
    for line in part.content()[: TEXT_MOST * 4].decode("utf-8", "replace").splitlines():
        found = _FIELD.match(line)
        if not line.strip():
            if group:
                yield group
            group, name = {}, ""
        elif line[0] in " \t" and name:
            group[name] = f"{group[name]} {line.strip()}"
        elif found:
            name = found[1].lower()
            if name == "final-recipient" and name in group:
                yield group
                group = {}
            group.setdefault(name, found[2].strip())
    if group:
        yield group


def _records(mail: Part) -> Iterator[dict[str, str]]:
    count = 0
    for part in own_parts(mail):
        if part.content_type not in {"message/delivery-status", "message/global-delivery-status"}:
            continue
        for group in fields_of(part):
            if "final-recipient" in group or "original-recipient" in group:
                group["action"] = group.get("action", "").split(" ", 1)[0].strip(" ;()").lower()
                yield group
                count += 1
                if count >= RECIPIENTS_MOST:
                    return


def _reported(record: dict[str, str], original: str) -> Bounce:
    # The address we wrote to, where the report keeps it: the final one may be somebody's forwarding.
    address = _address(record.get("original-recipient", "")) or _address(record.get("final-recipient", ""))
    diagnostic = record.get("diagnostic-code", "") or record.get("x-display-diagnostic-code", "")
    diagnostic = " ".join(re.sub(r"^\s*[\w-]{1,20}\s*;\s*", "", diagnostic).split())
    status = _status(record.get("status", ""))
    precise = _status(diagnostic)
    if not status or (precise and status.endswith(".0.0") and precise[0] == status[0]):
        status = precise or status
    late = record.get("action") == "delayed"
    permanent = not late and _permanent(status, diagnostic, late=False)
    return Bounce(address, status, permanent, diagnostic[:1_000], original)


def _told(address: str, told: str, late: bool, original: str) -> Bounce:
    status = _status(told)
    diagnostic = " ".join(told.strip(" >:\n").split())[:1_000]
    return Bounce(address, status, _permanent(status, told, late=late), diagnostic, original)


def _permanent(status: str, text: str, *, late: bool) -> bool:
    """Whether it makes no sense to try again: by the class of the status, then the server's answer, then the words."""
    if status:
        return status[0] == "5"
    code = phrases.CODE.search(text)
    if code:
        return code[1][0] == "5"
    return not late and not _DELAYED.search(text) and _NOBODY_THERE.search(text) is not None


def _status(text: str) -> str:
    found = phrases.STATUS.search(text)
    return found[1] if found else ""


def _address(value: str) -> str:
    _kind, _, rest = value.rpartition(";")
    found = phrases.ADDRESS.search(rest)
    return found[0] if found else ""


def _addresses(value: str) -> list[str]:
    return [match[0] for match in phrases.ADDRESS.finditer(value)][:RECIPIENTS_MOST]


def _around(text: str, address: str) -> str:
    """What a notice says below an address."""
    at = text.lower().find(address.lower())
    if at < 0:
        return text[:800]
    told = text[at + len(address) : at + len(address) + 800]
    ends = re.search(r"\n[ \t]*\n[ \t]*\n|\n--", told)
    return told[: ends.start()] if ends else told


def _parties(mail: Part) -> tuple[str, ...]:
    """Who wrote the report and to whom: a report is rarely about them."""
    written_by = _address(mail.headers.first("from")).lower()
    return (written_by, *(address.lower() for address in _addresses(mail.headers.first("to"))))


def _failed(address: str, known: tuple[str, ...]) -> bool:
    address = address.lower()
    return address not in known and not address.startswith(("postmaster@", "mailer-daemon@", "abuse@"))


def _named(text: str, known: tuple[str, ...]) -> list[tuple[str, str]]:
    """Addresses that open a line of the notice, each with what follows up to the next one."""
    every = (match for match in _NAMED.finditer(text) if _failed(match[1], known))
    found = [match for match, _count in zip(every, range(RECIPIENTS_MOST), strict=False)]
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [
        (match[1], text[match.end(1) : min(match.end(1) + 800, end)]) for match, end in zip(found, ends, strict=False)
    ]


def _mentioned(text: str, known: tuple[str, ...]) -> list[tuple[str, str]]:
    """The first address in the notice that can be the one."""
    return [(address, "") for address in _addresses(text) if _failed(address, known)][:1]


def _sent_to(mail: Part, quoted: str) -> list[tuple[str, str]]:
    """Whom the returned message was for, if it was for one only."""
    said = _TO_FIELD.findall(quoted[:TEXT_MOST])
    for part in own_parts(mail):
        if part.content_type in {"message/rfc822", "message/global"} and part.parts:
            said = part.parts[0].headers.every("to") + part.parts[0].headers.every("cc")
            break
        if part.content_type in {"text/rfc822-headers", "message/rfc822-headers"}:
            said = _TO_FIELD.findall(_lines(part.text()[:TEXT_MOST]))
    addresses = {address.lower(): address for value in said for address in _addresses(value)}
    return [(address, "") for address in addresses.values()] if len(addresses) == 1 else []


def _distinct(found: Iterator[Bounce]) -> list[Bounce]:
    seen: dict[str, Bounce] = {}
    for bounce in found:
        if bounce.address:
            seen.setdefault(bounce.address.lower(), bounce)
    return list(seen.values())


def _original(mail: Part) -> str:
    """The Message-ID of what was sent."""
    texts = []
    for part in own_parts(mail):
        if part.content_type in {"message/rfc822", "message/global"} and part.parts:
            found = phrases.MESSAGE_ID.search(part.parts[0].headers.first("message-id"))
            if found:
                return found[0]
        elif part.content_type in {
            "text/rfc822-headers",
            "message/rfc822-headers",
            "message/global-headers",
            "message/rfc822",
        } or (part.content_type.startswith("text/") and part is not mail):
            texts.append(part)
    ordered = sorted(texts, key=lambda part: not part.content_type.endswith("headers"))
    for part in ordered if ordered and mail.headers.first("content-type") else [mail]:
        found = _ID_FIELD.search(_lines(part.text()[: TEXT_MOST * 4]))
        if found:
            return found[1]
    for name in ("in-reply-to", "references"):
        known = phrases.MESSAGE_ID.findall(mail.headers.first(name))
        if known:
            return str(known[-1])
    return ""

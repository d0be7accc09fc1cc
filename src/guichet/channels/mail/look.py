"""Who speaks in a message (pure): what its headers say of its sender and its way, read as far as somebody asks."""

from __future__ import annotations

import re

from guichet.channels.mail import phrases
from guichet.channels.mail.bounces import notice
from guichet.channels.mail.parts import Part

TEXT_SEEN = 6_000  # characters of a text that are looked at

# Nobody but a mail system has these names.
_DAEMON = re.compile(
    r"(?:mail|e-?mail|post)(?:er)?[-_. ]?d(?:ae|ea|e)mon|mail[-_. ]delivery[-_. ](?:sub)?system"
    r"|microsoftexchange329e71ec"
)
_DAEMON_NAME = re.compile(
    r"mail(?:er)?[- ]d(?:ae|ea|e)mon\b|mail delivery (?:sub)?system|mail (?:transfer|transport) agent"
    r"|(?:internet )?mail delivery?(?: ?(?:sub)?system| service)?$"
)
# A mail system's own names, which the people who look after it write under as well.
_ROLE = re.compile(
    r"post[-_.]?master|m?daemon|imss|(?:.*[-_.])?(?:mail|smtp|virus|spam)[-_.]?"
    r"(?:admin|gateway|filter|scan|guard|marshal|sweeper|system|server|service)"
)
_ROLE_NAME = re.compile(
    r"postmaster|system administrator|mail administrator|content[- ]filter|microsoft outlook$|mailmarshal|interscan"
    r"|symantec|mcafee|ndr administrator|delivery (?:service|(?:sub)?system|notification)"
    r"|(?:mail|smtp|message) (?:security|filter|gateway|system|server|router)"
)
# Programs that write reports and nothing else (X-Mailer).
_REPORTER = re.compile(
    r"<?smtp32|m-filter|mailmarshal|symantec|interscan|mdaemon|mimedefang|amavis|groupwise internet agent",
    re.IGNORECASE,
)
# Addresses where nobody reads.
_UNATTENDED = re.compile(
    r"(?:do[-_.]?)?no[-_.]?(?:t[-_.]?)?(?:repl(?:y|ies)|respon[ds]e?|answer)|ne[-_.]?pas[-_.]?repondre"
    r"|keine[-_.]?antwort|no[-_.]?responder|nao[-_.]?responda|auto[-_.]?(?:repl|respon|confirm|mailer|notif|mated)"
    r"|(?:system|mail)[-_.](?:repl|respon|notif)|notifications?$|alerts?$|mailer$|robot$|bot$|bounces?\b|.*daemon$"
)
_LIST_MANAGER = re.compile(
    r"majordomo|listserv|listproc|mailman|sympa$|ezmlm|fml\b|owner-|.+-(?:owner|admin|request|bounces)$"
)
_OFFICE = re.compile(
    r"root$|(?:sys|web|host)?(?:admin|master)(?:istrator)?$|system$|mail$|smtp$|exchange|abuse$|inetgw|mailgw"
)
# What people's own programs call themselves.
_CLIENT = re.compile(
    r"thunderbird|mozilla|outlook|apple mail|iphone|ipad|mutt|gnus|k-?9 mail|evolution|kmail|roundcube|squirrelmail"
    r"|horde|imp/|em client|the bat|lotus notes|claws|sylpheed|pegasus|eudora|airmail|mailmate|spark|postbox|seamonkey"
    r"|sogo|zimbra|alpine|pine|nmh|exmh|mh-e|vm |mew |wanderlust|foxmail|becky|yahoo|aol|open-?xchange|nine |bluemail"
    r"|git-send-email|emacs|opera m|icloud|incredimail|windows ?(?:live )?mail|ximian|microsoft-macoutlook|nextcloud"
    r"|rainloop|snappymail|fairemail|aquamail|mailspring|geary|trojita|snap mail|mailpile",
    re.IGNORECASE,
)
_RETURNED = {"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/partial"}
_NULL = {"<>", "", "<null>", "null", "mailer-daemon", "<mailer-daemon>"}


class Look:
    """What a message's rules ask for; the costly ones are worked out once."""

    __slots__ = ("_sender", "_subject", "_text", "head", "mail", "names")

    def __init__(self, mail: Part) -> None:
        self.mail = mail
        self.head = mail.headers.first
        self.names = {name for name, _value in mail.headers.items}
        self._subject: str | None = None
        self._sender: tuple[str, str] | None = None
        self._text: str | None = None

    @property
    def subject(self) -> str:
        """In lower case, on one line."""
        if self._subject is None:
            self._subject = " ".join(self.mail.headers.text("subject")[:500].lower().split())
        return self._subject

    @property
    def text(self) -> str:
        """What it says itself, as far as that is looked at."""
        if self._text is None:
            self._text = notice(self.mail, most=TEXT_SEEN)
        return self._text

    @property
    def sender(self) -> tuple[str, str]:
        """The address and the name of From in lower case, "" where it says none."""
        if self._sender is None:
            self._sender = _mailbox(self.mail.headers.text("from")[:1_000].lower())
        return self._sender

    @property
    def local(self) -> str:
        address = self.sender[0]
        return address.rpartition("@")[0].strip('"') or address

    @property
    def daemon(self) -> bool:
        return bool(_DAEMON.match(self.local) or _DAEMON_NAME.match(self.sender[1]))

    @property
    def role(self) -> bool:
        local, name = self.local, self.sender[1]
        if self.daemon or _ROLE.match(local) or _ROLE_NAME.search(name) or _REPORTER.match(self.head("x-mailer")):
            return True
        return " " in local and _ROLE_NAME.search(local) is not None

    @property
    def unattended(self) -> bool:
        return bool(not self.sender[0] or _UNATTENDED.match(self.local) or self.daemon)

    @property
    def list_manager(self) -> bool:
        return _LIST_MANAGER.match(self.local) is not None

    @property
    def machine(self) -> bool:
        """Nobody's own address."""
        return self.role or self.unattended or self.list_manager or _OFFICE.match(self.local) is not None

    @property
    def silent(self) -> bool:
        """An empty envelope sender: RFC 5321 keeps it for reports and replies that nobody must answer."""
        paths = self.mail.headers.every("return-path")
        if not paths:
            hops = self.mail.headers.every("received")[:3]
            return any("invoked for bounce" in hop or "envelope-from <>" in hop for hop in hops)
        path = paths[0].strip().lower()
        return path in _NULL or path.startswith(("<mailer-daemon@", "mailer-daemon@"))

    @property
    def program(self) -> str:
        return self.head("user-agent") or self.head("x-mailer")

    @property
    def client(self) -> bool:
        """A person's mail program wrote it."""
        return _CLIENT.search(self.program) is not None

    @property
    def answers(self) -> bool:
        return "in-reply-to" in self.names or "references" in self.names

    @property
    def passed_on(self) -> bool:
        """Its subject says that somebody answers or forwards."""
        return phrases.PASSED_ON.match(self.subject) is not None

    @property
    def prefixed(self) -> bool:
        """Before the subject of what it answers stands that it answers by itself."""
        return phrases.AUTOMATIC_REPLY.match(self.subject) is not None

    @property
    def pleads(self) -> bool:
        """A person speaks: greets, asks, says what is theirs."""
        return phrases.PLEA.search(self.text) is not None

    @property
    def carries(self) -> bool:
        """It returns a message, or its headers."""
        return any(part.content_type in _RETURNED for part in self.mail.parts)

    @property
    def undelivered(self) -> bool:
        """Its subject says that mail didn't arrive, and nobody passes that on."""
        return not self.passed_on and phrases.UNDELIVERED.search(self.subject) is not None

    @property
    def explains(self) -> bool:
        """Its text says that mail wasn't delivered, with a proof: a status, or what was sent; and asks for nothing."""
        text = self.text
        if not phrases.EXCUSE.search(text) or self.pleads:
            return False
        return bool(
            self.carries or phrases.STATUS.search(text) or phrases.CODE.search(text) or phrases.RETURNED.search(text)
        )

    @property
    def precedence(self) -> str:
        return self.head("precedence").strip().lower()

    @property
    def submitted(self) -> str:
        """Auto-Submitted's keyword (RFC 3834), "" for none and for "no"."""
        said = self.head("auto-submitted").strip().lower()
        keyword = re.split(r"[;\s(]", said, maxsplit=1)[0]
        return "" if keyword == "no" else keyword[:40]

    def to_one_of(self, addresses: frozenset[str]) -> bool:
        if not addresses:
            return False
        said = f"{self.head('to')} {self.head('cc')}".lower()[:50_000]
        found = phrases.ADDRESS.findall(said)
        return any(one in addresses or re.sub(r"\+[^@]*", "", one) in addresses for one in found)


def _mailbox(value: str) -> tuple[str, str]:
    """The address and the name. Far from RFC 5322: it only has to recognise machines."""
    if "<" in value:
        name, _, rest = value.partition("<")
        return rest.partition(">")[0].strip(), name.strip(" \"'")
    address, _, comment = value.partition("(")
    found = phrases.ADDRESS.search(address)
    return (found[0] if found else address.strip()), comment.strip(" )")

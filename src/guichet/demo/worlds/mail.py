"""The worlds' mail: a mailbox each, and one message of each kind that a desk gets, through the ledger."""

from __future__ import annotations

import struct
import zlib
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from guichet.channels import ledger, quarantine, readers, reconciling
from guichet.channels.models import Contact, Mailbox, Outcome
from guichet.demo import cast
from guichet.demo.cast import Someone
from guichet.demo.typography import french
from guichet.people.models import Organisation, Person

_NAMES = {cast.COLLEGE: "Soutien informatique", cast.COMPANY: "Meuse Informatique"}


def deliver(desk: Organisation, *, now: datetime) -> None:
    """Set up the desk's mailbox, let its messages come in, and read them."""
    address = f"aide@{desk.slug}.example"
    box = Mailbox.objects.create(
        organisation=desk, address=address, aliases=[f"informatique@{desk.slug}.example"], name=_NAMES[desk.slug]
    )
    post = _college if desk.slug == cast.COLLEGE else _company
    for minutes, message in post(address):
        at = now - timedelta(minutes=minutes)
        # A message that comes a second time came by the other address.
        again = "Date" in message
        if not again:
            message["Date"] = format_datetime(at)
        take_in(message.as_bytes(), mailbox=box, to=box.aliases[0] if again else address, now=at)
    junk = Contact.objects.filter(desk=desk, outcome=Outcome.QUARANTINE, subject__startswith="Offre").first()
    agent = Person.objects.filter(organisation=desk, roles__kind="agent").order_by("pk").first()
    if junk and agent:
        quarantine.discard(junk, reason="Prospection commerciale", actor=agent, now=now)
    reconciling.compare_ledger(desk.pk, now=now)


def take_in(raw: bytes, *, mailbox: Mailbox, to: str, now: datetime) -> None:
    """Store a message as a mail server would have handed it over, and read it at once."""
    key = ledger.key_of("demo", raw, recipient=to)
    stored = ledger.receive(raw=raw, source_key=key, now=now, mailbox=mailbox, envelope_to=to)
    if stored is not None:
        readers.read_one(Contact.objects.get(pk=stored), now=now)


def written(
    to: str, someone: Someone | tuple[str, str], subject: str, body: str, *, key: str, answers: str = "", **more: str
) -> EmailMessage:
    """A message of somebody's; `key` names it in its Message-ID, `answers` the one that it answers."""
    name, email = (someone.name, someone.email) if isinstance(someone, Someone) else someone
    if not isinstance(someone, Someone) or someone.language == "fr":
        subject, body = french(subject), french(body)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = formataddr((name, email)), to, subject
    message["Message-ID"] = f"<{key}@{email.partition('@')[2]}>"
    if answers:
        message["In-Reply-To"] = message["References"] = answers
    for header, value in more.items():
        message[header.replace("_", "-")] = value
    message.set_content(body)
    return message


def pictured(message: EmailMessage, html: str) -> None:
    """Give the message its formatted form, and in it a picture: a screen with a red bar."""
    message.add_alternative(html, subtype="html")
    for part in message.iter_parts():
        if isinstance(part, EmailMessage) and part.get_content_subtype() == "html":
            picture = screen(width=240, height=120)
            part.add_related(picture, "image", "png", cid="<ecran>", filename="ecran.png", disposition="inline")


def screen(*, width: int, height: int) -> bytes:
    """A PNG: dark, with a red bar across its middle."""
    rows = b"".join(
        b"\0" + (b"\xdc\x26\x26" if height // 3 < y < 2 * height // 3 else b"\x1e\x29\x3b") * width
        for y in range(height)
    )

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _college(to: str) -> list[tuple[int, EmailMessage]]:
    asked = written(
        to, cast.AMELIE, "Projecteur du R-214 : image toute jaune",
        "Bonjour,\n\nDepuis ce matin, le projecteur du local R-214 affiche tout en jaune. J’ai débranché puis "
        "rebranché le câble, sans résultat. Mon prochain cours y est jeudi à 13 h.\n\nMerci !\n\n-- \n"
        "Amélie Bouchard\nEnseignante en littérature",
        key="projecteur-r214",
    )  # fmt: skip
    more = written(
        to, cast.AMELIE, "RE: Projecteur du R-214 : image toute jaune",
        "J’oubliais : le bleu revient quand je penche la fiche du câble.\n\nLe mar. 24 nov. 2026 à 9 h 12, "
        "Amélie Bouchard a écrit :\n> Bonjour,\n> Depuis ce matin, le projecteur du local R-214 affiche tout en jaune.",
        key="projecteur-r214-suite", answers=asked["Message-ID"],
    )  # fmt: skip
    copy = written(
        to, cast.RACHEL, "Office hours calendar", "Could you share the room calendar with me?", key="calendar"
    )
    away = written(
        to, cast.RACHEL, "Automatic reply: Absente / Out of office", "I am away until Monday.", key="away",
        Auto_Submitted="auto-replied", X_Auto_Response_Suppress="All",
    )  # fmt: skip
    forged = written(
        to, cast.NADIA, "Re: [G-AAAAA] mot de passe", "Voici votre nouveau mot de passe provisoire.", key="forged",
        answers=asked["Message-ID"],
    )  # fmt: skip
    offer = written(
        "liste-infolettre@prospect.example", ("Prospect Plus", "ventes@prospect.example"),
        "Offre exclusive d’imprimantes",
        "Profitez de nos prix.", key="offre", List_Id="<infolettre.prospect.example>", Precedence="list",
        List_Post="<mailto:infolettre@prospect.example>", List_Unsubscribe="<mailto:stop@prospect.example>",
    )  # fmt: skip
    news = written(
        "usagers@logiciels.example", ("Logiciels Boréal", "nouvelles@logiciels.example"), "Notes de version 12.4",
        "Les nouveautés de novembre.", key="notes", List_Id="<usagers.logiciels.example>", Precedence="list",
        List_Post="<mailto:usagers@logiciels.example>", List_Unsubscribe="<mailto:stop@logiciels.example>",
    )  # fmt: skip
    shown = written(
        to, ("Lucie Arsenault", f"l.arsenault@{cast.COLLEGE}.example"), "Écran d’erreur à l’ouverture de session",
        "Bonjour,\n\nVoici ce que mon poste affiche en rouge depuis 8 h 30.\n\nBonne journée,\nLucie Arsenault",
        key="ecran-rouge",
    )  # fmt: skip
    pictured(
        shown,
        "<p>Bonjour,</p><p>Voici ce que mon poste affiche <b>en rouge</b> depuis 8 h 30.</p>"
        "<p><img src='cid:ecran' alt='Mon écran'></p><p>Bonne journée,<br>Lucie Arsenault</p>",
    )
    return [
        (190, asked), (175, more), (160, copy), (158, copy), (150, shown), (120, away), (95, forged), (80, offer),
        (40, news),
    ]  # fmt: skip


def _company(to: str) -> list[tuple[int, EmailMessage]]:
    asked = written(
        to, cast.EMILY, "Reception screen frozen in Liège",
        "Hello,\n\nthe screen at the reception desk freezes every few minutes since yesterday.\n\nKind regards,\nEmily",
        key="frozen-screen",
    )  # fmt: skip
    stranger = written(
        to, ("Léa Forget", "lea.forget@courrier.example"), "Impossible d’ouvrir le portail",
        "Bonjour, le portail des clients me refuse l’accès.", key="portail",
    )  # fmt: skip
    return [(200, asked), (60, stranger)]

"""Ordinary mail that looks automatic: what people send to a help desk about bounces, absences and lists."""

from collections.abc import Iterator

POSTFIX = """\
This is the mail system at host mx.example.org.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<bob@example.net>: host mail.example.net[192.0.2.7] said: 550 5.1.1
    <bob@example.net>: Recipient address rejected: User unknown (in reply to
    RCPT TO command)
"""
EXCHANGE = """\
Échec de la remise pour les destinataires ou groupes suivants :

bob@example.net
L'adresse de messagerie que vous avez entrée est introuvable.

#550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup ##
"""
STATUS = """\
Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; bob@example.net
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown
"""
BOUNCED = (
    """\
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: jeanne@client.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: text/plain

"""
    + POSTFIX
)

# How people's programs write the top of a message.
CLIENTS = {
    "thunderbird": "User-Agent: Mozilla Thunderbird\nMessage-ID: <6c1d2f@client.example>\n",
    "outlook": "X-Mailer: Microsoft Outlook 16.0\nMessage-ID: <000001dbb2@client.example>\nThread-Index: AdpQ\n",
    "exchange": (
        "X-MS-Has-Attach:\nX-Auto-Response-Suppress: DR, OOF, AutoReply\nX-MS-TNEF-Correlator:\n"
        "x-originating-ip: [192.0.2.9]\nMessage-ID: <DB7PR02MB@DB7PR02MB.eurprd02.prod.outlook.com>\n"
    ),
    "gmail": "Message-ID: <CAFn1234=abc@mail.gmail.com>\n",
    "iphone": "X-Mailer: iPhone Mail (21F90)\nMessage-Id: <5D1C@client.example>\n",
    "odd": "Precedence: bulk\nX-Mailer: QuickSend 2.1\nMessage-ID: <1@client.example>\n",
    "crm": "List-Unsubscribe: <mailto:x@client.example>\nX-Mailer: Apple Mail (2)\nMessage-ID: <7@client.example>\n",
    "answer": "In-Reply-To: <a@desk.example>\nReferences: <a@desk.example>\nMessage-ID: <8@client.example>\n",
}
SENDERS = (
    "Jeanne Martin <jeanne@client.example>",
    "jeanne@client.example",
    "Paul Durand <postmaster@client.example>",
    '"Durand, Paul (Postmaster)" <paul@client.example>',
    "admin@client.example",
    "IT <abuse@client.example>",
)
SAID = (
    (
        "Re: Undelivered Mail Returned to Sender",
        "Bonjour, voici ce que je reçois :\n\n> " + POSTFIX.replace("\n", "\n> "),
    ),
    ("Fwd: Undelivered Mail Returned to Sender", "Can you help?\n\n---------- Forwarded message ---------\n" + BOUNCED),
    ("TR : Non remis : Facture", "Bonjour,\nQue faire ?\n\nDe : postmaster@client.example\n\n" + EXCHANGE),
    (
        "Undelivered mail",
        "Hello,\nmy message to bob@example.net was rejected: 550 5.1.1 User unknown. What can I do?\n",
    ),
    ("Mail delivery failed", "Hi,\nI keep getting this:\n\n" + POSTFIX),
    ("Message non distribué", "Bonjour,\nje n'arrive plus à écrire à bob@example.net, voir ci-dessous.\n\n" + EXCHANGE),
    ("Unzustellbar: was tun?", "Guten Tag,\nich bekomme diese Meldung:\n\n" + POSTFIX),
    ("Mailbox full", "Hello, my mailbox is full (552 5.2.2 quota exceeded). Can you raise it?\n"),
    ("Out of office", "Hello,\nhow do I switch on the out of office message?\n"),
    ("Out of office next week", "Hi, I am out of office next week; Anna covers for me.\n"),
    ("Réponse automatique", "Bonjour,\nma réponse automatique ne part plus depuis lundi.\n"),
    ("Absence du 3 au 7", "Bonjour,\nje serai en congés du 3 au 7.\n"),
    ("Re: Automatic reply: Printer", "Thanks, that was an automatic reply. The printer still does not work.\n"),
    ("Abwesenheit einrichten", "Hallo,\nbitte um Hilfe bei der Abwesenheitsnotiz.\n"),
    ("Fuera de la oficina", "Hola,\n¿cómo activo el mensaje de fuera de la oficina?\n"),
    (
        "Fw: 50 % off until Sunday",
        "Is this spam?\n\nFrom: Shop <news@shop.example>\nSubject: 50 % off\n\nUnsubscribe here\n",
    ),
    ("Abuse report page is down", "Bonjour,\nla page de signalement ne répond plus.\n"),
    ("Your message to the team was blocked", "Hello,\ncould you look why mails from HR are blocked by the filter?\n"),
    ("Read: the new policy", "I read it. One question: who approves?\n"),
    ("Accusé de réception", "Bonjour,\npouvez-vous activer les accusés de réception sur mon poste ?\n"),
    ("[Ticket#4711] still open", "Nothing happened since Monday.\n"),
    ("Delivery problems to your domain", "Hello, please look at this, your server refuses our mails:\n\n" + POSTFIX),
)


def plain() -> Iterator[tuple[str, bytes]]:
    """Every subject and text, by every sender, out of every program."""
    for sender in SENDERS:
        for client, top in CLIENTS.items():
            for subject, text in SAID:
                head = f"Return-Path: <jeanne@client.example>\nFrom: {sender}\nTo: support@desk.example\n"
                body = f"Subject: {subject}\n{top}Content-Type: text/plain; charset=utf-8\n\n{text}"
                yield f"{client}, {sender}, {subject}", (head + body).encode()


def attached() -> Iterator[tuple[str, bytes]]:
    """A report forwarded as an attachment, and a report whose parts a program attached one by one."""
    carried = f"--b\nContent-Type: message/rfc822\n\n{BOUNCED}\n--b--\n"
    parts = (
        f"--b\nContent-Type: message/delivery-status; name=details.txt\nContent-Disposition: attachment\n\n{STATUS}\n"
        f"--b\nContent-Type: message/rfc822\n\nFrom: jeanne@client.example\nSubject: Facture\n\nBonjour\n--b--\n"
    )
    reported = carried.replace("text/plain\n", "multipart/report; report-type=delivery-status; boundary=c\n")
    for sender in SENDERS:
        for client, top in CLIENTS.items():
            for name, rest in (("whole", carried), ("in parts", parts), ("a report", reported)):
                for subject in ("Fwd: Undelivered Mail Returned to Sender", "TR: Facture", "Mails do not arrive"):
                    head = f"From: {sender}\nTo: support@desk.example\nSubject: {subject}\n{top}"
                    mime = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
                    text = "--b\nContent-Type: text/plain\n\nHello, can you look at this? 550 5.1.1, rejected.\n"
                    yield f"{name}, {client}, {sender}, {subject}", (head + mime + text + rest).encode()


def messages() -> Iterator[tuple[str, bytes]]:
    yield from plain()
    yield from attached()

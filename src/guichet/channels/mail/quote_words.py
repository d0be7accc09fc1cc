"""The words by which mail programs announce what they quote: names of header fields, verbs, titles.

French, English, German, Spanish and Dutch in full; what is cheap to know of their neighbours as well. No logic here.
"""

import re

LONGEST = 400
"""No line of an attribution or title is longer; nor is an attribution as a whole."""
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\u00ad\u1427"
BLANKS = " \t\r\n\v\f\u00a0\u202f\u2007\u3000" + INVISIBLE
"""What `bare` lines are stripped of: white space, and what mail programs put into lines that seem empty."""
RULERS = "-_=*~#+‐‑–—―_"
EMPHASIS = "*_ \t\u00a0\u202f"

FIELD_NAMES: dict[str, tuple[str, ...]] = {
    "from": (
        *("from", "de", "von", "van", "da", "fra", "från", "od", "expéditeur", "absender", "remitente", "afzender"),
        *("mittente", "remetente"),
    ),
    "date": (
        *("date", "sent", "envoyé", "envoyée", "envoyé le", "date d'envoi", "date d’envoi", "gesendet", "gesendet am"),
        *("datum", "enviado", "enviado el", "fecha", "verzonden", "verzonden op", "inviato", "data", "enviada em"),
        *("message du", "enviado em", "enviada", "sendt", "dato", "skickat", "wysłano"),
    ),
    "to": (
        *("to", "à", "a", "pour", "an", "para", "aan", "til", "till", "do", "destinataire", "destinataires"),
        *("empfänger", "destinatario", "destinatarios", "destinatário"),
    ),
    "cc": (
        *("cc", "cci", "bcc", "copie", "copie à", "copie cachée", "copie à (cc)", "kopie", "kopie (cc)", "copia"),
        *("con copia", "cópia", "blindkopie", "bcci"),
    ),
    "subject": (
        "subject",
        "objet",
        "sujet",
        "betreff",
        "asunto",
        "onderwerp",
        "oggetto",
        "assunto",
        "emne",
        "ämne",
        "temat",
    ),
    "other": (
        *("reply-to", "répondre à", "antwort an", "responder a", "antwoord aan", "rispondi a", "organization"),
        *("organisation", "importance", "priority", "priorité", "wichtigkeit", "priorität", "importancia", "prioridad"),
        *("prioriteit", "urgentie", "attachments", "pièces jointes", "anlagen", "datos adjuntos", "archivos adjuntos"),
        *("bijlagen", "adjuntos", "newsgroups", "resent-from", "signed by", "mailed-by", "security", "attach"),
    ),
}
KINDS: dict[str, str] = {name: kind for kind, names in FIELD_NAMES.items() for name in names}
"""What a header field's name (lower case) says: from, date, to, cc, subject or other."""

# -- Attributions: "On …, X wrote:" -----------------------------------------------------------------------------------

_VERBS_LAST = (
    *("wrote", "writes", "sent", "a écrit", "a ecrit", "écrivait", "écrivit", "escribió", "escribio", "ha escrito"),
    *("geschrieben", "geschreven", "ha scritto", "escreveu", "napisał", "napisała", "napisał(a)", "napsal", "a scris"),
)
_VERBS_FIRST = ("schrieb", "schreef", "schreibt", "skrev", "skreiv", "kirjoitti")
VERB = re.compile(
    rf"(?<![\w'’])(?:(?P<last>{'|'.join(re.escape(verb) for verb in sorted(_VERBS_LAST, key=len, reverse=True))})"
    rf"|(?P<first>{'|'.join(_VERBS_FIRST)}))(?!\w)"
)
"""A verb of writing: `last` when the writer's name stands before it, `first` when it may stand after it."""

OPENING = re.compile(
    r"(?:On|At|Le|Am|El|Op|Il|Em|Den|På|Dnia|W dniu|Dne|Quoting|Zitat von|Citando a|Citeren)[\s\u00a0]"
)
"""The first word of an attribution that begins with the date (or with who is quoted)."""

# -- Titles: "-----Original Message-----" -----------------------------------------------------------------------------

ORIGINAL = (
    *("original message", "reply message", "replied message", "message d'origine", "message d’origine"),
    *(
        "message original",
        "message initial",
        "courriel original",
        "mail original",
        "e-mail d'origine",
        "e-mail d’origine",
    ),
    *(
        "e-mail original",
        "réponse au message",
        "ursprüngliche nachricht",
        "ursprungliche nachricht",
        "urspruengliche nachricht",
    ),
    *("originalnachricht", "original-nachricht", "original nachricht", "ursprüngliche mail", "originalmail"),
    *("antwort nachricht", "mensaje original", "mensaje de respuesta", "correo original", "oorspronkelijk bericht"),
    *("oorspronkelijke bericht", "origineel bericht", "originele bericht", "oorspronkelijke e-mail"),
    *("messaggio originale", "mensagem original", "oprindelig meddelelse", "oprindelig besked", "opprinnelig melding"),
    *("ursprungligt meddelande", "originalmeddelande", "original appointment", "wiadomość oryginalna"),
)
FORWARDED = (
    *("forwarded message", "begin forwarded message", "start of forwarded message", "forwarded mail", "forwarded by"),
    *("message transféré", "message réexpédié", "message transmis", "courriel transféré", "mail transféré"),
    *("début du message transféré", "début du message réexpédié", "début du message transmis"),
    *("weitergeleitete nachricht", "weitergeleitete mail", "anfang der weitergeleiteten nachricht"),
    *("anfang der weitergeleiteten e-mail", "mensaje reenviado", "inicio del mensaje reenviado", "correo reenviado"),
    *("doorgestuurd bericht", "begin doorgestuurd bericht", "doorgestuurde e-mail", "doorgestuurd e-mailbericht"),
    *("messaggio inoltrato", "inizio messaggio inoltrato", "mensagem encaminhada", "mensagem reencaminhada"),
    *("videresendt meddelelse", "videresendt melding", "vidarebefordrat meddelande", "vidarebefordrat mejl"),
)
TITLES: dict[str, bool] = {**dict.fromkeys(ORIGINAL, False), **dict.fromkeys(FORWARDED, True)}
"""A title's words (lower case), and whether it announces a forwarded message."""

ABOVE_THIS_LINE = re.compile(
    r"(?:reply|answer|write|type your reply|type your response) above this line"
    r"|r[ée]ponse au[- ]dessus de cette ligne|r[ée]pon\w+ (?:ci-dessus|au[- ]dessus) de cette ligne"
    r"|[ée]cri\w+ (?:votre réponse )?au[- ]dessus de cette ligne"
    r"|antwort\w* (?:bitte )?(?:über|oberhalb) dieser (?:linie|zeile)"
    r"|(?:über|oberhalb) dieser (?:linie|zeile) antworten"
    r"|(?:respond\w+|escrib\w+|respuesta) (?:por )?encima de esta línea"
    r"|(?:antwoord\w*|reageer\w*|reactie) boven deze (?:lijn|regel)",
    re.IGNORECASE,
)
"""What ticket systems (ours too) put over the message they send."""

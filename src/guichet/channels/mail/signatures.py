"""Where a signature begins: a delimiter ("-- "), or what a telephone or mail program adds ("Sent from my iPhone")."""

import re

LONGEST_SIGNATURE = 80
"""Lines below a delimiter; more than that is text."""
LONGEST_LINE = 300


def _any(*words: str) -> str:
    return "(?:" + "|".join(words) + ")"


_DEVICE = _any(
    *(
        "i-?phone",
        "i-?pad",
        "i-?pod",
        r"android\w*",
        "samsung",
        "galaxy",
        "huawei",
        "xiaomi",
        "redmi",
        "oneplus",
        "oppo",
    ),
    *("fairphone", "black ?berry", "nokia", "sony", "xperia", "htc", "lumia", "pixel", "motorola", "macbook", "mac"),
    *("smart-?phones?", r"mobil\w*", "móvil", "movil", "phone", "telefoon", "tel[eé]fono", "t[eé]l[eé]phone", "handy"),
    *("portable", r"tablet\w*", "tablette", "cell", "handheld", "windows", "outlook", "yahoo", "gmail", "proton ?mail"),
    *("k-9", "airmail", "mailbox", "mailbird", "spark", "fairmail", "blue ?mail", "aquamail", "thunderbird", "zimbra"),
    *("courrier", "correo", "mail app", "app mail", "mail-app", "mail (?:for|pour|für|para|voor)", r"web\.de", "gmx"),
    *("t-online", "telekom", "orange", "sfr", "laposte", "acompli", "airwatch", "tutanota", "icloud"),
)
_SENT = _any(
    *("sent", "written", "typed", "(?:message )?envoy[ée]e?", "[ée]crit", "r[ée]dig[ée]", "(?:nachricht )?gesendet"),
    *("geschickt", "verschickt", "(?:mensaje )?enviado", "enviada", "escrito", "(?:bericht )?verzonden", "verstuurd"),
    *("getypt", "inviato", "skickat", "sendt", "provenance"),
)
_PREPOSITION = _any(
    *("from", "via", "with", "by", "using", "on", "de", "depuis", "[àa] partir de", "[àa] partir d['’]", "avec", "par"),
    *("à l['’]aide de", "von", "vom", "mit", "aus", "über", "per", "desde", "con", "do", "da", "dal", "através de"),
    *("vanaf", "vanuit", "met", "van", "op", "fra", "från"),
)
_MY = _any("my", "mon", "ma", "meine[mr]", "mi", "mijn", "m['’]n", "(?:il )?mio", "meu", "minha", "min", "mitt")
_GET = _any(
    *("get", "download", "télécharge[rz]?", "obtenir", "obtenez", "holen sie sich", "laden sie", "obtener", "obtén"),
    *(r"descarga\w*", "ottieni", "scarica", "obter", "baixar"),
)
_FOR = _any("for", "pour", "für", "fuer", "para", "voor", "per")
_WENT = _any("gesendet", "geschickt", "verschickt", "geschrieben")
_EXCUSE = r"(?:[.,;:!–—(\[<-].*)?"
_BY = rf"(?: ?: ?|[ \u00a0]{_PREPOSITION}[ \u00a0]?)"

_PHONE = re.compile(
    r"[<(\[*_]*(?:"
    # A possessive and one to four words, whatever the device is called.
    rf"{_SENT}{_BY}{_MY}(?: [\w'’+-]+){{1,4}}[.!]?"
    # A device or program that is known, wherever it is named, and an excuse.
    rf"|{_SENT}{_BY}[^,;:!?]{{0,40}}?(?<!\w){_DEVICE}(?!\w)(?:[ /][\w./'’+-]+){{0,6}}{_EXCUSE}"
    rf"|(?:von|vom|mit) (?:mein\w{{1,2}} )?[\w .'’+-]{{1,50}}? {_WENT}[.!]?{_EXCUSE}"
    rf"|diese (?:nachricht|e-?mail|mail) wurde (?:von|mit) [\w .'’+-]{{1,80}} {_WENT}[.!]?"
    rf"|cet? (?:message|mail|courriel|e-?mail) a été envoyé {_PREPOSITION} [^,;:!?]{{0,40}}?{_DEVICE}(?!\w).{{0,60}}"
    # Advertisements.
    rf"|{_GET} \[?outlook {_FOR}.{{0,120}}"
    rf"|outlook {_FOR} \w+ (?:beziehen|herunterladen|laden|downloaden|ophalen|holen).{{0,120}}"
    r"|(?:virus-free|(?:garanti )?sans virus|virenfrei|libre de virus|virusvrij)\W{1,3}(?:www\.)?(?:avast|avg)\b.{0,80}"
    r")[>)\]*_ ]*",
    re.IGNORECASE,
)
_FIRST_WORDS = re.compile(
    r"[<(\[*_]*"
    + _any(
        *("message", "nachricht", "mensaje", "bericht", "sent", "written", "typed", "envoy", "[ée]crit", "r[ée]dig"),
        *("gesendet", "geschickt", "verschickt", "enviad", "escrito", "verzonden", "verstuurd", "getypt", "inviato"),
        *(
            "skickat",
            "sendt",
            "provenance",
            "vo[nm] ",
            "mit ",
            "diese ",
            "ce ",
            "cet ",
            "get ",
            "download",
            "télécharge",
        ),
        *(
            "obten",
            "obtén",
            "obter",
            "holen ",
            "laden ",
            "descarga",
            "ottieni",
            "scarica",
            "baixar",
            "outlook ",
            "virus",
        ),
        *("garanti ", "sans ", "viren", "libre "),
    ),
    re.IGNORECASE,
)
_LINK = re.compile(r"[ ]?(?:<[^<>]*>|\(https?:[^()]*\)|https?:\S+)")
_NAME_AFTER_DASHES = re.compile(r"--[ \u00a0]?[^\W\d_][^=<>{}()]*")
_NAME_AFTER_DASH = re.compile(r"-[^\W\d_][\w.'’-]*(?: [A-ZÀ-Þ][\w.'’-]*){0,3}")


def phone_line(line: str) -> bool:
    """Whether a (stripped) line is what a telephone or mail program adds by itself."""
    if len(line) > LONGEST_LINE or _FIRST_WORDS.match(line) is None:
        return False
    return _PHONE.fullmatch(_LINK.sub("", line).rstrip()) is not None


def signature_start(bare: list[str], low: int, high: int) -> int:
    """Where the lowest signature between the lines low and high begins; -1 when there is none."""
    below = 0
    for index in range(high - 1, low - 1, -1):
        line = bare[index]
        if not line:
            continue
        if len(line) <= LONGEST_LINE and _begins(bare, index, low, below):
            return index
        below += 1
        if below > LONGEST_SIGNATURE:
            break
    return -1


def _begins(bare: list[str], index: int, low: int, below: int) -> bool:
    line = bare[index]
    apart = index == low or not bare[index - 1]
    first = line[0]
    if first == "_":
        return len(line) > 1 and not line.strip("_")
    if first == "-":
        return _dashed(bare, index, low, below, apart=apart)
    # Without an empty line above it, only as the very last line, and not as the rest of a sentence.
    if below > 12 or not (apart or (not below and (first.isupper() or first in "<([*"))):
        return False
    return phone_line(line)


def _dashed(bare: list[str], index: int, low: int, below: int, *, apart: bool) -> bool:
    line = bare[index]
    if line == "--":
        return True
    if not line.strip("- "):
        # A ruler: of a signature when little follows, unless it frames what the line above announces.
        above = next((bare[here] for here in range(index - 1, max(low, index - 4) - 1, -1) if bare[here]), "")
        return len(line) > 2 and apart and below <= 12 and above[-1:] != ":"
    if line.startswith("--"):
        return below <= 8 and len(line) <= 60 and _NAME_AFTER_DASHES.fullmatch(line) is not None
    if not apart or below > 3 or len(line) > 40 or not _NAME_AFTER_DASH.fullmatch(line):
        return False
    # One name, not a list.
    return not any(near.startswith("-") for near in bare[max(low, index - 2) : index] + bare[index + 1 : index + 2])

"""Lines that say who wrote what follows: "On Tuesday, Ana wrote:", « Le 2 mars à 18:02, Ana a écrit : »."""

import re

from guichet.channels.mail.quote_words import EMPHASIS, LONGEST, OPENING, RULERS, VERB

EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})*")
_TIME = re.compile(
    r"(?<!\d)\d{1,2}"
    r"(?:[ \u202f\u00a0]?[:hH] ?\d{2}(?!\d)|(?:\.\d{2})?[ \u202f\u00a0]?(?:[aApP]\.? ?[mM]\b|[Uu]hr\b)|h\b)"
    r"|\bkl\.? ?\d"
)
_DAY = re.compile(r"(?<!\d)(?:\d{4}|\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?|\d{1,2})(?!\d)")
_ISO_DAY = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T,]")
_TOLD = re.compile(
    r"(?:\b(?:I|he|she|they|we|ich|er|sie|wir|ik|hij|zij|wij|je|tu|il|elle|ils|elles|on|nous|vous|me|te|le|les|lui|leur|nos)"
    r"|\b[mt]['’])[ \u00a0]*$"
)
_LOGGED = re.compile(r"\d:\d\d:\d\d|\b(?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL|CRITICAL|NOTICE|TRACE)\b")
_CLOSINGS = (":", "-", "–", ">", "wrote", "a écrit", "escribió")


def attribution_at(bare: list[str], start: int) -> tuple[int, bool] | None:
    """Where an attribution that begins in this line ends, and whether it is one for sure.

    It may be wrapped over several lines, be quoted from its second line on, and have empty lines in it.
    """
    opens = _may_open(bare, start)
    if opens is None:
        return None
    joined, empty = "", 0
    for index in range(start, min(start + 8, len(bare))):
        line = bare[index].lstrip("> ")
        if not line:
            empty += 1
            if empty > 2:
                break
            continue
        if index > start and OPENING.match(line) and _TIME.search(line):
            break  # this one is the attribution, not what stands above it
        joined = f"{joined} {line}".strip()
        if len(joined) > LONGEST:
            break
        text = joined.rstrip(EMPHASIS)
        if text.endswith(_CLOSINGS):
            sure = _judge(text, opens=opens)
            if sure is not None:
                return index + 1, sure
            if text[-1] == ":":
                break
    return None


def _may_open(bare: list[str], start: int) -> bool | None:
    """Whether an attribution may begin here: True with the date, False with the writer's name, None not at all."""
    line = bare[start]
    if len(line) > LONGEST:
        return None
    if OPENING.match(line.lstrip(RULERS + " ")):
        sentence = len(line) > 30 and line[-1] != ":" and "@" not in line and not _DAY.search(line)
        return None if sentence else True
    if start and bare[start - 1]:
        return None
    return False if "@" in line or line[-1] in ":-" or _ISO_DAY.match(line) else None


def _judge(text: str, *, opens: bool) -> bool | None:
    """None: no attribution. False: one if marked lines follow. True: one in any case."""
    email, day, timed = EMAIL.search(text) is not None, _DAY.search(text) is not None, _TIME.search(text) is not None
    closed = text[-1] == ":"
    verb = max(VERB.finditer(text), key=re.Match.start, default=None)
    if verb is None:
        if email and timed and day and text.endswith((">:", "):")) and not _LOGGED.search(text):
            return True
        dated = day and (closed or (text[-1] == ">" and _ISO_DAY.match(text) is not None))
        return False if email and (dated or (opens and closed)) else None
    if not _is_told(text, verb, email=email):
        return None
    if not text.endswith((":", "-", "–")):
        return True if opens and timed and email and verb.end() == len(text) else None
    if (timed and opens) or (email and (opens or timed or closed)):
        return True
    return False if (opens and day) or len(text[: verb.start()].split()) <= 5 else None


def _is_told(text: str, verb: re.Match[str], *, email: bool) -> bool:
    """Whether somebody's name stands before or behind the verb, and no sentence is being told."""
    before, after = text[: verb.start()], text[verb.end() :].strip(" :-–—*_\u00a0\u202f")
    if not before.strip() or text[-1] == ">":
        return False
    if _TOLD.search(before) and not email:
        return False  # "he wrote:", « ce qu'il m'a écrit : »
    if not after or EMAIL.search(after) or (_DAY.search(after) and len(after) < 80):
        return True
    # "schrieb Max Mustermann:", but not "wrote the following:".
    return verb["first"] is not None and len(after) <= 60 and any(letter.isupper() for letter in after)


def attributed(lines: list[str]) -> dict[str, str]:
    """The fields that the lines of an attribution tell: who wrote, and when."""
    text = " ".join(line.lstrip("> ") for line in lines if line)
    verb = max(VERB.finditer(text), key=re.Match.start, default=None)
    email = EMAIL.search(text)
    if verb is None or email is None:
        return {}
    time = max(_TIME.finditer(text, 0, email.start()), key=re.Match.end, default=None)
    dated = time.end() if time else 0
    name = text[max(dated, verb.end() if verb.end() < email.start() else 0) : email.start()]
    name = re.sub(r"^[\s,]*(?:heeft|hat|ha)\s", "", name).strip(' ,<(«»"')
    return {"from": f"{name} <{email[0]}>", "date": text[:dated].strip(" ,")}

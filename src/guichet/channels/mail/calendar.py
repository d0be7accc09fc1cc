"""A calendar invitation in a few readable lines, for a message that says nothing else."""

from __future__ import annotations

import re

_LINE = re.compile(r"^(SUMMARY|LOCATION|DTSTART|DTEND|ORGANIZER|DESCRIPTION)((?:;[^:\r\n]*)?):(.*)$", re.MULTILINE)
_ESCAPED = re.compile(r"\\([\\;,nN])")


def summary(text: str) -> str:
    """Its title, when, where and what, one to a line; "" when it is no calendar."""
    text = re.sub(r"\r?\n[ \t]", "", text[:200_000])
    start = text.find("BEGIN:VEVENT")
    said: dict[str, str] = {}
    for name, _options, value in _LINE.findall(text.replace("\r\n", "\n"), max(start, 0)):
        said.setdefault(name, _ESCAPED.sub(lambda mark: "\n" if mark[1] in "nN" else mark[1], value).strip())
    lines = [said.get("SUMMARY", "")]
    if when := _when(said.get("DTSTART", "")):
        until = _when(said.get("DTEND", ""))
        lines.append(f"{when} – {until}" if until else when)
    lines += [said.get("LOCATION", ""), said.get("ORGANIZER", "").removeprefix("mailto:").removeprefix("MAILTO:")]
    lines.append(said.get("DESCRIPTION", ""))
    return "\n".join(line for line in lines if line)


def _when(value: str) -> str:
    found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d*(Z?))?", value.strip())
    if found is None:
        return value
    day = f"{found[1]}-{found[2]}-{found[3]}"
    return f"{day} {found[4]}:{found[5]}{' UTC' if found[6] else ''}" if found[4] else day

"""How a mail looks. Mail programs know no style sheets of ours, so each element carries its own.

Outlook wants tables and attributes, telephones a width that gives way, night readers the few classes of `SHEET`.
Colours are those of ui's tokens.css by day and by night.
"""

import re

from django.utils.safestring import SafeString

_FONT = "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
_TEXT = f"{_FONT};font-size:16px;line-height:1.5;color:#221f1a"
_SMALL = f"{_FONT};font-size:13px;line-height:1.5;color:#544d43"
_BUTTON = "border-radius:6px;text-align:center"

SHEET = SafeString(
    "<style>"
    ".said a{color:#0b5a48}.said p{margin:0 0 12px}.said pre{white-space:pre-wrap;font-size:14px}"
    ".said blockquote{margin:0 0 12px;padding-left:12px;border-left:3px solid #8a8172}"
    "@media (max-width:480px){.inside{padding:20px 16px !important}"
    ".half{display:block !important;width:100% !important}}"
    "@media (prefers-color-scheme:dark){"
    ".ground{background-color:#171614 !important}"
    ".card{background-color:#1f1d1a !important;border-color:#35312b !important}"
    ".ink{color:#eeeae3 !important}.quiet{color:#bdb5a9 !important}.link{color:#7cd3b6 !important}"
    ".soft{background-color:#1b3b32 !important}.soft .ink{color:#a4e3cf !important}"
    ".said{border-color:#6fcbad !important}.said a{color:#7cd3b6 !important}"
    ".go{background-color:#6fcbad !important}.go a{color:#08261d !important}"
    ".stop{background-color:#292622 !important}.stop a{color:#eeeae3 !important}"
    "}</style>"
)


def _attributes(css: str, *, name: str = "", more: str = "") -> SafeString:
    known = f'class="{name}" ' if name else ""
    return SafeString(f'{known}{more}style="{css}"')


_TABLE = 'role="presentation" cellpadding="0" cellspacing="0" border="0" '

LOOK: dict[str, SafeString] = {
    "sheet": SHEET,
    "body": _attributes("margin:0;padding:0;background-color:#f6f3ed", name="ground"),
    "preview": _attributes("display:none;max-height:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px"),
    "page": _attributes(
        "width:100%;background-color:#f6f3ed", name="ground", more=f'{_TABLE}width="100%" bgcolor="#f6f3ed" '
    ),
    "around": _attributes("padding:24px 8px", more='align="center" '),
    "card": _attributes(
        "width:100%;max-width:600px;background-color:#fffdf9;border:1px solid #e2dccf;border-radius:10px",
        name="card",
        more=f'{_TABLE}width="600" bgcolor="#fffdf9" ',
    ),
    "inside": _attributes("padding:28px 32px;text-align:left", name="inside", more='align="left" '),
    "table": _attributes("width:100%", more=f'{_TABLE}width="100%" '),
    "small": _attributes(f"{_SMALL};margin:0 0 4px", name="quiet"),
    "title": _attributes(
        f"{_FONT};font-size:20px;line-height:1.3;font-weight:600;color:#221f1a;margin:0 0 20px", name="ink"
    ),
    "text": _attributes(f"{_TEXT};margin:0 0 16px", name="ink"),
    "who": _attributes(f"{_TEXT};font-weight:600;margin:0 0 8px", name="ink"),
    "said": _attributes(
        f"{_TEXT};border-left:3px solid #0e604d;padding:2px 0 2px 16px", name="said ink", more='align="left" '
    ),
    "gap": _attributes("height:16px;line-height:16px;font-size:1px", more='height="16" '),
    "soft": _attributes(
        "background-color:#d9ebe3;border-radius:6px;padding:14px 16px", name="soft", more='bgcolor="#d9ebe3" '
    ),
    "soft_text": _attributes(f"{_TEXT};color:#0a4f3f;margin:0", name="ink"),
    "link": _attributes("color:#0b5a48;text-decoration:underline", name="link"),
    "half": _attributes("padding:0 8px 8px 0", name="half", more='valign="top" '),
    "go": _attributes(f"background-color:#0e604d;{_BUTTON}", name="go", more='align="center" bgcolor="#0e604d" '),
    "go_link": _attributes(
        f"{_FONT};display:block;padding:12px 20px;font-size:16px;font-weight:600;color:#ffffff;text-decoration:none"
    ),
    "stop": _attributes(
        f"background-color:#ede8df;{_BUTTON}", name="stop", more='align="center" bgcolor="#ede8df" '
    ),
    "stop_link": _attributes(
        f"{_FONT};display:block;padding:12px 20px;font-size:16px;font-weight:600;color:#221f1a;text-decoration:none"
    ),
    "narrow": _attributes("width:100%;max-width:600px", more=f'{_TABLE}width="600" '),
    "foot": _attributes(f"{_SMALL};padding:16px 32px 0;text-align:left", name="quiet inside", more='align="left" '),
}  # fmt: skip

_ACCENT = re.compile("#[0-9a-f]{6}")
# Colour of ours → what stands for it beside a colour that somebody chose: that one where white stands on it or nothing,
# ink and paper where it would have to be read itself.
_BESIDE = {
    "#0b5a48": "#221f1a", "#d9ebe3": "#ede8df", "#0a4f3f": "#221f1a",
    "#7cd3b6": "#eeeae3", "#1b3b32": "#292622", "#a4e3cf": "#eeeae3", "#08261d": "#ffffff",
}  # fmt: skip
_CHOSEN = ("#0e604d", "#6fcbad")
_GREENS = re.compile("|".join([*_BESIDE, *_CHOSEN]))


def look_in(accent: str) -> dict[str, SafeString]:
    """The look with somebody's colour, on which white can be read; "" and what is no colour: ours."""
    if not _ACCENT.fullmatch(accent):
        return LOOK
    look = {name: SafeString(_GREENS.sub(lambda found: _BESIDE.get(found[0], accent), LOOK[name])) for name in LOOK}
    edge = f"border-top:4px solid {accent};border-radius:10px 10px 0 0;"
    look["inside"] = SafeString(look["inside"].replace('style="', f'style="{edge}'))
    return look

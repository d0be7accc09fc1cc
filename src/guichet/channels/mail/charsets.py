"""From bytes to text: what a charset is called, what it means in practice, and what to do where it is wrong."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

# Names seen in the wild that Python does not know, and names whose owners mean a larger set than they say.
_MEANT = {
    "": "utf-8",
    "default": "utf-8",
    "unknown": "utf-8",
    "unknown8bit": "utf-8",
    "xunknown": "utf-8",
    "8bit": "utf-8",
    "7bit": "utf-8",
    "none": "utf-8",
    "null": "utf-8",
    "binary": "utf-8",
    "utf8mb4": "utf-8",
    "xutf8": "utf-8",
    "unicode": "utf-8",
    "utf": "utf-8",
    "xunicode": "utf-8",
    "ascii": "cp1252",
    "usascii": "cp1252",
    "us": "cp1252",
    "ansix341968": "cp1252",
    "ansix341986": "cp1252",
    "646": "cp1252",
    "iso646us": "cp1252",
    "iso88591": "cp1252",
    "88591": "cp1252",
    "latin1": "cp1252",
    "l1": "cp1252",
    "latin": "cp1252",
    "iso8859": "cp1252",
    "ansi": "cp1252",
    "xansi": "cp1252",
    "xuserdefined": "cp1252",
    "iso88598i": "iso8859_8",
    "iso88598e": "iso8859_8",
    "iso88596i": "iso8859_6",
    "iso88596e": "iso8859_6",
    "iso88599": "cp1254",
    "latin5": "cp1254",
    "tis620": "cp874",
    "iso885911": "cp874",
    "windows874": "cp874",
    "dos874": "cp874",
    "gb2312": "gb18030",
    "xgb2312": "gb18030",
    "gb231280": "gb18030",
    "csgb2312": "gb18030",
    "euccn": "gb18030",
    "eucgb2312cn": "gb18030",
    "gbk": "gb18030",
    "xgbk": "gb18030",
    "cp936": "gb18030",
    "ms936": "gb18030",
    "windows936": "gb18030",
    "ksc56011987": "cp949",
    "ksc5601": "cp949",
    "ksc56011989": "cp949",
    "euckr": "cp949",
    "xeuckr": "cp949",
    "xwindows949": "cp949",
    "windows949": "cp949",
    "ksx1001": "cp949",
    "korean": "cp949",
    "shiftjis": "cp932",
    "sjis": "cp932",
    "xsjis": "cp932",
    "xshiftjis": "cp932",
    "mskanji": "cp932",
    "windows31j": "cp932",
    "windows932": "cp932",
    "cswindows31j": "cp932",
    "xeucjp": "euc_jp",
    "xeuc": "euc_jp",
    "iso2022jp": "iso2022_jp_ext",
    "iso2022jp$esc": "iso2022_jp_ext",
    "csiso2022jp": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "cp50222": "iso2022_jp_ext",
    "big5": "big5hkscs",
    "xbig5": "big5hkscs",
    "csbig5": "big5hkscs",
    "cnbig5": "big5hkscs",
    "windows950": "cp950",
    "macintosh": "mac_roman",
    "xmacroman": "mac_roman",
    "xmaccyrillic": "mac_cyrillic",
    "xmacce": "mac_latin2",
    "xmaccentraleurroman": "mac_latin2",
    "xcp1250": "cp1250",
    "xcp1251": "cp1251",
    "xcp1252": "cp1252",
    "koi8": "koi8_r",
    "xkoi8r": "koi8_r",
    "unicode11utf7": "utf-7",
    "unicode11utf8": "utf-8",
    "unicode20utf8": "utf-8",
    "csunicode11utf7": "utf-7",
}
# Text codecs of Python that no mail means.
_NEVER = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "utf-8-sig"}
_MANY_BYTES = re.compile(r"gb|big5|hz|cp9(?:32|49|50)$|euc|iso2022|shift|johab|utf")
_CONTROLS: dict[int, str | None] = {**dict.fromkeys((*range(9), 11, *range(14, 32), 127)), 12: "\n"}
_DROPPED = bytes((*range(9), 11, *range(14, 32), 127))
_UNPRINTED = bytes.maketrans(b"\x0c", b"\n")
_UTF8 = frozenset(("utf-8", "UTF-8", "utf8", "UTF8", ""))
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


@lru_cache(maxsize=256)
def _codec(declared: str) -> str:
    """Python's name of what is meant, "" when nothing is known by that name."""
    bare = declared.strip(" \t\r\n\"'<>;,").lower().partition("*")[0]
    bare = re.sub(r"^(?:charset\s*=|=\?)", "", bare).strip(" \"'")
    short = re.sub(r"[^a-z0-9$]", "", bare)
    if short in _MEANT:
        return _MEANT[short]
    windows = re.fullmatch(r"(?:x)?(?:windows|win|cp|ibm|ms|microsoftcp|ansi)(\d{3,5})", short)
    tries = [f"cp{windows[1]}"] if windows else []
    if iso := re.fullmatch(r"(?:x)?(?:iso)?8859(\d{1,2})", short):
        tries.append(f"iso8859_{iso[1]}")
    for name in (*tries, bare, short, short.removeprefix("x"), short.removeprefix("cs")):
        try:
            found = codecs.lookup(name)
        except (LookupError, ValueError):
            continue
        if found.name.replace("-", "_") in {n.replace("-", "_") for n in _NEVER}:
            continue
        if getattr(found, "_is_text_encoding", True):
            return {"ascii": "cp1252", "iso8859-1": "cp1252"}.get(found.name, found.name)
    return ""


def decode(data: bytes, declared: str = "", *, hint: str = "") -> str:
    """Text of `data` whatever it says it is; `hint` is a charset to try where nothing (true) is declared."""
    if b"\x1b" not in data and b"~{" not in data and (plain := _plainly(data, declared)) is not None:
        return plain
    for mark, name in _BOMS:
        if data.startswith(mark):
            return clean(data[len(mark) :].decode(name, "replace"))
    return clean(_decoded(data, declared[:80], hint[:80]))


def _plainly(data: bytes, declared: str) -> str | None:
    """Most text there is: ASCII, or the UTF-8 it says it is."""
    if data.isascii():
        if b"+" in data and _codec(declared[:80]) == "utf-7":
            return None
        return data.translate(_UNPRINTED, _DROPPED).decode("ascii")
    if declared in _UTF8 and not data.startswith(b"\xef\xbb\xbf"):
        return _strictly(data.translate(_UNPRINTED, _DROPPED), "utf-8")
    return None


def _decoded(data: bytes, declared: str, hint: str) -> str:
    codec = _codec(declared)
    if b"\x1b" in data and data.isascii() and (found := _by_escapes(data)) is not None:
        return found
    wide = codec.startswith(("utf-16", "utf-32", "utf_16", "utf_32"))
    if wide and b"\x00" not in data and data.isascii():
        codec = "utf-8"
    # Eight-bit text that is valid UTF-8 is UTF-8 whatever single-byte set it claims: chance would not have it so.
    tries = [codec] if codec and _MANY_BYTES.match(codec) else []
    tries += ["utf-8", codec, _codec(hint) if hint else ""]
    for name in tries:
        if name and (found := _strictly(data, name)) is not None:
            return found
    if "iso2022_jp_ext" in {codec, _codec(hint) if hint else ""}:  # seven bits by its nature: this is another
        for name in ("cp932", "euc_jp"):
            if (found := _strictly(data, name)) is not None:
                return found
    if codec == "utf-8":
        return _mostly_utf8(data)
    if codec in {"", "cp1252"}:
        return _western(data)
    return _loosely(data, "utf-8" if codec == "utf-7" else codec)


def _loosely(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec, "replace")
    except (UnicodeError, LookupError, ValueError):
        return _western(data)


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return None


def _western(data: bytes) -> str:
    """Windows' Western set, its five unused bytes left as they are in Latin-1."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("cp1252", "guichet.latin1")


_SHIFTS = re.compile(rb"\x1b(\$[@B]|\([BJI])")


def _by_escapes(data: bytes) -> str | None:
    """Seven-bit text that changes its set by escapes says by them which it is."""
    marks = (
        (b"\x1b$)C", "iso2022_kr"),
        (b"\x1b$)A", "gb18030"),
        (b"\x1b$", "iso2022_jp_ext"),
        (b"\x1b(", "iso2022_jp_ext"),
    )
    name = next((name for mark, name in marks if mark in data), "")
    if not name:
        return None
    found = _strictly(data, name)
    return found if found is not None or name != "iso2022_jp_ext" else _japanese(data)


def _japanese(data: bytes) -> str:
    """ISO-2022-JP with the characters of Windows' set (circled digits and the like) that it does not have."""
    if b"\x1b$(" in data:
        return data.decode("iso2022_jp_ext", "replace")
    out: list[bytes] = []
    mode = b""
    for number, run in enumerate(_SHIFTS.split(data)):
        if number % 2:
            mode = run
        elif mode in {b"$@", b"$B"}:
            line, _, rest = run.partition(b"\n")
            out += [_shifted(line), b"\n" + rest if b"\n" in run else b""]
        else:
            out.append(bytes(byte | 0x80 for byte in run) if mode == b"(I" else run)
    return b"".join(out).decode("cp932", "replace")


def _shifted(pairs: bytes) -> bytes:
    """JIS rows and cells as Shift_JIS bytes."""
    out = bytearray()
    for first, second in zip(pairs[::2], pairs[1::2], strict=False):
        if not (0x21 <= first <= 0x7E and 0x21 <= second <= 0x7E):
            out += b"?"
            continue
        lead = ((first - 0x21) >> 1) + 0x81
        trail = second + (0x7E if first % 2 == 0 else 0x1F if second < 0x60 else 0x20)
        out += bytes((lead + 0x40 if lead > 0x9F else lead, trail))
    return bytes(out)


def _latin1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("guichet.latin1", _latin1)


def _mostly_utf8(data: bytes) -> str:
    """Damaged UTF-8 shows its damage; eight-bit text that was never UTF-8 is read as Western."""
    text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    good = sum(1 for char in text[:20_000] if char > "\x7f") - lost
    return text if good > lost else _western(data)


def clean(text: str) -> str:
    """Without NUL, control characters and lone surrogates: databases and browsers take neither."""
    if not text.isprintable():
        text = text.translate(_CONTROLS)
        if not text.isascii():
            try:
                text.encode("utf-8")
            except UnicodeEncodeError:
                text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text

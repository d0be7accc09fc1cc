"""Names of attached files, fit to be stored, shown and downloaded."""

from __future__ import annotations

import re

from guichet.channels.mail.headers import unwrapped

_BAD = re.compile(r'[<>:"|?*]')
_EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/bmp": ".bmp",
    "image/webp": ".webp",
    "image/tiff": ".tif",
    "image/svg+xml": ".svg",
    "image/heic": ".heic",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/json": ".json",
    "application/xml": ".xml",
    "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.ms-powerpoint": ".ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/pgp-signature": ".asc",
    "application/pgp-encrypted": ".asc",
    "application/pgp-keys": ".asc",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-mime": ".p7m",
    "application/ics": ".ics",
    "application/ms-tnef": ".dat",
    "application/rtf": ".rtf",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/mp4": ".m4a",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "text/plain": ".txt",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/calendar": ".ics",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "text/xml": ".xml",
    "text/rtf": ".rtf",
    "text/rfc822-headers": ".txt",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "message/news": ".eml",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/feedback-report": ".txt",
}
_CALLED = {
    "message/delivery-status": "delivery-status.txt",
    "text/rfc822-headers": "headers.txt",
    "message/disposition-notification": "receipt.txt",
    "message/feedback-report": "report.txt",
    "text/calendar": "invitation.ics",
    "application/ms-tnef": "winmail.dat",
    "application/pgp-signature": "signature.asc",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
}
LENGTH_MOST = 180


def tidy(name: str) -> str:
    """Without path, control characters and marks that turn text round; "" when nothing is left."""
    name = unwrapped(name).replace("\\", "/").rstrip("/ ").rpartition("/")[2]
    name = "".join(char for char in _BAD.sub("", name) if char.isprintable())  # drops what turns text round, too
    name = unwrapped(name).strip(" .")
    if len(name.encode()) > LENGTH_MOST:
        stem, dot, extension = name.rpartition(".")
        if not dot or len(extension.encode()) > 12:
            stem, dot, extension = name, "", ""
        room = LENGTH_MOST - len(dot + extension) - 8
        name = stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + dot + extension
    return name


def given(content_type: str, number: int, *, subject: str = "") -> str:
    """A name for a file that came without one."""
    if content_type in {"message/rfc822", "message/global", "message/news"}:
        return (tidy(subject.replace("/", "-")[:120]) or "message") + ".eml"
    if content_type in _CALLED:
        return _CALLED[content_type]
    return f"attachment-{number}{_EXTENSIONS.get(content_type, '.bin')}"

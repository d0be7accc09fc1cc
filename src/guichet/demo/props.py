"""Files that the cast attaches, made in code: a small picture of an error window, a text log."""

import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile

_GROUND, _BAR, _RED, _WHITE, _INK, _BUTTON = 0, 1, 2, 3, 4, 5
_PALETTE = bytes((236, 238, 241, 38, 70, 120, 200, 48, 48, 255, 255, 255, 120, 126, 135, 210, 214, 220))
_WIDTH, _HEIGHT = 320, 180


def screenshot(name: str, *, lines: tuple[int, ...] = (150, 190, 120)) -> SimpleUploadedFile:
    """A PNG of an error window; `lines` are the lengths of its lines of "text"."""
    rows = [bytearray([_GROUND] * _WIDTH) for _ in range(_HEIGHT)]

    def box(left: int, top: int, width: int, height: int, colour: int) -> None:
        for row in rows[top : top + height]:
            row[left : left + width] = bytes([colour]) * width

    box(24, 20, 272, 140, _WHITE)
    box(24, 20, 272, 22, _BAR)
    box(280, 26, 10, 10, _RED)
    for step in range(-14, 15):
        for thick in range(4):
            rows[85 + step][56 + step + thick] = _RED
            rows[85 + step][56 - step + thick] = _RED
    for number, length in enumerate(lines):
        box(90, 66 + 16 * number, length, 5, _INK)
    box(228, 132, 56, 18, _BUTTON)
    box(242, 139, 28, 4, _INK)
    return SimpleUploadedFile(name, _png(rows), content_type="image/png")


def log(name: str, text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), content_type="text/plain")


def _png(rows: list[bytearray]) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 3, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\x00" + bytes(row) for row in rows), 9)
    parts = ((b"IHDR", header), (b"PLTE", _PALETTE), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in parts)

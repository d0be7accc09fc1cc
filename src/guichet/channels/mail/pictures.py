"""What a picture really is, by its first bytes: what its sender calls it decides nothing."""

from __future__ import annotations

_BEGINNINGS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"),
               (b"GIF87a", "image/gif"), (b"GIF89a", "image/gif"))  # fmt: skip


def picture_type(content: bytes) -> str:
    """The type of a picture that every browser shows and that can't run anything; "" for all else."""
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""

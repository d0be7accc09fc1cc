"""`guichet mail parse`: a line of JSON for each file, whatever is in it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from guichet.channels.mail.kinds import Kind
from guichet.channels.mail.report import report


def print_all(paths: Sequence[str]) -> int:
    """0 where every file could be opened; a message never ends the run."""
    if not paths:
        print("guichet mail parse FILE…", file=sys.stderr)
        return 2
    missing = 0
    for path in paths:
        try:
            found = report(path, Path(path).read_bytes())
        except OSError as error:
            missing += 1
            found = nothing(path, reason=error.strerror or type(error).__name__)
        except Exception as error:
            # A defect of ours: said, and no reason to leave the other files unread.
            found = nothing(path, reason=f"{type(error).__name__}: {error}")
        sys.stdout.buffer.write(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    sys.stdout.flush()
    return 1 if missing else 0


def nothing(path: str, *, reason: str) -> dict[str, Any]:
    return {
        "file": path, "from_email": "", "from_name": "", "to": [], "cc": [], "subject": "", "text": "", "html": "",
        "new_text": "", "attachments": [], "kind": str(Kind.UNPARSEABLE), "reason": reason,
    }  # fmt: skip

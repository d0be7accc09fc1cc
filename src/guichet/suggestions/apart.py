"""Learning in a process of its own: what it loads and fills is gone from the worker's memory when it ends.

python -m guichet.suggestions.apart      a JSON array [text, label] a line in, one line of JSON out
"""

from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

# A desk's twenty thousand tickets take a minute or two.
SECONDS_MAX = 1_200


@dataclass(frozen=True)
class Taught:
    """What came of learning: the data, and how right it was (`learning.Measured`, by name)."""

    data: bytes
    measured: dict[str, Any]


def learn_apart(pairs: Iterable[tuple[str, str]]) -> Taught | None:
    """From texts with their labels, which are handed on as they come: the caller needn't hold them all.

    None where there is too little to learn from. RuntimeError where the process failed.
    """
    command = [sys.executable, "-m", "guichet.suggestions.apart"]
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        try:
            _hand_on(pairs, process)
            out, _nothing = process.communicate(timeout=SECONDS_MAX)
        except BaseException:
            process.kill()
            raise
        if process.returncode:
            errors.seek(0)
            raise RuntimeError(errors.read().decode(errors="replace")[-2_000:])
    answer = json.loads(out)
    return Taught(base64.b64decode(answer["data"]), answer["measured"]) if answer else None


def _hand_on(pairs: Iterable[tuple[str, str]], process: subprocess.Popen[bytes]) -> None:
    """One that died meanwhile says why by its exit."""
    stdin, process.stdin = process.stdin, None
    assert stdin is not None
    with contextlib.suppress(BrokenPipeError), stdin:
        for pair in pairs:
            stdin.write(json.dumps(pair).encode() + b"\n")


def main() -> None:
    from dataclasses import asdict

    from guichet.suggestions.learning import TooLittle, learn

    pairs = [json.loads(line) for line in sys.stdin]
    try:
        learned, measured = learn([text for text, _label in pairs], [label for _text, label in pairs])
    except TooLittle:
        answer = None
    else:
        answer = {"data": base64.b64encode(learned.to_bytes()).decode(), "measured": asdict(measured)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()

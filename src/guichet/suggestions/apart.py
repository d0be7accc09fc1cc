"""Learning in a process of its own: what it loads and fills is gone from the worker's memory when it ends.

python -m guichet.suggestions.apart      JSON {"texts": [...], "labels": [...]} in, one line of JSON out
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# A desk's twenty thousand tickets take a minute or two.
SECONDS_MAX = 1_200


@dataclass(frozen=True)
class Taught:
    """What came of learning: the data, and how right it was (`learning.Measured`, by name)."""

    data: bytes
    measured: dict[str, Any]


def learn_apart(texts: Sequence[str], labels: Sequence[str]) -> Taught | None:
    """None where there is too little to learn from. RuntimeError where the process failed."""
    done = subprocess.run(
        [sys.executable, "-m", "guichet.suggestions.apart"],
        input=json.dumps({"texts": list(texts), "labels": list(labels)}).encode(),
        capture_output=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace")[-2_000:])
    answer = json.loads(done.stdout)
    return Taught(base64.b64decode(answer["data"]), answer["measured"]) if answer else None


def main() -> None:
    from dataclasses import asdict

    from guichet.suggestions.learning import TooLittle, learn

    given = json.load(sys.stdin)
    try:
        learned, measured = learn(given["texts"], given["labels"])
    except TooLittle:
        answer = None
    else:
        answer = {"data": base64.b64encode(learned.to_bytes()).decode(), "measured": asdict(measured)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()

"""What reading mail costs: ordinary messages by the second, damaged ones at their worst. `python -m bench.mail`."""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from guichet.channels.mail.reading import read
from guichet.channels.mail.report import report
from tests.channels.mail.mutator import PLAIN, RICH, mutants


def run(*, rounds: int, damaged: int, folder: Path | None) -> Iterator[str]:
    ordinary = [lengthened(PLAIN), RICH, lengthened(RICH)]
    if folder:
        files = (path for path in sorted(folder.rglob("*")) if path.suffix in {".eml", ".box"})
        ordinary = [raw for raw in (path.read_bytes() for path in files) if 2_000 <= len(raw) <= 20_000]
    yield speed(ordinary, rounds=rounds)
    yield worst(damaged)


def lengthened(raw: bytes) -> bytes:
    """With the headers that servers add, and a few paragraphs more."""
    line = b"Received: from s%d.example.net by s%d.example.com;\n Mon, 3 Nov 2025 09:12:44 +0100\n"
    passed = b"".join(line % (n, n) for n in range(8))
    signed = b"DKIM-Signature: v=1; a=rsa-sha256;\n b=" + b"A" * 300 + b"\n"
    words = b"Bonjour,\n" + b"Une phrase de plus, comme on en lit dans les messages ordinaires.\n" * 30
    return passed + signed + raw.replace(b"Bonjour,\n", words).replace(b"<p>", b"<p>" + words.replace(b"\n", b"<br>\n"))


def speed(messages: list[bytes], *, rounds: int) -> str:
    count = max(1, rounds // len(messages))
    started = time.process_time()
    for _ in range(count):
        for raw in messages:
            read(raw)
    spent = time.process_time() - started
    size = sum(map(len, messages)) / len(messages)
    return f"read         {count * len(messages) / spent:7.0f} messages/s of CPU   {size / 1000:.1f} kB each"


def worst(count: int) -> str:
    longest, seed, total = 0.0, 0, time.process_time()
    for number, raw in enumerate(mutants(count, seed=0)):
        started = time.process_time()
        report("", raw)
        spent = time.process_time() - started
        if spent > longest:
            longest, seed = spent, number
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    total = time.process_time() - total
    return f"damaged      {count:,} in {total:.0f} s   worst {longest:.1f} s (seed {seed})   memory at most {memory} MB"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.mail", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3_000)
    parser.add_argument("--damaged", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="real messages to read instead of made ones")
    options = parser.parse_args()
    for line in run(rounds=options.rounds, damaged=options.damaged, folder=options.folder):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

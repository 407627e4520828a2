"""All that must be fast, in one table: `.venv/bin/python -m benchmarks [--quick] [topic …]`.

Each row is measured in this one run, ours and the peer's in turn. The table is also written to
`_build/bench.json`. Exit status 1: a target is missed. What is measured in a browser has scripts of
its own, run by hand: `live_page.py`, `lighthouse.py`.
"""

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.race import HEAD, line, write

ROOT = Path(__file__).parents[1]
TOPICS = [
    "imports", "landscapes", "fits", "network_landscape", "live_kernel", "page_weight", "builds"
]  # fmt: skip
SLOW = ["builds"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("topics", nargs="*", metavar="topic", help=f"of {', '.join(TOPICS)}")
    parser.add_argument("--quick", action="store_true", help=f"without {', '.join(SLOW)}")
    arguments = parser.parse_args()
    if unknown := set(arguments.topics) - set(TOPICS):
        parser.error(f"no topic: {', '.join(sorted(unknown))}; there are {', '.join(TOPICS)}")
    wanted = arguments.topics or [name for name in TOPICS if not (arguments.quick and name in SLOW)]
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores\n{HEAD}", flush=True)
    rows = []
    for topic in TOPICS:
        if topic in wanted:
            for row in import_module(f"benchmarks.{topic}").rows():
                rows.append(row)
                print(line(row), flush=True)
    write(rows, ROOT / "_build" / "bench.json")
    missed = [row.what for row in rows if not row.met]
    left_out = [topic for topic in TOPICS if topic not in wanted]
    print(f"{len(rows)} rows; missed: {', '.join(missed) or 'none'}; ", end="")
    print(f"left out: {', '.join(left_out) or 'nothing'}")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()

"""`python -m tests.fuzz 100000 [part of a name]`: a long run, and its counts for each function."""

import re
import sys
import time
from collections import Counter

import numpy as np

from .contract import Broken
from .examples import COSTUMES, ENTRIES, Example, arguments_of


def main(examples: int, part: str = "") -> int:
    entries = [entry for name, entry in ENTRIES.items() if part in name]
    total: Counter[str] = Counter()
    started = time.monotonic()
    seed = np.random.SeedSequence().entropy
    print(f"seed {seed}\n{'':38}answered  refused  failed")
    rng = np.random.default_rng(seed)
    for entry in entries:
        counts, told = Counter[str](), Counter[str]()
        names = arguments_of(entry) or [""]
        wanted = -(-examples // len(entries))
        while counts.total() < wanted:
            example = Example(
                entry,
                int(rng.integers(2**32)),
                str(rng.choice(names)),
                str(rng.choice([*COSTUMES])),
            )
            try:
                found = example.run()
            except Broken as broken:
                found = "failed"
                line = re.sub(r"[\d.e+-]+", "", str(broken))[:60]
                if not told[line]:
                    print(
                        f"  {example.argument!r} {example.costume!r} {example.seed}: {broken}"[:400]
                    )
                told[line] += 1
            if found != "no example":
                counts[found] += 1
        total += counts
        line = "".join(f"{counts[kind]:9}" for kind in ("answered", "refused", "failed"))
        print(f"{entry.name:37}{line}", flush=True)
    line = "".join(f"{total[kind]:9}" for kind in ("answered", "refused", "failed"))
    print(f"{f'{len(entries)} functions':37}{line}  in {time.monotonic() - started:.0f} s")
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), *sys.argv[2:3]))

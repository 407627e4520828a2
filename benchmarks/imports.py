"""What `import mlelib` costs over what it cannot do without, each time in a fresh Python."""

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.race import Row, Work, in_turn

RUNS = 15
MOST = 1.3  # times what NumPy and SciPy take


def importing(modules: str) -> Work:
    return lambda: subprocess.run([sys.executable, "-c", f"import {modules}"], check=True)


def rows() -> Iterator[Row]:
    needed = "numpy, scipy.special"
    python, ours, peer = in_turn([importing(name) for name in ("sys", "mlelib", needed)], RUNS)
    note = f"less the {python:.0f} ms of a Python that imports nothing"
    yield Row("import mlelib", "ms", ours - python, peer - python, needed, 1 / MOST, note=note)

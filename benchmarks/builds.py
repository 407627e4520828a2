"""How long the book takes to build: from clean, with nothing changed, with one chapter changed.

In a copy of the book's files, so that the book that stands, and its cache, stay as they are.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.race import Row

ROOT = Path(__file__).parents[1]
CHAPTER = "chapters/regression.md"
LIMITS = {"from clean": 300.0, "with nothing changed": 15.0, "with one chapter changed": 20.0}


def build(folder: Path) -> tuple[float, float]:
    """The seconds of one build, and those that its processes had a processor."""
    command = [sys.executable, "tools/build.py"]
    start, busy = perf_counter(), children()
    own = os.environ | {"PYTHONPATH": str(folder)}  # the copy's library, not the one installed
    done = subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"the copy of the book was not built:\n{done.stderr[-3000:]}")
    return perf_counter() - start, children() - busy


def children() -> float:
    """The processor seconds of all that this process has started and that has ended."""
    used = os.times()
    return used.children_user + used.children_system


def rows() -> Iterator[Row]:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary) / "book"
        files = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)
        for name in files.rstrip("\0").split("\0"):
            if (ROOT / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)
        for state, limit in LIMITS.items():
            if state == "with one chapter changed":
                with (folder / CHAPTER).open("a", encoding="utf-8") as chapter:
                    chapter.write("\nOne more line.\n")
            seconds, busy = build(folder)
            note = f"{busy:.0f} s of processor time"
            yield Row(f"the book built {state}", "s", seconds, limit, "a limit", 1, note=note)

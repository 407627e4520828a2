"""Progress from inside a kernel to the terminal of a book build.

A kernel's output belongs to its notebook, so a figure that is being sampled writes lines into a
file of the build's folder, and the build, in a thread of its own, prints them as they come.
"""

import threading
from pathlib import Path
from typing import TextIO

FILE = "progress.txt"


def report(folder: Path, name: str, done: int, total: int) -> None:
    """Say that `done` of `total` states of figure `name` are sampled."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / FILE, "a", encoding="utf-8") as file:
        file.write(f"live figure {name}: {done:,} of {total:,} states\n")


class Printer:
    """Prints what `report` writes into `folder`, from now until `stop` is called.

    On a terminal one line is written over and over; elsewhere only finished figures get a line.
    """

    def __init__(self, folder: Path, stream: TextIO) -> None:
        self._stream, self._path = stream, folder / FILE
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text("")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Print what is left and end."""
        self._stopped.set()
        self._thread.join()

    def _follow(self) -> None:
        with open(self._path, encoding="utf-8") as file:
            last = False
            while not last:
                last = self._stopped.wait(0.2)
                for line in file:
                    self._print(line.rstrip("\n"))

    def _print(self, line: str) -> None:
        done, total = line.rpartition(": ")[2].split(" of ")
        finished = done == total.removesuffix(" states")
        if self._stream.isatty():
            self._stream.write(f"\r\x1b[K{line}" + "\n" * finished)
        elif finished:
            self._stream.write(line + "\n")
        self._stream.flush()

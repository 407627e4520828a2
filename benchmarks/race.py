"""A row of the table: what we need, what the peer needs, and how many times more that must be.

Time, bytes and memory are all less when better, so that one ratio serves: peer / ours. Where there
is no peer but a limit, the limit stands in its place and the ratio must be 1. Where a peer may be
better, the least ratio is below 1.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

Work = Callable[[], Any]


@dataclass(frozen=True)
class Row:
    """`ours` and `peer`'s share of it in `unit`, the least `target` for peer / ours, and a `note`.

    `floor` is what the machine needs for the part of the work that nobody can avoid, in `unit`.
    """

    what: str
    unit: str
    ours: float
    peer: float
    against: str
    target: float
    floor: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.peer / self.ours

    @property
    def met(self) -> bool:
        return self.ratio >= self.target


def race(
    what: str,
    ours: Work,
    peer: Work,
    against: str,
    target: float,
    rtol: float = 1e-9,
    runs: int = 7,
    floor: tuple[Work, str] | None = None,
) -> Row:
    """The row of two functions that must give the same arrays, or no time counts.

    Raises
    ------
    AssertionError
        If their values differ by more than `rtol` of the peer's.
    """
    np.testing.assert_allclose(ours(), peer(), rtol=rtol, err_msg=f"{what}: ours, {against}")
    least, note = ([floor[0]], floor[1]) if floor else ([], "")
    mine, theirs, *rest = in_turn([ours, peer, *least], runs)
    return Row(what, "ms", mine, theirs, against, target, rest[0] if rest else None, note)


def in_turn(functions: Sequence[Work], runs: int) -> list[float]:
    """The median milliseconds of each, all of them once a round: a slow spell slows them alike."""
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(runs):
        for function, spent in zip(functions, times, strict=True):
            start = perf_counter()
            function()
            spent.append(1000 * (perf_counter() - start))
    return [median(spent) for spent in times]


HEAD = f"{'what':54}{'ours':>11}{'peer':>11}   {'against':30}{'ratio':>7}{'target':>8}  met"


def amount(number: float) -> str:
    """A number in three digits, or whole."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def line(row: Row) -> str:
    """A row as it is printed under `HEAD`."""
    sizes = f"{amount(row.ours):>8} {row.unit:2}{amount(row.peer):>8} {row.unit:2}"
    verdict = "yes" if row.met else "NO"
    printed = f"{row.what:54}{sizes}   {row.against:30}{row.ratio:7.2f}{row.target:8.2f}  {verdict}"
    if row.floor is not None:
        printed += f"\n    {row.ours / row.floor:.1f} × {amount(row.floor)} {row.unit}, {row.note}"
    elif row.note:
        printed += f"\n    {row.note}"
    return printed


def write(rows: Iterable[Row], path: Path) -> None:
    """The rows as JSON, with what follows from them."""
    records = [asdict(row) | {"ratio": row.ratio, "met": row.met} for row in rows]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(records, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read(path: Path) -> list[Row]:
    """The rows that `write` wrote."""
    records = json.loads(path.read_text(encoding="utf-8"))
    fields = Row.__dataclass_fields__
    return [Row(**{key: record[key] for key in fields}) for record in records]

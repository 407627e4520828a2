"""Sampling a live figure over its grids: every core, one chunk of states at a time.

A chunk never knows what was sampled before it. At its end its first state is sampled again and the
static parts are drawn again: if either differs, some update is no function of its controls, and
says so.
"""

import math
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from mlelib.live.controls import Value
from mlelib.live.table import Track
from mlelib.live.updates import called, parameters

if TYPE_CHECKING:
    from mlelib.live.figure import LiveFigure

MOST_STATES = 3_000  # of an update
MOST_READOUTS = 12_000  # texts are short
CHUNK = 200

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Chunk:
    """States `start` to `stop` of one function of a figure."""

    function: int
    start: int
    stop: int


def sample(figure: "LiveFigure", progress: Progress = lambda done, total: None) -> list[Track]:
    """Every state of every update and of the readout; `progress` hears how many of how many are
    done.

    Raises
    ------
    ValueError
        If a function has too many states, or breaks its contract in one of them.
    """
    functions = figure.functions
    states = [_states(figure, function) for function in functions]
    contents: list[list[list[str]]] = [[] for _ in functions]
    chunks = [
        Chunk(number, start, min(start + CHUNK, len(grid)))
        for number, grid in enumerate(states)
        for start in range(0, len(grid), CHUNK)
    ]
    total, done = sum(map(len, states)), 0
    for chunk, result in zip(chunks, _run(figure, states, chunks), strict=True):
        contents[chunk.function] += result
        done += chunk.stop - chunk.start
        progress(done, total)
    figure.refresh()
    return [
        _track(figure, function, rows) for function, rows in zip(functions, contents, strict=True)
    ]


def _track(
    figure: "LiveFigure", function: Callable[..., Any], contents: Sequence[Sequence[str]]
) -> Track:
    names = parameters(function)
    width = len(figure.controls[names[-1]].grid()) if names else 1
    return Track(names, width, figure.targets(function), contents)


def _states(figure: "LiveFigure", function: Callable[..., Any]) -> list[dict[str, Value]]:
    names = parameters(function)
    grids = [figure.controls[name].grid() for name in names]
    count = math.prod(map(len, grids))
    most = MOST_READOUTS if function is figure.readout else MOST_STATES
    if count > most:
        sizes = dict(zip(names, map(len, grids), strict=True))
        spelled = " × ".join(f"{size} ({name})" for name, size in sizes.items())
        widest = max(sizes, key=lambda name: sizes[name])
        raise ValueError(
            f"{called(function)} of figure {figure.name!r} has {count:,} states, {spelled}, and at "
            f"most {most:,} are sampled: coarsen {widest!r} to {sizes[widest] * most // count} "
            "values or fewer, or move what does not depend on all of these into another update"
        )
    return [dict(zip(names, point, strict=True)) for point in product(*grids)]


def _run(
    figure: "LiveFigure", states: Sequence[Sequence[dict[str, Value]]], chunks: Sequence[Chunk]
) -> Iterator[list[list[str]]]:
    global _work  # noqa: PLW0603  what forked processes inherit: functions cannot be sent to them
    _work = (figure, states)
    # Only Linux forks safely, and a handful of states is not worth it.
    workers = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
    if workers == 1 or len(chunks) == 1:
        yield from map(_sample_chunk, chunks)
        return
    with multiprocessing.get_context("fork").Pool(min(workers, len(chunks))) as pool:
        for chunk, result in zip(chunks, pool.imap(_try_chunk, chunks), strict=True):
            # A failure is repeated here, where its traceback leads to the author's function.
            yield _sample_chunk(chunk) if result is None else result


_work: tuple["LiveFigure", Sequence[Sequence[dict[str, Value]]]]


def _try_chunk(chunk: Chunk) -> list[list[str]] | None:
    try:
        return _sample_chunk(chunk)
    except Exception:
        return None


def _sample_chunk(chunk: Chunk) -> list[list[str]]:
    figure, states = _work
    function, grid = figure.functions[chunk.function], states[chunk.function]
    contents = [figure.contents(function, grid[s]) for s in range(chunk.start, chunk.stop)]
    if figure.contents(function, grid[chunk.start]) != contents[0]:
        raise ValueError(
            f"{called(function, grid[chunk.start])} gives something else the second time: it must "
            "be a function of its controls and of nothing else"
        )
    figure.check_static(function)
    return contents

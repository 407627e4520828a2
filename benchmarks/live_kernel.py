"""A new state of each live figure in a kernel, against `ipywidgets.interact` redrawing it.

One control at a time goes to a random value of its grid. *Ours* is all that the kernel does then:
update functions, fragments, readout, widgets, messages. *interact* calls the same update functions
and readout and displays the picture as the inline backend does, a PNG of the whole figure. Messages
are written as JSON, as a kernel does, and go nowhere. Times are medians and the thread's
own, since nothing here waits: other work on the machine does not count.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO
from itertools import chain
from statistics import median
from time import thread_time
from typing import Any

import comm
import ipywidgets
import numpy as np
from comm.base_comm import BaseComm
from IPython.core.pylabtools import print_figure

from benchmarks.race import Row
from mlelib import figures
from mlelib.live import LiveFigure, Slider, Toggle
from mlelib.live.controls import Control, Value
from mlelib.live.kernel import Host
from mlelib.live.updates import call

MOVES = 100
PEER_MOVES = 10
INLINE_DPI = 100  # a pyplot figure's, which the inline backend leaves alone
TARGET_MS, TARGET_RATIO = 8, 10


class Comm(BaseComm):
    """Writes messages as a kernel does, and counts their bytes."""

    sent = 0

    def publish_msg(self, msg_type: str, data: Any = None, *_: Any, **__: Any) -> None:
        Comm.sent += len(json.dumps({"type": msg_type, "data": data}).encode())


def walk(figure: LiveFigure, moves: int, seed: int = 0) -> Iterator[tuple[str, Value]]:
    """One control at a time, to a random value that it does not have."""
    rng = np.random.default_rng(seed)
    values = dict(figure.values)
    for _ in range(moves):
        name = list(values)[rng.integers(len(values))]
        others = [value for value in figure.controls[name].grid() if value != values[name]]
        values[name] = others[rng.integers(len(others))]
        yield name, values[name]


Times = dict[str, list[float]]


def timed(move: Callable[[str, Value], None], moves: Iterator[tuple[str, Value]]) -> Times:
    """The milliseconds of each move, by the control that moved."""
    times: Times = {}
    for name, value in moves:
        start = thread_time()
        move(name, value)
        times.setdefault(name, []).append(1000 * (thread_time() - start))
    return times


def overall(times: Times) -> float:
    """The median milliseconds of all moves."""
    return median(chain.from_iterable(times.values()))


def ours(figure: LiveFigure) -> tuple[Times, float]:
    """Milliseconds of each move, kilobytes a move."""
    host = Host(figure)

    def move(name: str, value: Value) -> None:
        host.controls[name].value = value

    Comm.sent = 0
    return timed(move, walk(figure, MOVES)), Comm.sent / MOVES / 1000


def interact(figure: LiveFigure) -> tuple[Times, float]:
    """The same for `interact`, on the same figure."""

    def redraw(**values: Value) -> None:
        for function in figure.functions:
            call(function, values)
        picture = print_figure(figure.figure, base64=True, dpi=INLINE_DPI)
        output.send({"image/png": picture})

    def abbreviation(control: Control) -> Any:
        if isinstance(control, Slider):
            return control.min, control.max, control.step
        return control.value if isinstance(control, Toggle) else list(control.options)

    output = Comm()
    wanted = {name: abbreviation(control) for name, control in figure.controls.items()}
    with redirect_stdout(StringIO()):  # where clear_output writes without a front end
        *widgets, _ = ipywidgets.interactive(redraw, **wanted).children

    def move(name: str, value: Value) -> None:
        widgets[list(wanted).index(name)].value = value

    Comm.sent = 0
    with redirect_stdout(StringIO()):
        return timed(move, walk(figure, PEER_MOVES)), Comm.sent / PEER_MOVES / 1000


def rows() -> Iterator[Row]:
    create, comm.create_comm = comm.create_comm, Comm
    slowest = 0.0
    for name in figures.__all__:
        figure = getattr(figures, name)()
        times, kilobytes = ours(figure)
        peer_times, peer_kilobytes = interact(figure)
        medians = {control: median(spent) for control, spent in times.items()}
        last = max(medians, key=lambda control: medians[control])
        note = f"{kilobytes:.1f} kB, interact {peer_kilobytes:.1f} kB; "
        note += f"our slowest control {last}, {medians[last]:.1f} ms"
        yield Row(
            f"figure {figure.name}, a move",
            "ms",
            overall(times),
            overall(peer_times),
            "ipywidgets.interact",
            TARGET_RATIO,
            note=note,
        )
        slowest = max(slowest, overall(times))
    yield Row("slowest figure, a move", "ms", slowest, TARGET_MS, "a limit", 1)
    comm.create_comm = create

"""State tables: every state of a live figure, packed for a page.

Contents of neighbouring states differ in a few numbers by a little more or less the same amount. So
a table stores the text around the numbers once, as a template, and of the numbers only how far each
is from what the states before it suggest.

The file
--------
`NAME-HASH.js`, HASH a digest of its content, is a classic script (a page opened from a folder may
load those and nothing else) that registers itself under its own name without the suffix:

    (globalThis.liveTables ??= {})["gaussian-surface-0123456789ab"] = {"format": 1, "tracks":
    [...]};

A *track* is what one update function, or the readout, makes of its parameters:

    {"controls": ["mu", "sigma"], "width": 41, "targets": [...]}

`controls` are its parameters, in order; a *state* is a point of the product of their grids,
numbered with the last control fastest: i_mu · len(grid of sigma) + i_sigma, where i is the place of
a value in its control's grid ((value − min) / step of a slider, the index in `options` of a choice,
0 or 1 of a toggle). `width` is the size of the last grid. A *target* is one thing that changes, a
slot of the stage or a label of the readout:

    {"slot": 3, "templates": [["<path d='M0 ", "l5 ", "'/>"], [""]],
     "states": [0, 0, 1, …], "numbers": "!190 OP…"}
    {"label": "log-likelihood", …}

`states` gives each state's template, as differences: state s has number states[0] + … + states[s].
Its content is the template's strings with whole numbers between them. `numbers` holds those of all
states in order, each as the difference from a guess: with left, up and corner the same number of
the states s − 1, s − width and s − width − 1, as far as they exist (left not where s is
a multiple of width) and have the same template, the guess is left + up − corner if all three do,
else left, else up, else 0. A difference d from −43 to 43 is the character with code 79 + d; any
other is written as `!`, the number in decimal, a space.

The content of a slot is SVG markup for the stage's `<g data-slot="3">`; that of a label is plain
text.
"""

import hashlib
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = 1
NUMBER = re.compile(r"(?<![\d.-])(-?[1-9]\d{0,6}|0)(?![\d.])")  # as str(int) writes it
ZERO, REACH = 79, 43  # characters $ to z


@dataclass(frozen=True)
class Track:
    """The states of one function: `contents[s][t]` is what target t shows in state s."""

    controls: tuple[str, ...]
    width: int
    targets: tuple[int | str, ...]
    contents: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Table:
    """A figure's state table as a file: `stem` is its name without `.js`, `script` its content.

    `widest` is how much room each label of the readout ever takes, roughly, in digits' widths.
    """

    stem: str
    script: str
    states: int
    widest: dict[str, int]


def table(name: str, tracks: Sequence[Track]) -> Table:
    """The table of figure `name`; equal tracks make equal tables."""
    content = {"format": FORMAT, "tracks": [_pack(track) for track in tracks]}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    stem = f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    script = f'(globalThis.liveTables??={{}})["{stem}"]={text};\n'
    widest = {
        target: max(map(_width, texts))
        for track in tracks
        for target, texts in zip(track.targets, zip(*track.contents, strict=True), strict=True)
        if isinstance(target, str)
    }
    return Table(stem, script, sum(len(track.contents) for track in tracks), widest)


def _width(text: str) -> int:
    narrow = sum(character in " .,;:'|()ijlft" for character in text)
    wide = sum(character in "−+=<>~∞mwMW" for character in text)
    return math.ceil(len(text) - 0.4 * narrow + 0.3 * wide)


def _pack(track: Track) -> dict[str, Any]:
    columns = zip(*track.contents, strict=True)
    return {
        "controls": list(track.controls),
        "width": track.width,
        "targets": [
            {
                ("slot" if isinstance(target, int) else "label"): target,
                **_pack_target(column, track.width),
            }
            for target, column in zip(track.targets, columns, strict=True)
        ],
    }


def _pack_target(contents: Sequence[str], width: int) -> dict[str, Any]:
    groups: dict[tuple[str, ...], list[int]] = {}  # the states whose texts around numbers agree
    numbers: list[NDArray[np.int64]] = []
    for state, content in enumerate(contents):
        parts = NUMBER.split(content)
        groups.setdefault(tuple(parts[::2]), []).append(state)
        numbers.append(np.array(parts[1::2], dtype=np.int64))
    templates = []
    choice = np.zeros(len(contents), dtype=np.int64)
    for template, (texts, states) in enumerate(groups.items()):
        rows = np.array([numbers[state] for state in states])
        varies = (rows != rows[0]).any(axis=0)
        templates.append(_template(texts, rows[0], varies))
        choice[states] = template
        for state in states:
            numbers[state] = numbers[state][varies]
    return {
        "templates": templates,
        "states": np.diff(choice, prepend=0).tolist(),
        "numbers": "".join(_differences(numbers, choice.tolist(), width)),
    }


def _template(
    texts: Sequence[str], numbers: NDArray[np.int64], varies: NDArray[np.bool_]
) -> list[str]:
    template = [texts[0]]
    for number, open_, text in zip(numbers, varies, texts[1:], strict=True):
        if open_:
            template.append(text)
        else:
            template[-1] += f"{number}{text}"
    return template


def _differences(
    numbers: Sequence[NDArray[np.int64]], choice: Sequence[int], width: int
) -> list[str]:
    written = []
    for state, row in enumerate(numbers):

        def like(other: int, state: int = state) -> NDArray[np.int64] | None:
            same = other >= 0 and choice[other] == choice[state]
            return numbers[other] if same else None

        left = like(state - 1) if state % width else None
        up, corner = like(state - width), like(state - width - 1)
        guess: Any = 0
        if left is not None and up is not None and corner is not None:
            guess = left + up - corner
        elif left is not None:
            guess = left
        elif up is not None:
            guess = up
        written.append("".join(map(_CHARACTERS.__getitem__, (row - guess).tolist())))
    return written


class _Characters(dict[int, str]):
    def __missing__(self, difference: int) -> str:
        return chr(ZERO + difference) if abs(difference) <= REACH else f"!{difference} "


_CHARACTERS = _Characters()

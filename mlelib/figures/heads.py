"""Chapter 7's figure of a network with three heads that learns three distributions at once."""

from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import NDArray

from mlelib.arguments import Floats, Integers
from mlelib.datasets import Penguins, penguins
from mlelib.figures import style
from mlelib.figures.kinds import between
from mlelib.figures.rulers import Ruler, Scale
from mlelib.figures.shapes import NOWHERE, curve, filled, smooth
from mlelib.live import Choice, LiveFigure, Pad, Slider
from mlelib.numerics import sigmoid, softmax

if TYPE_CHECKING:
    from mlelib.networks.heads import Learning

HEADS = "body mass: Gaussian", "sex: Bernoulli", "species: categorical"
FLIPPERS = np.linspace(172, 232, 61)
ASKED = 195
"""A flipper, in mm, at which the readout says what is predicted."""
CENTRE = 4.2
"""kg: where the network's head for the mass has its 0."""
NONE = np.empty(0), np.empty(0)
PROBABILITY = -0.08 / 0.72, 0.92 / 0.72, (0.0, 0.5, 1.0)
"""Of a probability's scale: from 0 to 1 it takes 0.72 of the height, and rows of birds the rest."""
SCALES = {
    HEADS[0]: Scale("body mass y (kg)", 2.5, 6.5, (3.0, 4.0, 5.0, 6.0)),
    HEADS[1]: Scale("P(male | x)", *PROBABILITY),
    HEADS[2]: Scale("P(species | x)", *PROBABILITY),
}


def network_as_distribution(epochs: int = 600, step: int = 10) -> LiveFigure:
    """Left what one network says of a bird's mass, sex or species by its flipper; right its NLL.

    The network of `mlelib.networks.heads`, trained for `epochs`, a multiple of `step`, the distance
    of two states. Needs torch.
    """
    if epochs < 25 * step or epochs % step:
        raise ValueError(f"epochs must be a multiple of {step}, 25 times at least, got {epochs}")
    birds = penguins()
    learning = learnt(epochs)
    fitted = np.arange(len(birds.sex)) % 3 != 2
    alone = baselines(birds, fitted)
    epoch_slider = Slider(0, epochs, step=step, value=25 * step, label="training epoch", play=True)

    figure, left, right = style.two_panels()
    style.frame(left, ("flipper length x (mm)", 170, 234), ("", 0, 1))
    style.frame(
        right,
        ("training epoch", 0, epochs),
        ("mean NLL of the head (nats)", 0, 1.3),
        x_ticks=np.linspace(0, epochs, 4),
        y_ticks=[0, 0.25, 0.5, 0.75, 1, 1.25],
    )
    ruler = Ruler(left, "left", SCALES)
    marks, predicted = Birds(left, birds, fitted), Predicted(left)
    trained, held_out = smooth(right, style.LOSS), smooth(right, style.LOSS, dash=style.DASHED)
    (level,) = right.plot([], [], color=style.INK, linewidth=style.THIN, linestyle=style.DOTTED)
    on_trained, on_held_out = style.dot(right, style.LOSS), style.dot(right, style.LOSS)
    style.key(right, 0, "fitted", style.LOSS)
    style.key(right, 0.27, "held out", style.LOSS, dash=style.DASHED)
    style.key(right, 0.61, "no flipper", style.INK, dash=style.DOTTED, width=style.THIN)
    every = np.arange(epochs + 1)

    def data(head: str) -> list[Artist]:
        which = HEADS.index(head)
        for line, values in ((trained, 0), (held_out, 1)):
            line.set_path(curve(right, every, learning.nlls[:, values, which], knots=31))
        level.set_data([0, epochs], [alone[which]] * 2)
        return [trained, held_out, level, *marks.set(which), *ruler.set(head)]

    def distribution(head: str, epoch: int) -> list[Artist]:
        return predicted.set(HEADS.index(head), learning.outputs[epoch, :-1])

    def losses(head: str, epoch: int) -> list[Artist]:
        which = HEADS.index(head)
        for dot, values in ((on_trained, 0), (on_held_out, 1)):
            dot.set_data([epoch], [learning.nlls[epoch, values, which]])
        return [on_trained, on_held_out]

    def readout(head: str, epoch: int) -> dict[str, str]:
        which, (own, other) = HEADS.index(head), learning.nlls[epoch]
        return {
            f"at {ASKED} mm": said(which, learning.outputs[epoch, -1]),
            "NLL of the head, fitted": style.number(own[which], ".3f"),
            "held out": style.number(other[which], ".3f"),
            "all three heads, fitted": style.number(own.sum(), ".3f"),
            "all three, held out": style.number(other.sum(), ".3f"),
        }

    return LiveFigure(
        "network-as-distribution",
        figure,
        [data, distribution, losses],
        controls={
            "epoch": epoch_slider,
            "head": Choice(HEADS, value=HEADS[1], label="head"),
        },
        pads=[Pad(right, x="epoch")],
        readout=readout,
        caption="Play the training, and change the head. One network learns three distributions, "
        "each from its own likelihood, and the sum of the three NLLs goes down.",
        alt="Left: males in a row above and females in a row below, by flipper length, and the "
        "probability of a male, a curve that rises, dips near 210 mm and rises again. Right: the "
        "mean negative log-likelihood of this head against the epoch, falling slowly from the "
        "dotted line of a guess without the flipper, solid for the birds fitted and dashed for "
        "those held out, with a dot on each.",
    )


@cache
def learnt(epochs: int) -> "Learning":
    """The training, at `FLIPPERS` and at `ASKED`."""
    import torch  # noqa: PLC0415  few figures need it

    from mlelib.networks import heads  # noqa: PLC0415

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # two that wait for a core on a busy machine take far longer
    try:
        return heads.learn(np.append(FLIPPERS, ASKED), epochs)
    finally:
        torch.set_num_threads(threads)


def baselines(birds: Penguins, fitted: NDArray[np.bool_]) -> Floats:
    """Mean NLL of the birds held out, of each target, under the best model without the flipper."""
    masses = birds.body_mass_g / 1000
    mean, variance = masses[fitted].mean(), masses[fitted].var()
    squares = (masses[~fitted] - mean) ** 2
    gaussian = np.mean(squares / (2 * variance) + np.log(2 * np.pi * variance) / 2)

    def of_shares(labels: Integers) -> float:
        shares = np.bincount(labels[fitted]) / fitted.sum()
        return float(-np.log(shares[labels[~fitted]]).mean())

    return np.array([gaussian, of_shares(birds.sex), of_shares(birds.species)])


def said(head: int, z: Floats) -> str:
    """A predicted distribution in short, for raw outputs (6,): mean ± σ, or probabilities."""
    if head == 0:
        mean, sigma = (style.number(each, ".2f") for each in (z[0] + CENTRE, np.exp(z[1])))
        return f"{mean} ± {sigma} kg"
    if head == 1:
        return f"P(male) {style.number(float(sigmoid(z[2])), '.3f')}"
    return "P " + ", ".join(style.number(p, ".2f") for p in softmax(z[3:]))


class Birds:
    """The birds fitted: by their mass, in two rows of sexes, or in three of species."""

    def __init__(self, axes: Axes, birds: Penguins, fitted: NDArray[np.bool_]) -> None:
        flippers = birds.flipper_length_mm[fitted]
        masses = SCALES[HEADS[0]].place(birds.body_mass_g[fitted] / 1000)
        apart = 0.012 * (np.arange(len(flippers)) % 4)
        sexes = np.where(birds.sex[fitted] == 1, 0.84, 0.01) + apart
        self._places = (flippers, masses), (flippers, sexes)
        self._dots, *self._species = (
            axes.plot([], [], marker, color=color, markersize=3.5, zorder=2)[0]
            for color, marker in ((style.DATA, "o"), *style.CLASSES)
        )
        kinds = [flippers[birds.species[fitted] == k] for k in range(3)]
        self._rows = [(kind, np.full(len(kind), 0.86 + 0.05 * k)) for k, kind in enumerate(kinds)]
        for group in (self._dots, *self._species):
            group.set_markeredgewidth(0)
        self._words = axes.text(0, style.HEADER, "", transform=axes.transAxes, va="center")
        self._words.set(size=style.TEXT_SIZE, color=style.INK)
        self._keys = [
            style.key(axes, x, "", color, marker=marker)
            for x, (color, marker) in zip((0, 0.3, 0.65), style.CLASSES, strict=True)
        ]

    def set(self, head: int) -> list[Artist]:
        species = head == 2
        self._words.set_text(("birds fitted", "males above, females below", "")[head])
        self._dots.set_data(*(NONE if species else self._places[head]))
        for group, row in zip(self._species, self._rows, strict=True):
            group.set_data(*(row if species else NONE))
        for (sample, words), name in zip(self._keys, Penguins.species_names, strict=True):
            sample.set_visible(species)
            words.set(text=name if species else "")
        return [self._dots, *self._species, self._words, *chain(*self._keys)]


class Predicted:
    """What the network says: a mean with 95 % of the masses, P(male), or P of each species."""

    def __init__(self, axes: Axes) -> None:
        self._axes = axes
        self._band, self._line = filled(axes, style.MODEL), smooth(axes, style.MODEL)
        self._band.set_edgecolor("none")
        self._lines = [smooth(axes, color) for color, _ in style.CLASSES]

    def set(self, head: int, z: Floats) -> list[Artist]:
        """`z` (k, 6) are the raw outputs at `FLIPPERS`."""
        artists = [self._band, self._line, *self._lines]
        for artist in artists:
            artist.set_path(NOWHERE)
        place = SCALES[HEADS[head]].place
        if head == 0:
            mean, two = z[:, 0] + CENTRE, 1.96 * np.exp(z[:, 1])
            edges = place(mean - two), place(mean + two)
            self._band.set_path(between(self._axes, FLIPPERS, *edges))
            self._line.set_path(curve(self._axes, FLIPPERS, place(mean), knots=15))
        elif head == 1:
            self._line.set_path(curve(self._axes, FLIPPERS, place(sigmoid(z[:, 2])), knots=21))
        else:
            for line, p in zip(self._lines, softmax(z[:, 3:]).T, strict=True):
                line.set_path(curve(self._axes, FLIPPERS, place(p), knots=21))
        return [*artists]

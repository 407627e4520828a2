"""Chapter 7's figure of a network with three heads that learns three distributions at once."""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from mlelib.arguments import Floats, Integers
from mlelib.datasets import Penguins, penguins
from mlelib.figures import style
from mlelib.figures.recipe import between
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
SPAN, FLOOR = 0.72, 0.08
"""How much of the panel's height a probability from 0 to 1 takes, and where its 0 is."""


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
    )
    probability = -FLOOR / SPAN, (1 - FLOOR) / SPAN, (0.0, 0.5, 1.0)
    ruler = Ruler(
        left,
        "left",
        {
            HEADS[0]: Scale("body mass y (kg)", 2.5, 6.5, (3.0, 4.0, 5.0, 6.0)),
            HEADS[1]: Scale("P(male | x)", *probability),
            HEADS[2]: Scale("P(species | x)", *probability),
        },
    )
    flippers = birds.flipper_length_mm[fitted]
    dots = Marks(left, [("o", style.DATA)] * 2 + [(m, c) for c, m in style.CLASSES])
    band, line = filled(left, style.MODEL), smooth(left, style.MODEL)
    band.set_edgecolor("none")
    lines = [smooth(left, color) for color, _ in style.CLASSES]
    words = left.text(0, style.HEADER, "", transform=left.transAxes, va="center")
    words.set(size=style.TEXT_SIZE, color=style.INK)
    keys = [
        style.key(left, x, "", color, marker=marker)
        for x, (color, marker) in zip((0, 0.3, 0.65), style.CLASSES, strict=True)
    ]
    trained, held_out = smooth(right, style.LOSS), smooth(right, style.LOSS, dash=style.DASHED)
    (level,) = right.plot([], [], color=style.INK, linewidth=style.THIN, linestyle=style.DOTTED)
    on_trained, on_held_out = style.dot(right, style.LOSS), style.dot(right, style.LOSS)
    style.key(right, 0, "fitted", style.LOSS)
    style.key(right, 0.27, "held out", style.LOSS, dash=style.DASHED)
    style.key(right, 0.61, "no flipper", style.INK, dash=style.DOTTED, width=style.THIN)
    every = np.arange(epochs + 1)

    def rows(head: str) -> list[tuple[Floats, Floats]]:
        """Where the birds are, one entry for each kind of mark."""
        if head == HEADS[0]:
            masses = birds.body_mass_g[fitted] / 1000
            return [(flippers, ruler.scales[head].place(masses))]
        if head == HEADS[1]:
            spread = 0.012 * (np.arange(len(flippers)) % 4)
            return [(flippers, np.where(birds.sex[fitted] == 1, 0.84 + spread, 0.01 + spread))]
        kinds = birds.species[fitted]
        blank: tuple[Floats, Floats] = np.empty(0), np.empty(0)
        at = [(flippers[kinds == k], np.full((kinds == k).sum(), 0.86 + 0.05 * k)) for k in (0, 1, 2)]
        return [blank, blank, *at]

    def data(head: str) -> list[Artist]:
        which = HEADS.index(head)
        for curve_of, values in ((trained, 0), (held_out, 1)):
            curve_of.set_path(curve(right, every, learning.nlls[:, values, which], knots=31))
        level.set_data([0, epochs], [alone[which]] * 2)
        words.set_text(("birds fitted", "males above, females below", "")[which])
        for (sample, name), species in zip(keys, Penguins.species_names, strict=True):
            sample.set_visible(which == 2)
            name.set_text(species if which == 2 else "")
        return [*dots.set(rows(head)), trained, held_out, level, words, *sum(keys, []), *ruler.set(head)]

    def distribution(head: str, epoch: int) -> list[Artist]:
        z, scale = learning.outputs[epoch, :-1], ruler.scales[head]
        for artist in (band, line, *lines):
            artist.set_path(NOWHERE)
        if head == HEADS[0]:
            mean, two = z[:, 0] + CENTRE, 1.96 * np.exp(z[:, 1])
            edges = scale.place(mean - two), scale.place(mean + two)
            band.set_path(between(left, FLIPPERS, *edges))
            line.set_path(curve(left, FLIPPERS, scale.place(mean), knots=15))
        elif head == HEADS[1]:
            line.set_path(curve(left, FLIPPERS, scale.place(sigmoid(z[:, 2])), knots=21))
        else:
            for each, p in zip(lines, softmax(z[:, 3:]).T, strict=True):
                each.set_path(curve(left, FLIPPERS, scale.place(p), knots=21))
        return [band, line, *lines]

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


CENTRE = 4.2
"""kg: where the network's head for the mass has its 0."""


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


def baselines(birds: Penguins, fitted: Floats) -> Floats:
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
    """A predicted distribution in words, for raw outputs (6,)."""
    if head == 0:
        mean, sigma = z[0] + CENTRE, np.exp(z[1])
        return f"{style.number(mean, '.2f')} kg, σ = {style.number(sigma, '.2f')} kg"
    if head == 1:
        return f"P(male) = {style.number(float(sigmoid(z[2])), '.3f')}"
    shares = zip(Penguins.species_names, softmax(z[3:]), strict=True)
    return ", ".join(f"{name} {style.number(p, '.2f')}" for name, p in shares)


class Marks:
    """Groups of points, each with a marker of its own, that change places together."""

    def __init__(self, axes: Axes, looks: list[tuple[str, str]]) -> None:
        self._groups: list[Line2D] = []
        for marker, color in looks:
            (group,) = axes.plot([], [], marker, color=color, markersize=4, alpha=0.7, zorder=2)
            group.set_markeredgewidth(0)
            self._groups.append(group)

    def set(self, places: list[tuple[Floats, Floats]]) -> list[Artist]:
        """Show the groups (k,) at these places; groups beyond them are empty."""
        for number, group in enumerate(self._groups):
            group.set_data(*(places[number] if number < len(places) else ([], [])))
        return [*self._groups]


"""The introduction's figure: an assumption about y, and the loss that it becomes."""

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import ArrayLike

from mlelib.arguments import Floats
from mlelib.figures import style
from mlelib.figures.shapes import Alternatives, curve, filled
from mlelib.likelihoods import Bernoulli, Categorical, Gaussian
from mlelib.live import Choice, LiveFigure, Pad, Slider

SEEN = 1
"""The y that was observed: a number, a yes and a class, so that all three tasks can give it."""

LOSSES = {
    "regression": "squared error",
    "binary": "binary cross-entropy",
    "multiclass": "cross-entropy",
}


def log_probability(task: str, y: ArrayLike, z: ArrayLike) -> Floats:
    """log p(y | z) of the task's likelihood; `y` and `z` broadcast to (n,).

    Regression: Gaussian with mean z and σ = 1. Binary: Bernoulli with log-odds z. Multiclass: three
    classes with raw outputs (0, z, 0).
    """
    y, z = np.broadcast_arrays(y, z)
    if task == "regression":
        return Gaussian().log_prob(y, z)
    if task == "binary":
        return Bernoulli().log_prob(y, z)
    return Categorical(3).log_prob(y, np.stack([0 * z, z, 0 * z], axis=-1))


def loss_map() -> LiveFigure:
    """Left the distribution of y that the output z stands for; right −log p(y = 1 | z) over z."""
    figure, left, right = style.two_panels()
    style.frame(left, ("target y", -3, 5), ("p(y | z)", 0, 1.05), y_ticks=[0, 0.5, 1])
    style.frame(right, ("network output z", -2, 4), ("loss −log p(y = 1 | z), nats", 0, 6))
    targets, outputs = np.linspace(-3, 5, 801), np.linspace(-2, 4, 601)

    bell = filled(left, style.MODEL)
    (bars,) = left.plot([], [], color=style.MODEL, linewidth=22, alpha=0.5, solid_capstyle="butt")
    (height,) = left.plot([], [], color=style.LIKELIHOOD, linewidth=3.5, zorder=4)
    tip = style.dot(left, style.LIKELIHOOD)
    left.plot([SEEN], [0], "^", color=style.DATA, markersize=9, clip_on=False, zorder=6)
    style.key(left, 0, "p(y | z)", style.MODEL)
    style.key(left, 0.33, "y seen", style.DATA, marker="^")
    style.key(left, 0.6, "height there", style.LIKELIHOOD)

    paths = {task: curve(right, outputs, -log_probability(task, SEEN, outputs)) for task in LOSSES}
    losses = Alternatives(right, paths, tuple(LOSSES.values()), style.LOSS, key=0.25)
    marker = style.dot(right, style.LOSS)

    def loss(task: str) -> list[Artist]:
        return losses.choose(task)

    def assumption(task: str, z: float) -> list[Artist]:
        bell.set_visible(task == "regression")
        bars.set_visible(task != "regression")
        if task == "regression":
            density = np.exp(log_probability(task, targets, z))
            bell.set_path(curve(left, targets, density, floor=0))
        else:
            support = np.arange(2 if task == "binary" else 3)
            p = np.exp(log_probability(task, support, z))
            gaps = np.full_like(p, np.nan)
            bars.set_data(np.repeat(support, 3), np.column_stack([0 * p, p, gaps]).ravel())
        seen = float(log_probability(task, [SEEN], z)[0])
        height.set_data([SEEN, SEEN], [0, np.exp(seen)])
        tip.set_data([SEEN], [np.exp(seen)])
        marker.set_data([z], [-seen])
        return [bell, bars, height, tip, marker]

    def readout(task: str, z: float) -> dict[str, str]:
        seen = float(log_probability(task, [SEEN], z)[0])
        return {
            "loss": LOSSES[task],
            "p(y = 1 | z)": style.number(np.exp(seen), ".3f"),
            "−log p(y = 1 | z)": style.number(-seen, ".3f"),
        }

    return LiveFigure(
        "loss-map",
        figure,
        [loss, assumption],
        controls={
            "task": Choice(tuple(LOSSES), value="regression", label="task"),
            "z": Slider(-2, 4, step=0.1, value=-0.5, label="network output z"),
        },
        pads=[Pad(right, x="z")],
        readout=readout,
        caption="Choose a task and move the output z. The loss is minus the log of the height that "
        "the assumed distribution has at the y that was seen.",
        alt="Left: a Gaussian density around the network's output, and its height at the target 1 "
        "that was seen. Right: three losses against the output, squared error as a parabola around "
        "1 and two cross-entropies falling towards 0; a dot marks the loss at the output.",
    )

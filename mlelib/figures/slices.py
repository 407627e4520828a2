"""Chapter 5's slices: a plane through a trained network's parameters, and where it curves down."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.patches import PathPatch
from numpy.typing import ArrayLike

from mlelib.arguments import Floats, Integers, labels, real_array
from mlelib.figures import style
from mlelib.figures.binary import same_length
from mlelib.figures.duel import COLORS, NAMES, UPPER_KEYS, name_landscape, named, two_landscapes
from mlelib.figures.regions import above
from mlelib.figures.shapes import NOWHERE, Hill
from mlelib.likelihoods import Bernoulli
from mlelib.live import Choice, LiveFigure, Pad, Slider

if TYPE_CHECKING:
    from mlelib.networks.examples import Loss

SIDE = np.linspace(-1, 1, 41)
"""Where a slice is shown along each direction, in lengths of the network's own filters."""
H = 1e-4
NEAR = np.add.outer(SIDE, [-H, 0, H]).ravel()
"""The same, each with a neighbour on either side for second differences, (123,)."""
STEPS, RATE = 300, 0.03
"""Of Adam, on the mean loss."""
DIRECTIONS = 1, 2, 3, 4
"""Seeds of the random directions."""
GREY = style.DATA, 0.4
"""Of where a slice curves down."""
RINGS = (0.1, 0.5, 2), (0.02, 0.1, 0.3)
"""How far above the lowest point of a slice the contours of either loss are."""


def hidden_slices(
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    widths: Sequence[int] = (2, 4, 8),
) -> LiveFigure:
    """Left BCE, right squared error around a network trained with it: filter-normalised slices.

    `x` (n, d) and labels `y` (n,): by default 120 examples whose log-odds are 4·x₁·x₂. The networks
    have one hidden layer of tanh units, as many as `widths` say, and the same start for both
    losses. Needs torch.
    """
    if x is None:
        x, y = crossed()
    points = real_array("x", x, (None, None))
    seen = same_length(labels("y", [] if y is None else y, 2), points)
    near = {
        (direction, width): pair
        for width in widths
        for direction, pair in zip(DIRECTIONS, mean_losses(points, seen, width), strict=True)
    }
    slices = {key: [values[1::3, 1::3] for values in pair] for key, pair in near.items()}
    smallest = {key: [*map(smallest_eigenvalues, pair)] for key, pair in near.items()}

    figure, panels, _ = two_landscapes()
    for axes in panels:
        style.frame(
            axes,
            ("along direction 1, α", -1, 1),
            ("along direction 2, β", -1, 1),
            x_ticks=[-1, -0.5, 0, 0.5, 1],
            y_ticks=[-1, -0.5, 0, 0.5, 1],
        )
    hills = [
        Hill(axes, SIDE, SIDE, color=color, levels=levels, fade=2 * levels[-1])
        for axes, color, levels in zip(panels, COLORS, RINGS, strict=True)
    ]
    caps = [PathPatch(NOWHERE, facecolor=GREY, edgecolor=style.DATA, zorder=1) for _ in panels]
    for axes, cap in zip(panels, caps, strict=True):
        cap.set_linewidth(style.FINE)  # without hues the tint alone is lost on the deepest colour
        axes.add_patch(cap)
        style.optimum(axes, 0, 0)
    dots = [style.dot(axes, style.MODEL) for axes in panels]
    for axes, name, color, levels in zip(panels, NAMES, COLORS, RINGS, strict=True):
        name_landscape(axes, name, color, levels)
        style.key(axes, 0.6, "curves down", style.DATA, marker="s", y=UPPER_KEYS)[0].set_alpha(0.5)
        style.key(axes, 0.6, "trained", style.INK, marker="*")

    def look(direction: int, width: int) -> list[Artist]:
        changed: list[Artist] = []
        for k, values in enumerate(slices[direction, width]):
            changed += hills[k].set(values - values.min())
            caps[k].set_path(above(SIDE, SIDE, -smallest[direction, width][k], 0))
        return [*changed, *caps]

    def point(alpha: float, beta: float) -> list[Artist]:
        for dot in dots:
            dot.set_data([alpha], [beta])
        return [*dots]

    def readout(direction: int, width: int, alpha: float, beta: float) -> dict[str, str]:
        column, row = (int(np.abs(SIDE - place).argmin()) for place in (alpha, beta))
        curvatures = smallest[direction, width]
        return {
            "at the star": named((values[20, 20] for values in slices[direction, width]), ".3f"),
            "share of the plane that curves down": named(
                ((curvature < 0).mean() for curvature in curvatures), ".0%"
            ),
            "smallest eigenvalue at the dot": named(
                (curvature[row, column] for curvature in curvatures), ".2f"
            ),
        }

    return LiveFigure(
        "hidden-slices",
        figure,
        [look, point],
        controls={
            "alpha": Slider(-1.0, 1.0, step=0.1, value=0.5, label="along direction 1, α"),
            "beta": Slider(-1.0, 1.0, step=0.1, value=0.5, label="along direction 2, β"),
            "direction": Choice(DIRECTIONS, value=1, label="seed of the directions"),
            "width": Choice(tuple(widths), value=widths[-1], label="width of the hidden layer"),
        },
        pads=[Pad(axes, x="alpha", y="beta") for axes in panels],
        readout=readout,
        caption="Change the directions and the width, and drag the dot into the grey. There a loss "
        "curves down in some direction, and the BCE has such places too.",
        alt="Left: the BCE of a network over two random directions from its trained parameters, a "
        "round hollow with contours and a star in its middle, and grey areas around it, where it "
        "curves down. Right: the same for the squared error and a network trained with it, a "
        "smaller hollow in a plain that is grey nearly everywhere.",
    )


def crossed(n: int = 120, seed: int = 1) -> tuple[Floats, Integers]:
    """Two standard normal measurements and labels with log-odds 4·x₁·x₂: x (n, 2), y (n,)."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    return x, Bernoulli().sample(4 * x[:, 0] * x[:, 1], rng)


def mean_losses(x: Floats, y: Integers, width: int) -> list[tuple[Floats, ...]]:
    """For each of `DIRECTIONS` both losses over `NEAR`, (123, 123): each around its own network."""
    import torch  # noqa: PLC0415  no other figure needs it

    from mlelib import networks  # noqa: PLC0415

    n, inputs, targets = len(y), torch.tensor(x), torch.tensor(y)
    losses: list[Loss] = [partial(networks.nll, Bernoulli()), networks.brier]

    def around(loss: "Loss") -> list[Floats]:
        def mean(y: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
            return loss(y, z) / n

        network = networks.mlp([x.shape[1], width, 1])
        adam = partial(torch.optim.Adam, lr=RATE)
        networks.train(network, inputs, targets, mean, adam, STEPS, progress=False)
        planes = [networks.filter_normalised(network, seed) for seed in DIRECTIONS]
        return [
            networks.landscape(network, mean, inputs, targets, plane, NEAR, NEAR).values
            for plane in planes
        ]

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # two that wait for a core on a busy machine take far longer
    try:
        return list(zip(*map(around, losses), strict=True))
    finally:
        torch.set_num_threads(threads)


def smallest_eigenvalues(values: Floats) -> Floats:
    """Of the Hessian at each point of `SIDE`, (41, 41), from the values over `NEAR`, (123, 123).

    The differences carry the values' rounding, 1e-16 over the step squared: 1e-8 of them.
    """
    f = values.reshape(41, 3, 41, 3).transpose(1, 3, 0, 2)  # below to above, left to right, points
    across, along = f[1, 2] - 2 * f[1, 1] + f[1, 0], f[2, 1] - 2 * f[1, 1] + f[0, 1]
    mixed = (f[2, 2] - f[2, 0] - f[0, 2] + f[0, 0]) / 4
    lower = (across + along) / 2 - np.hypot((across - along) / 2, mixed)
    return np.asarray(lower / H**2)

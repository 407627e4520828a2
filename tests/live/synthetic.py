"""Small synthetic live figures for the engine's tests, made anew at every call."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from mlelib.live import Choice, LiveFigure, Pad, Slider, Toggle


def regression(name="regression"):
    """Scatter, line, band and residuals beside a heat map with a dot, as in most figures."""
    rng = np.random.default_rng(3)
    x = rng.uniform(-2, 2, 12)
    y = 0.7 * x + 0.3 + rng.normal(0, 0.5, 12)
    fig = Figure(figsize=(8, 3), layout="constrained")
    left, right = fig.subplots(1, 2)
    across = np.linspace(-2.2, 2.2, 30)
    slopes, intercepts = np.meshgrid(np.linspace(-2, 2, 20), np.linspace(-2, 2, 20))
    squares = ((y - slopes[..., None] * x - intercepts[..., None]) ** 2).sum(axis=-1)
    left.scatter(x, y, color="0.4")
    (line,) = left.plot(across, across, color="#0072B2")
    band = left.fill_between(across, across - 1, across + 1, color="#0072B2", alpha=0.2, lw=0)
    residuals = left.add_collection(LineCollection([], colors="#D55E00"))
    left.set(xlim=(-2.2, 2.2), ylim=(-3, 3), xlabel="x", ylabel="y")
    heat = right.imshow(
        squares, extent=(-2, 2, -2, 2), origin="lower", aspect="auto", interpolation="none"
    )
    (dot,) = right.plot([0], [0], "o", color="#D55E00", markeredgecolor="white")
    right.set(xlabel="slope w", ylabel="intercept b", xlim=(-2, 2), ylim=(-2, 2))

    def fit(w, b):
        line.set_data(across, w * across + b)
        residuals.set_segments([[(u, v), (u, w * u + b)] for u, v in zip(x, y, strict=True)])
        dot.set_data([w], [b])
        return [line, residuals, dot]

    def noise(sigma, shown):
        band.set_data(across, 0.3 - sigma + 0 * across, 0.3 + sigma + 0 * across)
        band.set_visible(shown)
        heat.set_data(np.log(1 + squares / sigma**2))
        return [band, heat]

    def squared(w, b):
        return {"sum of squares": f"{((y - w * x - b) ** 2).sum():.2f}"}

    return LiveFigure(
        name,
        fig,
        [fit, noise],
        controls={
            "w": Slider(-2, 2, step=0.4, value=0.4, label="slope w"),
            "b": Slider(-2, 2, step=0.5, value=0, label="intercept b"),
            "sigma": Choice([0.5, 1, 2], 1, "noise σ"),
            "shown": Toggle(True, "show the band"),
        },
        pads=[Pad(right, x="w", y="b")],
        readout=squared,
        alt="A line through twelve points.",
        caption="Drag the dot. The line follows.",
    )


def wireframe(name="wireframe"):
    """A turning 3-D wireframe beside a logarithmic axes with a twin, a text and a pad."""
    fig = Figure(figsize=(7, 3), layout="constrained")
    surface = fig.add_subplot(1, 2, 1, projection="3d")
    plain = fig.add_subplot(1, 2, 2)
    x, y = np.meshgrid(np.linspace(-2, 2, 9), np.linspace(-2, 2, 9))
    surface.plot_wireframe(x, y, np.exp(-(x**2) - y**2), linewidth=0.8)
    twin = plain.twinx()
    (line,) = plain.plot([0.1, 10], [0, 1], marker="s")
    (other,) = twin.plot([0.1, 10], [1, 0], color="C1", linestyle="--")
    plain.set(xscale="log", xlim=(0.1, 10), xlabel="k")
    text = plain.text(1, 0.5, "")

    def turn(azimuth):
        surface.view_init(elev=30, azim=azimuth)
        return [surface]

    def bend(k):
        line.set_data([0.1, k, 10], [0, 1, 0.5])
        line.set_markersize(2 + k)  # a shape that the first state has not
        other.set_data([0.1, k], [1, 0])
        text.set_text(f"k = {k:.1f}")
        text.set_x(k)
        return [line, other, text]

    return LiveFigure(
        name,
        fig,
        [turn, bend],
        controls={
            "azimuth": Slider(0, 330, step=30, value=60, label="viewpoint", play=True),
            "k": Slider(0.2, 9.8, step=0.4, value=1.0, label="k"),
        },
        pads=[Pad(plain, x="k")],
        alt="A bump seen from a corner.",
        caption="Turn it.",
    )


def single(update, controls, readout=None):
    """A figure of one line in one axes; `update(axes, line)` makes its update functions."""
    fig = Figure(figsize=(3, 2), layout="constrained")
    axes = fig.subplots()
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="the x axis")
    axes.plot([0, 1], [1, 0], color="0.8", label="bystander")
    (line,) = axes.plot([0, 1], [0, 1], label="mover")
    return LiveFigure(
        "single", fig, update(axes, line), controls=controls, readout=readout, alt="a", caption="c"
    )

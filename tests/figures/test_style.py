"""The look, measured: contrast, colour blindness, lightness, and that sliders read well."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from scipy import stats

from mlelib.figures import style
from mlelib.figures.ranges import round_step, slider
from mlelib.figures.shapes import curve, tints

from .drawings import flattened

IDEAS = {
    name: to_rgb(getattr(style, name))
    for name in ("DATA", "MODEL", "LIKELIHOOD", "PRIOR", "POSTERIOR", "SECOND")
}
PAGES = {"light": (1.0, 1.0, 1.0), "dark": to_rgb("#14181e")}  # the theme's backgrounds
INKS = {"light": to_rgb("#222832"), "dark": to_rgb("#ced6dd")}  # and its texts


def linear(colour):
    colour = np.asarray(colour)
    return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return linear(colour) @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    """WCAG 2.2, contrast ratio."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def lab(colour):
    """CIE 1976 L*a*b*, white D65."""
    xyz = linear(colour) @ np.array(
        [[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]]
    )
    share = xyz / [0.9505, 1.0, 1.089]
    f = np.where(share > (6 / 29) ** 3, np.cbrt(share), share / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = f
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


# Machado, Oliveira & Fernandes (2009), severity 1, for linear RGB
SIMULATED = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}


def seen(colour, blindness):
    through = np.clip(np.array(SIMULATED[blindness]) @ linear(colour), 0, 1)
    return np.where(through <= 0.0031308, 12.92 * through, 1.055 * through ** (1 / 2.4) - 0.055)


def over(color, opacity, page):
    return opacity * np.asarray(color) + (1 - opacity) * np.asarray(page)


@pytest.mark.parametrize("theme", PAGES)
@pytest.mark.parametrize("name", IDEAS)
def test_lines_stand_out_from_the_page(name, theme):
    """WCAG 1.4.11 asks for 3. The yellow alone misses it, on white: it needs a ringed marker."""
    enough = contrast(IDEAS[name], PAGES[theme]) >= 3
    assert enough == ((name, theme) != ("SECOND", "light"))


@pytest.mark.parametrize("theme", PAGES)
@pytest.mark.parametrize("name", IDEAS)
def test_text_is_readable_on_every_tint_and_marks_on_every_heat_map(name, theme):
    faint, deep = (
        over(IDEAS[name], opacity, PAGES[theme]) for opacity in (style.FAINT, style.DEEPEST)
    )
    assert contrast(INKS[theme], faint) >= 4.5
    assert contrast(INKS[theme], deep) >= 3


@pytest.mark.parametrize("blindness", SIMULATED)
def test_ideas_differ_under_colour_blindness(blindness):
    for one, other in combinations(IDEAS, 2):
        difference = lab(seen(IDEAS[one], blindness)) - lab(seen(IDEAS[other], blindness))
        assert np.hypot.reduce(difference) >= 10, (one, other)


@pytest.mark.parametrize("blindness", SIMULATED)
def test_classes_differ_by_marker_and_still_more_by_colour(blindness):
    assert len({marker for _, marker in style.CLASSES}) == 3
    for (one, _), (other, _) in combinations(style.CLASSES, 2):
        difference = lab(seen(to_rgb(one), blindness)) - lab(seen(to_rgb(other), blindness))
        assert np.hypot.reduce(difference) >= 35


def test_dashes_differ():
    assert len({str(dash) for dash in (style.SOLID, style.DASHED, style.DOTTED)}) == 3


@pytest.mark.parametrize("theme", PAGES)
def test_a_heat_map_changes_in_even_steps_of_lightness(theme):
    colours = tints(style.LIKELIHOOD)(np.linspace(0, 1, 21))
    lightness = [lab(over(rgba[:3], rgba[3], PAGES[theme]))[0] for rgba in colours]
    steps = np.abs(np.diff(lightness))
    assert len(set(np.sign(np.diff(lightness)))) == 1
    assert steps.max() <= 2 * steps.min()
    assert abs(lightness[-1] - lightness[0]) >= 25


@given(st.floats(1e-9, 1e9))
def test_a_round_step_is_near_and_reads_well(step):
    rounded = round_step(step)
    assert 0.6 <= rounded / step <= 1.6  # the widest gap is that of 2 and 5, √2.5 = 1.58
    assert f"{rounded:.0e}"[0] in "125"
    assert float(f"{rounded:.0e}") == rounded


@given(st.floats(-1e4, 1e4), st.sampled_from([0.001, 0.02, 0.5, 1.0, 20.0]))
def test_a_slider_surrounds_its_center_with_multiples_of_its_step(center, step):
    made = slider("σ", center, step, reach=(4, 9), start=-3)
    grid = np.array(made.grid())
    assert len(grid) == 14
    assert abs(grid[4] - center) <= 0.51 * step
    assert grid[1] == pytest.approx(made.value)
    assert grid / step == pytest.approx(np.round(grid / step), abs=1e-6)


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (-75.14, ".1f", "−75.1"),
        (-0.0001, ".2f", "0.00"),
        (5e-324, ".3g", "4.94e−324"),
        (153790.3, ",.0f", "153,790"),
    ],
)
def test_numbers_are_typeset(value, spec, text):
    assert style.number(value, spec) == text


@pytest.mark.parametrize("width", [0.1, 0.3, 1.0, 3.0])
def test_a_curve_keeps_within_half_a_point_of_the_exact_one(width):
    axes = Figure(figsize=(4, 3), dpi=72).add_axes((0, 0, 1, 1))
    axes.set(xlim=(-3, 3), ylim=(0, 1))
    x = np.linspace(-3, 3, 4001)
    bell = np.exp(stats.norm.logpdf(x, 0, width) - stats.norm.logpdf(0, 0, width))
    path = curve(axes, x, bell)
    assert len(path.vertices) <= 75
    drawn = axes.transData.transform(flattened(path, pieces=100))
    exact = axes.transData.transform(np.column_stack([x, bell]))
    for one, other in ((drawn[::7], exact), (exact[::7], drawn)):
        apart = np.hypot(*(one[:, None] - other).T).min(axis=0)
        between = np.hypot(*np.diff(other, axis=0).T).max() / 2  # how far apart the samples lie
        assert apart.max() <= 0.5 + between


def test_a_curve_with_a_floor_encloses_the_area_under_it():
    axes = Figure(figsize=(4, 3), dpi=72).add_axes((0, 0, 1, 1))
    axes.set(xlim=(-1, 1), ylim=(0, 2))
    x = np.linspace(-1, 1, 401)
    around = flattened(curve(axes, x, 1 + x**2, floor=0))
    assert tuple(around[0]) == (-1, 0)
    assert tuple(around[-1]) == (1, 0)
    assert np.trapezoid(around[:, 1], around[:, 0]) == pytest.approx(2 + 2 / 3, abs=1e-3)

"""Live figures: a matplotlib figure plus update functions, alive in a kernel and on a static page.

Start with `LiveFigure`; its docstring says what an update function may do. The engine knows
matplotlib, ipywidgets and Sphinx, and nothing about likelihoods: any book could use it.
"""

from mlelib.live.controls import Choice, Pad, Slider, Toggle
from mlelib.live.figure import LiveFigure

__all__ = ["Choice", "LiveFigure", "Pad", "Slider", "Toggle"]

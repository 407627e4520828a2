"""The book's named figures, drawn with the library and made live: one function each."""

from mlelib.figures.binary import logistic_landscape, odds, step_or_sigmoid
from mlelib.figures.duel import landscape_duel
from mlelib.figures.intro import loss_map
from mlelib.figures.likelihood import coin_likelihood, gaussian_surface, underflow
from mlelib.figures.mse_or_bce import chord, sensitivity
from mlelib.figures.multiclass import simplex, softmax_playground, softmax_regions
from mlelib.figures.regression import line_and_bells, noise_family, sigma_mle
from mlelib.figures.slices import hidden_slices

__all__ = [
    "chord",
    "coin_likelihood",
    "gaussian_surface",
    "hidden_slices",
    "landscape_duel",
    "line_and_bells",
    "logistic_landscape",
    "loss_map",
    "noise_family",
    "odds",
    "sensitivity",
    "sigma_mle",
    "simplex",
    "softmax_playground",
    "softmax_regions",
    "step_or_sigmoid",
    "underflow",
]

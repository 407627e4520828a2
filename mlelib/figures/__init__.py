"""The book's named figures, drawn with the library and made live: one function each."""

from mlelib.figures.binary import logistic_landscape, odds, step_or_sigmoid
from mlelib.figures.duel import landscape_duel
from mlelib.figures.heads import network_as_distribution
from mlelib.figures.intro import loss_map
from mlelib.figures.likelihood import coin_likelihood, gaussian_surface, underflow
from mlelib.figures.mse_or_bce import chord, sensitivity
from mlelib.figures.multiclass import simplex, softmax_playground, softmax_regions
from mlelib.figures.posterior import prior_times_likelihood
from mlelib.figures.race import decay_race
from mlelib.figures.recipe import recipe
from mlelib.figures.regression import line_and_bells, noise_family, sigma_mle
from mlelib.figures.ridge import ridge_curve
from mlelib.figures.slices import hidden_slices
from mlelib.figures.two_weights import map_contours

__all__ = [
    "chord",
    "coin_likelihood",
    "decay_race",
    "gaussian_surface",
    "hidden_slices",
    "landscape_duel",
    "line_and_bells",
    "logistic_landscape",
    "loss_map",
    "map_contours",
    "network_as_distribution",
    "noise_family",
    "odds",
    "prior_times_likelihood",
    "recipe",
    "ridge_curve",
    "sensitivity",
    "sigma_mle",
    "simplex",
    "softmax_playground",
    "softmax_regions",
    "step_or_sigmoid",
    "underflow",
]

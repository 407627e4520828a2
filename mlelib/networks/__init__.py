"""Small networks in torch: their losses as likelihoods, training, landscapes, curvature.

`import mlelib` does not load this part, which needs torch. Shapes are those of the package: inputs
x (n, d), targets y (n,), raw outputs z (n,) or (n, m). A loss is a function of y and z, one number
for each example and no reduction, such as `partial(nll, Bernoulli())` or `brier`; what is
minimised and drawn is the sum over the examples. All numbers are float64.
"""

from mlelib.networks.curvature import block_spectra, negative_share
from mlelib.networks.slices import filter_normalised, landscape
from mlelib.networks.training import Training, mlp, train
from mlelib.networks.twins import brier, nll

__all__ = [
    "Training",
    "block_spectra",
    "brier",
    "filter_normalised",
    "landscape",
    "mlp",
    "negative_share",
    "nll",
    "train",
]

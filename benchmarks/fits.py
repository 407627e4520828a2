"""Fits with no penalty: all stop where the gradient of the mean nll is below one bound.

Ours says besides whether there is a finite optimum, and gives standard errors; scikit-learn does
neither, statsmodels the latter. All have one thread for linear algebra: with more, what is timed on
a busy machine is how they wait for each other.
"""

import warnings
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import statsmodels.api as sm
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from benchmarks.race import Row, in_turn
from mlelib.arguments import Floats
from mlelib.estimation import maximum_likelihood
from mlelib.likelihoods import Bernoulli, Categorical, Likelihood
from mlelib.objectives import Objective, add_intercept

D, K, RUNS = 20, 10, 7
GRADIENT = 1e-7  # the largest entry of the mean nll's that counts as the optimum
TOLERANCE = 1e-10  # what is asked of scikit-learn's solvers, which stop a little short of it


def problem(likelihood: Likelihood, n: int) -> Objective:
    rng = np.random.default_rng(0)
    X = add_intercept(rng.normal(size=(n, D)))
    shape = (D + 1,) if likelihood.outputs == 1 else (D + 1, likelihood.outputs)
    return Objective(likelihood, X, likelihood.sample(X @ rng.normal(scale=0.3, size=shape), rng))


def ours(objective: Objective) -> Floats:
    return np.asarray(maximum_likelihood(objective.likelihood, objective.X, objective.y).theta)


def scikit_learn(solver: str, objective: Objective) -> Floats:
    model = LogisticRegression(
        C=np.inf, solver=solver, tol=TOLERANCE, max_iter=10_000, fit_intercept=False
    )
    theta = np.asarray(model.fit(objective.X, objective.y).coef_.T)
    return theta[:, 0] if theta.shape[1] == 1 else theta - theta.mean(axis=1, keepdims=True)


def statsmodels(objective: Objective) -> Floats:
    family = sm.Logit if objective.likelihood.outputs == 1 else sm.MNLogit
    params = np.asarray(family(objective.y, objective.X).fit(method="newton", disp=0).params)
    if params.ndim == 1:
        return params
    theta = np.column_stack([np.zeros(len(params)), params])  # its first class is the reference
    return np.asarray(theta - theta.mean(axis=1, keepdims=True))


Fit = Callable[[Objective], Floats]
PEERS: dict[str, Fit] = {
    "scikit-learn, lbfgs": partial(scikit_learn, "lbfgs"),
    "scikit-learn, newton-cholesky": partial(scikit_learn, "newton-cholesky"),
    "statsmodels, Newton": statsmodels,
}


def at_optimum(fit: Fit, objective: Objective) -> tuple[Floats, float]:
    """What `fit` found, and how steep the mean nll is there; refused if that is not small."""
    theta = fit(objective)
    steepest = np.abs(objective.gradient(theta)).max() / len(objective.y)
    assert steepest < GRADIENT, f"{fit}: gradient {steepest:.1e}"
    return theta, steepest


def rows() -> Iterator[Row]:
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for likelihood, n in [(Bernoulli(), 100_000), (Categorical(K), 10_000)]:
            yield from against_all(problem(likelihood, n))


def against_all(objective: Objective) -> Iterator[Row]:
    n, outputs = len(objective.y), objective.likelihood.outputs
    kind = "logistic fit" if outputs == 1 else f"softmax fit, K = {K}"
    for against, fit in PEERS.items():
        (best, flat), (found, steep) = at_optimum(ours, objective), at_optimum(fit, objective)
        np.testing.assert_allclose(best, found, atol=1e-5)
        work = partial(ours, objective), partial(fit, objective)
        what = f"{kind}, n = {n:,}, d = {D}"
        note = f"ours ends at a gradient of {flat:.0e}, the peer at one of {steep:.0e}"
        yield Row(what, "ms", *in_turn(work, RUNS), against, 1, note=note)

"""Entries: likelihoods, priors, objectives."""

from typing import Any

import numpy as np

from mlelib import (
    BetaPrior,
    BrierObjective,
    Flat,
    GaussianPrior,
    LaplacePrior,
    Likelihood,
    Objective,
)
from mlelib.priors import Prior

from . import samples
from .entries import Call, Random, enter, function

EITHER = ("log_prob", "nll", "loss", "gradient", "curvature")


def _all_of_it(kind: type[Likelihood]) -> Any:
    """The class with all that its object answers, so that no parameter is taken that breaks it."""

    def use(**parameters: Any) -> Any:
        rng = np.random.default_rng(0)
        model = kind(**parameters)
        if model.outputs > 9:
            return model
        y, z = samples.targets(rng, model), samples.outputs(rng, model)
        answers = [getattr(model, method)(y, z) for method in EITHER]
        draws = model.sample(z, rng)
        return model, answers, model.constant(y), model.mode(z), draws, model.mean(z)

    return use


def _method(kind: type[Likelihood], method: str) -> Any:
    def make(rng: Random) -> Call:
        model = samples.likelihood(rng, kind)
        y, z = samples.targets(rng, model), samples.outputs(rng, model)
        given: dict[str, Any] = {"y": y, "z": z}
        if method in ("constant", "targets"):
            given = {"y": y}
        elif method in ("mean", "mode"):
            given = {"z": z}
        elif method == "sample":
            own = int(rng.integers(9))

            def sample(z: Any, rng: Any) -> Any:
                return model.sample(
                    z, np.random.default_rng(own) if isinstance(rng, str) and rng == "own" else rng
                )

            return sample, {"z": z, "rng": "own"}
        return getattr(model, method), given

    return make


for _kind, _parameters in samples.LIKELIHOODS.items():
    function(_kind.__name__, _all_of_it(_kind), _parameters)
    for _name in (*EITHER, "constant", "mean", "mode", "sample", "targets"):
        enter(f"{_kind.__name__}.{_name}", _method(_kind, _name))


def _mask(rng: Random) -> Any:
    return None if rng.random() < 0.3 else np.array([True, False])


PRIORS: dict[type[Prior], Any] = {
    Flat: lambda rng: {},
    GaussianPrior: lambda rng: {"tau": samples.scale(rng), "mask": _mask(rng)},
    LaplacePrior: lambda rng: {"scale": samples.scale(rng), "mask": _mask(rng)},
    BetaPrior: lambda rng: {"a": samples.scale(rng), "b": samples.scale(rng)},
}
DENSITY = ("log_prob", "gradient", "curvature")


def _used(kind: type[Prior]) -> Any:
    def use(**parameters: Any) -> Any:
        prior = kind(**parameters)
        theta = np.array([0.0, 1.5][: 1 if kind is BetaPrior else 2])
        values = [getattr(prior, name)(theta) for name in DENSITY]
        decay = prior.weight_decay(3) if isinstance(prior, GaussianPrior) else 0.0
        return values, prior.felt(theta.shape), decay

    return use


def _of_prior(kind: type[Prior], method: str) -> Any:
    def make(rng: Random) -> Call:
        shape = (1,) if kind is BetaPrior else (2,) if rng.random() < 0.5 else (2, 3)
        prior = kind(**PRIORS[kind](rng))
        if method in DENSITY:
            theta = samples.numbers(rng, *shape)
            return getattr(prior.spread(shape), method), {"theta": theta}
        return getattr(prior, method), {"shape": shape}

    return make


for _prior, _parameters in PRIORS.items():
    function(_prior.__name__, _used(_prior), _parameters)
    for _name in (*DENSITY, "spread", "felt"):
        enter(f"{_prior.__name__}.{_name}", _of_prior(_prior, _name))


def _decay(rng: Random) -> Call:
    loss = str(rng.choice(["nll", "half squared error", "squared error"]))
    sigma = None if loss == "nll" else samples.scale(rng)
    prior = GaussianPrior(samples.scale(rng))
    return prior.weight_decay, {"n": 5, "loss": loss, "sigma": sigma}


enter("GaussianPrior.weight_decay", _decay)


def _look(objective: Any) -> Any:
    theta = np.ones(objective.shape) / 4
    looks = objective.value(theta), objective.gradient(theta), objective.hessian(theta)
    return looks, objective.values(theta[None])


def _objective(rng: Random) -> Call:
    own = samples.objective(rng)
    given = {"likelihood": own.likelihood, "X": own.X, "y": own.y * 1.0, "prior": own.prior}

    def use(likelihood: Any, X: Any, y: Any, prior: Any) -> Any:
        return _look(Objective(likelihood, X, y, prior))

    return use, given


def _brier(rng: Random) -> BrierObjective:
    return BrierObjective(samples.design(rng), samples.targets(rng, samples.Bernoulli()))


def _brier_objective(rng: Random) -> Call:
    own = _brier(rng)
    return lambda X, y: _look(BrierObjective(X, y)), {"X": own.X, "y": own.y * 1.0}


enter("Objective", _objective, also=frozenset({"theta"}))
enter("BrierObjective", _brier_objective, also=frozenset({"theta"}))


def _of_objective(pick: Any, method: str) -> Any:
    def make(rng: Random) -> Call:
        objective = pick(rng)
        if method != "values":
            return getattr(objective, method), {"theta": samples.parameters(rng, objective)}
        thetas = samples.numbers(rng, 3, *objective.shape) / 4
        return objective.values, {"thetas": thetas}

    return make


for _name in ("value", "gradient", "hessian", "values"):
    enter(f"Objective.{_name}", _of_objective(samples.objective, _name))
    enter(f"BrierObjective.{_name}", _of_objective(_brier, _name))

"""Entries: losses, special functions, fits, landscapes, data sets, checks; and plain records."""

from dataclasses import fields
from typing import Any

import numpy as np

import mlelib
from mlelib import calibration, checks, datasets, exceptions, kiosk, losses, numerics, sandwich
from mlelib.checks import Result
from mlelib.exercises.kinds import Value

from . import samples
from .entries import Call, Random, enter, function
from .samples import N, numbers, probabilities, scale


def _pair(name: str, draw: Any = numbers) -> Any:
    return lambda rng: {"y": draw(rng, N), name: draw(rng, N)}


def _above_0(rng: Random, *shape: int) -> np.ndarray:
    return rng.integers(1, 30, shape) / 8


LOSSES: dict[str, Any] = {
    "squared_error": _pair("prediction"),
    "absolute_error": _pair("prediction"),
    "student_t_loss": lambda rng: {
        "y": numbers(rng, N), "prediction": numbers(rng, 2, N), "df": scale(rng),
        "scale": scale(rng),
    },
    "heteroscedastic_loss": lambda rng: {
        "y": numbers(rng, N), "prediction": numbers(rng, N), "sigma": _above_0(rng, N),
    },
    "poisson_deviance": _pair("prediction", _above_0),
    "gamma_deviance": _pair("prediction", _above_0),
    "binary_cross_entropy": _pair("q", probabilities),
    "cross_entropy": lambda rng: {"target_rows": samples.rows(rng), "q_rows": samples.rows(rng)},
    "brier": _pair("q", probabilities),
    "soft_dice": _pair("q", probabilities),
}  # fmt: skip
for _name, _arguments in LOSSES.items():
    function(f"losses.{_name}", getattr(losses, _name), _arguments)

NUMERICS: dict[str, Any] = {
    "softplus": lambda rng: {"z": numbers(rng, N)},
    "sigmoid": lambda rng: {"z": numbers(rng, N)},
    "log_softmax": lambda rng: {"z": numbers(rng, N, 3)},
    "softmax": lambda rng: {"z": numbers(rng, N, 3)},
    "softmax_and_rest": lambda rng: {"z": numbers(rng, N, 3)},
    "difference": lambda rng: {"a": numbers(rng, N), "b": numbers(rng, N)},
    "times_exp": lambda rng: {"a": numbers(rng, N), "x": numbers(rng, N), "factor": scale(rng)},
    "stirling_remainder": lambda rng: {"x": np.abs(numbers(rng, N))},
}
for _name, _arguments in NUMERICS.items():
    function(f"numerics.{_name}", getattr(numerics, _name), _arguments)


def _tangent(rng: Random) -> Call:
    t = numbers(rng, N)
    return numerics.exp_above_tangent, {"t": t, "exp_t": np.exp(t)}


enter("numerics.exp_above_tangent", _tangent)


def _fit(rng: Random) -> dict[str, Any]:
    own = samples.objective(rng)
    return {"likelihood": own.likelihood, "X": own.X, "y": own.y * 1.0, "prior": own.prior}


def _likelihood_only(rng: Random) -> dict[str, Any]:
    model = samples.likelihood(rng)
    return {"likelihood": model, "X": samples.design(rng), "y": samples.targets(rng, model)}


def _with_theta(rng: Random) -> dict[str, Any]:
    given = _likelihood_only(rng)
    return given | {"theta": samples.parameters(rng, mlelib.Objective(**given))}


function("maximum_likelihood", mlelib.maximum_likelihood, _likelihood_only)
function("maximum_a_posteriori", mlelib.maximum_a_posteriori, _fit)
function("sandwich.sandwich_errors", sandwich.sandwich_errors, _with_theta)
function("add_intercept", mlelib.add_intercept, lambda rng: {"X": numbers(rng, N, 2)})


def _calibrated(rng: Random) -> dict[str, Any]:
    model = samples.likelihood(rng, (mlelib.Bernoulli, mlelib.Categorical)[rng.integers(2)])
    y = np.arange(N) % model.outputs if model.outputs > 1 else np.arange(N) % 2
    z = (np.eye(model.outputs)[y] if model.outputs > 1 else y - 0.5) * scale(rng)
    z[0], z[1] = z[1].copy(), z[0].copy()  # two are wrong
    return {"likelihood": model, "y": y * 1.0, "z": z}


def _grouped(rng: Random) -> dict[str, Any]:
    y = samples.targets(rng, mlelib.Bernoulli())
    return {"y": y, "q": probabilities(rng, N), "groups": int(rng.integers(1, 5))}


function("calibration.temperature", calibration.temperature, _calibrated)
function("calibration.reliability", calibration.reliability, _grouped)


def _plane(rng: Random) -> dict[str, Any]:
    own = samples.objective(rng)
    center = samples.parameters(rng, own)
    if center.size == 1:
        return _plane(rng)
    axes: Any = (0, 1) if center.ndim == 1 else ((0, 0), (1, 1))
    if rng.random() < 0.5:
        axes = (axes[0], np.ones(center.shape))
    line = numbers(rng, 4), numbers(rng, 3)
    return {"objective": own, "center": center, "x": line[0], "y": line[1], "axes": axes}


def _start(rng: Random) -> dict[str, Any]:
    own = samples.objective(rng)
    start = samples.parameters(rng, own)
    return {"objective": own, "start": start, "step": scale(rng) / 64, "steps": 4}


def _at(rng: Random) -> dict[str, Any]:
    own = samples.objective(rng)
    return {"objective": own, "theta": samples.parameters(rng, own)}


def _bowl(theta: Any) -> float:
    with np.errstate(over="ignore"):
        return float((theta**2).sum())


def _ends(rng: Random) -> dict[str, Any]:
    return {"f": _bowl, "a": numbers(rng, 3), "b": numbers(rng, 3), "points": 7}


function("grid", mlelib.grid, _plane)
function("chord", mlelib.chord, _ends)
function("convexity_gap", mlelib.convexity_gap, _ends)
function("hessian_spectrum", mlelib.hessian_spectrum, _at)
function("gradient_descent", mlelib.gradient_descent, _start)

function("penguins", mlelib.penguins, lambda rng: {})
function("people", mlelib.people, lambda rng: {"n": 5, "seed": int(rng.integers(9))})
function("coins", mlelib.coins, lambda rng: {"heads": 3, "tails": 4, "seed": int(rng.integers(9))})
function("kiosk.kiosk", kiosk.kiosk, lambda rng: {"days": 5, "seed": int(rng.integers(9))})
for _name in ("p_diet", "p_class"):
    function(
        f"datasets.People.{_name}",
        getattr(datasets.People, _name),
        lambda rng: {"height": _above_0(rng, N), "weight": _above_0(rng, N)},
    )

EXERCISE = Value("0.0", lambda: np.arange(3.0), why="It is so.")


def _check(rng: Random) -> dict[str, Any]:
    from mlelib.exercises.book import EXERCISES  # noqa: PLC0415  it loads torch

    quick = [number for number in EXERCISES if number != "7.6"]  # which trains for half a minute
    return {"number": str(rng.choice(quick)), "answer": numbers(rng, 3)}


function("checks.check", checks.check, _check)
function(
    "checks.judge", checks.judge, lambda rng: {"exercise": EXERCISE, "answer": numbers(rng, 3)}
)

# What holds results checks nothing, and an exception takes a message.
RECORDS: dict[str, Any] = {
    "Estimate": mlelib.Estimate, "Landscape": mlelib.Landscape, "Path": mlelib.Path,
    "checks.Result": Result, "datasets.Penguins": datasets.Penguins,
    "datasets.People": datasets.People, "calibration.Reliability": calibration.Reliability,
    "kiosk.Kiosk": kiosk.Kiosk,
}  # fmt: skip
for _name, _kind in RECORDS.items():
    function(
        _name,
        _kind,
        lambda rng, kind=_kind: {f.name: numbers(rng, 3) for f in fields(kind)},
        keeps=True,
        left=frozenset({"verdict"}),  # of which repr makes use
    )


def _exception(kind: type[Exception]) -> Any:
    def made(message: Any) -> None:
        kind(message)

    return made


for _name, _kind in vars(exceptions).items():
    if isinstance(_kind, type):
        function(_name, _exception(_kind), lambda rng: {"message": "so"})

"""Every likelihood's log_prob, gradient and curvature against mpmath, beside scipy.stats and torch.

    .venv/bin/python benchmarks/accuracy.py [points, 20000 if not given]

The points are raw outputs z from 2⁻¹⁰⁷⁴ to 1.8e308 with both signs, and targets y over their whole
range and close to z; seeded. Categorical gets 2/K of them, as each has K² entries. Errors are the
largest of all points and entries:

- *ulp of result*: in units of the last place of the exact answer. Where that is a sum whose terms
  cancel, say a log-density near 0, no bound can hold for it in double precision. 4.5e15 and more:
  not one digit is right.
- *ulp of term*: in units of the last place of the largest of those terms. 45 of them are 1e-14.
- *not finite*: answers that are ±inf or nan where a finite double is right, and those where ±inf is
  right and the answer is something else. They are in no maximum.

The status is 1 if ours is above its bound, has such answers, or warns. `_build/accuracy.json` has
all numbers, and y and z of each worst case.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from ulps import oracles, peers, points
from ulps.meter import Array, Finding, exact, measure

from mlelib import likelihoods as lk

OUT = Path(__file__).parents[1] / "_build" / "accuracy.json"
POINTS = 20_000
SEED = 20240813

# Of the largest term, by mlelib.likelihoods' promise for log_prob: 1e-14, which is 45 ulp or more.
OF_TERM = 1e-14 * 2**52
# Of the result. log_prob: the same promise. A softmax is right to 6 ulp (tests/test_numerics.py),
# so a sum of them too, and a product of two to 13.
OF_RESULT = {"log_prob": 4.0, "gradient": 6.0, "curvature": 13.0}


@dataclass(frozen=True)
class Case:
    """A likelihood, where to look at it, and what others say there."""

    likelihood: lk.Likelihood
    points: Callable[[np.random.Generator, int], points.Points]
    oracles: oracles.Oracles
    peers: tuple[peers.Scipy, peers.Torch]
    share: float = 1.0  # of the points

    @property
    def to_the_last_place(self) -> bool:
        """The answers are no sums that cancel, and the bound is on ulp of the result."""
        return isinstance(self.likelihood, lk.Bernoulli | lk.Categorical)


def _categorical(K: int) -> Case:
    likelihood, look = lk.Categorical(K), partial(points.classes, K=K)
    return Case(likelihood, look, oracles.categorical(), peers.categorical(), 2 / K)


CASES = [
    *(Case(lk.Gaussian(s), points.reals, oracles.gaussian(s), peers.gaussian(s)) for s in (1, 0.3)),
    Case(lk.ScaledGaussian(), points.scaled, oracles.scaled_gaussian(), peers.scaled_gaussian()),
    Case(lk.Laplace(2.5), points.reals, oracles.laplace(2.5), peers.laplace(2.5)),
    *(
        Case(lk.StudentT(*a), points.reals, oracles.student_t(*a), peers.student_t(*a))
        for a in ((1.0, 1.0), (3.0, 0.5))
    ),
    Case(lk.Poisson(), points.counts, oracles.poisson(), peers.poisson()),
    *(Case(lk.Gamma(a), points.amounts, oracles.gamma(a), peers.gamma(a)) for a in (0.5, 4.5)),
    Case(lk.Bernoulli(), points.yes_no, oracles.bernoulli(), peers.bernoulli()),
    *map(_categorical, (2, 10, 50)),
]


def ours(likelihood: lk.Likelihood, y: Array, z: Array) -> dict[str, Array]:
    """Any warning is an error."""
    m = likelihood.outputs
    with warnings.catch_warnings(), np.errstate(over="warn", invalid="warn", divide="warn"):
        warnings.simplefilter("error")
        curvature = likelihood.curvature(y, z).reshape(-1, m, m)
        return {
            "log_prob": likelihood.log_prob(y, z)[:, None],
            "gradient": likelihood.gradient(y, z).reshape(-1, m),
            "curvature": curvature[:, *np.triu_indices(m)],
        }


def findings(case: Case, n: int) -> dict[str, dict[str, Finding]]:
    """By quantity and implementation."""
    y, z = case.points(np.random.default_rng(SEED), max(int(n * case.share), 4))
    answers = {
        "ours": ours(case.likelihood, y, z),
        "scipy": peers.by_scipy(case.peers[0], y, z),
        "torch": peers.by_torch(case.peers[1], y, z),
    }
    found = {}
    for quantity, oracle in case.oracles.items():
        true = exact(oracle, y, z)
        found[quantity] = {
            who: measure(answer[quantity], true, y, z)
            for who, answer in answers.items()
            if quantity in answer
        }
    return found


def kept(case: Case, quantity: str, finding: Finding) -> bool:
    """Whether ours is within its bound."""
    if finding.not_finite or finding.not_infinite:
        return False
    if case.to_the_last_place:
        return finding.of_result is not None and finding.of_result <= OF_RESULT[quantity]
    return finding.of_term is not None and finding.of_term <= OF_TERM


def cell(finding: Finding | None) -> str:
    """Ulp of result, of term, and how many are not finite."""
    if finding is None:
        return f"{'—':>9}{'':>9}{'':>14}"
    numbers = ["—" if v is None else f"{v:.2g}" for v in (finding.of_result, finding.of_term)]
    lost = finding.not_finite + finding.not_infinite
    share = f"{lost}/{finding.answers}" if lost else ""
    return "".join(f"{n:>9}" for n in numbers) + f"{share:>14}"


def main() -> None:
    n, start, met = int(sys.argv[1]) if sys.argv[1:] else POINTS, time.monotonic(), True
    print(__doc__.split("\n\n", 2)[2])
    names = ("ours", "scipy", "torch")
    print(" " * 36 + "".join(f" | {who:^32}" for who in names))
    heads = f"{'of result':>9}{'of term':>9}{'not fin.':>14}"
    print(f"{'largest error in ulp':36}" + f" | {heads}" * 3)
    table: list[dict[str, Any]] = []
    for case in CASES:
        for quantity, by in findings(case, n).items():
            good = kept(case, quantity, by["ours"])
            met &= good
            name = f"{case.likelihood} {quantity}" if quantity == "log_prob" else f"  {quantity}"
            row = "".join(f" | {cell(by.get(who))}" for who in names)
            print(f"{name:36}" + row + ("" if good else "  MISSED"), flush=True)
            numbers = {who: finding.as_dict() for who, finding in by.items()}
            record = {"likelihood": str(case.likelihood), "quantity": quantity, "kept": good}
            table.append(record | numbers)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"points": n, "seed": SEED, "table": table}, indent=1) + "\n")
    print("bounds", "kept" if met else "missed", f"in {time.monotonic() - start:.0f} s")
    sys.exit(not met)


if __name__ == "__main__":
    main()

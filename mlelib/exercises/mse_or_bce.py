"""The self-checks of Chapter 5, the squared error and the cross-entropy (ids "5.x")."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from mlelib.arguments import Floats, Integers
from mlelib.brier import BrierObjective
from mlelib.descent import gradient_descent
from mlelib.estimation import maximum_likelihood
from mlelib.exercises.kinds import Exercise, Function, Mistake, Value
from mlelib.landscapes import hessian_spectrum
from mlelib.likelihoods import Bernoulli
from mlelib.objectives import Objective, add_intercept

SCANS, FITTED = 2400, 400
ONE_YES: dict[str, Objective | BrierObjective] = {
    "BCE": Objective(Bernoulli(), [[1.0]], [1]),
    "squared": BrierObjective([[1.0]], [1]),
}
FAR = np.array([0.0, -20.0, -20.0])


def scans() -> tuple[Floats, Integers, Floats, Integers]:
    """Scans of a clinic, and whether each needs a second look (1 or 0), as typed in by hand.

    Returns `X (400, 3)`, `y (400,)` to fit, of whose labels some were typed in wrongly, and
    `X_new`, `y_new` of 2,000 scans held out, whose labels were checked. The columns of X are ones
    and two measurements, standardised.
    """
    rng = np.random.default_rng(57)
    X = add_intercept(rng.normal(size=(SCANS, 2)))
    y = (rng.random(SCANS) < expit(X @ [-0.5, 3.0, 2.5])).astype(np.int64)
    typed = y ^ (rng.random(SCANS) < 0.06)
    return X[:FITTED], typed[:FITTED], X[FITTED:], y[FITTED:]


def sure_and_wrong() -> Floats:
    """Losses, slopes, curvatures in z of a yes at z = −log 9, BCE before squared error."""
    z = [-np.log(9)]
    return np.array(
        [
            *(f.value(z) for f in ONE_YES.values()),
            *(f.gradient(z)[0] for f in ONE_YES.values()),
            *(f.hessian(z)[0, 0] for f in ONE_YES.values()),
        ]
    )


def letting_go() -> Floats:
    """Where the squared error pulls hardest, how hard; its greatest and its least curvature."""
    e = (15 + np.sqrt(33) * np.array([-1, 1])) / 24  # 24e² − 30e + 8 = 0
    turning = BrierObjective([[1.0]], [0])
    top, bottom = (turning.hessian([z])[0, 0] for z in np.log(e / (1 - e)))
    return np.array([2 / 3, turning.gradient([np.log(2)])[0], top, bottom])


def middle_gaps() -> Floats:
    """Chord minus graph at z = −3, between z = −6 and z = 0, for a yes: BCE, squared error."""
    ends, middle = np.array([[-6.0], [0.0]]), np.array([-3.0])
    return np.array([f.values(ends).mean() - f.value(middle) for f in ONE_YES.values()])


def squared_hessian(X: Floats, y: Integers, theta: Floats) -> Floats:
    return BrierObjective(X, y).hessian(theta)


def bce_hessian(X: Floats, y: Integers, theta: Floats) -> Floats:
    return Objective(Bernoulli(), X, y).hessian(theta)


def gauss_newton(X: Floats, theta: Floats) -> Floats:
    """The first half of the squared error's Hessian: what is left if q is taken as linear in θ."""
    slope = Bernoulli().curvature(np.zeros(len(X), dtype=np.int64), X @ theta)
    return X.T @ ((2 * slope**2)[:, None] * X)


def longest_step(X: Floats) -> float:
    """2/L for the summed BCE, with L the greatest eigenvalue of XᵀX/4."""
    return float(8 / np.linalg.eigvalsh(X.T @ X)[-1])


def slopes_on_the_grid() -> Floats:
    """For a yes and z in steps of 0.2: z of the squared error's steepest slope; BCE's slope over
    the squared error's at −6; and the z > 0 with the squared error's slope at −6."""
    z = np.arange(-40, 41) / 5
    bce, squared = (np.array([f.gradient([at])[0] for at in z]) for f in ONE_YES.values())
    lost = np.argmin(abs(z + 6))
    right = z > 0
    twin = z[right][np.argmin(abs(squared[right] - squared[lost]))]
    return np.array([z[squared.argmin()], bce[lost] / squared[lost], twin])


def second_look(held_out: bool = True) -> Floats:
    """Of `scans`: 2/L of BCE; the squared error after 300 steps of 0.02 from 0 and from `FAR`; its
    least eigenvalue at `FAR`; mean NLLs of BCE's fit and of the squared error's."""
    X, y, X_new, y_new = scans()
    squared = BrierObjective(X, y)
    ends = [gradient_descent(squared, start, 0.02, 300).values[-1] for start in (np.zeros(3), FAR)]
    fits = [
        maximum_likelihood(Bernoulli(), X, y).theta,
        minimize(squared.value, np.zeros(3), jac=squared.gradient).x,
    ]
    rows, labels = (X_new, y_new) if held_out else (X, y)
    nlls = [Bernoulli().nll(labels, rows @ theta).mean() for theta in fits]
    return np.array([longest_step(X), *ends, hessian_spectrum(squared, FAR)[0], *nlls])


def rows(spread: float) -> Callable[[np.random.Generator], tuple[object, ...]]:
    """Thirty rows of three columns, labels, and parameters that far from 0."""

    def draw(rng: np.random.Generator) -> tuple[object, ...]:
        X = add_intercept(rng.normal(size=(30, 2)))
        return X, rng.integers(0, 2, 30), spread * rng.normal(size=3)

    return draw


EXERCISES: tuple[Exercise, ...] = (
    Value(
        "5.1",
        expected=sure_and_wrong,
        why="The BCE pulls at nearly full strength, and the squared error curves down.",
        rtol=1e-3,
        mistakes=(
            Mistake(
                "These are for e = 0.1, a yes that the model expects; here it expects a no.",
                lambda right: [
                    -np.log(0.9),
                    0.01,
                    -0.1,
                    -2 * 0.01 * 0.9,
                    0.09,
                    2 * 0.01 * 0.9 * 1.7,
                ],
            ),
            Mistake(
                "The label is yes, so both slopes in z point down: more z, less loss.",
                lambda right: right * [1, 1, -1, -1, 1, 1],
            ),
            Mistake(
                "The squared error's slope is that in q; the slope of the sigmoid is missing.",
                lambda right: [*right[:3], -1.8, *right[4:]],
            ),
            Mistake(
                "The last is 2(σ′)², as if q were linear in z; the sigmoid curves, too.",
                lambda right: [*right[:5], 2 * 0.09**2],
            ),
        ),
    ),
    Value(
        "5.2",
        expected=letting_go,
        why="Worse errors pull less, and the bounds on the curvature give you a safe step.",
        rtol=2e-3,
        mistakes=(
            Mistake(
                "The first is where e(1 − e) is greatest; the pull has another e in it.",
                lambda right: [0.5, 0.25, *right[2:]],
            ),
            Mistake(
                "The last two are the places; give the curvatures there.",
                lambda right: [*right[:2], *((15 + np.sqrt(33) * np.array([-1, 1])) / 24)],
            ),
            Mistake(
                "The last two are the wrong way round: the greatest first.",
                lambda right: right[[0, 1, 3, 2]],
            ),
        ),
    ),
    Value(
        "5.3",
        expected=middle_gaps,
        why="One number below 0 settles it, and one above 0 settles nothing.",
        rtol=5e-3,
        mistakes=(
            Mistake("This is graph minus chord; subtract the other way.", lambda right: -right),
            Mistake(
                "The first should be the BCE, the second the squared error.",
                lambda right: right[::-1],
            ),
            Mistake(
                "These are the gaps for a no; the label is yes.",
                lambda right: [
                    np.log1p(np.exp([-6.0, 0.0])).mean() - np.log1p(np.exp(-3.0)),
                    (expit([-6.0, 0.0]) ** 2).mean() - expit(-3.0) ** 2,
                ],
            ),
        ),
    ),
    Function(
        "5.4",
        expected=squared_hessian,
        inputs={"a start at 0": rows(0.0), "a place near 0": rows(0.7), "a place far off": rows(6)},
        why="The same XᵀDX as for BCE, with a D whose entries have both signs.",
        mistakes=(
            Mistake(
                "This is the Hessian of the BCE.",
                lambda right, X, y, theta: bce_hessian(X, y, theta),
            ),
            Mistake(
                "Half of it is missing: q is not linear in θ, and its own curvature counts.",
                lambda right, X, y, theta: gauss_newton(X, theta),
            ),
            Mistake(
                "This is the mean over the examples; the sum is wanted.",
                lambda right, X, y, theta: right / len(y),
            ),
            Mistake(
                "The labels are swapped: this is the Hessian for 1 − y.",
                lambda right, X, y, theta: squared_hessian(X, 1 - y, theta),
            ),
        ),
    ),
    Function(
        "5.5",
        expected=longest_step,
        inputs={
            "three columns": lambda rng: (add_intercept(rng.normal(size=(50, 2))),),
            "inputs in other units": lambda rng: (add_intercept(40 + 9 * rng.normal(size=80)),),
        },
        why="It can be known before the first step, and it asks for no labels.",
        mistakes=(
            Mistake(
                "That is 2 over the eigenvalue of XᵀX; the curvature of an example is at most ¼.",
                lambda right, X: right / 4,
            ),
            Mistake("This is 1/L, a safe step; the limit is wanted.", lambda right, X: right / 2),
            Mistake(
                "This is the limit for the mean over the examples; take the sum.",
                lambda right, X: right * len(X),
            ),
            Mistake(
                "You took the least eigenvalue; the steepest direction sets the limit.",
                lambda right, X: 8 / np.linalg.eigvalsh(X.T @ X)[0],
            ),
        ),
    ),
    Value(
        "5.6",
        expected=slopes_on_the_grid,
        why="Lost at −6 and done at the third: to the squared error these are one.",
        rtol=0.02,
        atol=0.21,
        mistakes=(
            Mistake(
                "The first is where e = 2/3 for a no; set the label to 1.",
                lambda right: right * [-1, 1, 1],
            ),
            Mistake(
                "The second is the squared error's slope over BCE's; turn it over.",
                lambda right: [right[0], 1 / right[1], right[2]],
            ),
        ),
    ),
    Value(
        "5.7",
        expected=second_look,
        why="BCE for a poor start, the squared error for poor labels, and a start at 0 for both.",
        rtol=2e-3,
        mistakes=(
            Mistake(
                "The last two are for the scans that were fitted; take the others.",
                lambda right: second_look(held_out=False),
            ),
            Mistake(
                "The squared errors are sums over the scans, and these are means.",
                lambda right: right / [1, FITTED, FITTED, 1, 1, 1],
            ),
            Mistake(
                "The second and the third are the wrong way round.",
                lambda right: right[[0, 2, 1, 3, 4, 5]],
            ),
            Mistake(
                "The fourth is the greatest eigenvalue; take the least.",
                lambda right: [
                    *right[:3],
                    hessian_spectrum(BrierObjective(*scans()[:2]), FAR)[-1],
                    *right[4:],
                ],
            ),
        ),
    ),
)

"""The engine of the self-checks, on one exercise of each kind, and theorems over the book's own."""

import ast
import subprocess
import sys
import warnings

import numpy as np
import pytest
from scipy import stats
from scipy.special import log_softmax, softmax

from mlelib.checks import Result, check, judge
from mlelib.exercises import (
    binary,
    likelihood,
    mse_or_bce,
    multiclass,
    posterior,
    recipe,
    regression,
)
from mlelib.exercises.book import EXERCISES
from mlelib.exercises.kinds import Function, Mistake, Property, Value

DATA = np.array([0.3, -1.2, 0.8, 2.5])

# As an author writes them: scipy.stats stands in for the library.
NLL = Value(
    "9.1",
    expected=lambda: -stats.norm.logpdf(DATA, 0.5, 1.5).sum(),
    why="This sum is what training minimises.",
    mistakes=(
        Mistake("This is the mean.", lambda right: right / 4),
        Mistake("σ was taken for σ².", lambda right: -stats.norm.logpdf(DATA, 0.5, 1.5**0.5).sum()),
        Mistake(
            "One number is wanted: sum them.", lambda right: -stats.norm.logpdf(DATA, 0.5, 1.5)
        ),
    ),
)
SOFTMAX = Function(
    "9.2",
    expected=lambda z: softmax(z, axis=1),
    inputs={
        "small raw outputs": lambda rng: (rng.normal(size=(3, 4)),),
        "raw outputs near 1000": lambda rng: (rng.normal(1000, 1, size=(3, 4)),),
    },
    why="Shifting by the largest raw output changes nothing and cannot overflow.",
    mistakes=(
        Mistake(
            "Normalised over the examples, not the classes.", lambda right, z: softmax(z, axis=0)
        ),
        Mistake("This is the logarithm.", lambda right, z: log_softmax(z, axis=1)),
    ),
    properties=(Property("A probability is at least 0.", lambda answer, z: (answer >= 0).all()),),
)
TWO_NUMBERS = Value(
    "9.5",
    expected=lambda: np.array([DATA.mean(), DATA.std()]),
    why="Mean and spread, both by maximum likelihood.",
    mistakes=(
        Mistake("This is σ², not σ.", lambda right: right**2),
        Mistake(
            "The spread has n − 1 in it.", lambda right: [DATA.mean(), DATA.std() * np.sqrt(4 / 3)]
        ),
    ),
)
RIGHT_NLL = 0.5 * np.log(2 * np.pi * 1.5**2) * 4 + ((DATA - 0.5) ** 2).sum() / 4.5


def stable_softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def says(exercise, answer) -> str:
    """What a wrong answer is told."""
    result = judge(exercise, answer)
    assert result.verdict == "wrong"
    assert not result
    return result.says


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (NLL, RIGHT_NLL),
        (NLL, np.array([RIGHT_NLL])),
        (NLL, RIGHT_NLL * (1 + 0.9e-6)),
        (TWO_NUMBERS, (DATA.mean(), DATA.std())),
        (SOFTMAX, stable_softmax),
    ],
)
def test_a_right_answer_is_right_and_told_why_it_matters(exercise, answer) -> None:
    result = judge(exercise, answer)
    assert result
    assert result == Result(exercise.id, "right", exercise.why)


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (NLL, ...),
        (TWO_NUMBERS, [DATA.mean(), ...]),
        (TWO_NUMBERS, [[1.0], (..., 2.0)]),
        (SOFTMAX, ...),
        (SOFTMAX, lambda z: ...),
        (SOFTMAX, lambda z: (z, ...)),
    ],
)
def test_dots_that_still_stand_are_no_wrong_answer(exercise, answer) -> None:
    result = judge(exercise, answer)
    assert not result
    assert result.verdict == "not answered"
    assert "Replace the ..." in result.says


@pytest.mark.parametrize(
    ("given", "word"),
    [(-RIGHT_NLL, "sign"), (RIGHT_NLL / np.log(10), "base 10"), (RIGHT_NLL / np.log(2), "bits")],
)
def test_mistakes_common_to_all_exercises_are_recognised(given: float, word: str) -> None:
    assert word in says(NLL, given)
    inputs = {"a number": lambda rng: (1.0,)}
    function = Function("9.9", lambda x: RIGHT_NLL * x, inputs, "")
    assert word in says(function, lambda x: given * x)


def test_an_authors_own_mistake_goes_before_a_common_one() -> None:
    own = Value("9.9", lambda: 2.0, "", mistakes=(Mistake("own", lambda right: -right),))
    assert says(own, -2.0) == "own"


def test_a_mistake_of_the_authors_own_is_recognised() -> None:
    assert says(NLL, -stats.norm.logpdf(DATA, 0.5, 1.5**0.5).sum()) == "σ was taken for σ²."
    # It also knows answers of another shape.
    assert says(NLL, -stats.norm.logpdf(DATA, 0.5, 1.5)) == "One number is wanted: sum them."


def test_a_mistake_in_one_entry_is_named_there() -> None:
    spread = DATA.std(ddof=1)
    assert says(TWO_NUMBERS, [DATA.mean(), spread]) == "The spread has n − 1 in it."
    assert says(TWO_NUMBERS, [DATA.mean(), DATA.var()]) == "At index 1: This is σ², not σ."
    # One mistake that explains every wrong entry goes before one that explains the first alone.
    both = Value(
        "9.9",
        lambda: [1.0, 2.0, 3.0],
        "",
        mistakes=(Mistake("first", lambda r: r * [1, 2, 9]), Mistake("all", lambda r: r * 2)),
    )
    assert says(both, [1.0, 4.0, 6.0]) == "At index 1: all"
    assert says(both, [1.0, 4.0, 7.0]) == "At index 1: first"


@pytest.mark.parametrize(
    ("exercise", "answer", "said"),
    [
        (NLL, [1.0, 2.0], "The shape is (2,) and should be that of a single number."),
        (TWO_NUMBERS, 1.0, "The shape is that of a single number and should be (2,)."),
        (NLL, np.nan, "It holds nan"),
        (NLL, -np.inf, "It holds -inf"),
        (NLL, RIGHT_NLL * 1.005, "Close, but the relative error is above 1e-06."),
        (NLL, 100.0, "The number is too large."),
        (NLL, 0.5, "The number is too small."),
        (TWO_NUMBERS, [9.0, 9.0], "2 of 2 entries are wrong; the first, at index 0, is too large."),
        (TWO_NUMBERS, [DATA.mean(), -9], "1 of 2 entries are wrong; the first, at index 1, is"),
        (NLL, "7.9", "Your answer is of type str, and should be a number"),
        (NLL, None, "Your answer is of type NoneType, and"),
        (NLL, True, "Your answer is of type bool, and"),
        (NLL, 1j, "Your answer is of type complex, and"),
        (NLL, {}, "Your answer is of type dict, and"),
        (NLL, [[1.0], [1.0, 2.0]], "Your answer is of type list, and"),
        (NLL, np.sum, "Your answer is a function, and"),
        (SOFTMAX, 3.0, "Pass the function by its name; this is of type float."),
    ],
)
def test_what_is_wrong_is_said(exercise, answer, said: str) -> None:
    assert says(exercise, answer).startswith(said)


def naive_softmax(z):
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def overwriting_softmax(z):
    z -= z.max(axis=1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (naive_softmax, "Right with small raw outputs. With raw outputs near 1000: It holds nan"),
        (overwriting_softmax, "With small raw outputs: your function changes its arguments"),
        (lambda z: softmax(z, axis=0), "With small raw outputs: Normalised over the examples"),
        (
            lambda z: softmax(z, axis=1)[0],
            "With small raw outputs: The shape is (4,) and should be",
        ),
        (lambda z: np.log(softmax(z, axis=1)), "With small raw outputs: This is the logarithm."),
        (lambda z: z - z.max() - 1, "With small raw outputs: A probability is at least 0."),
        (lambda z: 1 + z**2, "With small raw outputs: 12 of 12 entries are wrong; the first, at"),
        (lambda z: None, "With small raw outputs: your function returns nothing"),
        (lambda z: "half", "With small raw outputs: your function returns something of type str"),
        (
            lambda z: z @ z,
            "With small raw outputs: your function stops with ValueError: matmul",
        ),
        (lambda a, b: a, "With small raw outputs: your function stops with TypeError: "),
    ],
)
def test_what_is_wrong_with_a_function_is_said(answer, said: str) -> None:
    assert says(SOFTMAX, answer).startswith(said)


def test_an_exception_is_told_with_the_shapes_that_raised_it() -> None:
    assert says(SOFTMAX, lambda z: 1 / 0) == (
        "With small raw outputs: your function stops with ZeroDivisionError: division by zero. "
        "The shapes of its arguments: (3, 4)."
    )


def test_a_property_is_only_asked_of_the_right_shape_and_finite_numbers() -> None:
    picky = Function(
        "9.9",
        lambda x: x,
        {"x": lambda rng: (np.ones(3),)},
        "",
        properties=(Property("sum", lambda answer, x: answer @ x == 3),),
    )
    assert says(picky, lambda x: np.ones(4)).startswith("With x: The shape is (4,)")
    assert says(picky, lambda x: x * np.nan).startswith("With x: It holds nan")
    assert says(picky, lambda x: x * 2) == "With x: sum"
    assert says(picky, lambda x: x * [0, 1, 2]).startswith("With x: 2 of 3")


def test_a_right_infinity_is_right_and_a_wrong_one_is_named() -> None:
    infinite = Value("9.9", lambda: [np.inf, 1.0], "")
    assert judge(infinite, [np.inf, 1.0])
    assert says(infinite, [np.inf, -np.inf]).startswith("It holds -inf")
    assert says(infinite, [np.inf, np.nan]).startswith("It holds nan")
    assert says(infinite, [5.0, 1.0]).endswith("at index 0, is too small.")


def test_the_hidden_inputs_are_the_same_each_time_and_differ_between_exercises() -> None:
    seen = []

    def spy(z):
        seen.append(z)
        return stable_softmax(z)

    judge(SOFTMAX, spy)
    judge(SOFTMAX, spy)
    other = Function("9.3", SOFTMAX.expected, SOFTMAX.inputs, "")
    judge(other, spy)
    assert len(seen) == 6  # two cases each
    assert np.array_equal(seen[0], seen[2])
    assert np.array_equal(seen[1], seen[3])
    assert not np.array_equal(seen[0], seen[4])


def test_a_learners_warnings_stay_with_the_learner() -> None:
    def noisy(z):
        warnings.warn("mind the gap", stacklevel=1)
        np.log(np.zeros(1))
        return stable_softmax(z)

    assert judge(SOFTMAX, noisy)  # warnings are errors in this suite


def test_answers_from_torch_are_read() -> None:
    torch = pytest.importorskip("torch")
    assert judge(NLL, torch.tensor(RIGHT_NLL))
    assert "of type Tensor" in says(NLL, torch.tensor(RIGHT_NLL, requires_grad=True))


def test_the_message_is_plain_text_of_readable_width() -> None:
    assert repr(judge(NLL, RIGHT_NLL)) == (
        "Exercise 9.1, right. This sum is what training minimises."
    )
    assert repr(judge(NLL, ...)).startswith("Exercise 9.1, not answered yet. Replace the ...")
    assert repr(judge(NLL, 0.5)) == "Exercise 9.1, not yet. The number is too small."
    long = repr(Result("9.1", "wrong", "word " * 60))
    assert max(map(len, long.splitlines())) <= 80
    assert " ".join(long.split()) == "Exercise 9.1, not yet. " + ("word " * 60).strip()


@pytest.mark.parametrize("number", ["0.0", "", "1", 1.3, None])
def test_an_unknown_exercise_is_a_value_error_that_lists_the_known(number) -> None:
    with pytest.raises(ValueError, match=f"^number must be one of .*, got {number!r}$") as caught:
        check(number, 1.0)
    assert all(known in str(caught.value) for known in EXERCISES)


def test_the_exercises_are_not_loaded_before_one_is_checked() -> None:
    """They use parts of SciPy that take longer to import than the package."""
    program = "import sys, mlelib; print([m for m in sys.modules if 'exercises.' in m])"
    loaded = subprocess.check_output([sys.executable, "-c", program], text=True)
    assert sorted(ast.literal_eval(loaded)) == [
        "mlelib.exercises.answers",
        "mlelib.exercises.kinds",
    ]


# The book's own exercises.


def test_there_are_exercises_and_each_has_a_number_of_its_own() -> None:
    modules = likelihood, regression, binary, multiclass, mse_or_bce, posterior, recipe
    chapters = {number: module.EXERCISES for number, module in enumerate(modules, start=1)}
    for chapter, exercises in chapters.items():
        assert exercises
        assert all(exercise.id.startswith(f"{chapter}.") for exercise in exercises)
    listed = [exercise.id for exercises in chapters.values() for exercise in exercises]
    assert len(set(listed)) == len(listed) == len(EXERCISES)


@pytest.mark.parametrize("number", EXERCISES)
def test_no_exercise_fails_a_build_that_nobody_has_answered(number: str) -> None:
    assert check(number, ...).verdict == "not answered"


@pytest.mark.parametrize("number", EXERCISES)
def test_every_exercise_accepts_the_librarys_own_answer(number: str) -> None:
    exercise = EXERCISES[number]
    assert exercise.why.endswith(".")
    if isinstance(exercise, Value):
        assert check(number, exercise.expected())
    else:
        assert check(number, exercise.expected)


@pytest.mark.parametrize("number", EXERCISES)
def test_every_mistake_is_told_by_its_own_words_and_never_with_the_number(number: str) -> None:
    exercise = EXERCISES[number]
    if isinstance(exercise, Value):
        right = np.asarray(exercise.expected(), dtype=float)
        digits = {f"{entry:.{places}f}" for entry in right.ravel() for places in (2, 3, 4)}
        for mistake in exercise.mistakes:
            with np.errstate(all="ignore"):
                told = says(exercise, mistake.instead(right))
            assert told == mistake.says
            assert not any(number in told for number in digits)
    else:
        for mistake in exercise.mistakes:

            def mistaken(*inputs, mistake=mistake):
                right = np.asarray(exercise.expected(*inputs), dtype=float)
                return mistake.instead(right, *inputs)

            assert mistake.says in says(exercise, mistaken)

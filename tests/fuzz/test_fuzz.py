"""Every public function, under hostile input: a short run. A long one is `python -m tests.fuzz`."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mlelib import Gaussian

from .catalogue import public
from .contract import Broken, Refusal, outcome
from .examples import COSTUMES, ENTRIES, Example, arguments_of

EXAMPLES = 12  # for each function


def test_no_public_function_is_forgotten() -> None:
    assert sorted(ENTRIES) == public()


@pytest.mark.parametrize("name", ENTRIES)
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_contract_holds(name: str, data: st.DataObject) -> None:
    entry = ENTRIES[name]
    seed = data.draw(st.integers(0, 2**32 - 1), "seed")
    argument = data.draw(st.sampled_from(["", *arguments_of(entry)]), "argument")
    costume = data.draw(st.sampled_from([*COSTUMES]), "costume")
    assume(Example(entry, seed, argument, costume).run() != "no example")


def _changes(x: np.ndarray) -> None:
    x[0] = 7


def _from_within(x: np.ndarray) -> None:
    np.zeros(3)[x.astype(int) + 9]


def _does_not_say(x: np.ndarray) -> None:
    raise ValueError("wrong")


def _makes_nan(x: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        return x - x / 0.0 + x / 0.0


def _warns(x: np.ndarray) -> np.ndarray:
    return x / 0.0


@pytest.mark.parametrize("call", [_changes, _from_within, _does_not_say, _makes_nan, _warns])
def test_the_contract_is_checked(call) -> None:
    with pytest.raises(Broken):
        outcome(call, {"x": np.array([1.0, -1.0])}, {"x"})


def test_a_clear_error_keeps_the_contract() -> None:
    found = outcome(Gaussian().mean, {"z": [np.nan]}, {"z"})
    assert isinstance(found, Refusal)

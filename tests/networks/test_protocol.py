"""The measurement for C23 and C43: what it measures, one by one, and how it counts."""

from functools import partial

import numpy as np
import pytest
import torch
from scipy.stats import binomtest

from mlelib.likelihoods import Bernoulli
from mlelib.networks import block_spectra, brier, mlp, negative_share, nll, protocol, train

BCE = partial(nll, Bernoulli())


@pytest.fixture(scope="module")
def nu() -> np.ndarray:
    return protocol.measure(seeds=3)


def test_all_at_once_is_one_by_one(nu: np.ndarray) -> None:
    assert nu.shape == (2, 5, 2, 4, 3)
    seed = 2
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(120, 6))
    clean = (x[:, 0] * x[:, 1] + x[:, 2] > 0).astype(int)
    flipped = clean.copy()
    flipped[rng.choice(120, size=12, replace=False)] ^= 1
    adam = partial(torch.optim.Adam, lr=0.01)
    for i, labels in enumerate((clean, flipped)):
        examples = torch.tensor(x), torch.tensor(labels)
        points = [mlp([6, 6, 6, 6, 1], seed=seed).state_dict()]
        for loss in (BCE, brier):
            network = mlp([6, 6, 6, 6, 1], seed=seed)
            kept = train(network, *examples, loss, adam, 200, keep=(20, 200), progress=False)
            points += [kept.parameters[20], kept.parameters[200]]
        for j, point in enumerate(points):
            network = mlp([6, 6, 6, 6, 1])
            network.load_state_dict(point)
            for k, loss in enumerate((BCE, brier)):
                wanted = [negative_share(s) for s in block_spectra(network, loss, *examples)]
                # 200 steps of Adam carry the rounding of the batched sums
                np.testing.assert_allclose(nu[i, j, k, :, seed], wanted, rtol=1e-6, atol=1e-9)


def test_under_bce_the_output_layer_is_convex_at_every_point(nu: np.ndarray) -> None:
    assert np.all(nu[:, :, 0, 3] == 0)
    assert np.any(nu[:, :, 1, 3] > 0)
    assert np.all(nu[:, 0, :, :3] > 0)


def test_the_first_seeds_do_not_depend_on_how_many_there_are(nu: np.ndarray) -> None:
    np.testing.assert_allclose(protocol.measure(seeds=1)[..., 0], nu[..., 0], rtol=1e-6, atol=1e-9)


def made_up() -> np.ndarray:
    """ν = 0.5, and BCE's first hidden layer lower in 18 seeds, equal in one and higher in one."""
    nu = np.full((2, 5, 2, 4, 20), 0.5)
    nu[:, :, 0, 0, :18] = 0.25
    nu[:, :, 0, 0, 19] = 0.75
    return nu


def test_the_losses_are_compared_in_each_point_and_hidden_layer() -> None:
    comparisons = protocol.compare_losses(made_up())
    assert len({c.where for c in comparisons}) == len(comparisons) == 2 * 5 * 3
    first = comparisons[0]
    assert first.where == ("clean", "start", "hidden 1")
    assert (first.first, first.second) == ("BCE", "MSE")
    assert first.medians == (0.25, 0.5)
    assert (first.below, first.seeds) == (18, 19)
    assert first.p == binomtest(18, 19).pvalue
    for comparison in comparisons:
        if "hidden 1" not in comparison.where:
            assert (comparison.below, comparison.seeds, comparison.p) == (0, 0, 1.0)


def test_each_hidden_layer_is_compared_with_the_next() -> None:
    comparisons = protocol.compare_layers(made_up())
    assert len(comparisons) == 2 * 5 * 2 * 2
    assert {(c.first, c.second) for c in comparisons} == {
        ("hidden 1", "hidden 2"),
        ("hidden 2", "hidden 3"),
    }
    counts = {c.where[2] + c.first: (c.below, c.seeds) for c in comparisons}
    assert counts == {
        "BCEhidden 1": (18, 19),
        "BCEhidden 2": (0, 0),
        "MSEhidden 1": (0, 0),
        "MSEhidden 2": (0, 0),
    }


WRONG = {
    "no seeds": (lambda: protocol.measure(0), "seeds must be a whole number, 1 or more"),
    "half a seed": (lambda: protocol.measure(2.5), "seeds must be a whole number"),
    "losses": (lambda: protocol.compare_losses(np.ones((2, 5, 2, 3, 20))), "nu must have shape"),
    "layers": (lambda: protocol.compare_layers(np.ones(20)), "nu must have shape"),
}


@pytest.mark.parametrize(("call", "message"), WRONG.values(), ids=WRONG)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()

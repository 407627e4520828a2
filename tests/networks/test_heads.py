"""The network with three heads: its loss is one likelihood, and its training is what it says."""

import numpy as np
import torch
from scipy import stats
from scipy.special import softmax

from mlelib import networks, penguins
from mlelib.networks.heads import Targets, head_nlls, learn, split


def test_the_sum_of_the_heads_is_minus_the_log_of_the_joint_probability() -> None:
    rng = np.random.default_rng(0)
    z = rng.normal(size=(5, 6))
    mass, sex, species = rng.normal(size=5), np.array([0, 1, 1, 0, 1]), np.array([2, 0, 1, 1, 0])
    found = head_nlls(Targets(*map(torch.tensor, (mass, sex, species))), torch.tensor(z))
    joint = (
        stats.norm(z[:, 0], np.exp(z[:, 1])).pdf(mass)
        * stats.bernoulli(1 / (1 + np.exp(-z[:, 2]))).pmf(sex)
        * softmax(z[:, 3:], axis=1)[np.arange(5), species]
    )
    assert found.shape == (3, 5)
    np.testing.assert_allclose(found.sum(dim=0), -np.log(joint), rtol=1e-12)


def test_every_third_bird_is_held_out() -> None:
    fitted, held_out = split()
    assert (len(fitted), len(held_out)) == (222, 111)
    assert sorted([*fitted, *held_out]) == list(range(333))
    assert set(held_out % 3) == {2}


def test_it_learns_what_it_is_asked_about_and_the_same_each_time() -> None:
    flippers = np.array([180.0, 200.0, 220.0])
    learning, again = learn(flippers, 30), learn(flippers, 30)
    assert learning.nlls.shape == (31, 2, 3)
    assert learning.outputs.shape == (31, 3, 6)
    assert np.array_equal(learning.nlls, again.nlls)
    assert np.array_equal(learning.outputs, again.outputs)
    totals = learning.nlls[:, 0].sum(axis=1)
    assert totals[-1] < totals[0] - 0.8
    assert np.all(learn(flippers, 5).nlls == learning.nlls[:6])


def test_it_starts_as_the_networks_first_start_does() -> None:
    birds = penguins()
    mm, (fitted, _) = birds.flipper_length_mm, split()
    at = np.array([190.0])
    z = learn(at, 1).outputs[0]
    x = (at - mm[fitted].mean()) / mm[fitted].std()
    with torch.no_grad():
        np.testing.assert_allclose(z, networks.mlp([1, 16, 6])(torch.tensor(x)[:, None]))

"""The kiosk's diary keeps to the truth that it states."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, softmax

from mlelib.kiosk import SHAPE, kiosk


def test_columns_are_possible_and_reproducible() -> None:
    diary, again = kiosk(), kiosk()
    for name, column in vars(diary).items():
        assert len(column) == 200
        assert np.array_equal(column, getattr(again, name))
    assert diary.temperature[[0, -1]].tolist() == [10, 30]
    assert (diary.wait > 0).all()
    assert diary.customers.min() >= 0
    assert set(diary.sold_out) == {0, 1}
    assert set(diary.favourite) == {0, 1, 2}
    assert (diary.typed != diary.power).sum() == 20
    assert not np.array_equal(kiosk(seed=1).power, diary.power)


def test_each_column_has_its_stated_distribution() -> None:
    """By its distribution function at the stated parameters: uniform, as far as a test can tell."""
    diary = kiosk(4000, seed=5)
    u = (diary.temperature - 20) / 10
    depths = {
        "power": stats.norm(30 + 6 * u, 2).cdf(diary.power),
        "wait": stats.gamma(SHAPE, scale=np.exp(1 + 0.7 * u) / SHAPE).cdf(diary.wait),
        "takings": stats.norm(5 + 3 * u, np.exp(-0.6 + u)).cdf(diary.takings),
    }
    for name, depth in depths.items():
        assert stats.kstest(depth, "uniform").pvalue > 0.01, name
    expected = {
        "customers": (diary.customers, np.exp(1.2 + u), np.exp(1.2 + u)),
        "sold_out": (diary.sold_out, expit(-0.5 + 3 * u), None),
    }
    p = softmax(np.stack([-2.5 * u, np.full(4000, 0.3), 2.5 * u], axis=-1), axis=-1)
    for k in range(3):
        expected[f"favourite {k}"] = (diary.favourite == k, p[:, k], None)
    for name, (seen, mean, variance) in expected.items():
        spread = np.sqrt((mean * (1 - mean) if variance is None else variance).sum())
        assert abs((seen - mean).sum()) < 3 * spread, name
        assert abs(((seen - mean) * u).sum()) < 3 * spread, name


@pytest.mark.parametrize("days", [1, 0, 2.5, "ten"])
def test_too_few_days_are_refused(days: object) -> None:
    with pytest.raises(ValueError, match="days must be a whole number"):
        kiosk(days)  # type: ignore[arg-type]

"""The table of `make bench` says what was measured, and no time counts for other values."""

import numpy as np
import pytest

from benchmarks.race import Row, in_turn, line, race, read, write

FAST = Row("a sum", "ms", ours=2.0, peer=24.0, against="a loop", target=10.0, note="twice")
SLOW = Row("a build", "s", ours=40.0, peer=30.0, against="a limit", target=1.0, floor=5.0)


def test_the_ratio_is_how_many_times_more_the_peer_takes() -> None:
    assert FAST.ratio == pytest.approx(12)
    assert FAST.met
    assert SLOW.ratio == pytest.approx(0.75)
    assert not SLOW.met


def test_a_ratio_at_the_target_meets_it() -> None:
    assert Row("x", "ms", 1.0, 10.0, "y", 10.0).met


def test_a_line_says_whether_the_target_is_met() -> None:
    assert line(FAST).splitlines()[0].split()[-3:] == ["12.00", "10.00", "yes"]
    assert line(SLOW).splitlines()[0].endswith("NO")
    assert "8.0 × 5 s" in line(SLOW)


def test_rows_come_back_from_json(tmp_path) -> None:
    file = tmp_path / "new" / "bench.json"
    write([FAST, SLOW], file)
    assert read(file) == [FAST, SLOW]


def test_a_peer_with_other_values_is_refused() -> None:
    values = np.arange(1.0, 4.0)
    with pytest.raises(AssertionError, match="a sum: ours, a cheat"):
        race("a sum", lambda: values, lambda: values * (1 + 1e-6), "a cheat", 1)


def test_a_peer_with_our_values_is_timed() -> None:
    floor = (lambda: None, "nothing")
    row = race("a sum", lambda: np.ones(3), lambda: np.ones(3), "itself", 1, runs=3, floor=floor)
    assert (row.unit, row.note) == ("ms", "nothing")
    assert min(row.ours, row.peer, row.floor) > 0


def test_all_take_their_turn_and_the_median_counts(monkeypatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("benchmarks.race.perf_counter", lambda: clock[0])
    turns, naps = [], {"a": iter([1, 9, 2]), "b": iter([3, 3, 3])}

    def work(name: str):
        def nap() -> None:
            turns.append(name)
            clock[0] += next(naps[name])

        return nap

    assert in_turn([work("a"), work("b")], 3) == [2000, 3000]
    assert "".join(turns) == "ababab"

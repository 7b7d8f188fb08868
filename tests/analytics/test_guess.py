"""The guess of λ is so near that whole numbers need only confirm it."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from analytics.guess import near_multipliers
from tests.analytics.paper import problems


def at(lam: float, columns: list[np.ndarray]) -> float:
    """Return what the holders' shares add to at λ."""
    slope, start, floor, ceiling = columns
    return float(np.clip(start + slope * lam, floor, ceiling).sum())


def columns_of(problem) -> list[np.ndarray]:
    values = problem.columns
    return [np.array(values[name], np.int64) for name in ("slope", "start", "floor", "ceiling")]


@given(st.lists(problems(), min_size=1, max_size=4))
def test_shares_at_the_guess_add_nearly_to_every_groups_total(drawn):
    parts = [columns_of(problem) for problem in drawn]
    assume(all(columns[0].any() for columns in parts))
    group = np.repeat(np.arange(len(drawn)), [len(columns[0]) for columns in parts])
    totals = np.array([problem.total for problem in drawn], np.int64)

    found = near_multipliers(totals, [np.concatenate(x) for x in zip(*parts, strict=True)], group)

    for problem, columns, lam in zip(drawn, parts, found.tolist(), strict=True):
        size = max(abs(problem.total), 1, *np.abs(columns[1]).tolist())
        assert abs(at(lam, columns) - problem.total) <= 1e-9 * size


@given(st.lists(problems(), min_size=2, max_size=4))
def test_groups_are_guessed_as_if_each_were_alone(drawn):
    parts = [columns_of(problem) for problem in drawn]
    group = np.repeat(np.arange(len(drawn)), [len(columns[0]) for columns in parts])
    totals = np.array([problem.total for problem in drawn], np.int64)

    both = near_multipliers(totals, [np.concatenate(x) for x in zip(*parts, strict=True)], group)
    alone = [
        near_multipliers(totals[n : n + 1], columns, np.zeros(len(columns[0]), np.int64))[0]
        for n, columns in enumerate(parts)
    ]

    np.testing.assert_allclose(both, alone, rtol=1e-9)


def test_free_holders_are_met_at_once():
    """Nobody at a bound: λ is what is left of the total over the sum of slopes."""
    slope, start = np.array([3, 5]), np.array([10, -2])
    bounds = np.array([-(10**6)] * 2), np.array([10**6] * 2)

    found = near_multipliers(np.array([88]), [slope, start, *bounds], np.zeros(2, np.int64))

    assert found.tolist() == [10.0]


def test_many_holders_of_many_groups_settle_together():
    """Totals near a million floors, where the sum bends at every holder."""
    rng = np.random.default_rng(3)
    group = np.sort(rng.integers(0, 20, 4000))
    slope, floor = rng.integers(1, 10**6, 4000), rng.integers(0, 10**6, 4000)
    ceiling = floor + rng.integers(0, 10**6, 4000)
    columns = [slope, np.zeros(4000, np.int64), floor, ceiling]
    low, high = (np.bincount(group, x).astype(np.int64) for x in (floor, ceiling))
    totals = low + (high - low) * np.arange(1, 21) // 21

    found = near_multipliers(totals, columns, group)

    for one, lam in enumerate(found.tolist()):
        own = [column[group == one] for column in columns]
        assert abs(at(lam, own) - totals[one]) <= 1e-9 * totals[one]

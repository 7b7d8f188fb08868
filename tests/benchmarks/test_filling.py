import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.filling import finer
from simulators.datasets import HOUR_MS, Building, MeterRows
from simulators.series import Series, register

_BUILDING = Building("b", "s", "office", "", "Europe/London", None, None)


def register_of(hours: list[int], used: list[int]) -> Series:
    """Return the register of a meter that counted `used` from each of `hours` on."""
    rows = MeterRows(
        "m", _BUILDING, "electricity", np.array(hours) * HOUR_MS, np.array(used, np.int64)
    )
    return register(rows)


@given(used=st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_quarters_of_an_hour_add_to_the_hour(used):
    register = register_of(list(range(len(used))), used)

    at_ms, counted = finer(register, 4)

    assert (np.diff(at_ms) == HOUR_MS // 4).all()
    assert (np.diff(counted) >= 0).all()
    np.testing.assert_array_equal(counted[::4], register.values)


def test_a_gap_is_not_cut():
    register = register_of([0, 1, 5], [8, 8, 8])

    at_ms, counted = finer(register, 4)

    quarters = [0, 15, 30, 45, 60, 75, 90, 105, 120]
    assert (at_ms[:9] // 60_000).tolist() == quarters
    assert (at_ms[9:] // 60_000).tolist() == [360]
    assert counted[-1] - counted[0] == 24

"""What is judged of a whole register at once is what is judged of its readings one by one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from metering.clocks import HOUR_MS, Pace
from storage.readings.fitting import _Register

_STEPS = st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 40)), min_size=1, max_size=12)


@settings(max_examples=300)
@given(
    steps=_STEPS,
    known=st.lists(st.booleans(), min_size=12, max_size=12),
    order=st.permutations(range(12)),
    most=st.sampled_from([0, 10, 30]),
)
def test_where_all_rises_every_reading_fits_in_whatever_order_they_come(steps, known, order, most):
    hours, shown = np.cumsum(steps, axis=0).T
    at_ms = hours * HOUR_MS
    register = _Register()
    register.paces = [(-1, Pace(most, 0, HOUR_MS))]
    before = [place for place in range(len(steps)) if known[place]]
    register.shown = sorted((int(at_ms[one]), int(shown[one])) for one in before)
    new = [place for place in order if place < len(steps) and not known[place]]

    rises = register.rises(at_ms[new], shown[new])

    fit = []
    for place in new:
        fit.append(register.takes(int(at_ms[place]), int(shown[place]), 1))
        register.add(int(at_ms[place]), int(shown[place]))
    assert all(fit) or not rises


def test_an_exchange_or_a_changed_pace_is_judged_one_by_one():
    at_ms, shown = np.array([HOUR_MS, 2 * HOUR_MS]), np.array([1, 2])
    plain, exchanged, changed = _Register(), _Register(), _Register()
    exchanged.exchanges = [HOUR_MS]
    changed.paces = [(0, Pace(5, 0, HOUR_MS)), (HOUR_MS, Pace(9, 0, HOUR_MS))]

    assert plain.rises(at_ms, shown)
    assert not exchanged.rises(at_ms, shown)
    assert not changed.rises(at_ms, shown)

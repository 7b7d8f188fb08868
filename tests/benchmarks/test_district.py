"""What an account says of how far a meter's readings have come."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.district import COUNTED_WH, District, turns_within


@given(turn=st.integers(0, len(COUNTED_WH) - 2), more=st.integers(0, 8))
def test_a_use_tells_the_last_turn_that_is_within_it(turn, more):
    step = int(COUNTED_WH[turn + 1] - COUNTED_WH[turn])

    assert turns_within(int(COUNTED_WH[turn]) + more) == turn + (more >= step)


def test_watched_meters_are_alone_in_their_institutions_and_all_are_registered():
    district = District(175)
    registry = district.registry()

    whose = {one.key: one.institution for one in registry.channels}
    meters = Counter(whose.values())
    assert len(whose) == 175
    assert set(meters) == {one.code for one in registry.institutions}
    assert [meters[whose[f"m{number}"]] for number in district.alone] == [1, 1, 1, 1]
    assert max(meters.values()) == 10

"""Splits of a compound's meters: nothing twice, nothing lost, whatever the parts."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.splitting import WHOLE, split, weighed


def test_by_area_with_a_sub_meter_as_by_hand():
    """7,000 and 3,000 m² share what the canteen (3) does not use by its own meter (12)."""
    parts = weighed({1: Fraction(7000), 2: Fraction(3000)})
    assert split({11: WHOLE}, {12: 3}, parts) == {
        (1, 11): 700_000, (2, 11): 300_000,
        (3, 12): 1_000_000, (1, 12): -700_000, (2, 12): -300_000,
    }  # fmt: skip
    # 1,000 kWh in all, 200 of them of the canteen: 560, 240 and 200
    assert [700 - 140, 300 - 60, 200] == [560, 240, 200]


@given(
    st.dictionaries(st.integers(1, 9), st.integers(-WHOLE, WHOLE), max_size=3),
    st.dictionaries(st.integers(10, 19), st.integers(1, 5), max_size=3),
    st.dictionaries(st.integers(1, 5), st.integers(1, 10**6), min_size=1, max_size=5),
)
def test_shares_add_to_what_counted_before(mains, subs, sizes):
    parts = weighed({who: Fraction(size) for who, size in sizes.items()})
    found = split(mains, subs, parts)
    for channel, total in (mains | dict.fromkeys(subs, 0)).items():
        assert sum(share for (_, one), share in found.items() if one == channel) == total


def test_nothing_is_weighed_by_nothing():
    with pytest.raises(ValueError, match="nothing"):
        weighed({1: Fraction(0)})

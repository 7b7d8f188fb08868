"""A sample can be drawn again by anybody, by the roster and the seed alone."""

from collections import Counter
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.sampling import drawn, frame_digest, frame_text, strata, to_draw
from metering.checks import Unit
from metering.errors import InputError

_ROSTERS = st.lists(
    st.builds(
        Unit,
        st.integers(1, 10**6),
        st.sampled_from(["990100", "990200"]),
        st.sampled_from(["01", "021", "-"]),
        st.sampled_from(["large", "small"]),
    ),
    max_size=60,
    unique_by=lambda one: one.institution,
)
_SHARES = st.integers(1, 1_000_000)


@settings(max_examples=40)
@given(_ROSTERS, _SHARES, st.text(max_size=8), st.randoms(use_true_random=False))
def test_the_same_seed_and_roster_draw_the_same_in_whatever_order(roster, share, seed, random):
    shuffled = random.sample(roster, len(roster))

    assert frame_digest(shuffled) == frame_digest(roster)
    assert drawn(shuffled, share, seed) == drawn(roster, share, seed)


@settings(max_examples=40)
@given(_ROSTERS, _SHARES, st.text(max_size=8))
def test_of_each_stratum_the_share_is_drawn_rounded_up(roster, share, seed):
    chosen = set(drawn(roster, share, seed))

    assert chosen <= {one.institution for one in roster}
    for held in strata(roster).values():
        many = sum(one.institution in chosen for one in held)
        assert many == to_draw(len(held), share)
        assert many * 1_000_000 >= share * len(held) > (many - 1) * 1_000_000


@settings(max_examples=40)
@given(_ROSTERS, _SHARES, _SHARES, st.text(max_size=8))
def test_whom_a_smaller_share_draws_a_greater_one_draws_too(roster, one, other, seed):
    less, more = sorted((one, other))
    assert set(drawn(roster, less, seed)) <= set(drawn(roster, more, seed))


def test_by_hand_with_nothing_but_a_digest():
    roster = [Unit(7, "990100", "01", "-"), Unit(12, "990100", "01", "-")]
    frame = sha256(b"check_frame 1\n7 990100 01 -\n12 990100 01 -\n").hexdigest()

    assert frame_text(reversed(roster)).splitlines()[1:] == ["7 990100 01 -", "12 990100 01 -"]
    assert frame_digest(roster) == frame
    first = min((7, 12), key=lambda one: sha256(
        f"check_draw 1\n{frame}\n08 15 22\n{one}\n".encode()).hexdigest())  # fmt: skip
    assert drawn(roster, 50_000, "08 15 22") == [first]


def test_over_many_seeds_everybody_is_drawn_about_as_often():
    roster = [Unit(one, "990100", "01", "-") for one in range(1, 41)]
    times = Counter(one for seed in range(2_000) for one in drawn(roster, 50_000, f"{seed}"))

    expected = 2_000 * 2 / 40
    chi_squared = sum((times[one.institution] - expected) ** 2 / expected for one in roster)
    assert chi_squared < 72.1  # 39 degrees of freedom: a fair draw is beyond it once in a thousand


def test_nobody_stands_in_a_roster_twice():
    with pytest.raises(InputError, match="7"):
        drawn([Unit(7, "990100", "01", "-"), Unit(7, "990200", "01", "-")], 50_000, "")

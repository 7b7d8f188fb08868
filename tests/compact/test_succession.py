"""Successor shares: they add up, old accounts stay, and independent acts come in any order."""

from collections import Counter
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compact.succession import Part, Succession, carried, comparable, reassigned, share_of
from metering.errors import InputError

DAYS = [date(2016, 1 + n, 1) for n in range(6)]


@st.composite
def histories(draw):
    """Return changes over eight institutions; whoever has left is in none of the later ones."""
    alive, fresh, made = list(range(1, 9)), 9, []
    for day in DAYS[: draw(st.integers(1, 6))]:
        if len(alive) < 3:
            break
        who = draw(st.lists(st.sampled_from(alive), min_size=1, max_size=2, unique=True))
        stays = draw(st.booleans())
        heirs = [who[0]] if stays else []
        heirs += [fresh + n for n in range(draw(st.integers(0 if stays else 1, 3)))]
        fresh += 3
        weights = draw(st.lists(st.integers(1, 7), min_size=len(heirs), max_size=len(heirs)))
        shares = [Fraction(one, sum(weights)) for one in weights]
        parts = [Part(p, h, s) for p in who for h, s in zip(heirs, shares, strict=True)]
        made.append(Succession(day, tuple(parts)))
        alive = [one for one in alive if one not in who] + [h for h in heirs if h not in alive]
        alive += [one for one in who if one in heirs]
    return made


@settings(max_examples=60)
@given(history=histories(), amounts=st.lists(st.integers(-5, 10**15), min_size=8, max_size=8))
def test_what_successors_have_is_what_predecessors_had(history, amounts):
    before = dict(enumerate(amounts, 1))
    for day in (date(2015, 12, 31), *DAYS):
        shares = carried(history, before, day)
        assert all(sum(one.values()) == 1 for one in shares.values())
        assert sum(comparable(before, shares).values()) == sum(amounts)
    # Before any change everything is where it was.
    assert comparable(before, carried(history, before, date(2015, 12, 31))) == before


@settings(max_examples=40)
@given(history=histories(), order=st.randoms(use_true_random=False))
def test_acts_that_share_nobody_come_in_any_order(history, order):
    """Of changes of one day the order in which they were recorded says nothing."""
    whom: set[int] = set()
    apart = []
    for one in history:
        named = {who for part in one.parts for who in (part.predecessor, part.successor)}
        if not named & whom:
            apart.append(Succession(DAYS[0], one.parts))
            whom |= named
    mixed = list(apart)
    order.shuffle(mixed)
    assert carried(mixed, range(1, 9), DAYS[0]) == carried(apart, range(1, 9), DAYS[0])


@settings(max_examples=60)
@given(history=histories(), data=st.data())
def test_a_channel_counts_as_much_as_before(history, data):
    parts = history[0].parts
    named = sorted({who for part in parts for who in (part.predecessor, part.successor)})
    held = data.draw(
        st.dictionaries(
            st.tuples(st.sampled_from([*named, 99]), st.integers(1, 3)),
            st.integers(1, 10**6),
            max_size=8,
        )
    )
    changed = reassigned(held, parts)
    sums = Counter[int]()
    for place, share in held.items():
        sums[place[1]] -= share
    for place, share in (held | changed).items():
        sums[place[1]] += share
    assert not any(sums.values())
    assert 99 not in {who for who, _ in changed}
    for who in history[0].leaving:
        assert not any((held | changed).get((who, channel)) for channel in (1, 2, 3))


@pytest.mark.parametrize("shares", [["1/3", "1/3"], ["2/3", "2/3"], ["0.5"], []])
def test_shares_that_are_not_whole_are_refused(shares):
    parts = tuple(Part(1, 2 + n, share_of(text)) for n, text in enumerate(shares)) or (
        Part(1, 2, Fraction(0)),
    )
    with pytest.raises(InputError) as refused:
        Succession(DAYS[0], parts)
    assert refused.value.code == "roster.shares_not_whole"


def test_a_share_is_exact_however_it_is_written():
    assert [share_of(one) for one in ("1/3", "0.25", "25%", " 1 ")] == [
        Fraction(1, 3), Fraction(1, 4), Fraction(1, 4), 1,
    ]  # fmt: skip
    for wrong in ("0", "-1/2", "1.5", "1/0", "half", "1/3000000000"):
        with pytest.raises(InputError):
            share_of(wrong)


def test_thirds_of_a_share_add_up_on_paper():
    """Of a meter that counts wholly, three heirs take 333,333, 333,334 and 333,333 millionths."""
    third = Fraction(1, 3)
    parts = [Part(1, heir, third) for heir in (2, 3, 4)]
    assert reassigned({(1, 7): 10**6}, parts) == {
        (1, 7): 0, (2, 7): 333_333, (3, 7): 333_334, (4, 7): 333_333,
    }  # fmt: skip

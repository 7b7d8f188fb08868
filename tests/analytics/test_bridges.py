"""Readings that wander off a register's line and come back, where a limit and a size are stated."""

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from analytics.judging import judged
from analytics.steps import Judged
from tests.analytics import byhand
from tests.analytics.byhand import HOUR, REGISTER, Facts, Row
from tests.analytics.drawn import START, many

WRAPS = (1_000, 10_000, 1_000_000, 100_000_000)
KINDS = ("zeros", "low", "high", "code", "digit", "same digit", "any")


def shown(
    values: list[int], most: int | None = 5, wraps: int | None = None, **kept: set[int]
) -> Judged:
    """Judge hourly readings; kept: the places that a person reinstated."""
    facts = Facts(most=most, wraps=wraps)
    rows = [
        Row(START + n * HOUR, one, one, facts, facts, reinstated=n in kept.get("kept", set()))
        for n, one in enumerate(values)
    ]
    return judged(byhand.effective({1: (REGISTER, rows)}))


def aside(found: Judged) -> list[int]:
    return [place for place, stands in enumerate(found.stands.tolist()) if not stands]


def misread(draw: st.DrawFn, kind: str, true: int, wraps: int, same: tuple[int, int]) -> int:
    """What a register of this size shows in place of what is true."""
    place, digit = same
    if kind == "digit":
        place, digit = draw(st.integers(0, len(str(wraps)) - 2)), draw(st.integers(0, 9))
    return {
        "zeros": 0,
        "low": true // 10,
        "high": true * 10 % wraps,
        "code": wraps - 1,
        "any": draw(st.integers(0, wraps - 1)) if kind == "any" else 0,
    }.get(kind, true + (digit - true // 10**place % 10) * 10**place)


@st.composite
def noisy(draw: st.DrawFn) -> tuple[list[int], list[int], slice, int, int]:
    """What a register used and what it shows with one run of outliers; the run, limit, size."""
    wraps = draw(st.sampled_from(WRAPS))
    fast = draw(st.sampled_from([1, 5, wraps // 50]))
    used = draw(st.lists(st.integers(0, fast), min_size=20, max_size=110))
    first = draw(st.sampled_from([wraps // 2, wraps - 1, wraps - 1 - fast * len(used) // 2]))
    true = [first % wraps]
    for amount in used:
        true.append((true[-1] + amount) % wraps)
    length = draw(st.one_of(st.integers(1, 3), st.integers(1, 48)))
    length = min(length, len(true) - 8)
    since = draw(st.integers(4, len(true) - length - 4))
    run = slice(since, since + length)
    kind = draw(st.sampled_from(KINDS))
    same = (draw(st.integers(0, len(str(wraps)) - 2)), draw(st.integers(0, 9)))
    values = list(true)
    values[run] = [misread(draw, kind, one, wraps, same) for one in true[run]]
    event(kind)
    return used, values, run, draw(st.sampled_from([1, 1, 3])) * fast, wraps


@settings(max_examples=many(3))
@given(noisy())
def test_outliers_on_a_register_that_wraps_change_no_total(drawn):
    used, values, run, most, wraps = drawn
    true = [values[0]]
    for amount in used:
        true.append((true[-1] + amount) % wraps)
    assume(shown(true, most, wraps).steps.known.all())  # its own wraps fit the pace around
    near = range(run.start - 1, run.stop + 2)
    turns = any(true[place] < true[place - 1] for place in near)
    steps = [
        (values[place] - values[place - 1], values[place] < values[place - 1])
        for place in range(run.start, run.stop + 1)
    ]
    falls = any(fell and rise + wraps > min(most, wraps // 2) for rise, fell in steps)

    made = shown(values, most, wraps).steps

    # A wrap beside or behind the run, and a run that only rises, may leave a step unknown.
    event(f"a wrap there: {turns}; a fall that cannot be: {falls}")
    assert made.known.all() or turns or not falls
    assert not made.known.all() or sum(made.used.tolist()) == sum(used)


def test_what_wanders_high_and_low_is_bridged_between_what_fits():
    wanders = [100, 102, 104, 106, 900, 40, 700, 650, 300, 310, 118, 120, 122, 124]

    assert aside(shown(wanders)) == [4, 5, 6, 7, 8, 9]
    assert shown(wanders).steps.known.all()
    # Without a limit nothing is impossible: what is left of it is a fall, or rises.
    assert not shown([100, 101, 900, 950, 40, 60, 700, 20, 104, 105], most=None).steps.known.all()


def test_readings_over_a_wrap_are_bridged_where_two_steps_cannot_be():
    before, after = [983, 986, 989, 992], [4, 7, 10, 13]
    wander = [*before, 400, 402, 404, *after]

    assert aside(shown(wander, wraps=1_000)) == [4, 5, 6]
    assert sum(shown(wander, wraps=1_000).steps.used.tolist()) == 1_013 - 983
    # One alone may be an exchange that nobody recorded.
    swapped = [*before, 400, 402, 404, 406, 408]
    assert aside(shown(swapped, wraps=1_000)) == []
    assert not shown(swapped, wraps=1_000).steps.known.all()


def test_a_reading_that_a_person_reinstated_is_in_no_bridge():
    wanders = [100, 102, 104, 106, 900, 40, 700, 650, 300, 310, 118, 120, 122, 124]
    found = shown(wanders, kept={5})

    assert found.stands[5]
    assert not found.steps.known.all()


def test_a_counter_that_restarts_each_day_is_not_bridged():
    restarts = [2 * (n % 24) for n in range(120)]

    for wraps in (None, 1_000):
        assert aside(shown(restarts, wraps=wraps)) == []
        assert (~shown(restarts, wraps=wraps).steps.known).sum() == 4


def test_a_rise_over_the_limit_without_a_fall_is_nobodys_to_spread():
    assert aside(shown([100, 101, 102, 103, 120, 121, 122, 123, 124, 125, 126])) == []
    assert (~shown([100, 101, 102, 103, 120, 121, 122, 123, 124]).steps.known).sum() == 1


def test_at_most_48_readings_are_bridged():
    line = [1_000 + 2 * n for n in range(70)]
    for length, many_known in ((48, True), (49, False)):
        values = list(line)
        for place in range(10, 10 + length):
            values[place] = 5_000 if place % 3 else 10 + place
        assert bool(shown(values).steps.known.all()) is many_known

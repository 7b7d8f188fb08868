"""From readings to steps, against the same rules worked out in fractions."""

import numpy as np
from hypothesis import assume, example, given
from hypothesis import strategies as st

from analytics.intervals import Reason, Steps, steps, unmeasured
from tests.analytics import byhand
from tests.analytics.byhand import HOUR, INTERVAL, POWER, REGISTER, Facts, Row
from tests.analytics.drawn import CHANNELS, START


def told(made: Steps) -> list[tuple]:
    return [
        (channel, start, end, used if reason == Reason.KNOWN else None, Reason(reason).name, period)
        for channel, start, end, used, reason, period in zip(
            *(getattr(made, name).tolist() for name in Steps.__slots__), strict=True
        )
    ]


def register(values: list[int], *, every_ms: int = HOUR, **facts: int) -> dict:
    set_now = Facts(**facts)
    rows = [Row(START + i * every_ms, v, v, set_now, set_now) for i, v in enumerate(values)]
    return {1: (REGISTER, rows)}


@given(CHANNELS)
def test_steps_are_what_the_rules_say_on_paper(channels):
    made = steps(byhand.standing(channels))

    wanted = [
        (channel, step.start, step.end, step.used, step.why, step.period_s * 1000)
        for channel, (kind, rows) in sorted(channels.items())
        for step in byhand.steps(kind, rows)
    ]
    assert told(made) == wanted
    assert (made.used[~made.known] == 0).all()


@given(CHANNELS)
def test_steps_take_time_and_never_overlap(channels):
    made = steps(byhand.standing(channels))

    assert (made.end_ms > made.start_ms).all()
    same = made.channel[1:] == made.channel[:-1]
    assert (made.start_ms[1:][same] >= made.end_ms[:-1][same]).all()


@given(CHANNELS)
def test_measured_and_unmeasured_time_fill_a_channel(channels):
    standing = byhand.standing(channels)
    made = steps(standing)
    spans = unmeasured(standing, made)

    for channel in np.unique(made.channel).tolist():
        own, away = made.channel == channel, spans.channel == channel
        good = own & made.measured
        first = int(made.start_ms[own].min())
        last = int(standing.at_ms[standing.channel == channel].max())
        pieces = sorted(
            [
                *zip(made.start_ms[good].tolist(), made.end_ms[good].tolist(), strict=True),
                *zip(spans.start_ms[away].tolist(), spans.end_ms[away].tolist(), strict=True),
            ]
        )
        edges = [first, *(end for _, end in pieces)]
        assert edges == [*(start for start, _ in pieces), last]
    assert (spans.reason != Reason.KNOWN).all()
    assert (spans.end_ms > spans.start_ms).all()
    assert set(spans.channel.tolist()) <= set(made.channel.tolist())


@given(
    used=st.lists(st.integers(0, 9_999), min_size=1, max_size=60),
    first=st.integers(0, 99_999),
    factor=st.integers(1, 1000),
)
def test_a_wrapping_register_gives_its_use_back(used, first, factor):
    shown = [first]
    for amount in used:
        shown.append((shown[-1] + amount) % 100_000)

    made = steps(
        byhand.standing(register(shown, wraps=100_000, most=9_999, factor=factor, period_s=3600))
    )

    assert made.used.tolist() == [amount * factor for amount in used]
    assert made.measured.all()


@given(
    most=st.integers(1, 2**53),
    wait_ms=st.integers(1, 10**13),
    over=st.integers(-1, 1),
)
@example(most=2**53, wait_ms=3_600_001, over=1)
@example(most=1, wait_ms=HOUR, over=0)
def test_a_wrap_is_believed_up_to_what_the_connection_carries(most, wait_ms, over):
    carries = most * wait_ms // HOUR
    implied = carries + over
    assume(0 <= implied < 2**53)
    rows = register([2**53 - 1, implied - 1], every_ms=wait_ms, wraps=2**53, most=most)
    if implied == 0:
        rows = register([2**53 - 1, 2**53 - 1], every_ms=wait_ms, wraps=2**53, most=most)

    (reason,) = steps(byhand.standing(rows)).reason.tolist()

    # A whole number is at most most × time exactly where it is at most the whole part of it.
    assert reason == (Reason.FALL if over == 1 else Reason.KNOWN)


def test_without_a_known_limit_a_wrap_may_use_a_tenth_of_the_register():
    falls = {500: Reason.KNOWN, 501: Reason.FALL}

    for shown, reason in falls.items():
        made = steps(byhand.standing(register([9_500, shown], wraps=10_000)))
        assert made.reason.tolist() == [reason]


def test_a_fall_waits_for_an_exchange_and_is_then_known():
    facts = Facts(factor=40)
    first, last = Row(START, 900, 900, facts, facts), Row(START + 2 * HOUR, 30, 30, facts, facts)
    swap = Row(START + HOUR, 950, 10, facts, facts)
    lost = Row(START + HOUR, None, 10, facts, facts)

    fell = steps(byhand.standing({1: (REGISTER, [first, last])}))
    swapped = steps(byhand.standing({1: (REGISTER, [first, swap, last])}))
    unread = steps(byhand.standing({1: (REGISTER, [first, lost, last])}))

    assert told(fell)[0][3:5] == (None, "FALL")
    assert [step[3] for step in told(swapped)] == [50 * 40, 20 * 40]
    assert [step[3:5] for step in told(unread)] == [(None, "NO_FINAL"), (800, "KNOWN")]


def test_a_power_value_holds_for_one_and_a_half_periods():
    facts = Facts(period_s=900)
    rows = [Row(START, 4000, 4000, facts, facts), Row(START + HOUR, 0, 0, facts, facts)]

    made = steps(byhand.standing({1: (POWER, rows)}))

    assert told(made) == [
        (1, START, START + 1_350_000, 1500, "KNOWN", 900_000),
        (1, START + 1_350_000, START + HOUR, None, "HELD_TOO_LONG", 900_000),
    ]


def test_an_interval_never_reaches_behind_the_value_before_it():
    facts = Facts(period_s=3600)
    rows = [Row(START + at, 10, 10, facts, facts) for at in (0, HOUR // 2, 4 * HOUR, 5 * HOUR)]

    standing = byhand.standing({1: (INTERVAL, rows)})
    made = steps(standing)
    spans = unmeasured(standing, made)

    assert [step[1:3] for step in told(made)] == [
        (START - HOUR, START),
        (START, START + HOUR // 2),
        (START + 3 * HOUR, START + 4 * HOUR),
        (START + 4 * HOUR, START + 5 * HOUR),
    ]
    assert (spans.start_ms.tolist(), spans.end_ms.tolist(), spans.reason.tolist()) == (
        [START + HOUR // 2],
        [START + 3 * HOUR],
        [Reason.MISSING],
    )


def test_a_meter_wraps_at_its_own_size_until_it_is_exchanged():
    small, large = Facts(factor=2, wraps=1000), Facts(factor=3, wraps=10_000)
    shown = [(970, 970, small, small), (20, 9_900, large, small), (100, 100, large, large)]
    rows = [Row(START + i * HOUR, *row) for i, row in enumerate(shown)]

    made = steps(byhand.standing({1: (REGISTER, rows)}))

    assert made.used.tolist() == [50 * 2, 200 * 3]


@given(value=st.integers(0, 2**53), factor=st.integers(1, 2**53))
@example(value=2**53, factor=2**9)
def test_a_product_beyond_2_to_the_62_is_unknown_not_wrong(value, factor):
    made = steps(byhand.standing(register([0, value], factor=factor)))

    fits = value * factor <= 2**62
    assert told(made)[0][3:5] == ((value * factor, "KNOWN") if fits else (None, "OUT_OF_RANGE"))


@given(
    value=st.integers(-(2**53), 2**53),
    factor=st.integers(1, 2**31),
    wait_ms=st.one_of(st.integers(1, HOUR), st.integers(1, 31 * 24 * HOUR)),
)
@example(value=2**40, factor=2**21, wait_ms=HOUR)
@example(value=-(2**53), factor=2**9, wait_ms=HOUR)
@example(value=2**53, factor=2**9, wait_ms=HOUR + 1)
def test_power_of_any_size_over_any_time_is_exact_or_out_of_range(value, factor, wait_ms):
    facts = Facts(factor=factor, period_s=31 * 86_400)
    rows = [Row(START, value, value, facts, facts), Row(START + wait_ms, 0, 0, facts, facts)]

    made = steps(byhand.standing({1: (POWER, rows)}))

    energy = (2 * value * factor * wait_ms + HOUR) // (2 * HOUR)
    fits = abs(energy) <= 2**62
    assert told(made)[0][3:5] == ((energy, "KNOWN") if fits else (None, "OUT_OF_RANGE"))

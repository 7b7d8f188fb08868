"""From readings to steps, against the same rules worked out one by one in fractions."""

from dataclasses import replace
from fractions import Fraction
from math import floor

import numpy as np
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

from analytics.judging import judged, steps, unmeasured
from analytics.steps import Reason, Steps
from tests.analytics import byhand, judging_byhand
from tests.analytics.byhand import HOUR, INTERVAL, POWER, REGISTER, Facts, Row
from tests.analytics.drawn import CHANNELS, SMALL, START, many, registers


def told(made: Steps) -> list[tuple]:
    """Return (channel, start, end, use in carrier quanta or None, reason, period)."""
    return [
        (
            channel,
            start,
            end,
            Fraction(used * factor, under) if known else None,
            Reason(reason).name,
            period,
        )
        for channel, start, end, used, factor, under, reason, period, known in zip(
            *(getattr(made, name).tolist() for name in Steps.__slots__),
            made.known.tolist(),
            strict=True,
        )
    ]


def register(values: list[int], *, every_ms: int = HOUR, **facts: int) -> dict:
    set_now = Facts(**facts)
    rows = [Row(START + i * every_ms, v, v, set_now, set_now) for i, v in enumerate(values)]
    return {1: (REGISTER, rows)}


def wanted(channels: dict, **bounds) -> list[tuple]:
    return [
        (channel, step.start, step.end, step.used, step.why, step.period_s * 1000)
        for channel, (kind, rows) in sorted(channels.items())
        for step in byhand.steps(kind, rows, **bounds)
    ]


@given(CHANNELS)
def test_steps_are_what_the_rules_say_on_paper(channels):
    made = steps(byhand.effective(channels))

    assert told(made) == wanted(channels)
    assert (made.used[~made.known] == 0).all()


@settings(max_examples=many(4))
@given(registers())
def test_judged_registers_are_what_the_rules_say_on_paper(rows):
    channels = {1: (REGISTER, rows)}
    made = judged(byhand.effective(channels), SMALL)

    for reason in set(made.steps.reason.tolist()):
        event(Reason(reason).name)
    event(f"set aside: {not made.stands.all()}")
    assert set(np.flatnonzero(made.stands).tolist()) == judging_byhand.stands(rows, SMALL)
    assert told(made.steps) == wanted(channels, bounds=SMALL)


@settings(max_examples=many(1.5))
@given(registers(), registers())
def test_channels_do_not_touch(one, other):
    both = judged(byhand.effective({1: (REGISTER, one), 2: (REGISTER, other)}), SMALL).steps
    alone = [
        told(judged(byhand.effective({channel: (REGISTER, rows)}), SMALL).steps)
        for channel, rows in ((1, one), (2, other))
    ]
    assert told(both) == alone[0] + alone[1]


@settings(max_examples=many(2))
@given(registers())
def test_no_step_exceeds_the_limit_and_steps_leave_no_hole(rows):
    effective = byhand.effective({1: (REGISTER, rows)})
    found = judged(effective, SMALL)
    made, most = found.steps, rows[0].facts.most

    assert (made.end_ms > made.start_ms).all()
    assert (made.start_ms[1:] == made.end_ms[:-1]).all()
    raw = [
        (value(rows, end, "ends") or 0) - value(rows, start, "starts")
        for start, end in zip(made.start_ms.tolist(), made.end_ms.tolist(), strict=True)
    ]
    for used, start, end, reason in zip(
        raw, made.start_ms.tolist(), made.end_ms.tolist(), made.reason.tolist(), strict=True
    ):
        if reason in (Reason.KNOWN, Reason.CAUGHT_UP):
            assert used >= 0
            assert most is None or used * HOUR <= most * (end - start)


def value(rows: list[Row], at: int, side: str) -> int:
    return next(getattr(row, side) for row in rows if row.at == at)


@settings(max_examples=many(2))
@given(registers())
def test_known_steps_telescope_to_the_quantum(rows):
    made = judged(byhand.effective({1: (REGISTER, rows)}), SMALL).steps
    ratio = rows[0].facts.ratio
    since, so_far = None, 0
    for start, end, used, reason in zip(
        *(column.tolist() for column in (made.start_ms, made.end_ms, made.used, made.reason)),
        strict=True,
    ):
        wall = since is not None and value(rows, start, "starts") != value(rows, start, "ends")
        if reason not in (Reason.KNOWN, Reason.CAUGHT_UP) or wall:
            since = None
        if reason not in (Reason.KNOWN, Reason.CAUGHT_UP):
            continue
        since, so_far = (start, used) if since is None else (since, so_far + used)
        first, last = value(rows, since, "starts"), value(rows, end, "ends")
        assert so_far == floor(last * ratio) - floor(first * ratio)


@st.composite
def noisy(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """A register that climbs steadily and what it shows with up to 48 outliers in one run."""
    rises = draw(st.lists(st.integers(1, 5), min_size=20, max_size=120))
    true = [10_000]
    for rise in rises:
        true.append(true[-1] + rise)
    length = draw(st.integers(1, min(48, len(true) - 8)))
    first = draw(st.integers(4, len(true) - length - 4))
    wrong = draw(st.sampled_from(["zeros", "low", "high", "code"]))
    shown = list(true)
    for place in range(first, first + length):
        shown[place] = {
            "zeros": 0,
            "low": true[place] // 10,
            "high": true[place] * 10,
            "code": 99_999_999,
        }[wrong]
    return true, shown


@settings(max_examples=many(1.5))
@given(noisy())
def test_outliers_between_plausible_readings_change_no_total(drawn):
    true, shown = drawn
    made = judged(byhand.effective(register(shown, most=5)))

    assert made.steps.known.all()
    assert sum(made.steps.used.tolist()) == true[-1] - true[0]


def test_a_person_can_reinstate_a_reading_that_was_set_aside():
    facts = Facts(most=5)
    values = [10, 11, 0, 13, 14]
    rows = [Row(START + n * HOUR, v, v, facts, facts) for n, v in enumerate(values)]
    confirmed = [*rows[:2], Row(rows[2].at, 0, 0, facts, facts, reinstated=True), *rows[3:]]

    assert judged(byhand.effective({1: (REGISTER, rows)})).stands.tolist() == [
        True, True, False, True, True
    ]  # fmt: skip
    kept = judged(byhand.effective({1: (REGISTER, confirmed)}))
    assert kept.stands.all()
    assert [step[4] for step in told(kept.steps)] == ["KNOWN", "FALL", "OVER_LIMIT", "KNOWN"]


def test_a_frozen_register_that_catches_up_is_one_step_from_where_it_froze():
    values = [480, *[480] * 71, 790]
    made = steps(byhand.effective(register(values, most=5)))

    assert told(made) == [(1, START, START + 72 * HOUR, 310, "CAUGHT_UP", HOUR)]
    assert not made.measured.any()


def test_a_register_keeps_its_total_whatever_its_resolution():
    facts = Facts(factor=1, under=1000, period_s=60)  # millionths of a kWh, counted in Wh
    rows = [Row(START + n * 60_000, n * 10_400, n * 10_400, facts, facts) for n in range(61)]
    made = steps(byhand.effective({1: (REGISTER, rows)}))

    assert sum(made.used.tolist()) == 624
    assert {*made.factor.tolist(), *made.under.tolist()} == {1}  # whole quanta of the carrier


@given(CHANNELS)
def test_steps_take_time_and_never_overlap(channels):
    made = steps(byhand.effective(channels))

    assert (made.end_ms > made.start_ms).all()
    same = made.channel[1:] == made.channel[:-1]
    assert (made.start_ms[1:][same] >= made.end_ms[:-1][same]).all()


@given(CHANNELS)
def test_measured_and_unmeasured_time_fill_a_channel(channels):
    effective = byhand.effective(channels)
    made = steps(effective)
    spans = unmeasured(effective, made)

    for channel in np.unique(made.channel).tolist():
        own, away = made.channel == channel, spans.channel == channel
        good = own & made.measured
        first = int(made.start_ms[own].min())
        last = int(effective.at_ms[effective.channel == channel].max())
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


def paced(used: list[int], first: int) -> bool:
    """Whether each wrap has, among the 24 steps to each side, a use that is 1/20 of it."""
    shown, wraps = first, []
    for place, amount in enumerate(used):
        shown += amount
        if shown >= 100_000:
            shown -= 100_000
            wraps.append(place)
    beside = {place: used[max(place - 24, 0) : place + 25] for place in wraps}
    others = {
        place: [one for far, one in enumerate(near, max(place - 24, 0)) if far not in wraps]
        for place, near in beside.items()
    }
    return all(max(others[place], default=used[place]) * 20 >= used[place] for place in wraps)


WHOLE_TURN = [
    *(0, 130, 4392, 4598, 45, 94, 121, 0, 10, 147, 167, 259, 261, 368, 390, 404, 404, 539, 658),
    *(926, 988, 1192, 2171, 2272, 2371, 3000, 3733, 4087, 6409, *[9999] * 6),
]


@settings(max_examples=many(4))
@given(
    used=st.lists(st.integers(0, 9_999), min_size=1, max_size=60),
    first=st.integers(0, 99_999),
    factor=st.integers(1, 1000),
)
@example(used=WHOLE_TURN, first=0, factor=1)
@example(used=[*[5] * 9, *[9_999] * 10, *[5] * 9], first=0, factor=1)
def test_a_wrapping_register_gives_its_use_back(used, first, factor):
    assume(paced(used, first))
    shown = [first]
    for amount in used:
        shown.append((shown[-1] + amount) % 100_000)

    made = steps(
        byhand.effective(register(shown, wraps=100_000, most=9_999, factor=factor, period_s=3600))
    )

    right = np.array([amount * factor for amount in used])
    assert (made.used == right)[made.known].all()
    doubted = {Reason(reason).name for reason in made.reason[~made.known].tolist()}
    event(f"all known: {not doubted}")
    assert doubted <= {"TURNS"}  # only where what is beside is far slower
    assert made.known.all() or max(used) > 2 * min(used)


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
    assume(0 < implied <= 2**52)
    facts = {"wraps": 2**53, "most": most, "period_s": 10**10}
    rows = register([2**53 - 1, implied - 1], every_ms=wait_ms, **facts)

    (reason,) = steps(byhand.effective(rows)).reason.tolist()

    # A whole number is at most most × time exactly where it is at most the whole part of it.
    assert reason == (Reason.FALL if over == 1 else Reason.WRAPPED)


def test_without_a_known_limit_a_wrap_may_use_a_tenth_of_the_register():
    falls = {500: Reason.WRAPPED, 501: Reason.FALL}

    for shown, reason in falls.items():
        made = steps(byhand.effective(register([9_500, shown], wraps=10_000)))
        assert made.reason.tolist() == [reason]


def test_a_fall_waits_for_an_exchange_and_is_then_known():
    facts = Facts(factor=40)
    first, last = Row(START, 900, 900, facts, facts), Row(START + 2 * HOUR, 30, 30, facts, facts)
    swap = Row(START + HOUR, 950, 10, facts, facts)
    lost = Row(START + HOUR, None, 10, facts, facts)

    fell = steps(byhand.effective({1: (REGISTER, [first, last])}))
    swapped = steps(byhand.effective({1: (REGISTER, [first, swap, last])}))
    unread = steps(byhand.effective({1: (REGISTER, [first, lost, last])}))

    assert told(fell)[0][3:5] == (None, "FALL")
    assert [step[3] for step in told(swapped)] == [50 * 40, 20 * 40]
    assert [step[3:5] for step in told(unread)] == [(None, "NO_FINAL"), (800, "KNOWN")]


def test_a_power_value_holds_for_one_and_a_half_periods():
    facts = Facts(period_s=900)
    rows = [Row(START, 4000, 4000, facts, facts), Row(START + HOUR, 0, 0, facts, facts)]

    made = steps(byhand.effective({1: (POWER, rows)}))

    assert told(made) == [
        (1, START, START + 1_350_000, 1500, "KNOWN", 900_000),
        (1, START + 1_350_000, START + HOUR, None, "HELD_TOO_LONG", 900_000),
    ]


def test_an_interval_never_reaches_behind_the_value_before_it():
    facts = Facts(period_s=3600)
    rows = [Row(START + at, 10, 10, facts, facts) for at in (0, HOUR // 2, 4 * HOUR, 5 * HOUR)]

    effective = byhand.effective({1: (INTERVAL, rows)})
    made = steps(effective)
    spans = unmeasured(effective, made)

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

    made = steps(byhand.effective({1: (REGISTER, rows)}))

    assert made.used.tolist() == [50 * 2, 200 * 3]


@given(value=st.integers(0, 2**53), factor=st.integers(1, 2**40))
@example(value=2**43, factor=2**10)
@example(value=2**43 + 1, factor=2**10)
def test_a_product_beyond_2_to_the_53_is_unknown_not_wrong(value, factor):
    made = steps(byhand.effective(register([0, value], factor=factor)))

    fits = value * factor <= 2**53
    assert told(made)[0][3:5] == ((value * factor, "KNOWN") if fits else (None, "OUT_OF_RANGE"))


@given(
    value=st.integers(-(2**53), 2**53),
    factor=st.integers(1, 2**31),
    under=st.integers(1, 10**6),
    wait_ms=st.one_of(st.integers(1, HOUR), st.integers(1, 31 * 24 * HOUR)),
)
@example(value=2**40, factor=2**13, under=1, wait_ms=HOUR)
@example(value=2**40 + 1, factor=2**13, under=1, wait_ms=HOUR)
def test_power_of_any_size_over_any_time_is_exact_or_out_of_range(value, factor, under, wait_ms):
    facts = Facts(factor=factor, under=under, period_s=31 * 86_400)
    rows = [Row(START, value, value, facts, facts), Row(START + wait_ms, 0, 0, facts, facts)]

    made = steps(byhand.effective({1: (POWER, rows)}))

    energy = Fraction(value * factor * wait_ms, under * HOUR)
    fits = abs(energy) <= 2**53 and abs(value) <= 2**60 // wait_ms
    assert told(made)[0][3:5] == ((energy, "KNOWN") if fits else (None, "OUT_OF_RANGE"))


def test_intervals_and_power_over_the_limit_are_unknown():
    facts = Facts(period_s=1800, most=100)
    rows = [Row(START + n * HOUR // 2, v, v, facts, facts) for n, v in enumerate([50, 51, -51, 0])]

    interval = steps(byhand.effective({1: (INTERVAL, rows)}))
    power = steps(
        byhand.effective({1: (POWER, [replace(row, starts=2 * row.starts) for row in rows])})
    )

    assert [step[4] for step in told(interval)] == ["KNOWN", "OVER_LIMIT", "OVER_LIMIT", "KNOWN"]
    assert [step[4] for step in told(power)] == ["KNOWN", "OVER_LIMIT", "OVER_LIMIT"]


def test_what_is_over_the_limit_is_called_so_however_great_it_is():
    facts = Facts(period_s=7, most=1)
    rows = [Row(START + n * 10_500, 2**52, 2**52, facts, facts) for n in range(2)]

    for kind in (INTERVAL, POWER):
        made = steps(byhand.effective({1: (kind, rows)}))
        assert {step[4] for step in told(made)} == {"OVER_LIMIT"}

"""What a register that only goes on adds to its hours makes the hours of all its readings."""

import random
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.effective import assemble
from analytics.going_on import Ends, calm_ends, gone_on, rest_of
from analytics.hours import Hours, spread
from analytics.judging import steps
from analytics.lines import BOUNDS
from analytics.reach import part_where
from analytics.steps import EffectiveReadings
from tests.analytics.byhand import HOUR, REGISTER
from tests.analytics.drawn import START
from tests.analytics.test_reach import EXCHANGE, SETTINGS, columns

CHANNELS = range(3, 9)
RANGE = 100_000
KINDS = dict.fromkeys(CHANNELS, REGISTER)
Shown = dict[int, list[tuple[int, int]]]  # of each channel: instants and values


def drawn(draw: random.Random) -> tuple[Shown, list[tuple]]:
    """Return what registers show, and the settings they have, from an instant on others."""
    shown, settings = {}, []
    for channel in CHANNELS:
        at, value, rows = START, draw.choice([7, 50_000, RANGE - 900]), []
        gaps = [300_000] * 40 + [301_777] * 9 + draw.choice([[], [HOUR], [HOUR, 40 * 24 * HOUR]])
        for _ in range(draw.choice([90, 130])):
            at += draw.choice(gaps)
            value = (value + draw.choice([0, 1, 7, 30])) % RANGE
            odd = draw.random() < 0.008
            rows.append((at, draw.randrange(RANGE) if odd else value))
        shown[channel] = rows
        since = [-(10**15), *draw.choice([[], [rows[draw.randrange(-30, -1)][0] + 1]])]
        for first in since:
            most = draw.choice([0, 6_000])
            facts = draw.choice([1, 1, 7]), draw.choice([1, 3]), draw.choice([200, 300]), most
            settings.append((channel, first, *facts, RANGE))
    return shown, settings


def effective(shown: Shown, settings: list[tuple]) -> EffectiveReadings:
    rows = [(channel, *row) for channel, own in shown.items() for row in own]
    return assemble(
        columns("channel_id at value", rows),
        columns(EXCHANGE, []),
        columns(SETTINGS, settings),
        KINDS,
    )


def ended(rows: EffectiveReadings, hours: Hours) -> Ends:
    """Return where the hours of the channels end whose last readings are calm."""
    of = [part_where(rows, np.flatnonzero(rows.channel == one)) for one in CHANNELS]
    last = [part_where(one, slice(-1 - BOUNDS.calm, None)) for one in of]
    calm = calm_ends(last)
    channel = np.array(CHANNELS, np.int64)
    at_ms, value = (
        np.array([getattr(one, name)[-1] for one in of]) for name in ("at_ms", "starts")
    )
    return Ends(channel, at_ms, value, *rest_of(hours, channel, at_ms)).only(calm)


def told(hours: Hours, of: int) -> dict[int, list]:
    some = hours.channel == of
    known = hours.known[some].tolist()
    rows = zip(
        hours.hour_ms[some].tolist(),
        *(getattr(hours, name)[some].tolist() for name in ("used", "measured_s", "known_s")),
        strict=True,
    )
    return {
        hour: [used if fine else None, *s]
        for fine, (hour, used, *s) in zip(known, rows, strict=True)
    }


def added(before: dict[int, list], more: dict[str, np.ndarray], of: int) -> dict[int, list]:
    """Return hours with what is added to them, as the database adds it."""
    some = more["channel_id"] == of
    names = ("hour", "used", "measured_s", "known_s")
    for hour, *parts in zip(*(more[name][some].tolist() for name in names), strict=True):
        then = before.setdefault(hour, [0, 0, 0])
        before[hour] = [(a or 0) + b for a, b in zip(then, parts, strict=True)]
    return before


def test_what_is_added_makes_the_hours_of_all_readings():
    seen: Counter[str] = Counter()

    @given(st.integers(0, 10**6))
    def holds(seed):
        draw = random.Random(seed)
        shown, settings = drawn(draw)
        cuts = {one: draw.randrange(-12, 0) for one in CHANNELS}
        before = {one: rows[: cuts[one]] for one, rows in shown.items()}
        then = effective(before, settings)
        hours = spread(steps(then))
        ends = ended(then, hours)
        after = {one: rows[cuts[one] - 1 :] for one, rows in shown.items()}
        found = [(one, *row) for one, rows in after.items() for row in rows]

        done = gone_on(
            ends, columns("channel_id at value", found), columns(SETTINGS, settings), KINDS
        )

        now = effective(shown, settings)
        whole = spread(steps(now))
        for one in done.ends.channel.tolist():
            seen["gone on"] += 1
            assert added(told(hours, one), done.hours, one) == told(whole, one)
        seen["judged"] += len(CHANNELS) - len(done.ends.channel)
        last = ended(now, whole)
        same = last.only(np.isin(last.channel, done.ends.channel))
        for name in Ends.__slots__:  # and it goes on from there as from a judgement of them all
            assert getattr(done.ends, name).tolist() == getattr(same, name).tolist()

    holds()
    assert min(seen["gone on"], seen["judged"]) > 20, seen


def test_an_end_that_is_not_as_it_was_is_left_to_a_judgement():
    settings = [(3, -(10**15), 1, 1, 300, 0, RANGE)]
    shown = {3: [(START + n * 300_000, 5 * n) for n in range(100)]}
    (channel, at_ms, value, rest) = (np.array([one], np.int64) for one in (3, START, 0, 0))
    ends = Ends(channel, at_ms, value, rest, rest)

    def went(rows: list[tuple]) -> list[int]:
        found = columns("channel_id at value", rows)
        return gone_on(ends, found, columns(SETTINGS, settings), KINDS).ends.channel.tolist()

    rows = [(3, *row) for row in shown[3]]
    assert went(rows) == [3]
    assert went(rows[1:]) == []
    assert went([(3, START, 1), *rows[1:]]) == []
    assert went([]) == []

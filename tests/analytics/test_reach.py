"""What a change is said to touch is all that it touches, and its rows are all that is needed."""

import numpy as np
import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from analytics import reach
from analytics.hours import Hours, spread
from analytics.judging import steps
from analytics.reach import ChangedSpan, Known, Settled
from analytics.steps import EffectiveReadings
from tests.analytics.byhand import HOUR, INTERVAL, POWER, REGISTER
from tests.analytics.drawn import START

DAY = 24 * HOUR
CHANNEL = 7
EXCHANGE = "channel_id at final final_known initial"
SETTINGS = "channel_id valid_from factor under period_s max_per_hour wraps_at"


def columns(names: str, rows: list[tuple]) -> dict[str, np.ndarray]:
    split = zip(*rows, strict=True) if rows else [()] * len(names.split())
    return {
        name: np.array(values, np.int64) for name, values in zip(names.split(), split, strict=True)
    }


def known(
    kind: int,
    exchanges: list[tuple] = (),
    period_s: int = 3600,
    most: int = 0,
    begun: dict[int, int] | None = None,
) -> Known:
    """Return what is known of the channel, between two others that know other things."""
    other = [(c, START + 5 * DAY, 1, True, 2) for c in (CHANNEL - 1, CHANNEL + 1)]
    swaps = sorted([*other, *((CHANNEL, at, end, True, new) for at, end, new in exchanges)])
    return Known(
        columns(
            SETTINGS,
            [
                (c, -(10**15), 1, 1, period if c == CHANNEL else 60, most, 0)
                for c, period in ((CHANNEL - 1, 60), (CHANNEL, period_s), (CHANNEL + 1, 60))
            ],
        ),
        columns(EXCHANGE, swaps),
        columns("channel_id at wrap", []),
        columns(
            "channel_id at from_ms",
            [(CHANNEL, at, since) for at, since in sorted((begun or {}).items())],
        ),
        dict.fromkeys((CHANNEL - 1, CHANNEL, CHANNEL + 1), kind),
    )


def read(
    shown: dict[int, int], first: int, last: int, rows: int, of: Known, *, added: bool = False
) -> reach.Read:
    """Return the span with at most so many readings before and after it."""
    at = sorted(shown)
    before = [one for one in at if one < first][-rows:]
    after = [one for one in at if one > last][:rows]
    inside = [*before, *(one for one in at if first <= one <= last), *after]
    found = columns("place at value", [(0, one, shown[one]) for one in inside])
    (one,) = reach.windows([ChangedSpan(CHANNEL, first, last, added)], found, rows, of)
    return one


def settled(shown: dict[int, int], first: int, last: int, of: Known, **values: bool) -> Settled:
    """Read further until the reach is known, as the worker does."""
    rows = reach.AROUND
    while True:
        one = read(shown, first, last, rows, of, **values)
        if found := reach.settled(one, of.kinds[CHANNEL]):
            return found
        rows *= reach.FURTHER


def whole(shown: dict[int, int], of: Known) -> EffectiveReadings:
    """Return all rows of the channel."""
    return read(shown, min(shown), max(shown), 1, of).window.effective


def told(hours: Hours, first: int = -(2**62), last: int = 2**62) -> list[tuple]:
    rows = zip(*(getattr(hours, name).tolist() for name in Hours.__slots__), strict=True)
    return [row for row in rows if first <= row[1] < last]


@st.composite
def changed(draw: st.DrawFn) -> tuple:
    """A channel that climbs calmly but for a few defects, and the same after a change."""
    kind = draw(st.sampled_from([REGISTER, REGISTER, REGISTER, INTERVAL, POWER]))
    count = draw(st.sampled_from([3, 120, 400]))
    shown = {START + n * HOUR // 2: 1000 + 3 * n for n in range(count)}
    places = st.integers(0, count - 1).map(lambda n: START + n * HOUR // 2)
    for at in draw(st.lists(places, max_size=4)):
        shown[at] = draw(st.sampled_from([0, 5, 999, 10**6]))
    exchanges = [(at + 1, shown[at], 1000) for at in draw(st.lists(places, max_size=1))]
    lengths = st.sampled_from([1, HOUR // 2, 3 * HOUR, 40 * HOUR])
    begun = {}
    if kind == INTERVAL:
        begun = {at: at - draw(lengths) for at in draw(st.lists(places, max_size=4))}
    if kind == INTERVAL and draw(st.booleans()):  # bills, far from each other
        keep = draw(st.sampled_from([20, 60])) * HOUR
        shown = {at: value for at, value in shown.items() if (at - START) % keep == 0}
        places = st.sampled_from(sorted(shown))
    first = draw(places)
    last = min(first + draw(st.sampled_from([0, HOUR, 20 * HOUR])), max(shown))
    before = dict(shown)
    added = draw(st.booleans())
    for at in [at for at in shown if first <= at <= last]:
        if added:
            del before[at]
        else:
            shown[at] += draw(st.integers(-3, 3))
    period_s, most = draw(st.sampled_from([60, 1800])), draw(st.sampled_from([0, 40]))
    of = known(kind, exchanges, period_s, most, begun)
    return before, shown, first, last, added, of


# A first reading that comes within a bill cuts it: the hours of the bill before it go.
WITHIN = (
    {START + 20 * HOUR: 5},
    {START: 7, START + 20 * HOUR: 5},
    START,
    START,
    True,
    known(INTERVAL, begun={START + 20 * HOUR: START - 20 * HOUR}),
)


@example(WITHIN)
@given(changed())
def test_hours_beyond_the_reach_are_as_they_were_and_those_within_are_judged_from_its_rows(drawn):
    before, after, first, last, added, of = drawn
    found = settled(after, first, last, of, added=added)

    event(f"{len(after)} readings, {(found.last_ms - found.first_ms) // DAY} days")
    then, now = (
        spread(steps(whole(before, of))) if before else None,
        spread(steps(whole(after, of))),
    )
    away = [row for row in told(now) if not found.first_ms <= row[1] < found.last_ms]
    kept = told(then) if then else []
    assert away == [row for row in kept if not found.first_ms <= row[1] < found.last_ms]
    assert told(spread(steps(found.rows)), found.first_ms, found.last_ms) == told(
        now, found.first_ms, found.last_ms
    )
    assert found.first_ms % HOUR == found.last_ms % HOUR == 0
    assert found.channel == CHANNEL
    assert found.first_ms <= first
    assert last <= found.last_ms


def calm(count: int, every_ms: int = HOUR) -> dict[int, int]:
    return {START + n * every_ms: 1000 + n for n in range(count)}


def test_a_reading_that_came_into_calm_touches_its_two_neighbours_hours():
    at = START + 200 * HOUR
    found = settled(calm(400), at, at, known(REGISTER), added=True)

    assert (found.first_ms, found.last_ms) == (at - HOUR, at + HOUR)
    assert len(found.rows.at_ms) < 320


def test_a_reading_that_changed_is_judged_from_calm_to_calm():
    at = START + 400 * HOUR
    found = settled(calm(800), at, at, known(REGISTER))

    # Its own step to each side, and the 76 plain ones that no judgement crosses.
    assert found.first_ms == at - 77 * HOUR
    assert found.last_ms == at + 77 * HOUR


def test_a_short_channel_is_judged_whole():
    found = settled(calm(5), START + HOUR, START + HOUR, known(REGISTER))

    assert (found.first_ms, found.last_ms) == (START, START + 4 * HOUR)
    assert len(found.rows.at_ms) == 5


def test_nothing_is_settled_where_readings_end_before_the_calm_does():
    at = START + 200 * HOUR
    of = known(REGISTER)

    assert reach.settled(read(calm(400), at, at, 20, of), REGISTER) is None
    assert reach.settled(read(calm(400), at, at, 160, of), REGISTER) is not None


def test_a_window_knows_whether_it_reaches_the_channels_ends():
    of = known(REGISTER)
    shown = calm(21)

    def ends(place: int, rows: int) -> tuple[bool, bool]:
        at = START + place * HOUR
        window = read(shown, at, at, rows, of).window
        return window.whole_before, window.whole_after

    assert ends(10, 11) == (True, True)
    assert ends(10, 10) == (False, False)
    assert ends(9, 10) == (True, False)
    assert ends(11, 10) == (False, True)


def test_exchanges_beyond_what_was_read_are_left_out():
    at = START + 100 * HOUR
    swaps = [(START + hour * HOUR + 1, 2000, 0) for hour in (79, 80, 100, 119, 120)]
    one = read(calm(200), at, at, 20, known(REGISTER, swaps))
    until = [when for when in one.window.effective.at_ms.tolist() if when % HOUR != START % HOUR]

    assert until == [START + hour * HOUR + 1 for hour in (80, 100, 119)]


def test_an_exchange_at_the_edge_of_what_was_read_belongs_to_it():
    at = START + 100 * HOUR
    swaps = [(START + 80 * HOUR, 1080, 0), (START + 120 * HOUR, 1120, 0)]
    rows = read(calm(200), at, at, 20, known(REGISTER, swaps)).window.effective

    assert rows.starts[[0, -1]].tolist() == [0, 0]
    assert len(rows.at_ms) == 41


def test_spans_have_their_own_readings():
    of = known(REGISTER)
    spans = [ChangedSpan(CHANNEL, at, at, False) for at in (START, START + HOUR, START + 2 * HOUR)]
    found = columns("place at value", [(0, START, 5), (2, START + 2 * HOUR, 6)])
    made = reach.windows(spans, found, 1, of)

    assert [one.window.effective.ends.tolist() for one in made] == [[5], [], [6]]
    assert [one.asked for one in made] == spans


@pytest.mark.parametrize("kind", [INTERVAL, POWER])
def test_a_value_reaches_from_the_one_before_to_the_one_after(kind):
    shown = {START + minute * 60_000: 1 for minute in range(0, 600, 30)}
    at = START + 5 * HOUR + HOUR // 2
    found = settled(shown, at, at, known(kind, period_s=1800))
    first = settled(shown, START, START, known(kind, period_s=3 * 3600))
    last = settled(shown, max(shown), max(shown), known(kind, period_s=1800))

    assert (found.first_ms, found.last_ms) == (START + 5 * HOUR, START + 6 * HOUR)
    assert (first.first_ms, first.last_ms) == (START - 3 * HOUR, START + HOUR)
    assert (last.first_ms, last.last_ms) == (START + 9 * HOUR, START + 10 * HOUR)


@pytest.mark.parametrize("kind", [INTERVAL, POWER])
def test_a_value_whose_hour_was_not_read_whole_is_not_settled(kind):
    shown = {START + minute * 60_000: 1 for minute in range(0, 600, 10)}
    at, of = START + 5 * HOUR + HOUR // 2, known(kind, period_s=600)
    needed = [rows for rows in range(1, 9) if reach.settled(read(shown, at, at, rows, of), kind)]

    assert needed == [3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("kind", [REGISTER, INTERVAL, POWER])
def test_a_span_without_readings_covers_itself(kind):
    (one,) = reach.windows(
        [ChangedSpan(CHANNEL, START + 1, START + HOUR + 1, False)],
        columns("place at value", []), 5, known(kind),
    )  # fmt: skip
    found = reach.settled(one, kind)

    assert found is not None
    assert (found.first_ms, found.last_ms) == (START, START + 2 * HOUR)


def test_a_stretch_is_judged_from_as_much_as_a_change_of_all_of_it():
    at = START + 200 * HOUR
    window = read(calm(400), at, at + HOUR, 160, known(REGISTER)).window
    rows = reach.judged_from(window, at, at + HOUR)
    swapped = read(calm(400), at, at + HOUR, 160, known(REGISTER, [(at + 1, 1200, 0)])).window
    again = reach.judged_from(swapped, at, at + HOUR)

    assert rows is not None
    assert rows.at_ms.tolist() == [at + n * HOUR for n in range(-1, 3)]
    assert again is not None
    assert len(again.at_ms) > 2 * 76
    assert reach.judged_from(read(calm(400), at, at, 10, known(REGISTER)).window, at, at) is None

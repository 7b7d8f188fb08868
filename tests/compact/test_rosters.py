"""The roster of a year is that of its first day."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compact.rosters import ANY_DAY, Dated, Place, Roster, day_of, first_days, member_on
from compact.targets import Base, Indicator, Target

JULY = date(2026, 7, 1)
EARLY = date(2020, 1, 1)


def roster(places, classes=(), known_from=None) -> Roster:
    """Return the roster of one institution; places: member and days; classes: code and days."""
    codes = tuple(sorted({code for code, *_ in classes}))
    since = places[0][1] if known_from is None else known_from
    return Roster(
        institution=np.array([7]),
        known_from=np.array([day_of(since)]),
        places=Dated.of([(0, row, *days) for row, (_, *days) in enumerate(places)]),
        region=np.array([member + 1 for member, *_ in places]),
        member=np.array([member for member, *_ in places]),
        line=np.zeros(len(places), np.int64),
        lines=("admin",),
        classed=Dated.of([(0, codes.index(code), *days) for code, *days in classes]),
        classes=codes,
    )


EPOCH = date(1970, 1, 1).toordinal()
ENDLESS = 2**62
MOVED = ((10, EARLY, JULY), (20, JULY, None))


def member(one: Roster, day: date) -> int | None:
    """Return where it counted, by columns and by its places alone."""
    found = one.on(np.array([day_of(day)]))
    by_columns = int(found.member[0]) if found.here[0] else None
    since = date.fromordinal(EPOCH + int(one.known_from[0]))
    days = zip(one.member.tolist(), one.places.first.tolist(), one.places.until.tolist(),
               strict=True)  # fmt: skip
    places = [
        Place(since, number, date.fromordinal(EPOCH + first),
              date.fromordinal(EPOCH + until) if until < ENDLESS else None)
        for number, first, until in days
    ]  # fmt: skip
    assert member_on(places, day) == by_columns
    return by_columns


@pytest.mark.parametrize(
    ("day", "where"),
    [
        (date(2026, 1, 1), 10),
        (date(2026, 6, 30), 10),
        (JULY, 20),
        (date(2027, 1, 1), 20),
        (date(2019, 1, 1), 10),  # before anything was known: the first place
    ],
)
def test_a_place_is_that_of_the_day(day, where):
    assert member(roster(MOVED), day) == where


def test_who_was_elsewhere_on_the_day_is_in_no_roster():
    came = ((20, JULY, None),)
    assert member(roster(came, known_from=EARLY), date(2026, 1, 1)) is None
    assert member(roster(came), date(2026, 1, 1)) == 20
    assert member(roster(((10, EARLY, JULY),)), JULY) is None


def test_who_has_no_day_is_counted():
    found = roster(((10, EARLY, JULY),)).on(np.array([ANY_DAY]))
    assert found.here.all()


def test_a_class_is_that_of_the_day():
    classes = (("A", EARLY, JULY), ("B", JULY, None))
    days = (date(2019, 1, 1), date(2026, 6, 30), JULY)
    one = roster(MOVED, classes)
    result = [int(one.on(np.array([day_of(day)])).classed[0]) for day in days]
    assert [one.classes[place] for place in result] == ["A", "A", "B"]
    assert int(roster(MOVED).on(np.array([0])).classed[0]) == -1


SPANS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20), st.integers(1, 9)), max_size=9)


@given(SPANS, st.lists(st.integers(-3, 30), min_size=4, max_size=4))
def test_what_holds_on_a_day_is_what_a_look_at_each_row_finds(spans, days):
    rows = sorted((who, first, first + length) for who, first, length in spans)
    column = np.array([(who, row, *span) for row, (who, *span) in enumerate(rows)]).reshape(-1, 4)

    found = Dated(*column.T.astype(np.int64)).on(np.array(days))

    for who, day in enumerate(days):
        holds = [row for row, (one, first, until) in enumerate(rows)
                 if one == who and first <= day < until]  # fmt: skip
        assert found[who] == (holds[0] if holds else -1)


@given(st.lists(st.integers(1970, 2101), max_size=5))
def test_a_year_begins_on_its_first_day(years):
    result = first_days(np.array(years, np.int64)).tolist()
    assert result == [day_of(date(year, 1, 1)) for year in years]


def test_the_day_is_the_first_of_the_year_for_which_a_quota_is():
    own = Target(Indicator.TOTAL_KGCE, "GB2589-2020", 30_000)
    assert own.roster_day(None) is None
    assert own.roster_day(Base(2015, (1,) * 12)) == date(2016, 1, 1)
    path = Target(Indicator.TOTAL_KGCE, "GB2589-2020", 30_000, 2025, 2030)
    assert path.roster_day(None) == date(2026, 1, 1)
    assert path.roster_day(Base(2025, (1,) * 12), 2028) == date(2028, 1, 1)

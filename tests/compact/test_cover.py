"""Cover: what a status is a function of, whatever the order in which it came to be known."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.solving.cases import solve
from compact.cover import CoverRecord, CoverStatus

YEARS = st.integers(2021, 2025)
AMOUNTS = st.integers(0, 5).map(Fraction)


@st.composite
def records(draw):
    first = draw(YEARS)
    return CoverRecord(
        first,
        draw(st.none() | st.integers(first, 2026)),
        draw(st.integers(2020, 2026)),
        draw(st.dictionaries(YEARS, AMOUNTS)),
        frozenset(draw(st.sets(YEARS, max_size=2))),
        draw(st.integers(0, 12).map(Fraction)),
    )


def test_a_status_is_what_its_years_say():
    seen: Counter[CoverStatus] = Counter()

    @settings(max_examples=400)
    @given(records())
    def law(record):
        seen[record.status] += 1
        assert record.status == expected(record)

    law()
    assert set(seen) == set(CoverStatus)


def expected(record: CoverRecord) -> CoverStatus:
    """Return what the definition says, year by year."""
    over = [
        year
        for year in range(record.first_year, 2030)
        if (year < record.year or year == record.year == record.last_year)
        and (record.last_year is None or year <= record.last_year)
    ]
    asked = [year for year in over if year not in record.excluded]
    if not over:
        return CoverStatus.NOT_APPLICABLE
    if not asked:
        return CoverStatus.EXCLUDED
    if not set(asked) <= record.used.keys():
        return CoverStatus.MISSING
    due = sum(record.used[year] for year in asked)
    return CoverStatus.COVERED if record.covered >= due else CoverStatus.SHORT


@given(records(), AMOUNTS)
def test_more_cover_never_makes_it_worse(record, more):
    after = replace(record, covered=record.covered + more).status

    assert after == record.status or (record.status, after) == (
        CoverStatus.SHORT,
        CoverStatus.COVERED,
    )


@given(records(), YEARS, AMOUNTS)
def test_a_year_left_out_and_included_again_waits_for_its_figure(record, year, amount):
    again = record.exclude(year).include_again(year)

    assert year not in again.used
    assert year not in again.excluded
    assert again.verified(year, amount).used[year] == amount


@given(records(), st.data())
def test_what_is_known_counts_whatever_came_first(record, data):
    events = [{"event": "verified", "year": y, "amount": int(a)} for y, a in record.used.items()]
    events += [{"event": "cover", "amount": 1}] * int(record.covered)
    events = data.draw(st.permutations(events))
    events += [{"event": "exclude", "year": year} for year in sorted(record.excluded)]
    entered = {"event": "enter", "year": record.year, "first_year": record.first_year}
    given_ = {"events": [entered | {"last_year": record.last_year}, *events]}

    statuses = solve({"id": 1, "rule": "cover_status", "given": given_}).result["statuses"]

    assert statuses[-1] == [len(events) + 1, record.status.value]


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"event": "cover", "amount": -1}, "events[1].amount"),
        ({"event": "surrender", "amount": 1}, "events[1].event"),
        ({"event": "year_turns", "year": 2020}, "events[1].year"),
        ({"event": "last_year", "year": 2019}, "events[1].last_year"),
        ({"event": "cover", "amount": 1, "year": 2021}, "events[1].year"),
        ({"event": "exclude"}, "events[1].year"),
    ],
)
def test_an_event_that_cannot_be_is_refused_by_name(event, field):
    entered = {"event": "enter", "year": 2021, "first_year": 2021, "last_year": None}
    answer = solve({"id": 1, "rule": "cover_status", "given": {"events": [entered, event]}})

    assert answer.error is not None
    assert answer.error.where["field"] == field
    assert field in answer.error.en

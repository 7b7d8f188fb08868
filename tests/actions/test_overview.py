"""Boards' figures: sums are those of the accounts, time that was not measured counts as due."""

from datetime import date
from fractions import Fraction
from math import floor

import pytest

from actions.accounts.curves import curves_of
from actions.accounts.explanations import explain_account
from actions.accounts.overview import months_before, overview_of, year_of
from metering.errors import InputError, NotFoundError
from storage.registry.institutions import InstitutionFilter

DAY_S = 86_400


def test_sums_are_those_of_the_accounts(filled):
    found = overview_of(filled.actor(), InstitutionFilter())
    kept = filled.admin(
        """SELECT carrier, sum(quanta)::bigint, sum(measured_s)::bigint FROM account
            WHERE source = 'meter' GROUP BY carrier ORDER BY carrier"""
    )

    assert (found.first, found.last, found.count) == (date(2015, 4, 1), date(2016, 3, 1), 6)
    assert [(one.carrier, one.quanta, one.measured_s) for one in found.total] == kept
    each = [one for sums in found.sums.values() for one in sums if one.carrier == "electricity"]
    (electricity,) = [one for one in found.total if one.carrier == "electricity"]
    for field in ("quanta", "kgce_g", "co2_g", "expected_s"):
        known = [getattr(one, field) for one in each if getattr(one, field) is not None]
        assert sum(known) == getattr(electricity, field)


def test_an_institution_without_any_reading_is_due_all_its_time(filled):
    found = overview_of(filled.actor(), InstitutionFilter())
    (clinic,) = found.sums[filled.institution["clinic"]]

    assert (clinic.quanta, clinic.kgce_g, clinic.measured_s) == (None, None, 0)
    assert clinic.expected_s == 31 * DAY_S - 3600  # March, in which London turned to summer time
    assert (clinic.kgce_evidence, clinic.kgce_outside) == (None, False)


def test_each_sees_sums_over_its_own(filled):
    for who, count in (("of the school", 1), ("city reader", 3), ("outsider", 0)):
        found = overview_of(filled.actor(who), InstitutionFilter())
        ids = {row.institution_id for row in found.rows}

        assert found.count == len(found.rows) == count
        assert set(found.sums) <= ids
        seen = {
            one.carrier: one.quanta
            for one in overview_of(filled.actor(who), InstitutionFilter(), size=200).total
        }
        kept = filled.admin(
            """SELECT carrier, sum(quanta)::bigint FROM account
                WHERE institution_id = ANY(%s) GROUP BY carrier""",
            list(ids),
        )
        assert {carrier: quanta for carrier, quanta in seen.items() if quanta} == dict(kept)


def test_pages_hold_every_institution_once_and_all_have_the_same_sums(filled):
    pages = [
        overview_of(filled.actor(), InstitutionFilter(), page=page, size=4) for page in (1, 2, 3)
    ]
    ids = [row.institution_id for page in pages for row in page.rows]

    assert [len(page.rows) for page in pages] == [4, 2, 0]
    assert ids == sorted(set(ids))
    assert pages[0].total == pages[1].total == pages[2].total
    with pytest.raises(InputError):
        overview_of(filled.actor(), InstitutionFilter(), size=1000)


def test_a_filter_holds_for_rows_count_and_sums(filled):
    found = overview_of(filled.actor(), InstitutionFilter(text="SCHO"))
    school = filled.institution["school"]

    assert [row.institution_id for row in found.rows] == [school]
    assert found.count == 1
    assert [one.quanta for one in found.total] == [one.quanta for one in found.sums[school]]


def test_a_year_has_twelve_months_those_before_and_what_was_due(filled):
    office = filled.institution["office"]
    year = year_of(filled.actor(), office)
    earlier = year_of(filled.actor(), office, last=date(2017, 2, 1))

    assert year.months == [months_before(date(2016, 3, 1), 11 - n) for n in range(12)]
    assert {(one.carrier, one.month) for one in year.accounts} == {
        ("electricity", date(2016, 3, 1)),
        ("natural_gas", date(2016, 3, 1)),
    }
    assert year.before == []
    assert year.expected_s["electricity", date(2016, 3, 1)] == 31 * DAY_S - 3600
    assert ("electricity", date(2016, 2, 1)) not in year.expected_s
    assert earlier.expected_s["electricity", date(2016, 4, 1)] == 9 * DAY_S  # today is the tenth
    assert ("electricity", date(2016, 5, 1)) not in earlier.expected_s
    again = year_of(filled.actor(), office, last=date(2017, 3, 1))
    assert {one.month for one in again.before} == {date(2016, 3, 1)}


def test_what_is_due_of_a_month_is_what_its_account_expects(filled):
    for name in ("office", "school", "academy"):
        year = year_of(filled.actor(), filled.institution[name])

        for account in year.accounts:
            assert year.expected_s[account.carrier, account.month] == account.expected_s


def test_it_ends_with_the_last_whole_month_and_the_running_one_can_be_asked(filled):
    office = filled.institution["office"]
    filled.admin(
        "INSERT INTO account VALUES (%s, 'electricity', '2016-04-01', 'meter', 5, 0)", office
    )
    year = year_of(filled.actor(), office)

    assert (year.months[-1], year.newest) == (date(2016, 3, 1), date(2016, 4, 1))
    assert overview_of(filled.actor(), InstitutionFilter()).last == date(2016, 3, 1)
    assert year_of(filled.actor(today=date(2016, 5, 1)), office).months[-1] == date(2016, 4, 1)
    young = filled.institution["clinic"]
    filled.admin(
        "INSERT INTO account VALUES (%s, 'electricity', '2016-04-01', 'meter', 5, 0)", young
    )
    assert year_of(filled.actor(), young).months[-1] == date(2016, 4, 1)


def test_nobody_sees_another_ones_year(filled):
    with pytest.raises(NotFoundError):
        year_of(filled.actor("of the school"), filled.institution["office"])
    with pytest.raises(NotFoundError):
        year_of(filled.actor(), filled.institution["office"], profile="nobody's")


def test_nothing_is_due_to_a_stranger(filled):
    with filled.actor("outsider").look() as connection:
        rows = connection.execute(
            "SELECT * FROM report.expected(%s::integer[], '2016-01-01', '2016-12-01')",
            [list(filled.institution.values())],
        )
        assert rows.fetchall() == []


def test_curves_are_of_ones_meters_and_of_what_the_accounts_use(filled):
    def keys(who, name):
        found = curves_of(filled.actor(who), filled.institution[name])
        return [(one.carrier, one.channel.channel_id if one.channel else None) for one in found]

    channel = filled.channel
    assert keys("system", "office") == [
        ("electricity", None),
        ("natural_gas", None),
        ("electricity", channel["office e"]),
        ("natural_gas", channel["office gas"]),
    ]
    assert keys("of the school", "school") == [
        ("electricity", None),
        ("electricity", channel["shared e"]),
    ]
    assert keys("of the school", "office") == []
    (whole, one) = curves_of(filled.actor("of the school"), filled.institution["school"])
    assert (
        (whole.first, whole.last) == (one.first, one.last) == (date(2016, 3, 1), date(2016, 3, 2))
    )


@pytest.mark.parametrize(
    ("month", "count", "result"),
    [
        (date(2016, 3, 1), 0, date(2016, 3, 1)),
        (date(2016, 3, 1), 3, date(2015, 12, 1)),
        (date(2016, 12, 31), -1, date(2017, 1, 1)),
        (date(2016, 1, 15), 25, date(2013, 12, 1)),
    ],
)
def test_months_before(month, count, result):
    assert months_before(month, count) == result


@pytest.mark.parametrize("year", [2015, 2016, 2022, 2023, 2045])
def test_the_grid_factor_of_any_year_is_the_one_that_explains_it(filled, year):
    """Also beyond the editions there are, and of an institution that stands nowhere."""
    for name, place in (("office", True), ("clinic", False)):
        institution = filled.institution[name]
        filled.admin(
            "INSERT INTO account VALUES (%s, 'electricity', %s, 'meter', 1234567, 0)",
            institution,
            date(year, 7, 1),
        )
        if not place:
            filled.admin(
                """UPDATE location SET known_until = now()
                    WHERE institution_id = %s AND known_until IS NULL""",
                institution,
            )
        found = explain_account(filled.actor(), institution, "electricity", date(year, 7, 1))
        taken = next(one for one in found.grid_chain if one.value is not None)

        assert found.account.kgco2_per_unit == taken.value
        assert (found.account.grid_scope, found.account.grid_year) == (taken.scope, taken.year)
        assert (taken.scope == "national") == (not place)
        exact = Fraction(1234567, 1000) * Fraction(taken.value) * 1000
        assert found.account.co2_g == floor(exact + Fraction(1, 2))

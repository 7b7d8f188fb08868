"""Boards rank and compare what is measured enough, say who lacks what, keep to what is chosen."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from dashboards.boards.catalogue import BOARDS
from tests.actions.world import counts_since, measure
from tests.dashboards.boards.test_facts_of_the_time import asked

YEAR = datetime(2017, 1, 1, tzinfo=UTC), datetime(2018, 1, 1, tzinfo=UTC)
NEXT = datetime(2018, 1, 1, tzinfo=UTC), datetime(2019, 1, 1, tzinfo=UTC)
MARCH = datetime(2016, 3, 1, tzinfo=UTC), datetime(2016, 4, 1, tzinfo=UTC)


@pytest.fixture
def schools(member):
    """Two like schools, of which the clinic's October to December of 2017 are missing."""
    world = member.world
    world.admin("UPDATE account_term SET known_until = now()")
    for name in ("office", "clinic"):
        counts_since(world, name, "2017-01-01")
        for attribute, column, value in (
            ("area_m2", "number", "1000"), ("persons", "number", "50"), ("class", "value", "EDU"),
        ):  # fmt: skip
            world.admin(
                """UPDATE institution_fact SET known_until = now()
                    WHERE institution_id = %s AND attribute = %s""",
                world.institution[name], attribute,
            )  # fmt: skip
            world.admin(
                f"""INSERT INTO institution_fact (institution_id, attribute, {column}, valid_from,
                           source, known_by) VALUES (%s, %s, %s, '2010-01-01', 'test', 'user:1')""",
                world.institution[name], attribute, value,
            )  # fmt: skip
    measure(world, "office", "2017-01-01", 730, 24_000)
    measure(world, "clinic", "2017-01-01", 273, 12_000)
    measure(world, "clinic", "2018-01-01", 365, 12_000)
    return member


def test_a_school_whose_autumn_is_missing_is_listed_and_has_no_place(schools):
    world = schools.world
    office, clinic = (world.institution[name] for name in ("office", "clinic"))
    region = world.region["province"]

    def of(panel, institution, period=YEAR):
        return asked(schools, "comparison", panel, *period, region=region, institution=institution)

    for panel in (1, 2):
        assert of(panel, office) == [("1 / 1",)]
        assert of(panel, clinic) == [("not enough measured",)]
        assert of(panel, clinic, NEXT) == [("1 / 2",)]
    assert of(4, office) == [(1,)]
    ((lacking, _, lacks, coverage),) = of(9, office)
    assert (lacking, lacks, coverage) == (clinic, "not enough measured", Decimal("0.7478"))
    assert of(9, office, NEXT) == []
    assert [row[0] for row in of(7, office)] == [office, clinic]  # the lower use is no first place
    quartiles = dict(of(5, office))
    assert (
        quartiles["own"] == quartiles["median"] == pytest.approx(365 * 24 * 0.1229 / 1000, abs=1e-5)
    )


def test_a_school_that_opened_in_december_is_listed_and_has_no_place(schools):
    """All of its month is measured, and a month's use is less than a year's."""
    world = schools.world
    office, clinic = (world.institution[name] for name in ("office", "clinic"))
    world.admin(
        """UPDATE account_term SET known_until = now()
            WHERE institution_id = %s AND known_until IS NULL""",
        clinic,
    )
    counts_since(world, "clinic", "2018-12-01")

    def of(panel, institution, period=NEXT):
        where = {"region": world.region["province"], "institution": institution}
        return asked(schools, "comparison", panel, *period, **where)

    for panel in (1, 2):
        assert of(panel, office) == [("1 / 1",)]
        assert of(panel, clinic) == [("in account for fewer days",)]
    ((lacking, _, lacks, coverage),) = of(9, office)
    assert (lacking, lacks, coverage) == (clinic, "in account for fewer days", 1)
    december = datetime(2018, 12, 1, tzinfo=UTC), NEXT[1]
    assert of(1, clinic, december) == [("1 / 2",)]


def test_a_region_compares_what_both_years_measured_and_says_how_much_that_is(schools):
    region = schools.world.region["province"]
    bars = asked(schools, "region", 7, *NEXT, region=region)
    shares = asked(schools, "region", 11, *NEXT, region=region)

    assert [row[0].month for row in bars] == list(range(1, 10))
    assert all(now == before for _, now, before in bars)
    assert [share for _, share in shares] == [Decimal(1)] * 9 + [Decimal("0.5")] * 3


def test_an_institution_compares_like_days(schools):
    world = schools.world

    def of(panel, name):
        variables = {"institution": world.institution[name], "carrier": "electricity"}
        return asked(schools, "institution", panel, *NEXT, **variables)

    assert [row[0].month for row in of(7, "office")] == list(range(1, 13))
    assert [row[0].month for row in of(7, "clinic")] == list(range(1, 10))
    assert [share for _, share in of(15, "clinic")][9:] == [Decimal(0)] * 3


@pytest.mark.parametrize(("before", "now"), [(2015, 2016), (2016, 2017)])
def test_a_29th_of_february_is_beside_no_day(member, before, now):
    """24 kWh a day in both years and 48 on the leap day: no year used more than the other."""
    world = member.world
    world.admin("UPDATE account_term SET known_until = now()")
    counts_since(world, "office", "2014-01-01")
    for year in (before, now):
        measure(world, "office", f"{year}-01-01", 366 if year == 2016 else 365, 24_000)
    measure(world, "office", "2016-02-29", 1, 48_000)
    months = datetime(now, 1, 1, tzinfo=UTC), datetime(now, 4, 1, tzinfo=UTC)
    variables = {"institution": world.institution["office"], "carrier": "electricity"}

    region = asked(member, "region", 7, *months, region=world.region["province"])
    own = asked(member, "institution", 7, *months, **variables)

    kgce = Decimal("0.1229") * 24
    for rows, a_day in ((region, kgce), (own, 24)):
        assert [row[0].month for row in rows] == [1, 2, 3]
        for (_, after, earlier), days in zip(rows, (31, 28, 31), strict=True):
            assert after == earlier == pytest.approx(days * a_day, abs=Decimal("0.001"))

    world.admin(
        """UPDATE usage_day SET known_s = 3600, used = NULL
            WHERE channel_id = %s AND day = '2016-02-29'""",
        world.channel["office e"],
    )  # its account still says that all of the month is known
    rows = asked(member, "region", 7, *months, region=world.region["province"])
    assert [row[0].month for row in rows] == [1, 3]


def test_a_carrier_without_a_coefficient_is_not_said_to_be_compared(schools):
    region = schools.world.region["province"]
    schools.world.admin("UPDATE coefficient SET known_until = now() WHERE carrier = 'electricity'")

    assert asked(schools, "region", 7, *NEXT, region=region) == []
    assert {share for _, share in asked(schools, "region", 11, *NEXT, region=region)} == {0}


def test_the_running_month_is_beside_no_whole_one(member):
    """Both years hold as much of the month as has passed; it is compared when it is over."""
    world, today = member.world, datetime.now(UTC).date()
    first = today.replace(day=1)
    last = (first - timedelta(days=1)).replace(day=1)
    world.admin("UPDATE account_term SET known_until = now()")
    counts_since(world, "office", "2014-01-01")
    for year in (0, 1):
        since = last.replace(year=last.year - year)
        measure(world, "office", str(since), (today - last).days, 24_000)
    period = (datetime(last.year, last.month, 1, tzinfo=UTC),
              datetime(first.year, first.month, 1, tzinfo=UTC) + timedelta(days=27))  # fmt: skip
    variables = {"institution": world.institution["office"], "carrier": "electricity"}

    for board, panels, where in (
        ("region", (7, 11), {"region": world.region["province"]}),
        ("institution", (7, 15), variables),
    ):
        for panel in panels:
            rows = asked(member, board, panel, *period, **where)
            assert [row[0].month for row in rows] == [last.month], (board, panel)


def test_a_days_mean_is_over_the_hours_that_it_had(member):
    """1 kWh in each hour of days of 23 and 25 hours, and of one of which ten hours are known."""
    world = member.world
    channel = world.channel["office e"]
    world.admin("DELETE FROM usage_day WHERE channel_id = %s", channel)
    days = {"2017-03-26": 23, "2017-03-27": 24, "2017-10-29": 25, "2017-10-30": 10}
    for day, hours in days.items():
        world.admin(
            """INSERT INTO usage_day (channel_id, day, used, measured_s, known_s)
               VALUES (%s, %s, %s, %s, %s)""",
            channel, day, hours * 1000, hours * 3600, hours * 3600,
        )  # fmt: skip
    rows = asked(member, "building", 5, *YEAR, zone="Europe/London", channel=channel,
                 institution=world.institution["office"])  # fmt: skip

    assert [(measured, estimated) for _, measured, estimated in rows] == [(1, None)] * len(days)


def test_a_board_never_shows_another_channel_than_the_one_chosen(member):
    world = member.world
    channel = world.channel["office e"]
    own, other = world.institution["office"], world.institution["clinic"]

    assert asked(member, "building", 5, *MARCH, institution=own, channel=channel)
    for panel in (5, 6, 7, 8, 9, 10):
        found = asked(member, "building", panel, *MARCH, institution=other, channel=channel)
        assert found == [], panel


def test_a_curve_measured_for_three_days_has_no_base_load_of_a_month(member):
    world = member.world
    chosen = {"institution": world.institution["office"], "channel": world.channel["office e"]}
    two_days = datetime(2016, 3, 1, tzinfo=UTC), datetime(2016, 3, 2, 6, tzinfo=UTC)

    assert asked(member, "building", 3, *MARCH, **chosen) == [(None,)]
    assert asked(member, "building", 3, *two_days, **chosen) != [(None,)]


def test_boards_open_with_twelve_whole_months(site):
    site.world.admin(
        "INSERT INTO account VALUES (%s, 'electricity', '2016-04-01', 'meter', 5, 0)",
        site.world.institution["office"],
    )
    client = site.client("planner of all", "en")
    for board in BOARDS:
        if board.since != "now-1y/M":
            continue
        page = client.get(f"/boards/{board.uid}").text
        days = re.findall(r'type="date" name="(?:from|to)" value="([^"]+)"', page)
        assert days == ["2015-04-01", "2016-03-31"], board.uid
    quarter = client.get("/boards/commonwatt-region?from=now-3M/M").text
    assert 'value="2016-01-01"' in quarter
    assert 'value="2016-03-31"' in quarter

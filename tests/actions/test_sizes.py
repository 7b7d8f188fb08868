"""Area and persons by their parts: the whole follows, and nothing contradicts it."""

from datetime import date
from decimal import Decimal

import pytest

from actions.accounts.heat_by_area import HeatByArea
from actions.actor import DeniedError
from actions.doing import carry_out, foresee
from actions.registry.importing import NewInstitution, ProblemsError, Registry, register
from actions.registry.sizes_table import SIZES_TABLE, WhichSizes
from actions.registry.state_size import StateSize
from actions.table_rows import values_of
from actions.tables import rows_of
from metering.errors import ConflictError, InputError
from metering.institutions import Disclosure
from tests.actions.examples_of_sizes import EXAMPLES, state
from tests.actions.examples_of_standards import state as state_standard
from tests.actions.world import World


def whole(world: World, size: str, day: str, name: str = "office") -> Decimal | None:
    """Return what all figures divide by on a day."""
    rows = world.admin(
        """SELECT number FROM institution_fact
            WHERE institution_id = %s AND attribute = %s AND known_until IS NULL
              AND valid_from <= %s AND (valid_to IS NULL OR %s < valid_to)""",
        world.institution[name], size, day, day,
    )  # fmt: skip
    return rows[0][0] if rows else None


def table(world: World, who: str = "system", **asked):
    wanted = WhichSizes(institution=world.institution["office"], **asked)
    found, after = [], None
    while True:
        page = rows_of(world.actor(who), SIZES_TABLE, wanted, after, 2)
        found += [values_of(SIZES_TABLE, row) for row in page.rows]
        if (after := page.next) is None:
            return found


def test_the_whole_is_what_its_parts_come_to_and_what_was_typed_stands_beside(world):
    assert whole(world, "persons", "2016-02-01") == 80
    made = state(world, "staff", 60)
    assert (made.size, made.whole) == ("persons", "60")
    state(world, "visitors", 366, days=2, part="会议 1")
    assert whole(world, "persons", "2015-12-31") == 80
    assert whole(world, "persons", "2016-02-01") == 62  # 2016 has 366 days
    state(world, "staff", 70, since="2016-07-01")
    assert whole(world, "persons", "2016-08-01") == 72
    shown = table(world, size="persons")
    assert [(one["what"], one["number"], one["adds"], one["typed"]) for one in shown[:3]] == [
        ("persons", "80", "80", None), ("persons", "62", "62", "80"), ("persons", "72", "72", "80"),
    ]  # fmt: skip
    assert {(one["what"], one["part"], one["adds"]) for one in shown[3:]} == {
        ("staff", "", "60.00"), ("staff", "", "70.00"), ("visitors", "会议 1", "2.00"),
    }  # fmt: skip


def test_where_parts_end_what_was_typed_holds_again(world):
    state(world, "office", 900)
    state(world, "dormitory", 400)
    assert whole(world, "area_m2", "2016-02-01") == 900
    state(world, "office", since="2016-03-01", ends=True)
    assert whole(world, "area_m2", "2016-02-29") == 900
    assert whole(world, "area_m2", "2016-03-01") == Decimal("1234.5")
    state(world, "office", since="2016-01-01", ends=True)
    assert whole(world, "area_m2", "2016-02-01") == Decimal("1234.5")


def test_a_year_of_visits_ends_and_overlaps_none_that_is_stated(world):
    state(world, "visitors", 1000, days=1, valid_to="2017-01-01")
    assert whole(world, "persons", "2017-01-01") == 80
    with pytest.raises(InputError, match=r"2016-06-01 to 2016-07-01 overlaps .* 2016-01-01 to"):
        state(world, "visitors", 9, days=1, since="2016-06-01", valid_to="2016-07-01")
    state(world, "visitors", 2000, days=1, since="2017-01-01", valid_to="2018-01-01")
    assert whole(world, "persons", "2017-06-01") == Decimal("5.48")


def test_what_does_not_fit_is_refused(world):
    for what, more, says in (
        ("visitors", {"number": 9}, "days of each visit"),
        ("office", {"number": 9, "days": 3}, "no days"),
        ("staff", {"number": 9, "days": 367}, "at most at 366"),
        ("staff", {}, "number is asked for"),
        ("persons", {"number": 9, "part": "a"}, "whole has a number"),
        ("area_m2", {"number": 0}, "above 0"),
        ("staff", {"number": 9, "ends": True}, "An end has no number"),
        ("staff", {"number": 9, "valid_to": "2016-01-01"}, "comes after"),
    ):
        with pytest.raises(InputError, match=says):
            state(world, what, **more)


def test_contradictions_are_refused_with_both_sides(world):
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        state(world, "office", -5)
    state(world, "staff", 60)
    with pytest.raises(InputError, match="stated as 90, but its parts come to 60"):
        state(world, "persons", 90)
    assert state(world, "persons", 60).whole == "60"
    state(world, "heated", 1200)
    with pytest.raises(InputError, match=r"Heated area .* 1300 m² exceeds .* 1234.5 m²"):
        state(world, "heated", 1300)
    with pytest.raises(InputError, match=r"1200 m² exceeds the floor area of 1100 m²"):
        state(world, "office", 1100)
    with pytest.raises(InputError, match=r"heated area of 1200 m² contradicts the 1000 m²"):
        state_standard(world, "heated_area_m2", 1000)


def test_heat_bought_by_area_is_typed_month_by_month(world):
    who, said = EXAMPLES["heat.by_area"](world)
    action = HeatByArea.model_validate(said)
    carry_out(world.actor(), action, who)
    rows = world.admin(
        """SELECT day::text, quanta, cost_fen FROM typed_figure
            WHERE institution_id = %s AND known_until IS NULL ORDER BY 1""", who,
    )  # fmt: skip
    # 350 GJ and 30,000 yuan over 120 days: 16, 31, 31, 28 and 14 of them
    assert [one[0] for one in rows] == [f"{day}-01" for day in (
        "2014-11", "2014-12", "2015-01", "2015-02", "2015-03")]  # fmt: skip
    assert sum(one[1] for one in rows) == 350_000
    assert sum(one[2] for one in rows) == 3_000_000
    assert rows[1][1:] == (90_416, 775_000)
    with pytest.raises(ConflictError, match="2014-11"):
        carry_out(world.actor(), action, who)
    before = {**said, "first": "2013-11-15", "until": "2014-03-01"}
    with pytest.raises(InputError, match="No heated area is stated of 2013-11-15"):
        carry_out(world.actor(), HeatByArea.model_validate(before), who)


def test_an_imported_roster_may_not_say_otherwise(world):
    state(world, "staff", 60)
    world.admin(
        "INSERT INTO institution_code VALUES ('roster', 'o', %s)", world.institution["office"]
    )
    region = world.admin(
        "SELECT code FROM region_fact WHERE region_id = %s", world.region["city 1"]
    )
    row = NewInstitution(
        "o", "机关", "Office", None, None, "offices", "city", region[0][0], region[0][0], None,
        Decimal(75), Disclosure.OPEN, date(2016, 2, 1), None, None, "roster of 2016",
    )  # fmt: skip
    with pytest.raises(ProblemsError, match="75 contradicts 60"):
        register(world.actor(), Registry(institutions=[row], namespace="roster"))


def test_the_preview_tells_the_whole_and_keeps_nothing(world):
    said = {"what": "staff", "number": 60, "valid_from": "2016-01-01", "source": "名册"}
    foreseen = foresee(
        world.actor(), StateSize.model_validate(said), world.institution["office"]
    ).effects
    assert [(one.code, one.before and one.before.en, one.after.en) for one in foreseen] == [
        ("part", None, "60"), ("size", "80 p", "60 p"),
    ]  # fmt: skip
    assert world.admin("SELECT count(*) FROM size_part") == [(0,)]
    with pytest.raises(DeniedError):
        state(world, "staff", 60, who="city reader")

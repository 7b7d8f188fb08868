"""Hours of opening and holidays of an institution's own: what is stated, and what it means."""

from datetime import date

import pytest

from actions.actor import DeniedError
from actions.doing import foresee
from actions.registry.opening import StateHours
from actions.registry.opening_tables import OPENING_HOURS, WhoseHours
from actions.table_rows import values_of
from actions.tables import rows_of
from metering.errors import ConflictError, InputError
from tests.actions.examples_of_opening import hours, vacation
from tests.actions.world import World

MON, FRI, SAT = "2026-02-09", "2026-02-13", "2026-02-14"  # that Saturday is worked instead
SPRING = "2026-02-17"  # Spring Festival of 2026


def opening(world: World, name: str, day: str) -> tuple[str, int, int]:
    """Return the kind of a day, and when an institution is open on it."""
    rows = world.admin(
        """SELECT kind, opens, closes FROM storage.opening(ARRAY[%s], %s, %s::date + 1)
            ORDER BY institution_id DESC LIMIT 1""",
        world.institution[name], day, day,
    )  # fmt: skip
    return rows[0]


def test_without_a_word_hours_are_usual_and_a_day_worked_instead_is_a_workday(world):
    assert opening(world, "office", MON) == ("workday", 360, 1320)
    assert opening(world, "office", SAT) == ("workday", 360, 1320)
    assert opening(world, "office", SPRING) == ("holiday", 0, 0)
    assert opening(world, "office", "2026-02-08") == ("weekend", 0, 0)


def test_own_hours_go_before_the_usual_ones_from_their_day_on(world):
    hours(world, ["mon", "fri"], "08:30-17:00", since="2026-01-01")
    hours(world, ["holiday"], "00:00-24:00", since="2026-01-01")
    hours(world, ["mon"], "不开放", since="2026-03-01")
    assert opening(world, "office", MON) == ("workday", 510, 1020)
    assert opening(world, "office", SAT) == ("workday", 510, 1020)  # as a Friday
    assert opening(world, "office", SPRING) == ("holiday", 0, 1440)
    assert opening(world, "office", "2026-03-02") == ("workday", 0, 0)
    assert opening(world, "office", "2025-12-29") == ("workday", 360, 1320)
    assert opening(world, "school", MON) == ("workday", 360, 1320)
    hours(world, ["mon"], "", since="2026-04-01")
    assert opening(world, "office", "2026-04-13") == ("workday", 360, 1320)
    wanted = WhoseHours(institution=world.institution["office"])
    rows = [values_of(OPENING_HOURS, one) for one in
            rows_of(world.actor(), OPENING_HOURS, wanted, None, 10).rows]  # fmt: skip
    monday = [(one["hours"], one["valid_to"]) for one in rows if one["days"] == "mon"]
    assert monday == [("08:30-17:00", date(2026, 3, 1)), ("closed", date(2026, 4, 1))]


def test_holidays_of_its_own_close_it_and_none_overlaps_another(world):
    vacation(world, "2026-02-09", "2026-02-28", "school")
    assert opening(world, "school", MON) == ("vacation", 0, 0)
    assert opening(world, "office", MON) == ("workday", 360, 1320)
    with pytest.raises(ConflictError, match=r"2026-02-27 to 2026-03-05 overlaps .* 2026-02-09"):
        vacation(world, "2026-02-27", "2026-03-05", "school")
    with pytest.raises(InputError, match="comes after"):
        vacation(world, "2026-07-01", "2026-07-01", "school")
    hours(world, ["vacation"], "09:00-11:00", name="school")
    assert opening(world, "school", MON) == ("vacation", 540, 660)


def test_the_preview_names_both_hours_and_needs_the_right(world):
    said = {"days": ["mon"], "hours": "08:00-18:00", "valid_from": "2026-01-01", "source": "令"}
    effects = foresee(world.actor(), StateHours.model_validate(said), world.institution["office"])
    assert [(one.before.en, one.after.en) for one in effects.effects] == [
        ("as usual", "08:00-18:00")
    ]
    for text in ("9-17", "18:00-08:00", "08:00-24:01", "08:60-10:00", "08:00"):
        with pytest.raises(InputError, match="no hours of a day"):
            hours(world, ["mon"], text)
    with pytest.raises(DeniedError):
        hours(world, ["mon"], "08:00-18:00", who="city reader")

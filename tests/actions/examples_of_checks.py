"""What can be said of checks, of the office, which knows nothing of the year that is checked."""

from datetime import date
from typing import Any, Final

from actions.accounts.check_answering import AnswerCheck, ConcludeCheck
from actions.accounts.check_planning import DrawCheck, PlanCheck
from actions.accounts.check_seeing import SeeFact, SeeUse
from actions.actor import Actor
from actions.doing import carry_out
from tests.actions.examples_of_closing import YEAR
from tests.actions.world import World

BEFORE: Final = date(2016, 4, 1)  # of the day of the world: by then the seed is public
SEED: Final = "03 09 14 19 26 31 + 07"


def who(world: World, code: str) -> Actor:
    """Return who does it in tests of all actions: the planner checks, another person answers."""
    return world.actor("province officer" if code == "check.answer" else "planner of all")


def planned(world: World, share: str = "100") -> int:
    """Return a check of the province that can be drawn today."""
    fields = {"year": YEAR, "region": world.region["province"], "share": share,
              "source": "Notice 2016-8", "seed_from": "draw 2016044",
              "seed_day": "2016-04-05"}  # fmt: skip
    actor = world.actor("planner of all", BEFORE)
    return carry_out(actor, PlanCheck.model_validate(fields), None).result.plan_id


def drawn(world: World, institution: int | None = None) -> int:
    """Return the sheet of an office, or of one institution, of a check that draws all."""
    made = world.institution["office"] if institution is None else institution
    on = planned(world)
    carry_out(world.actor("planner of all"), DrawCheck(seed=SEED), on)
    [(found,)] = world.admin(
        "SELECT id FROM check_sheet WHERE plan_id = %s AND institution_id = %s", on, made
    )
    return int(found)


def fact(value: str = "80", **more: Any) -> SeeFact:
    """Return persons as they were counted."""
    said = {"what": "persons", "value": value, "note": "the list of staff", **more}
    return SeeFact.model_validate(said)


def use(value: str = "365", **more: Any) -> SeeUse:
    """Return electricity as its bills add up."""
    said = {"carrier": "electricity", "what": "quantity", "value": value, "note": "bills", **more}
    return SeeUse.model_validate(said)


def seen(world: World, value: str = "400") -> int:
    """Return a sheet with a figure that is wrong."""
    made = drawn(world)
    carry_out(world.actor("planner of all"), use(value), made)
    return made


def item(world: World) -> int:
    """Return a figure of a sheet."""
    return _item_of(world, seen(world))


def wrong(world: World) -> int:
    """Return a sheet that is to be corrected."""
    made = seen(world)
    conclude = ConcludeCheck.model_validate({"words": "a bill is missing", "due_on": "2016-05-01"})
    carry_out(world.actor("planner of all"), conclude, made)
    return made


def answered(world: World) -> int:
    """Return one that is answered, though nothing was corrected."""
    made = wrong(world)
    carry_out(world.actor("province officer"), AnswerCheck(words="the bill is another's"), made)
    return made


def _item_of(world: World, sheet: int) -> int:
    [(found,)] = world.admin("SELECT id FROM check_item WHERE sheet_id = %s", sheet)
    return int(found)


def _sheet(world: World, name: str) -> int:
    """Return a sheet of one of the world's own, of a check of that one's line."""
    return drawn(world, world.institution[name])


def _sheets(world: World) -> dict[str, int]:
    return {f"sheet of the {name}": _sheet(world, name) for name in ("office", "clinic", "police")}


def _items(world: World) -> dict[str, int]:
    found = {}
    for name, sheet in _sheets(world).items():
        carry_out(world.actor("planner of all"), fact(), sheet)
        found[name] = _item_of(world, sheet)
    return found


OBJECTS: Final = {
    "check_plan": lambda world: {"check": planned(world)},
    "check_sheet": _sheets,
    "check_item": _items,
    # no object of an action: so that tables have something to show
    "answered_sheet": lambda world: {"office": answered(world)},
}


def _reading(world: World) -> tuple[int, dict[str, Any]]:
    sheet = _sheet(world, "office")
    return sheet, {"channel": world.channel["office e"], "at": "2016-03-01T06:00:00+00:00",
                   "value": "11", "note": "the dial in the basement"}  # fmt: skip


EXAMPLES: Final = {
    "check.plan": lambda world: (None, {
        "year": YEAR, "region": world.region["province"], "share": "5", "large_m2": "1000",
        "source": "Notice 2016-8", "seed_from": "draw 2016050", "seed_day": "2016-04-19"}),
    "check.draw": lambda world: (planned(world), {"seed": SEED}),
    "check.fact": lambda world: (drawn(world), fact().model_dump(mode="json", exclude_none=True)),
    "check.use": lambda world: (drawn(world), use().model_dump(mode="json", exclude_none=True)),
    "check.reading": _reading,
    "check.withdraw": lambda world: (item(world), {}),
    "check.conclude": lambda world: (
        seen(world), {"words": "a bill is missing", "due_on": "2016-05-01"}),
    "check.answer": lambda world: (wrong(world), {"words": "entered"}),
    "check.recheck": lambda world: (
        answered(world), {"words": "still wrong", "due_on": "2016-06-01"}),
    "check.take_back": lambda world: (wrong(world), {"reason": "the wrong meter"}),
}  # fmt: skip

"""What can be said of institutions that merge, split, move and close."""

from itertools import count
from typing import Any, Final

from actions.doing import carry_out
from actions.registry.move_close import CloseInstitution
from metering.institutions import credit_code_check
from tests.actions.world import World, counts_since, measure, new_office

_AGAIN: Final = count(1)
DAY: Final = "2016-01-01"
SAID: Final = {"day": DAY, "document_number": "2016-28", "reason": "reform"}


def offices(world: World, many: int, days: int = 365) -> list[int]:
    """Return new offices that were measured so many days of 2015."""
    found = []
    for _ in range(many):
        name = f"roster {next(_AGAIN)}"
        new_office(world, name)
        counts_since(world, name, "2015-01-01")
        measure(world, name, "2015-01-01", days, 1000)
        found.append(world.institution[name])
    return found


def _merge(world: World) -> tuple[int, dict[str, Any]]:
    into, other = offices(world, 2)
    return into, {"institutions": [other], **SAID}


def _split(world: World) -> tuple[int, dict[str, Any]]:
    old, new = offices(world, 2)
    thirds = [{"institution": old, "share": "1/3"}, {"institution": new, "share": "2/3"}]
    return old, {"successors": thirds, **SAID}


def _move(world: World) -> tuple[int, dict[str, Any]]:
    place = {"region": world.region["city 2"], "level": "city", "department_line": "health"}
    return offices(world, 1)[0], {**place, **SAID}


def closed(world: World) -> int:
    """Return a change by which an office has closed."""
    close = CloseInstitution.model_validate(SAID)
    return int(carry_out(world.actor(), close, offices(world, 1)[0]).result.change_id)


def _changes(world: World) -> dict[str, int]:
    """Return changes by whose they are."""
    made = {}
    for name in ("office", "clinic", "police"):
        close = CloseInstitution.model_validate({**SAID, "day": "2030-01-01"})
        done = carry_out(world.actor(), close, world.institution[name])
        made[name] = done.result.change_id
    return made


def _renamed(world: World) -> tuple[int, dict[str, Any]]:
    return offices(world, 1)[0], {"name_zh": f"更名后 {next(_AGAIN)}", **SAID}


def _recoded(world: World) -> tuple[int, dict[str, Any]]:
    stem = f"1111000000{next(_AGAIN):07}"
    return offices(world, 1)[0], {"credit_code": stem + credit_code_check(stem), **SAID}


EXAMPLES: Final = {
    "institution.rename": _renamed,
    "region.redraw": lambda world: (
        None,
        {"region": world.region["city 1"], "name_zh": f"新城 {next(_AGAIN)}", **SAID},
    ),
    "institution.recode": _recoded,
    "institution.reclass": lambda world: (offices(world, 1)[0], {"class_code": "SCI", **SAID}),
    "institution.found": lambda world: (
        None,
        {
            "name_zh": f"新设 {next(_AGAIN)}",
            "name_en": "New Centre",
            "class_code": "GOV",
            "region": world.region["city 1"],
            "level": "city",
            "department_line": "education",
            **SAID,
        },
    ),
    "institution.merge": _merge,
    "institution.split": _split,
    "institution.move": _move,
    "institution.close": lambda world: (offices(world, 1)[0], SAID),
    "roster.undo": lambda world: (closed(world), {"reason": "the document was withdrawn"}),
}
OBJECTS: Final = {"roster_change": _changes}

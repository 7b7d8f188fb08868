"""What can be said of submissions of a year, of an office that was measured all through it."""

from typing import Any, Final

from actions.accounts.submission_answering import (
    ApproveSubmission,
    ReceiveSubmission,
    ReviewSubmission,
)
from actions.accounts.submission_filling import FillSubmission, OpenSubmissions
from actions.accounts.survey_typing import TypeCell
from actions.actor import Actor
from actions.doing import carry_out
from tests.actions.examples_of_closing import office
from tests.actions.world import World

YEAR: Final = 2015
_ASKED: Final = {"120": "310", "102": "1200", "103": "80"}


def who(world: World, code: str) -> Actor:
    """Return who does it in tests of all actions: an officer fills in, another person answers."""
    if code in ("submission.approve", "submission.rule"):
        return world.actor("planner of all")
    return world.actor("province officer")


def opened(world: World, institution: int | None = None) -> int:
    """Return the submission of an office that has none yet."""
    made = office(world) if institution is None else institution
    carry_out(world.actor(), OpenSubmissions(year=YEAR, institution=made))
    [(found,)] = world.admin("SELECT id FROM submission WHERE institution_id = %s", made)
    return int(found)


def typed(world: World) -> int:
    """Return one in which all cells are known that are asked for."""
    made = opened(world)
    for code, value in _ASKED.items():
        cell = TypeCell.model_validate({"code": code, "value": value, "reason": "counted"})
        carry_out(world.actor(), cell, made)
    return made


def filled(world: World, by: str = "system") -> int:
    """Return one that somebody has filled in."""
    made = typed(world)
    carry_out(world.actor(by), FillSubmission(), made)
    return made


def reviewed(world: World) -> int:
    """Return one that another person has reviewed."""
    made = filled(world, "province officer")
    carry_out(world.actor("planner of all"), ReviewSubmission(), made)
    return made


def approved(world: World) -> int:
    """Return one that is approved."""
    made = reviewed(world)
    carry_out(who(world, "submission.approve"), ApproveSubmission(), made)
    return made


def received(world: World) -> int:
    """Return one that city and province have received."""
    made = approved(world)
    for station in ("city", "province"):
        answer = ReceiveSubmission.model_validate({"station": station})
        carry_out(who(world, "submission.receive"), answer, made)
    return made


def _rule(world: World) -> tuple[None, dict[str, Any]]:
    return None, {"complete": "0.8", "region": world.region["city 2"], "source": "Notice 2026-9"}


OBJECTS: Final = {
    # no object of an action: so that tables have something to show
    "received_submission": lambda world: {"office": received(world)},
    "submission": lambda world: {name: _of(world, name) for name in ("office", "clinic", "police")},
}


def _of(world: World, name: str) -> int:
    found = world.admin(
        "SELECT id FROM submission WHERE institution_id = %s AND year = %s",
        world.institution[name], YEAR,
    )  # fmt: skip
    return int(found[0][0]) if found else opened(world, world.institution[name])


EXAMPLES: Final = {
    "submission.open": lambda world: (None, {"year": YEAR, "institution": office(world)}),
    "submission.fill": lambda world: (typed(world), {}),
    "submission.take_back": lambda world: (filled(world), {}),
    "submission.review": lambda world: (filled(world), {}),
    "submission.send_back": lambda world: (filled(world), {"reason": "water of March"}),
    "submission.approve": lambda world: (reviewed(world), {}),
    "submission.receive": lambda world: (approved(world), {"station": "city"}),
    "submission.return": lambda world: (
        approved(world), {"station": "city", "reason": "water of March"}),
    "submission.reopen": lambda world: (received(world), {"reason": "a bill came late"}),
    "submission.rule": _rule,
    "survey.type": lambda world: (
        opened(world), {"code": "111", "value": "12600.50", "reason": "bills of 2015"}),
    "survey.clear": lambda world: (typed(world), {"code": "120", "reason": "it is in account"}),
    "survey.columns": lambda world: (
        opened(world), {"columns": "110,111\n360,180.50", "reason": "the platform"}),
    "survey.explain": lambda world: (
        opened(world), {"code": "110", "words": "the new wing opened in June"}),
}  # fmt: skip

"""The objects that acts on scenarios hang on."""

from collections.abc import Sequence
from typing import Final

from actions.declared import Thing
from actions.fields import Acting, Lang, Option, Words, plain
from storage.compact import scenarios
from storage.compact.scenarios import ScenarioRow


def _found(at: Acting, scenario_id: int) -> ScenarioRow | None:
    return next(iter(scenarios.listed(at.connection, only=scenario_id)), None)


def _every(at: Acting) -> Sequence[Option]:
    return [
        Option(str(one.scenario_id), plain(f"{one.scenario_id} · {one.name}"))
        for one in scenarios.listed(at.connection)
    ]


def _name(one: ScenarioRow, lang: Lang) -> str:
    return one.name


SCENARIO: Final = Thing[ScenarioRow](
    "scenario",
    Words("情景方案", "scenario"),
    ScenarioRow,
    find=_found,
    name=_name,
    page=lambda one: f"/scenarios/{one.scenario_id}",
    covered="""(SELECT union_id FROM scenario WHERE id = %(on)s::integer)
        IN (SELECT * FROM access.comments_unions())""",
    lock="SELECT pg_advisory_xact_lock(12, union_id) FROM scenario WHERE id = %s",
    options=_every,
)

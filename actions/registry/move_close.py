"""Moving an institution elsewhere, and closing one, declared once."""

from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from actions.declared import Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Day, Id, Line
from actions.registry.change_roster import ChangesRoster, RosterChanged, about_change
from actions.registry.roster_plans import Plan, effects, planned
from actions.registry.roster_words import day_field, document_field, why_field
from actions.things import every_line, every_region
from compact.succession import Change, Part
from storage.registry.institutions import Institution
from storage.registry.roster_values import NewChange


class Level(StrEnum):
    """To which level of government an institution belongs."""

    CENTRAL = "central"
    PROVINCIAL = "provincial"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"


LEVELS: Final = {
    Level.CENTRAL.value: Words("中央", "central"),
    Level.PROVINCIAL.value: Words("省级", "provincial"),
    Level.CITY.value: Words("市级", "city"),
    Level.COUNTY.value: Words("县级", "county"),
    Level.TOWNSHIP.value: Words("乡镇级", "township"),
}


class MoveInstitution(ChangesRoster, Action[Institution, RosterChanged]):
    """Let an institution belong to another region, level or department line from a day on.

    Its accounts before that day go on counting where they did.
    """

    about = about_change("move", "move", "改变隶属", "Move it elsewhere", by_file=True)

    region: Id = field(zh="行政区划", en="Region", choices=every_region, examples=[3])
    level: Level = field(zh="级别", en="Level", names=LEVELS, examples=["city"])
    department_line: Line = field(
        zh="主管部门", en="Department line", choices=every_line, examples=["education"]
    )
    day: Day = day_field()
    document_number: Line = document_field()
    reason: Line = why_field()

    @classmethod
    def given(cls, on: Institution, at: Acting) -> dict[str, Any]:
        """Return to whom it belongs."""
        held = {
            "region": on.region_id,
            "level": on.level,
            "department_line": on.department_line,
        }
        return {name: value for name, value in held.items() if value is not None}

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return where it counts from then on, and what is open of it."""
        plan = self._plan(on, at)
        names = {one.value: one.words for one in every_region(at)}
        before, after = (names[str(said.places[0][1])] for said in (plan.before, plan.after))
        lines = {one.value: one.words for one in every_line(at)}
        old, new = (lines[said.places[0][3]] for said in (plan.before, plan.after))
        return [
            Effect("region", Words("行政区划", "Region"), before, after),
            Effect("line", Words("主管部门", "Department line"), old, new),
            *effects(at, plan),
        ]

    def _plan(self, on: Institution, at: Acting) -> Plan:
        who = on.institution_id
        head = Change.MOVE.value, self.day, self.document_number, self.reason
        change = NewChange(*head, [who], [Part(who, who, Fraction(1))])
        return planned(at, change, (self.region, self.level.value, self.department_line))


class CloseInstitution(ChangesRoster, Action[Institution, RosterChanged]):
    """Let an institution end on a day without a successor; its accounts end with it."""

    about = about_change("close", "close", "撤销", "Close it", by_file=True)

    day: Day = day_field()
    document_number: Line = document_field()
    reason: Line = why_field()

    def _plan(self, on: Institution, at: Acting) -> Plan:
        head = Change.CLOSE.value, self.day, self.document_number, self.reason
        return planned(at, NewChange(*head, [on.institution_id], []))

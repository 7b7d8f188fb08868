"""Renaming, re-coding and re-classing an institution, each an act with its day and document."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, Final

from pydantic import Field

from actions.declared import Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day, Line
from actions.registry.change_roster import ChangesRoster, RosterChanged, about_change
from actions.registry.roster_plans import Plan, planned
from actions.registry.roster_refusals import says_nothing_new
from actions.registry.roster_words import day_field, document_field, why_field
from actions.registry.things import every_class
from compact.succession import Change, Part
from metering.institutions import check_credit_code
from storage.registry.institutions import Institution
from storage.registry.roster_values import NewChange

FACTS: Final[Mapping[str, Words]] = {
    "name_zh": Words("中文名称", "Name, Chinese"),
    "name_en": Words("英文名称", "Name, English"),
    "credit_code": Words("统一社会信用代码", "Unified social credit code"),
    "class": Words("机构类型", "Class"),
}


class _FactAct(ChangesRoster):
    """What acts on dated facts of one institution have alike; months before keep what held then."""

    def said(self) -> dict[str, str]:
        """Return what the institution's facts are from the day on, by attribute."""
        raise NotImplementedError

    def kind(self) -> Change:
        """Return which change of the roster it is."""
        raise NotImplementedError

    def named(self, at: Acting, attribute: str, value: str) -> Words:
        """Return a value as people read it."""
        return plain(value)

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return the facts before and after, and what becomes of the months before."""
        plan = self._plan(on, at)
        before = {name: value for _, name, value in plan.before.facts}
        effects = [
            Effect(
                name,
                FACTS[name],
                None if before[name] is None else self.named(at, name, str(before[name])),
                self.named(at, name, str(value)),
            )
            for _, name, value in plan.after.facts
        ]
        day = plan.change.day
        stays = Words(f"{day} 以前的月份保持原有登记", f"months before {day} keep what held then")
        return [*effects, Effect("history", Words("历史台账", "History"), None, stays)]

    def _plan(self, on: Institution, at: Acting) -> Plan:
        who = on.institution_id
        dated: Any = self
        head = self.kind().value, dated.day, dated.document_number, dated.reason
        change = NewChange(*head, [who], [Part(who, who, Fraction(1))])
        plan = planned(at, change, facts=self.said())
        if not plan.after.facts:
            raise says_nothing_new(who, dated.day)
        return plan


class RenameInstitution(_FactAct, Action[Institution, RosterChanged]):
    """Let an institution have another name from a day on."""

    about = about_change("rename", "rename", "更名", "Rename it", by_file=True)

    name_zh: Line = field(zh="中文名称", en="Name, Chinese", examples=["市机关事务服务中心"])
    name_en: Line | None = field(
        zh="英文名称",
        en="Name, English",
        hint=("不填则不变", "Left empty: as it is"),
        default=None,
        examples=["Service Centre of the City's Offices"],
    )
    day: Day = day_field()
    document_number: Line = document_field()
    reason: Line = why_field()

    @classmethod
    def given(cls, on: Institution, at: Acting) -> dict[str, Any]:
        """Return how it is called."""
        held = {"name_zh": on.name_zh, "name_en": on.name_en}
        return {name: value for name, value in held.items() if value is not None}

    def said(self) -> dict[str, str]:
        """Return its names."""
        return {"name_zh": self.name_zh} | ({"name_en": self.name_en} if self.name_en else {})

    def kind(self) -> Change:
        """Return which change it is."""
        return Change.RENAME


class RecodeInstitution(_FactAct, Action[Institution, RosterChanged]):
    """Let an institution have another unified social credit code from a day on."""

    about = about_change("recode", "recode", "变更统一社会信用代码", "Re-code it", by_file=True)

    credit_code: Line = field(
        zh="统一社会信用代码",
        en="Unified social credit code",
        hint=("18 位,核对校验位", "18 characters, checked"),
        examples=["11110000000000123T"],
    )
    day: Day = day_field()
    document_number: Line = document_field()
    reason: Line = why_field()

    def said(self) -> dict[str, str]:
        """Return its code; InputError where that is none."""
        return {"credit_code": check_credit_code(self.credit_code)}

    def kind(self) -> Change:
        """Return which change it is."""
        return Change.RECODE


class ReclassInstitution(_FactAct, Action[Institution, RosterChanged]):
    """Let an institution be of another class of the survey from a day on.

    It counts in its new class from the month of that day on, as after a move.
    """

    about = about_change("reclass", "reclass", "变更机构类型", "Re-class it", by_file=True)

    class_code: Annotated[str, Field(max_length=16)] = field(
        zh="机构类型", en="Class", choices=every_class, examples=["SCI"]
    )
    day: Day = day_field()
    document_number: Line = document_field()
    reason: Line = why_field()

    @classmethod
    def given(cls, on: Institution, at: Acting) -> dict[str, Any]:
        """Return of which class it is."""
        return {"class_code": on.class_code} if on.class_code else {}

    def said(self) -> dict[str, str]:
        """Return its class."""
        return {"class": self.class_code}

    def kind(self) -> Change:
        """Return which change it is."""
        return Change.RECLASS

    def named(self, at: Acting, attribute: str, value: str) -> Words:
        """Return what a class is called."""
        names = {one.value: one.words for one in every_class(at)}
        return names.get(value, plain(value))

"""Founding an institution: it is on the roster from a day on, by a document, declared once."""

from typing import Annotated

from pydantic import BaseModel, Field

from actions.actor import denied
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Day, Id, Line
from actions.registry.move_close import LEVELS, Level
from actions.registry.roster_words import day_field, document_field, why_field
from actions.registry.things import every_class
from actions.rights import Right
from actions.things import every_line, every_region
from metering.errors import ConflictError
from metering.institutions import check_credit_code
from storage.registry import founding, institutions, roster


class InstitutionFounded(BaseModel):
    """The institution that there is now."""

    institution_id: int = Field(description="Permanent; codes and names may change.")
    change_id: int


class FoundInstitution(Action[None, InstitutionFounded]):
    """Enter an institution on the roster from the day on which it is founded.

    It counts where it belongs from the month of that day on; area, persons and meters follow.
    """

    about = About(
        code="institution.found",
        right=Right.REGISTER,
        path="/institutions",
        tag="institutions",
        zh="登记新设机构",
        en="Found an institution",
        done=("新设机构已登记。", "The institution is on the roster."),
    )

    name_zh: Line = field(zh="中文名称", en="Name, Chinese", examples=["市大数据中心"])
    name_en: Line = field(zh="英文名称", en="Name, English", examples=["City Data Centre"])
    credit_code: Line | None = field(
        zh="统一社会信用代码",
        en="Unified social credit code",
        hint=("18 位;尚无则不填", "18 characters; empty while it has none"),
        default=None,
    )
    class_code: Annotated[str, Field(max_length=16)] = field(
        zh="机构类型", en="Class", choices=every_class, examples=["GOV"]
    )
    region: Id = field(zh="行政区划", en="Region", choices=every_region, examples=[3])
    level: Level = field(zh="级别", en="Level", names=LEVELS, examples=["city"])
    department_line: Line = field(
        zh="主管部门", en="Department line", choices=every_line, examples=["education"]
    )
    day: Day = day_field()
    document_number: Line = document_field()
    reason: Line = why_field()

    @classmethod
    def copies(cls) -> bool:
        """Return that facts are brought by COPY."""
        return True

    def check(self, on: None, at: Acting) -> None:
        """Refuse a code that another institution has, and a roster that the actor does not keep."""
        roster.lock(at.connection)
        if not roster.takes_in(at.connection, self.region, self.department_line):
            raise denied(self.about.code)
        if self._code is None:
            return
        held = institutions.named(at.connection, [self._code]).get(self._code, [])
        if held:
            raise _taken(self._code, held[0])

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return who there would be, and in whose totals."""
        regions = {one.value: one.words for one in every_region(at)}
        lines = {one.value: one.words for one in every_line(at)}
        where, line = regions[str(self.region)], lines[self.department_line]
        place = Words(f"{where.zh} · {line.zh}", f"{where.en} · {line.en}")
        name = Words(self.name_zh, self.name_en)
        return [
            Effect("institution", Words("新设机构", "New institution"), None, name),
            Effect("region", Words("隶属", "Belongs to"), None, place),
        ]

    def do(self, on: None, at: Acting) -> InstitutionFounded:
        """Enter it."""
        place = self.region, self.level.value, self.department_line
        facts = {"name_zh": self.name_zh, "name_en": self.name_en, "class": self.class_code}
        if self._code is not None:
            facts["credit_code"] = self._code
        document = self.document_number, self.reason
        who, change = founding.found(at.connection, place, facts, self.day, document)
        at.told.update(institution=who, change=change)
        return InstitutionFounded(institution_id=who, change_id=change)

    @classmethod
    def where_to(cls, on: None, result: InstitutionFounded) -> str:
        """Return its page."""
        return f"/institutions/{result.institution_id}"

    @property
    def _code(self) -> str | None:
        return None if self.credit_code is None else check_credit_code(self.credit_code)


def _taken(code: str, who: int) -> ConflictError:
    return ConflictError(
        "institution.code_taken",
        zh=f"统一社会信用代码 {code} 已属机构 {who}。",
        en=f"The code {code} is that of institution {who}.",
        next_zh="请核对代码;同一机构变更的,请办理更名、改变隶属等。",
        next_en="Check the code; where it is the same institution, rename or move it.",
        where={"field": "credit_code", "value": code, "institution_id": who},
    )

"""Founding a union, declared once: by whoever plans for all its members."""

from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.compact.unions import ALWAYS, Grade, checked_union, found
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day, Id, Line
from actions.rights import Right
from actions.things import member_regions
from compact.unions import Union

GRADES: Final = {
    "memorandum": Words("备忘录", "Memorandum"),
    "departments": Words("部门间协议", "Agreement of departments"),
    "governments": Words("政府间协议", "Agreement of governments"),
}


class UnionFounded(BaseModel):
    """The union that was founded."""

    id: int = Field(description="Permanent.")


class FoundUnion(Action[None, UnionFounded]):
    """Found a union of regions that the actor plans for; its members have signed already."""

    about = About(
        code="union.make",
        right=Right.PLAN,
        path="/unions",
        tag="unions and targets",
        zh="组建区域联合体",
        en="Found a union",
        done=("联合体已组建。", "The union has been founded."),
    )

    name_zh: Line = field(zh="中文名称", en="Chinese name", examples=["演示联合体"])
    name_en: Line = field(zh="英文名称", en="English name", examples=["Demo union"])
    members: Annotated[list[Id], Field(min_length=1, max_length=500)] = field(
        zh="成员单位",
        en="Members",
        hint=("成员之间互不包含", "No member lies within another"),
        choices=member_regions,
        examples=[[3, 4]],
    )
    grade: Grade = field(
        zh="协议等级",
        en="Grade of the agreement",
        hint=(
            "备忘录不涉及资金;协议写明权利义务",
            "A memorandum moves no money; an agreement says rights and duties",
        ),
        names=GRADES,
        default=Grade.MEMORANDUM,
    )
    since: Day = field(zh="生效日期", en="In force since", default=ALWAYS)
    source: Line = field(
        zh="依据",
        en="Source",
        hint=("文件名称、会议纪要或文号", "Document, minutes or number"),
        examples=["Minutes of 2026-03-01"],
    )

    def check(self, on: None, at: Acting) -> None:
        """Refuse members that the actor does not plan for, or that make no union."""
        self._union(at)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return the union that there would be."""
        union = self._union(at)
        count = plain(str(len(union.members)))
        return [
            Effect(
                "union", Words("新联合体", "New union"), None, Words(union.name_zh, union.name_en)
            ),
            Effect("members", Words("成员单位数", "Members"), None, count),
        ]

    def do(self, on: None, at: Acting) -> UnionFounded:
        """Found it, and keep its agreement as signed on paper."""
        since: date = self.since
        made = found(
            at.connection,
            self._union(at),
            by=at.actor,
            source=self.source,
            grade=self.grade,
            since=since,
        )
        at.told["union"] = made
        return UnionFounded(id=made)

    @classmethod
    def where_to(cls, on: None, result: UnionFounded) -> str:
        """Return the union's page."""
        return f"/unions/{result.id}"

    def _union(self, at: Acting) -> Union:
        return checked_union(at.connection, self.name_zh, self.name_en, self.members)

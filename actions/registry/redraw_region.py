"""Redrawing a region: under another one, or with another name, code or kind, from a day on."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, Field

from actions.declared import BY_MISTAKE, About, Action, Effect, Opposite
from actions.fields import Acting, Words, field, plain
from actions.kinds import Day, Id, Line
from actions.registry.roster_words import day_field, document_field, why_field
from actions.rights import Right
from actions.things import every_region
from metering.errors import ConflictError, InputError
from storage.registry import region_facts
from storage.registry.region_facts import RegionFact


class RegionKind(StrEnum):
    """What a region is."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    ZONE = "development_zone"
    CORPS = "corps"


_KINDS: Final = {
    "nation": Words("全国", "nation"),
    "province": Words("省级", "province"),
    "city": Words("地级", "city"),
    "county": Words("县级", "county"),
    "township": Words("乡镇级", "township"),
    "development_zone": Words("开发区", "development zone"),
    "corps": Words("兵团", "corps"),
}
_FIELDS: Final[Mapping[str, Words]] = {
    "parent_id": Words("上级区划", "Region above"),
    "name_zh": Words("中文名称", "Name, Chinese"),
    "name_en": Words("英文名称", "Name, English"),
    "code": Words("行政区划代码", "Code"),
    "kind": Words("层级", "Kind"),
}


class RegionRedrawn(BaseModel):
    """A region as it is known now; before: what it was, by field, as text."""

    region_id: int
    day: str
    before: dict[str, str] = Field(description="What changed, as it was.")


class RedrawRegion(Action[None, RegionRedrawn]):
    """Let a region lie in another one, or have another name, code or kind, from a day on.

    Institutions keep their affiliation; sums go by the tree of the day on which they are asked, and
    years that were locked or received stay as they were.
    """

    about = About(
        code="region.redraw",
        right=Right.ADMINISTER,
        path="/region-changes",
        tag="regions",
        zh="调整行政区划",
        en="Redraw a region",
        done=("行政区划已调整。", "The region has been redrawn."),
    )

    region: Id = field(zh="行政区划", en="Region", choices=every_region, examples=[3])
    parent: Id | None = field(
        zh="上级区划", en="Region above", hint=("不填则不变", "Left empty: as it is"),
        choices=every_region, default=None,
    )  # fmt: skip
    name_zh: Line | None = field(zh="中文名称", en="Name, Chinese", default=None, examples=["新区"])
    name_en: Line | None = field(zh="英文名称", en="Name, English", default=None)
    code: Line | None = field(
        zh="行政区划代码", en="Code", hint=("GB/T 2260 或更长", "GB/T 2260 or longer"), default=None
    )
    kind: RegionKind | None = field(zh="层级", en="Kind", names=_KINDS, default=None)
    day: Day = day_field()
    document_number: Line = document_field()
    reason: Line = why_field()

    @classmethod
    def copies(cls) -> bool:
        """Return that facts are brought by COPY."""
        return True

    def check(self, on: None, at: Acting) -> None:
        """Refuse a region in itself, a code that another has, and what says nothing new."""
        held = self._held(at)
        if self.parent is not None:
            above = region_facts.above(at.connection, self.parent, self.day)
            if self.region in above:
                raise _in_itself(held, self.parent)
        if self.code is not None:
            other = region_facts.coded(at.connection, self.code, self.day)
            if other not in (None, self.region):
                raise _code_taken(self.code, int(other or 0))
        if not self._changed(held):
            raise _nothing_new(held, self.day)
        if held.later is not None:
            raise _later(held, self.day, held.later)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return what changes, and for how many institutions sums follow."""
        held = self._held(at)
        effects = [
            Effect(name, _FIELDS[name], self._named(at, name, before), self._named(at, name, after))
            for name, (before, after) in self._changed(held).items()
        ]
        many = region_facts.institutions_below(at.connection, self.region)
        what = Words("随之汇总的机构", "Institutions whose sums follow")
        return [*effects, Effect("institutions", what, None, plain(str(many)))]

    def do(self, on: None, at: Acting) -> RegionRedrawn:
        """Let it hold; what held before stays on record."""
        held = self._held(at)
        changed = self._changed(held)
        source = f"{self.document_number}: {self.reason}"
        values = {name: after for name, (_, after) in changed.items()}
        region_facts.redraw(at.connection, held, values, self.day, source, at.actor)
        before = {name: str(old) for name, (old, _) in changed.items()}
        return RegionRedrawn(region_id=self.region, day=f"{self.day}", before=before)

    def opposite(self, on: None, result: RegionRedrawn) -> Opposite | None:
        """Let it be as it was from the same day on."""
        before = dict(result.before)
        if "None" in before.values():
            return None
        parent = before.pop("parent_id", None)
        said: dict[str, Any] = {**before, "region": self.region, "day": self.day}
        said |= {"document_number": self.document_number, "reason": BY_MISTAKE.both}
        return Opposite(RedrawRegion.model_validate(said | ({"parent": parent} if parent else {})))

    def _held(self, at: Acting) -> RegionFact:
        held = region_facts.on_day(at.connection, self.region, self.day)
        if held is None:
            raise InputError(
                "region.not_there",
                zh=f"区划 {self.region} 在 {self.day} 尚不存在。",
                en=f"There is no region {self.region} on {self.day}.",
                next_zh="请核对区划和日期。",
                next_en="Check the region and the day.",
                where={"field": "day"},
            )
        return held

    def _changed(self, held: RegionFact) -> dict[str, tuple[Any, Any]]:
        """Return what is said anew, before and after."""
        said = {
            "parent_id": self.parent, "name_zh": self.name_zh, "name_en": self.name_en,
            "code": self.code, "kind": None if self.kind is None else self.kind.value,
        }  # fmt: skip
        return {
            name: (getattr(held, name), value)
            for name, value in said.items()
            if value is not None and value != getattr(held, name)
        }

    def _named(self, at: Acting, name: str, value: Any) -> Words | None:
        if value is None:
            return None
        if name == "kind":
            return _KINDS[str(value)]
        if name == "parent_id":
            names = {one.value: one.words for one in every_region(at)}
            return names.get(str(value), plain(str(value)))
        return plain(str(value))


def _in_itself(held: RegionFact, parent: int) -> InputError:
    return InputError(
        "region.in_itself",
        zh=f"{held.name_zh}不能划入自己的下级(区划 {parent})。",
        en=f"{held.name_en} cannot lie in region {parent}, which lies in it.",
        next_zh="请选择其他上级区划。",
        next_en="Choose another region above.",
        where={"field": "parent", "value": parent},
    )


def _code_taken(code: str, other: int) -> ConflictError:
    return ConflictError(
        "region.code_taken",
        zh=f"代码 {code} 已属区划 {other}。",
        en=f"The code {code} is that of region {other}.",
        next_zh="请核对代码。",
        next_en="Check the code.",
        where={"field": "code", "value": code, "region_id": other},
    )


def _nothing_new(held: RegionFact, day: date) -> InputError:
    return InputError(
        "region.nothing_new",
        zh=f"{held.name_zh}在 {day} 已如此登记。",
        en=f"{held.name_en} is registered so on {day} already.",
        next_zh="请填写有变化的一项。",
        next_en="State what changes.",
        where={"region_id": held.region_id},
    )


def _later(held: RegionFact, day: date, later: date) -> ConflictError:
    return ConflictError(
        "region.changed_later",
        zh=f"{held.name_zh}自 {later} 起另有登记,{day} 的调整须在其后。",
        en=f"{held.name_en} is registered otherwise from {later} on: a change of {day} must come "
        "after that.",
        next_zh="请核对日期。",
        next_en="Check the day.",
        where={"field": "day", "later": f"{later}"},
    )

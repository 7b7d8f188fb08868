"""Targets of unions: set by planners, under an agreement that holds, and never changed."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.accounts.profiles import known_profile
from actions.actor import Actor
from actions.compact.base_lines import seen_base_g
from actions.compact.target_words import CURVES, ORIGINS, fall_of, kgce, years_of
from actions.compact.things import UNION
from actions.declared import About, Action, Effect
from actions.fields import Acting, Option, Words, field
from actions.kinds import Amount, Line
from actions.rights import Right
from compact.agreements import Agreement
from compact.clauses import Grade
from compact.targets import Curve, Indicator, Origin, Target
from metering.errors import ConflictError
from storage.compact import agreements, targets, unions
from storage.compact.targets import TargetRow
from storage.compact.unions import UnionRow
from storage.registry import regions

__all__ = [
    "Curve",
    "Indicator",
    "Origin",
    "SetTarget",
    "Target",
    "TargetRow",
    "list_targets",
]

_A_PERCENT: Final = 10_000  # millionths
Percent = Annotated[Amount, Field(lt=100, decimal_places=4)]
Year = Annotated[int, Field(ge=1970, le=2100)]


def every_profile(at: Acting) -> Sequence[Option]:
    """Return the named sets of coefficients, the default first."""
    return [
        Option(one.code, Words(f"{one.name_zh} · {one.code}", f"{one.name_en} · {one.code}"))
        for one in regions.profiles(at.connection)
    ]


class TargetMade(BaseModel):
    """The target that was set."""

    id: int = Field(description="Permanent.")


class SetTarget(Action[UnionRow, TargetMade]):
    """Set a target for a union whose agreement is in force; another one may follow it later."""

    about = About(
        code="target.set",
        on=UNION,
        right=Right.PLAN,
        path="/unions/{on}/targets",
        tag="unions and targets",
        zh="设定节能目标",
        en="Set a target",
        done=("目标已设定;下一步核查基数。", "The target is set; next its bases are reviewed."),
    )

    percent: Percent = field(
        zh="较基期下降", en="Fall below the base year", unit="%", examples=["3"]
    )
    profile: Line = field(
        zh="折标系数组",
        en="Profile",
        hint=(
            "全体成员按同一组系数折算标准煤",
            "The coefficients under which all members are counted",
        ),
        choices=every_profile,
        examples=["GB2589-2020"],
    )
    base_year: Year | None = field(
        zh="基期年",
        en="Base year",
        hint=(
            "基期年和目标年都留空:以各机构首个完整年为基期,次年为目标年",
            "Both years left open: each institution counts from its first whole year, for the next",
        ),
        default=None,
    )
    target_year: Year | None = field(zh="目标年", en="Target year", default=None)
    curve: Curve = field(
        zh="路径",
        en="Path",
        hint=("基期与目标年之间各年如何下降", "How the years between fall"),
        names=CURVES,
        default=Curve.COMPOUND,
    )
    binding: bool = field(
        zh="约束成员",
        en="Binds the members",
        hint=(
            "一个成员、指标和时期只受一个联合体的目标约束,其余仅供比较;备忘录不能约束",
            "One union binds a member at a time, others compare; not under a memorandum",
        ),
        default=False,
    )
    origin: Origin = field(zh="来源", en="Origin", names=ORIGINS, default=Origin.AGREED)
    source: Line = field(
        zh="依据",
        en="Source",
        hint=("文件名称、会议纪要或文号", "Document, minutes or number"),
        examples=["Minutes of 2026-03-01"],
    )

    def check(self, on: UnionRow, at: Acting) -> None:
        """Refuse years that make no path, and unions without an agreement in force."""
        self._target()
        agreement = agreements.standing(at.connection, on.union_id)
        if agreement is None:
            raise _no_agreement(on.union_id)
        agreement.must_hold()
        known_profile(at.connection, self.profile)
        if self.binding:
            self._must_bind(on, agreement, at)

    def foresee(self, on: UnionRow, at: Acting) -> list[Effect]:
        """Return what might be used each year, by the bases of institutions that the actor sees."""
        target, made = self._target(), self.do(on, at)
        kept = targets.one(at.connection, made.id)
        assert kept is not None
        base_g = seen_base_g(at.connection, kept)
        fall, years = fall_of(target), years_of(target)
        words = Words(f"{fall.zh}({years.zh})", f"{fall.en} ({years.en})")
        base = Words("基期用能(您可查看的机构)", "Base of the institutions that you see")
        return [
            Effect("target", Words("新目标", "New target"), None, words),
            Effect("base", base, None, kgce(base_g)),
            *(_cap(target, base_g, year) for year in target.years() or [None]),
        ]

    def do(self, on: UnionRow, at: Acting) -> TargetMade:
        """Set it."""
        made = targets.add(
            at.connection,
            on.union_id,
            self._target(),
            self.source,
            at.actor,
            binding=self.binding,
        )
        at.told["target"] = made
        return TargetMade(id=made)

    @classmethod
    def where_to(cls, on: UnionRow, result: TargetMade) -> str:
        """Return the target's page."""
        return f"/targets/{result.id}"

    def _must_bind(self, on: UnionRow, agreement: Agreement, at: Acting) -> None:
        """Refuse what a memorandum cannot bind, and members whom another union binds."""
        if agreement.grade is Grade.MEMORANDUM:
            raise _grade(on.union_id)
        members = [one.region_id for one in unions.members(at.connection, on.union_id)]
        if bound := targets.bound_elsewhere(at.connection, on.union_id, members, self._target()):
            raise bound_elsewhere(bound)

    def _target(self) -> Target:
        return Target(
            indicator=Indicator.TOTAL_KGCE,
            profile=self.profile,
            fall_millionths=int(self.percent * _A_PERCENT),
            base_year=self.base_year,
            target_year=self.target_year,
            curve=self.curve,
            origin=self.origin,
        )


def list_targets(actor: Actor, union_id: int | None = None) -> list[TargetRow]:
    """Return the targets that the reader sees, of one union or of all."""
    with actor.look() as connection:
        return targets.listed(connection, union_id)


def _cap(target: Target, base_g: int, year: int | None) -> Effect:
    """Return what might be used in a year of the path, or in the year after each one's base."""
    zh, en = ("次年", "the year after") if year is None else (f"{year} 年", str(year))
    words = Words(f"{zh}至多", f"At most in {en}")
    return Effect("cap", words, None, kgce(target.cap_g(base_g, year or 0)))


def bound_elsewhere(regions: list[int]) -> ConflictError:
    """Return the refusal of what would bind members, or issue to them, a second time."""
    names = ", ".join(map(str, regions))
    return ConflictError(
        "target.bound_elsewhere",
        zh=f"另一联合体的目标在同一时期已约束成员(行政区划 {names})。",
        en=f"A target of another union binds members (regions {names}) in the same period.",
        next_zh="请将本目标设为仅供比较,或待该时期结束。",
        next_en="Let this one compare only, or wait until that period is over.",
        where={"field": "binding", "regions": regions},
    )


def _grade(union_id: int) -> ConflictError:
    return ConflictError(
        "target.memorandum",
        zh="备忘录不能约束成员的用能总量。",
        en="A memorandum binds nobody to an amount.",
        next_zh="请签署部门间或政府间协议,或将本目标设为仅供比较。",
        next_en="Sign an agreement of departments or governments, or let this one compare only.",
        where={"field": "binding", "union_id": union_id},
    )


def _no_agreement(union_id: int) -> ConflictError:
    return ConflictError(
        "target.no_agreement",
        zh="该区域联合体还没有协议。",
        en="This union has no agreement yet.",
        next_zh="请先起草协议(agreement.draft),由各成员单位签署。",
        next_en="Draft one (agreement.draft), and let its members sign it.",
        where={"union_id": union_id},
    )

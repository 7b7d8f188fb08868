"""Targets of unions: set by planners, under an agreement that holds, and never changed."""

from datetime import UTC, datetime
from decimal import Decimal

from pydantic import BaseModel, Field

from actions.accounts.profiles import known_profile
from actions.actor import Actor
from actions.compact.base_lines import seen_base_g
from actions.compact.target_fields import TargetFields
from actions.compact.target_words import fall_of, percent_of, whole_words, years_of
from actions.compact.things import UNION
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Line
from actions.rights import Right
from compact.agreements import Agreement, AgreementText
from compact.clauses import Grade
from compact.targets import MILLION, Curve, Indicator, Origin, Target
from metering.errors import ConflictError
from storage import tasks
from storage.compact import agreements, progress, targets, unions
from storage.compact.targets import TargetRow
from storage.compact.unions import UnionRow

__all__ = [
    "Curve",
    "Indicator",
    "Origin",
    "SetTarget",
    "Target",
    "TargetRow",
    "list_targets",
]


class TargetMade(BaseModel):
    """The target that was set."""

    id: int = Field(description="Permanent.")


class SetTarget(TargetFields, Action[UnionRow, TargetMade]):
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

    binding: bool = field(
        zh="约束成员",
        en="Binds the members",
        hint=(
            "一个成员、指标和时期只受一个联合体的目标约束,其余仅供比较;备忘录不能约束",
            "One union binds a member at a time, others compare; not under a memorandum",
        ),
        default=False,
    )
    source: Line = field(
        zh="依据",
        en="Source",
        hint=("文件名称、会议纪要或文号", "Document, minutes or number"),
        examples=["Minutes of 2026-03-01"],
    )

    def check(self, on: UnionRow, at: Acting) -> None:
        """Refuse years that make no path, and unions without an agreement in force."""
        target = self.target()
        agreement = agreements.standing(at.connection, on.union_id)
        if agreement is None:
            raise _no_agreement(on.union_id)
        agreement.must_hold()
        if target.grows:
            _must_allow(target, agreements.said(at.connection, on.union_id))
        known_profile(at.connection, self.profile)
        if self.binding:
            self._must_bind(on, agreement, at)

    def foresee(self, on: UnionRow, at: Acting) -> list[Effect]:
        """Return what might be used each year, by the bases of institutions that the actor sees."""
        target, made = self.target(), self.do(on, at)
        fall, years = fall_of(target), years_of(target)
        words = Words(f"{fall.zh}({years.zh})", f"{fall.en} ({years.en})")
        new = Effect("target", Words("新目标", "New target"), None, words)
        if not target.indicator.shared:
            return [new, *_path(target)]
        kept = targets.one(at.connection, made.id)
        assert kept is not None
        base_g = seen_base_g(at.connection, kept)
        base = Words("基期用量(您可查看的机构)", "Base of the institutions that you see")
        return [
            new,
            Effect("base", base, None, whole_words(base_g, target.indicator)),
            *(_cap(target, base_g, year) for year in target.years() or [None]),
        ]

    def do(self, on: UnionRow, at: Acting) -> TargetMade:
        """Set it."""
        made = targets.add(
            at.connection,
            on.union_id,
            self.target(),
            self.source,
            at.actor,
            binding=self.binding,
        )
        if self.base_year is not None:  # how far it is reached is worked out every night from now
            tasks.add(at.connection, progress.KIND, str(on.union_id), datetime.now(UTC))
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
        if bound := targets.bound_elsewhere(at.connection, on.union_id, members, self.target()):
            raise bound_elsewhere(bound)


def list_targets(actor: Actor, union_id: int | None = None) -> list[TargetRow]:
    """Return the targets that the reader sees, of one union or of all."""
    with actor.look() as connection:
        return targets.listed(connection, union_id)


def _path(target: Target) -> list[Effect]:
    """Return how far each year of the path lies below the base year."""
    return [
        Effect(
            "path",
            Words(f"{year} 年较基期至多增长", f"By {year} at most above the base year")
            if target.grows
            else Words(f"{year} 年较基期至少下降", f"By {year} at least below the base year"),
            None,
            plain(f"{percent_of(abs(round((1 - target.remaining(year)) * MILLION)))} %"),
        )
        for year in target.years()
    ]


def _cap(target: Target, base_g: int, year: int | None) -> Effect:
    """Return what might be used in a year of the path, or in the year after each one's base."""
    zh, en = ("次年", "the year after") if year is None else (f"{year} 年", str(year))
    words = Words(f"{zh}至多", f"At most in {en}")
    most = whole_words(target.cap_g(base_g, year or 0), target.indicator)
    return Effect("cap", words, None, most)


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


def _must_allow(target: Target, said: AgreementText | None) -> None:
    """Refuse a cap above the base by more than the agreement in force lets it be."""
    allowed = Decimal(str((said.terms if said else {}).get("growth_percent") or 0))
    if -target.fall_millionths <= allowed * (MILLION // 100):
        return
    percent = percent_of(-target.fall_millionths)
    raise ConflictError(
        "target.growth_not_agreed",
        zh=f"有效协议允许总量超过基期至多 {allowed:f}%,此目标增长 {percent}%。",
        en=f"The agreement in force lets a cap exceed its base by {allowed:f} %, this one by "
        f"{percent} %.",
        next_zh="请减少增长,或在协议的目标条款中约定总量可超过基期的幅度。",
        next_en="Allow less growth, or agree in the clause of the target by how much a cap may "
        "exceed its base.",
        where={"field": "growth_percent", "value": percent, "allowed": format(allowed, "f")},
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

"""Keeping a run, declared once: a target shared by one of the rules, as its next version."""

from typing import Annotated

from pydantic import BaseModel, Field

from actions.accounts.converting import must_be_converted
from actions.actor import Actor
from actions.compact.beyond_target import beyond_effects, beyond_of
from actions.compact.comparing import sums_of
from actions.compact.limiting import fitted
from actions.compact.rule_fields import Correction, RuleFields
from actions.compact.run_changes import effects_of, replaced_by
from actions.compact.runs import Trial, try_from
from actions.compact.starting import start, start_of
from actions.compact.things import TARGET
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.figures import in_units
from actions.rights import Right
from compact.indicators import Indicator
from compact.memberships import Step
from metering.errors import ConflictError
from storage import days
from storage.compact import runs, unions
from storage.compact.targets import TargetRow as Target
from storage.registry import bands


class RunMade(BaseModel):
    """A run that is kept; new is false where an earlier version came to the very same."""

    run_id: int
    version: int
    sha256: str = Field(description="Of the snapshot's bytes.")
    quotas: int
    unit: str = Field(description="Of the amounts: kgce, kgCO2 or m3.")
    base: str | None = Field(description="null where it would tell of a restricted one.")
    total: str | None
    without_base: int = Field(description="Institutions without accounts to count from.")
    left_out: int = Field(description="Institutions that a planner left out.")
    new: bool


class MakeRun(RuleFields, Action[Target, RunMade]):
    """Share a target by a rule, and keep it as a new version where anything differs.

    Nothing is issued by that.
    """

    about = About(
        code="run.make",
        on=TARGET,
        right=Right.PLAN,
        path="/targets/{on}/runs",
        tag="runs and quotas",
        zh="分解并存档",
        en="Keep a run",
        done=("分解方案已存档,尚未下达。", "The run is kept; nothing is issued yet."),
    )

    factors: Annotated[list[Correction], Field(max_length=100_000)] | None = field(
        zh="修正系数",
        en="Corrections of bases",
        hint=("按机构,例如气候、使用率", "By institution, such as climate or occupancy"),
        default=None,
    )
    shadow: bool = field(
        zh="试算成员一并计算",
        en="Count shadow members too",
        hint=("仅供试算,不能下达", "A trial, which is never issued"),
        default=False,
    )

    def check(self, on: Target, at: Acting) -> None:
        """Refuse what the rule does not take, and what cannot be shared by it."""
        must_be_converted(at)
        runs.lock(at.connection, on.union_id)
        self._trial(on, at)

    def foresee(self, on: Target, at: Acting) -> list[Effect]:
        """Return the version that it would be, its sums, and what it would change if issued."""
        trial = self._trial(on, at)
        made, problem = trial.run.allocation, trial.run.problem
        same = runs.same(at.connection, on.target_id, trial.run.sha256, self._on_trial(on, at))
        before = None if same is None else runs.one(at.connection, same)
        sums = sums_of(trial)
        found = replaced_by(at.connection, on.union_id, on.target.indicator, sums)
        return [
            *beyond_effects(beyond_of(on.target, sums)),
            _version(None if before is None else before.version),
            _count("quotas", Words("用能指标数", "Quotas"), len(made.quotas)),
            _count("without_base", Words("无基期", "Without a base"), len(problem.without_base)),
            _count("left_out", Words("不列入", "Left out"), len(problem.left_out)),
            *effects_of(found, on.target.indicator.value),
        ]

    def do(self, on: Target, at: Acting) -> RunMade:
        """Keep it."""
        run = self._trial(on, at).run
        trial = self._on_trial(on, at)
        same = runs.same(at.connection, on.target_id, run.sha256, trial)
        run_id = same or runs.add(at.connection, on.target_id, run, at.actor, trial)
        kept = runs.one(at.connection, run_id)
        assert kept is not None
        at.told.update(run_id=run_id, sha256=run.sha256)
        return RunMade(
            run_id=run_id,
            version=kept.version,
            sha256=kept.sha256,
            quotas=kept.quotas,
            unit=Indicator(kept.indicator).unit,
            base=in_units(kept.base_g, 1000),
            total=in_units(kept.total_g, 1000),
            without_base=kept.without_base,
            left_out=kept.left_out,
            new=same is None,
        )

    @classmethod
    def where_to(cls, on: Target, result: RunMade) -> str:
        """Return the run's page."""
        return f"/runs/{result.run_id}"

    def _on_trial(self, on: Target, at: Acting) -> list[int]:
        """Return the shadow members that it counts."""
        members = unions.members(at.connection, on.union_id) if self.shadow else []
        return [one.region_id for one in members if one.step == Step.SHADOW]

    def _trial(self, on: Target, at: Acting) -> Trial:
        """Return what it comes to; computed once in a transaction, for nothing moves in it."""
        key = (self.about.code, on.target_id, self.model_dump_json())
        if key not in at.known:
            start = start_of(at.connection, on.target_id, self.about.code)
            method = self.method_with(bands.in_force(at.connection, at.today))
            if self.shadow and not start.shadow:
                raise _no_shadow(on.union_id)
            method = fitted(start, method, self)
            at.known[key] = try_from(start, method, self.year, shadow=self.shadow)
        found: Trial = at.known[key]
        return found


def tried_by(actor: Actor, target_id: int, wanted: MakeRun) -> Trial:
    """Return what a run would come to, and keep nothing."""
    with actor.look() as connection:
        day = actor.today or days.today(connection)
        method = wanted.method_with(bands.in_force(connection, day))
    begun = start(actor, target_id)
    return try_from(begun, fitted(begun, method, wanted), wanted.year)


def _no_shadow(union_id: int) -> ConflictError:
    return ConflictError(
        "run.no_shadow",
        zh="该联合体没有试算成员。",
        en="This union has no shadow members.",
        next_zh="请不勾选“试算成员一并计算”。",
        next_en="Keep the run without them.",
        where={"field": "shadow", "union_id": union_id},
    )


def _version(same: int | None) -> Effect:
    if same is None:
        return Effect("run", Words("分解方案", "Run"), None, Words("新版本", "a new version"))
    told = Words(f"第 {same} 版(结果相同)", f"version {same}, which is the very same")
    return Effect("run", Words("分解方案", "Run"), told, told)


def _count(code: str, what: Words, many: int) -> Effect:
    return Effect(code, what, None, plain(f"{many:,}"))

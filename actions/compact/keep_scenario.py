"""Keeping a scenario, declared once: a way to share a target, to be looked at and talked about."""

from typing import Any

import numpy as np
from pydantic import BaseModel

from actions.compact.comparing import equal_of
from actions.compact.limiting import fitted
from actions.compact.rule_fields import RuleFields
from actions.compact.rules import rule_words
from actions.compact.runs import Trial, try_from
from actions.compact.starting import start_of
from actions.compact.things import TARGET
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Line
from actions.rights import Right
from analytics.exact import Ints
from analytics.fairness import fairness
from compact.methods import Method
from compact.winning import standing
from metering.errors import ConflictError
from storage.compact import scenarios
from storage.compact.targets import TargetRow as Target
from storage.registry import bands


class ScenarioKept(BaseModel):
    """The scenario that was kept."""

    scenario_id: int


class KeepScenario(RuleFields, Action[Target, ScenarioKept]):
    """Keep a way to share a target under a name: everybody in the union sees what members get.

    It is a proposal: no quota comes of it. Members comment on it at its address.
    """

    about = About(
        code="scenario.keep",
        on=TARGET,
        right=Right.PLAN,
        path="/targets/{on}/scenarios",
        tag="runs and quotas",
        zh="保存情景方案",
        en="Keep a scenario",
        done=(
            "情景方案已保存,联合体各方可看、可提意见。",
            "Kept; everybody in the union may comment.",
        ),
    )

    name: Line = field(
        zh="名称",
        en="Name",
        hint=("同一目标的情景方案名称不重复", "Each of a target's scenarios has another"),
        examples=["Gap rule, 20 %"],
    )

    def check(self, on: Target, at: Acting) -> None:
        """Refuse a name that is taken, and what cannot be shared by this rule."""
        if scenarios.is_named(at.connection, on.target_id, self.name):
            raise _named(self.name)
        self._trial(on, at)

    def foresee(self, on: Target, at: Acting) -> list[Effect]:
        """Return what would be kept."""
        quotas = self._trial(on, at).run.allocation.quotas
        rule, many = Words("规则", "Rule"), Words("机构数", "Institutions")
        return [
            Effect("scenario", Words("情景方案", "Scenario"), None, plain(self.name)),
            Effect("rule", rule, None, rule_words(self.rule)),
            Effect("institutions", many, None, plain(f"{len(quotas):,}")),
        ]

    def do(self, on: Target, at: Acting) -> ScenarioKept:
        """Keep it."""
        run = self._trial(on, at).run
        quotas, equal = run.allocation.quotas, equal_of(run)
        there = standing(
            quotas.institution,
            quotas.base_g,
            quotas.amount_g,
            equal,
            np.ones(len(equal), np.bool_),
        )
        fair = fairness(quotas.amount_g, quotas.base_g)
        span = fair.to_base
        row = (
            on.target_id, on.union_id, self.name, self.rule, _method(run.problem.method),
            self.year, there.more, there.less, there.same, span.least if span else None,
            span.most if span else None, fair.gini_of_rates, at.actor,
        )  # fmt: skip
        made = scenarios.add(at.connection, row, _sums(quotas, equal))
        at.told["scenario_id"] = made
        return ScenarioKept(scenario_id=made)

    @classmethod
    def where_to(cls, on: Target, result: ScenarioKept) -> str:
        """Return the scenario's page."""
        return f"/scenarios/{result.scenario_id}"

    def _trial(self, on: Target, at: Acting) -> Trial:
        key = (self.about.code, on.target_id, self.model_dump_json())
        if key not in at.known:
            start = start_of(at.connection, on.target_id, self.about.code)
            method = self.method_with(bands.in_force(at.connection, at.today))
            method = fitted(start, method, self)
            at.known[key] = try_from(start, method, self.year)
        found: Trial = at.known[key]
        return found


def _method(method: Method) -> dict[str, Any]:
    """Return a rule with all that it was given, corrections and limits too."""
    return {**method.payload, **method.of_single}


def _sums(quotas: Any, equal: Ints) -> list[tuple[int | None, int, int, int, list[int]]]:
    """Return base, amount and equal share of each member and of all (None), with institutions."""
    found: list[tuple[int | None, int, int, int, list[int]]] = []
    for who in [*np.unique(quotas.member).tolist(), None]:
        rows = slice(None) if who is None else quotas.member == who
        columns = (quotas.base_g, quotas.amount_g, equal)
        base, amount, same = (int(one[rows].sum()) for one in columns)
        found.append((who, base, amount, same, quotas.institution[rows].tolist()))
    return found


def _named(name: str) -> ConflictError:
    return ConflictError(
        "scenario.named",
        zh=f"已有名为“{name}”的情景方案。",
        en=f"There is a scenario called “{name}” already.",
        next_zh="请换一个名称。",
        next_en="Choose another name.",
        where={"field": "name", "value": name},
    )

"""Scenarios as their readers know them: what they give members, and what is said of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from actions.actor import Actor
from actions.compact.columns import amount, of_indicator
from actions.compact.rules import rule_words
from actions.compact.runs import try_target
from actions.fields import Acting, Words, field
from actions.figures import not_found
from actions.kinds import Id
from actions.tables import Column, Filter, Table
from compact.indicators import Indicator
from compact.methods import Method
from compact.parameters import By, Kind
from compact.sensitivity import Bend, bends
from storage.compact import scenarios
from storage.compact.scenarios import Comment, MemberSum, ScenarioRow

__all__ = [
    "SCENARIOS",
    "Comment",
    "MemberSum",
    "ScenarioRow",
    "ScenarioShown",
    "bends_of",
    "given_of",
    "one",
    "said_of",
    "scenarios_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScenarioShown:
    """A scenario with what each member gets, as far as the reader may know; whole: of all, None
    where that would tell of a restricted institution, and then the measures are not told either."""

    row: ScenarioRow
    members: Mapping[int, MemberSum]
    whole: MemberSum | None
    comments: Sequence[Comment] = ()


def one(actor: Actor, scenario_id: int) -> ScenarioShown:
    """Return a scenario with what is said of it."""
    with actor.look() as connection:
        found = _shown(connection, scenarios.listed(connection, only=scenario_id))
        said = scenarios.comments(connection, scenario_id)
    if not found:
        raise not_found("情景方案", "scenario", {"scenario_id": scenario_id})
    return ScenarioShown(found[0].row, found[0].members, found[0].whole, said)


def scenarios_of(actor: Actor, target_id: int) -> list[ScenarioShown]:
    """Return the scenarios of a target, to stand side by side."""
    with actor.look() as connection:
        return _shown(connection, scenarios.listed(connection, target_id=target_id))


def bends_of(actor: Actor, row: ScenarioRow) -> list[Bend]:
    """Return how a scenario bends with each number of its rule, to planners who see all of it.

    By the accounts as they are now; nothing where sums may tell of a restricted institution.
    """
    trial = try_target(actor, row.target_id, Method.from_payload(row.method), row.year)
    return [] if trial.unseen else bends(trial.run.problem)


def given_of(row: ScenarioRow) -> dict[str, Any]:
    """Return what its rule was given, as people type it: what forms and addresses take again."""
    by = Method.from_payload(row.method).by
    return {
        each.field_name: each.typed(getattr(by, each.name))
        for each in by.parameters()
        if each.kind is not Kind.BANDS
    }


def said_of(row: ScenarioRow, names: Mapping[int, str]) -> list[tuple[Words, str]]:
    """Return in words what its rule was given; names: of the members."""
    by = Method.from_payload(row.method).by
    found = []
    for each in by.parameters():
        value = each.typed(getattr(by, each.name))
        if value in (None, {}) or each.kind is Kind.BANDS:
            continue
        text = str(value)
        if each.by is not By.ALL:
            text = ", ".join(f"{names.get(key, key)} {number}" for key, number in value.items())
        found.append(
            (
                Words(each.zh, each.en),
                f"{text} {Indicator(row.indicator).of_rule(each.unit)}".strip(),
            )
        )
    return found


def _shown(connection: Connection[Any], rows: Sequence[ScenarioRow]) -> list[ScenarioShown]:
    sums: dict[int, dict[int | None, MemberSum]] = {one.scenario_id: {} for one in rows}
    for each in scenarios.members(connection, list(sums)):
        sums[each.scenario_id][each.member_id] = each
    return [
        ScenarioShown(
            row,
            {who: each for who, each in sums[row.scenario_id].items() if who is not None},
            sums[row.scenario_id].get(None),
        )
        for row in rows
    ]


class WhichScenarios(Filter):
    """Of which target."""

    target: Id | None = field(zh="节能目标编号", en="Target", default=None)


@dataclass(frozen=True, slots=True)
class ScenarioLine:
    """What a scenario gives a member, or all together (None)."""

    row: ScenarioRow
    sums: MemberSum

    @property
    def indicator(self) -> str:
        """What its target counts."""
        return self.row.indicator


def _lines(at: Acting, asked: WhichScenarios) -> list[ScenarioLine]:
    found = _shown(at.connection, scenarios.listed(at.connection, target_id=asked.target))
    return [
        ScenarioLine(shown.row, each)
        for shown in found
        for each in (*shown.members.values(), shown.whole)
        if each is not None
    ]


SCENARIOS: Final = Table[ScenarioLine, WhichScenarios](
    code="scenarios",
    path="/scenarios",
    words=Words("情景方案", "Scenarios"),
    about="Ways to share a target that planners kept to talk about: what each gives members and "
    "all together (null), beside the same percentage for all. Proposals; quotas come of runs. What "
    "would tell of a restricted institution is left out.",
    tag="runs and quotas",
    columns=(
        Column(
            "scenario_id",
            Words("编号", "Id"),
            lambda one: one.row.scenario_id,
            "whole",
            link=lambda one: f"/scenarios/{one.row.scenario_id}",
        ),
        Column(
            "target_id", Words("节能目标编号", "Target"), lambda one: one.row.target_id, "whole"
        ),
        Column("name", Words("名称", "Name"), lambda one: one.row.name),
        Column(
            "rule",
            Words("规则", "Rule"),
            lambda one: one.row.rule,
            shown=lambda one, lang: rule_words(one.row.rule).say(lang),
        ),
        Column(
            "member_id", Words("成员编号", "Member id"), lambda one: one.sums.member_id, "whole"
        ),
        *of_indicator(),
        amount("base", "基期", "Base", lambda one: one.sums.base_g),
        amount("amount", "用能指标", "Quotas", lambda one: one.sums.amount_g),
        amount("equal", "等比例应得", "By equal percentages", lambda one: one.sums.equal_g),
        Column("made_at", Words("保存时间", "Kept at"), lambda one: one.row.made_at, "instant"),
    ),
    filter=WhichScenarios,
    every=_lines,
    size=1000,
)

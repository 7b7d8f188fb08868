"""One scenario: what each member would get by it, how fair it is, and what is said of it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Response

from actions.compact.rule_fields import given
from actions.compact.rules import rule_with_reach
from actions.compact.scenario_things import SCENARIO
from actions.compact.scenarios import (
    MemberSum,
    ScenarioRow,
    ScenarioShown,
    bends_of,
    given_of,
    one,
    said_of,
)
from actions.compact.target_words import QUOTAS
from actions.compact.unions import union_of
from actions.filled import pairs_of
from compact.indicators import Indicator
from dashboards.pages.compact.amounts import kg, percent
from dashboards.pages.offers import offers_of
from dashboards.pages.viewer import Reader, Viewer

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class Line:
    """What a member gets; withheld: that would tell of a restricted institution."""

    name: str
    base: str
    amount: str
    of_base: str
    by: str
    withheld: bool = False


@router.get("/scenarios/{scenario_id}")
def get_scenario(
    scenario_id: Id, viewer: Reader, bends: Annotated[bool, Query()] = False
) -> Response:
    """Return the page; bends: with how it bends with each number, which takes a while."""
    found = one(viewer.actor, scenario_id)
    union = union_of(viewer.actor, found.row.union_id)
    names = {each.region_id: viewer.name(each) or str(each.region_id) for each in union.members}
    lines = [line_of(names.get(who, str(who)), found.members.get(who)) for who in names]
    return viewer.page(
        "compact/scenario.html",
        scenario=found.row,
        unit=Indicator(found.row.indicator).unit_shown,
        quota_name=QUOTAS[found.row.indicator].say(viewer.lang),
        rule=rule_with_reach(found.row.method).say(viewer.lang),
        given=[(words.say(viewer.lang), text) for words, text in said_of(found.row, names)],
        union=union,
        union_name=viewer.name(union.union),
        lines=lines,
        whole=line_of(viewer.say("compare_total"), found.whole),
        told=found.whole is not None,
        bends=_bends(viewer, found.row, names) if bends and union.union.planned else None,
        percent=percent,
        chart=_chart(viewer, found, names),
        comments=found.comments,
        compare=f"/targets/{found.row.target_id}/compare?{urlencode(_asked(found.row))}",
        keep=f"/do/run.make/{found.row.target_id}?{urlencode(_kept(found.row))}",
        offers=offers_of(viewer, SCENARIO, scenario_id),
    )


def line_of(name: str, sums: MemberSum | None) -> Line:
    """Return what somebody gets, and by how much of the base that is more than its equal share."""
    if sums is None:
        return Line(name, "", "", "", "", withheld=True)
    ratio = Decimal(sums.amount_g) / sums.base_g * 100 if sums.base_g else None
    more = Decimal(sums.amount_g - sums.equal_g) / sums.base_g * 100 if sums.base_g else Decimal(0)
    by = f"{'+' if more > 0 else ''}{percent(more, 2)}"
    return Line(name, kg(sums.base_g), kg(sums.amount_g), percent(ratio, 2), by)


def _bends(viewer: Viewer, row: ScenarioRow, names: dict[int, str]) -> list[tuple[str, str, str]]:
    """Return each number of the rule, whom it moves most, and by how much of the base."""
    found = []
    for each in bends_of(viewer.actor, row):
        label = each.parameter.text(viewer.lang)
        if each.key is not None:
            of = names.get(each.key, str(each.key)) if isinstance(each.key, int) else each.key
            label = f"{label} · {of}"
        by = "" if each.by is None else percent(float(each.by * 100), 2)
        found.append((label, names.get(each.member or 0, ""), by))
    return found


def _asked(row: ScenarioRow) -> list[tuple[str, str]]:
    """Return the query by which rules are compared with what this one was given."""
    found = [("asked", "1"), (row.rule, "on")]
    for name, value in given_of(row).items():
        if isinstance(value, dict):
            found += [(f"{row.rule}.{name}.{key}", str(each)) for key, each in value.items()]
        elif value is not None:
            found.append((f"{row.rule}.{name}", str(value)))
    found += [("year", str(row.year))] if row.year else []
    return [*found, *_reach(row)]


def _kept(row: ScenarioRow) -> list[tuple[str, str]]:
    found: dict[str, Any] = given(row.rule, _with_text_keys(given_of(row)))
    return [*pairs_of(found | ({"year": row.year} if row.year else {})), *_reach(row)]


def _reach(row: ScenarioRow) -> list[tuple[str, str]]:
    return [("reach", row.method["reach"])] if "reach" in row.method else []


def _with_text_keys(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {str(key): each for key, each in value.items()} if isinstance(value, dict) else value
        for name, value in values.items()
    }


def _chart(viewer: Viewer, found: ScenarioShown, names: dict[int, str]) -> dict[str, Any] | None:
    """Return each member's quota and equal share, of its base, as bars."""
    told = [each for each in found.members.values() if each.base_g]
    if not told:
        return None
    bars = (
        ("scenario_equal", "before", [each.equal_g for each in told]),
        ("scenario_quota", "electricity", [each.amount_g for each in told]),
    )
    return {
        "stack": False,
        "unit": "%",
        "names": [names.get(each.member_id or 0, str(each.member_id)) for each in told],
        "series": [
            {
                "name": viewer.say(word),
                "key": key,
                "values": [
                    round(amount / each.base_g * 100, 2)
                    for amount, each in zip(amounts, told, strict=True)
                ],
                "partial": [False] * len(told),
            }
            for word, key, amounts in bars
        ],
    }

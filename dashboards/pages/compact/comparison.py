"""Rules compared for one target, side by side; every parameter is in the address."""

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Response

from actions.compact.comparing import (
    Compared,
    Loaded,
    RuleResult,
    compared,
    lacking,
    load,
    names_of,
    try_one,
)
from actions.compact.correcting import corrections_of
from actions.compact.limiting import fitted
from actions.compact.rules import REACHES, HowFar, method_of, rules_with
from actions.compact.target_words import QUOTAS, in_short
from actions.fields import Option, plain
from compact.corrections import Correction
from compact.ruling import Reach
from dashboards.pages.answers import Answers
from dashboards.pages.asking import FormField
from dashboards.pages.compact.asked_rules import RuleForm, asked_of, options
from dashboards.pages.compact.fitting import SHARE, How, share_of
from dashboards.pages.compact.sides import (
    Side,
    chart_of,
    lines_of,
    marks_of,
    measures_of,
    whole_of,
)
from dashboards.pages.compact.standings import spread_of, standings_of
from dashboards.pages.compact.suggesting import bands_of, marks_of_values, suggestions
from dashboards.pages.viewer import Reader, Viewer
from metering.errors import EnergyError

router = APIRouter(include_in_schema=False)

# A union is loaded once for all that a planner tries within these seconds.
_LOADED: Final = Answers(keep_s=120.0, most=4)
_TRIED: Final = Answers(keep_s=120.0, most=500)
_CORRECTIONS: Final = Answers(keep_s=120.0, most=20)


@router.get("/targets/{target_id}/compare")
def get_comparison(
    target_id: Annotated[int, Path(ge=1, le=2**31 - 1)],
    viewer: Reader,
    year: Annotated[str, Query(pattern=r"^(\d{4})?$")] = "",
    part: Annotated[str, Query(max_length=20)] = "",
    reach: Annotated[HowFar, Query()] = HowFar.UNION,
    corrected: Annotated[bool, Query()] = False,
    relief_percent: Annotated[str, Query(pattern=SHARE)] = "",
    duty_percent: Annotated[str, Query(pattern=SHARE)] = "",
) -> Response:
    """Return the page; part=result: only what moves with the parameters."""
    found = compared(viewer.actor, target_id)
    loaded = _loaded(viewer, found)
    offered = rules_with(loaded.published, found.target.target.indicator)
    first = {"leading": loaded.leading, "weights": _weights(loaded), **bands_of(loaded)}
    asked = asked_of(viewer, offered, _keys(found, loaded), first, marks_of_values(viewer, loaded))
    chosen = _year(found, year)
    alone = part == "result"  # what moves with a slider: what each rule lacks stands in the form
    lacks = {} if alone else {one.rule.code: _lacks(viewer, loaded, one) for one in asked}
    known = _corrections(viewer, found, loaded, chosen) if corrected else None
    how = How(chosen, reach, known, share_of(relief_percent), share_of(duty_percent))
    sides = [
        _side(viewer, found, loaded, one, how)
        for one in asked
        if one.shown and (one.chosen or not _lacks(viewer, loaded, one))
    ]
    values = _result(viewer, found, loaded, sides) | how.values(target_id)
    if alone:
        return viewer.page("compact/comparison_result.html", **values)
    return viewer.page(
        "compact/comparison.html",
        **values,
        **_head(viewer, found),
        asked=asked,
        lacks=lacks,
        year=_asked_year(viewer, found, chosen),
        reach=_asked_reach(viewer, reach),
        fits=how.fields(viewer),
        **suggestions(viewer, loaded, _names(found)),
    )


def _head(viewer: Viewer, found: Compared) -> dict[str, Any]:
    """Return which target of which union is compared."""
    return {
        "name": in_short(found.target).say(viewer.lang),
        "union": found.union_zh if viewer.lang == "zh" else found.union_en,
        "union_id": found.target.union_id,
    }


def _result(
    viewer: Viewer, found: Compared, loaded: Loaded, sides: Sequence[Side]
) -> dict[str, Any]:
    """Return what moves with the parameters."""
    indicator = found.target.target.indicator
    return {
        "unit": indicator.unit_shown,
        "quota_name": QUOTAS[indicator.value].say(viewer.lang),
        "sides": sides,
        "lines": lines_of(viewer, found, sides),
        "whole": whole_of(viewer, sides),
        "measures": measures_of(viewer, sides),
        "chart": chart_of(viewer, found, sides),
        "marks": marks_of(viewer, sides),
        "spread": spread_of(viewer, sides),
        "standings": standings_of(viewer, sides, names_of(viewer.actor, [s.tried for s in sides])),
        "loaded_at": loaded.at,
    }


def _loaded(viewer: Viewer, found: Compared) -> Loaded:
    target_id = found.target.target_id
    loaded: Loaded = _LOADED.get(_key(viewer, found), lambda: load(viewer.actor, target_id))
    return loaded


def _lacks(viewer: Viewer, loaded: Loaded, asked: RuleForm) -> str:
    """Return why a rule is not offered, empty where it has its inputs."""
    if asked.wrong:
        return ""
    try:
        method = method_of(asked.rule.code, asked.values, published=loaded.published)
    except EnergyError as error:
        return error.text(viewer.lang)
    found = lacking(loaded, method)
    return "" if found is None else found.say(viewer.lang)


def _weights(loaded: Loaded) -> dict[str, Decimal]:
    """Return the weights to begin with: those that the data suggest."""
    if loaded.weights is None:
        return {}
    return {str(who): _decimal(by) for who, by in loaded.weights.by_potential.items()}


def _decimal(weight: Fraction) -> Decimal:
    return Decimal(weight.numerator) / Decimal(weight.denominator)


def _keys(found: Compared, loaded: Loaded) -> dict[str, list[Option]]:
    members = ((str(one.region_id), one.name_zh, one.name_en) for one in found.members)
    return {
        "class": options((code, *names) for code, names in loaded.classes.items()),
        "member": options(members),
    }


def _year(found: Compared, asked: str) -> int | None:
    """Return the year that is compared: the last of the path where none of it is asked for."""
    years = found.target.target.years()
    if not years:
        return None
    return int(asked) if asked and int(asked) in years else years[-1]


def _asked_year(viewer: Viewer, found: Compared, chosen: int | None) -> FormField | None:
    """Return the field of the year, None where each institution has its own."""
    years = [Option(str(one), plain(str(one))) for one in found.target.target.years()]
    if not years:
        return None
    label = viewer.say("compare_year")
    return FormField("year", "choice", label, "", "", str(chosen), "", True, years)


def _asked_reach(viewer: Viewer, chosen: HowFar) -> FormField:
    """Return the field of how far one λ reaches."""
    options = [Option(code, words) for code, words in REACHES.items()]
    label = viewer.say("compare_reach")
    return FormField("reach", "choice", label, "", "", chosen.value, "", True, options)


def _corrections(
    viewer: Viewer, found: Compared, loaded: Loaded, year: int | None
) -> Mapping[int, list[Correction]]:
    """Return the corrections that registered sizes propose, found once for all sliders."""
    key = (_key(viewer, found), loaded.at, year)
    some: Mapping[int, list[Correction]] = _CORRECTIONS.get(
        key, lambda: corrections_of(loaded.start, year)
    )
    return some


def _names(found: Compared) -> dict[int, tuple[str, str]]:
    return {one.region_id: (one.name_zh or "", one.name_en or "") for one in found.members}


def _side(
    viewer: Viewer,
    found: Compared,
    loaded: Loaded,
    asked: RuleForm,
    how: How,
) -> Side:
    """Return what a rule comes to, or why it does not."""
    query = urlencode([*asked.pairs(how.year), *how.pairs])
    keep = f"/do/run.make/{found.target.target_id}?{query}"
    if asked.wrong:
        return Side(asked, RuleResult(), viewer.say("compare_wrong"), keep)
    try:
        method = method_of(
            asked.rule.code,
            asked.values,
            published=loaded.published,
            within=Reach(how.reach.value),
        )
        method = fitted(loaded.start, method, how, how.corrections)
    except EnergyError as error:
        return Side(asked, RuleResult(), error.text(viewer.lang), keep)
    key = (_key(viewer, found), loaded.at, query)  # what one slider does not move stands
    tried: RuleResult = _TRIED.get(key, lambda: try_one(loaded.start, method, how.year))
    return Side(asked, tried, tried.error.text(viewer.lang) if tried.error else "", keep)


def _key(viewer: Viewer, found: Compared) -> Hashable:
    """Return what a union is loaded for: who looks, on which day, and what was decided."""
    return (viewer.actor.name, viewer.actor.today, found.target.target_id, found.state)

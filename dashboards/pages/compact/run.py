"""One run: what it rests on, its levels and quotas, what it changes, and what can be done to it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response

from actions.compact.rules import rule_with_reach
from actions.compact.run_changes import MemberChange
from actions.compact.run_detail import RunDetail, count_shares, run_detail
from actions.compact.runs import RunRow, levels_of, prove, waiting_bases
from actions.compact.shares_table import SHARES
from actions.compact.target_words import QUOTAS, in_short
from actions.compact.things import RUN
from compact.indicators import Indicator
from dashboards.pages import writing
from dashboards.pages.compact.amounts import kg, percent
from dashboards.pages.compact.names import level_names
from dashboards.pages.offers import offers_of
from dashboards.pages.tables import listing
from dashboards.pages.viewer import Reader, Viewer
from storage.compact.run_members import Sum
from storage.compact.runs import Level

router = APIRouter(include_in_schema=False)

_MOST_LEVELS: Final = 200
_KNOWN: Final = ("measured", "billed", "estimated")


@dataclass(frozen=True, slots=True)
class LevelLine:
    """A level of the cascade as the page writes it; withheld: it would tell of somebody."""

    name: str
    base: str
    amount: str
    of_base: str
    multiplier: str
    withheld: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What a member has under the run in force, under this one, and by how much that differs."""

    name: str
    before: str
    after: str
    moved: str


@router.get("/runs/{run_id}")
def get_run(
    run_id: Annotated[int, Path(ge=1, le=2**31 - 1)],
    viewer: Reader,
    proof: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    """Return the page; proof: the run is computed anew from its snapshot, and compared."""
    actor, found = viewer.actor, run_detail(viewer.actor, run_id)
    planned, run = found.union.planned, found.run
    levels = levels_of(actor, run_id, _MOST_LEVELS + 1) if planned else []
    shown = listing(viewer, SHARES, viewer.path, {"run_id": run_id})
    waiting = waiting_bases(actor, run_id) if planned and run.issued_as is None else []
    return viewer.page(
        "compact/run.html",
        status=shown.status,
        found=found,
        run=run,
        unit=Indicator(run.indicator).unit_shown,
        quota_name=QUOTAS[run.indicator].say(viewer.lang),
        kg=kg,
        rule=rule_with_reach(run.method).say(viewer.lang),
        target=in_short(found.target).say(viewer.lang),
        state=_state(viewer, run),
        covers=covers_of_run(viewer, run),
        waiting=len(waiting),
        same=prove(actor, run_id)[0].same if planned and proof else None,
        levels=_levels(viewer, levels[:_MOST_LEVELS]),
        more_levels=len(levels) > _MOST_LEVELS,
        changes=_changes(viewer, found),
        replaced=sorted({one.version for one in found.replaced.runs.values()})
        if found.replaced
        else [],
        reasons=_reasons(viewer),
        list=shown,
        count=count_shares(actor, run_id, shown.filter.get("search")),
        offers=offers_of(viewer, RUN, run_id),
        printed_at=datetime.now(UTC),
    )


def covers_of_run(viewer: Viewer, run: RunRow) -> str:
    """Return what a run's sums hold and lack, in a sentence; nothing where they are withheld."""
    if run.covers is None:
        return ""
    months = sum(run.covers[f"months_{one}"] for one in _KNOWN)
    return viewer.say("run_covers", months=months, **run.covers)


def _state(viewer: Viewer, run: RunRow) -> str:
    """Return whether a run is a proposal, since when it is issued, and for which years it holds."""
    if run.issued_at is None:
        return viewer.say("run_proposal")
    words = {"issue": viewer.say("run_issue"), "adjustment": viewer.say("run_adjustment")}
    years = ("、" if viewer.lang == "zh" else ", ").join(map(str, run.in_force))
    held = viewer.say("run_in_force_for", years=years) if years else viewer.say("run_superseded")
    issued = words.get(run.issued_as or "", run.issued_as)
    return f"{issued} {writing.moment(run.issued_at, viewer.lang)} · {held}"


def _levels(viewer: Viewer, levels: list[Level]) -> list[LevelLine]:
    names = level_names(viewer, levels) if levels else {}
    return [
        LevelLine(
            names[one.key],
            kg(one.base_g),
            kg(one.amount_g),
            _ratio(one.amount_g, one.base_g),
            writing.number(one.multiplier_decimal, 6),
            withheld=one.amount_g is None,
        )
        for one in levels
    ]


def _changes(viewer: Viewer, found: RunDetail) -> list[ChangeLine]:
    return [_change(viewer, one) for one in (found.replaced.changes if found.replaced else ())]


def _change(viewer: Viewer, one: MemberChange) -> ChangeLine:
    who = viewer.say("compare_total")
    if one.member is not None:
        who = viewer.name(one.member) or str(one.member.region_id)
    moved = one.moved_g
    sign = "+" if moved is not None and moved > 0 else ""
    return ChangeLine(
        f"{one.year} · {who}",
        _sum(viewer, one.before),
        _sum(viewer, one.after),
        f"{sign}{kg(moved)}",
    )


def _sum(viewer: Viewer, one: Sum | None) -> str:
    if one is None:
        return writing.DASH
    return viewer.say("compare_withheld") if one.amount_g is None else kg(one.amount_g)


def bound_word(viewer: Viewer, bound: str | None) -> str:
    """Return what decides a quota instead of λ."""
    words = {"floor": viewer.say("run_floor"), "ceiling": viewer.say("run_ceiling")}
    return words.get(bound, bound) if bound else ""


def _ratio(amount_g: int | None, base_g: int | None) -> str:
    if amount_g is None or not base_g:
        return writing.DASH
    return percent(Decimal(amount_g) / base_g * 100, 2)


def _reasons(viewer: Viewer) -> dict[str, str]:
    """Return why an institution has no quota any more, by its code."""
    return {
        "left_out": viewer.say("run_dropped_left_out"),
        "without_base": viewer.say("run_dropped_without_base"),
        "not_counted": viewer.say("run_dropped_not_counted"),
    }

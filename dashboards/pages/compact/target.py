"""One target: in words, its path by year, how far its bases are reviewed, and its runs."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Path, Response

from actions.compact.bases import Review, review, said_so_far
from actions.compact.reached import DOUBTS, VERDICTS, TargetReached, reached_of
from actions.compact.reached_table import TARGET_PROGRESS
from actions.compact.runs import RunRow as KeptRun
from actions.compact.runs import list_runs
from actions.compact.runs_table import RUNS
from actions.compact.scenarios import MemberSum, scenarios_of
from actions.compact.target_sides import sides_of, stricter
from actions.compact.target_words import percent_of
from actions.compact.targets import Target, TargetRow
from actions.compact.things import TARGET
from actions.compact.unions import UnionDetail, union_of
from actions.doing import acting
from actions.figures import not_found
from dashboards.pages.answers import answers_of
from dashboards.pages.compact.amounts import kg, kilograms, percent
from dashboards.pages.compact.unions import target_row
from dashboards.pages.offers import offers_of
from dashboards.pages.tables import listing
from dashboards.pages.viewer import Reader, Viewer
from metering.errors import NotFoundError

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
_WHOLE: Final = 10**12  # grams out of which a share of the base is read to a millionth


@dataclass(frozen=True, slots=True)
class Step:
    """A year of the path; year: None is the year after each institution's own base.

    share: of the base, in percent; incentive: by the incentive path, None where there is none.
    cap_g: of the bases that the reader sees, None without any.
    """

    year: int | None
    share: float
    incentive: float | None
    cap_g: int | None


@router.get("/targets/{target_id}")
def get_target(target_id: Id, viewer: Reader) -> Response:
    """Return the page."""
    kept = target_of(viewer, target_id)
    union = union_of(viewer.actor, kept.union_id)
    shared, unit = kept.target.indicator.shared, kept.target.indicator.unit_shown
    found = _reviewed(viewer, target_id) if shared else None
    sides = sides_of(viewer.actor, kept)
    reached = reached_of(viewer.actor, target_id=target_id)
    steps = path_of(kept.target, found.base_g if found else None)
    runs = list_runs(viewer.actor, target_id=target_id)
    return viewer.page(
        "compact/target.html",
        kept=kept,
        row=target_row(viewer, kept),
        union=union,
        review=found,
        members={one.region_id: viewer.name(one) for one in union.members},
        steps=steps,
        chart=_chart(viewer, steps, unit),
        unit=unit,
        runs=runs[::-1],
        list=listing(viewer, RUNS, viewer.path, {"target": target_id}),
        next_step=_next(found, runs, union) if shared else "",
        shared=shared,
        sides=sides,
        scenarios=scenarios_of(viewer.actor, target_id),
        of_base=_of_base,
        stricter=stricter(sides),
        reached=reached,
        reached_chart=_reached_chart(viewer, reached),
        progress=TARGET_PROGRESS,
        incentive=_incentive(kept.target),
        verdicts=VERDICTS,
        doubts=DOUBTS,
        kg=kg,
        percent=percent,
        member_of=member_of,
        offers=offers_of(viewer, TARGET, target_id) if shared else [],
    )


def target_of(viewer: Viewer, target_id: int) -> TargetRow:
    """Return a target that the reader sees."""
    with viewer.actor.look() as connection:
        found = TARGET.find(acting(viewer.actor, connection), target_id)
    if found is None:
        raise not_found(TARGET.words.zh, TARGET.words.en, {"target_id": target_id})
    return found


def path_of(target: Target, base_g: int | None) -> list[Step]:
    """Return what may be used in each year of the path."""
    return [
        Step(
            year,
            float(Fraction(target.cap_g(_WHOLE, year or 0), _WHOLE) * 100),
            None
            if target.incentive_millionths is None or year is None
            else float(target.remaining(year, incentive=True) * 100),
            target.cap_g(base_g, year or 0) if base_g else None,
        )
        for year in (*target.years(),) or (None,)
    ]


def _reviewed(viewer: Viewer, target_id: int) -> Review | None:
    """Return the review of the bases without its lines, None to who plans for none of them.

    Kept for a minute, as figures of boards are; what planners say shows at once.
    """
    actor = viewer.actor
    key = (actor.today, target_id, said_so_far(actor))
    try:
        found = answers_of(viewer.request, "reviews").get(
            key, lambda: replace(review(actor, target_id), lines=[])
        )
    except NotFoundError:
        return None
    return cast(Review, found)


def _next(found: Review | None, runs: list[KeptRun], union: UnionDetail) -> str:
    """Return the word of what a planner does next: review, compare, issue, or nothing."""
    if found is None:
        return ""
    if found.open:
        return "target_next_review"
    if not union.union.planned:
        return "target_next_wait"
    if not runs:
        return "target_next_compare"
    return "" if any(one.issued_as for one in runs) else "target_next_issue"


def _of_base(sums: MemberSum | None) -> str:
    """Return what part of its base somebody may use by a scenario, a dash where it is not told."""
    if sums is None or not sums.base_g:
        return percent(None)
    return percent(float(Fraction(sums.amount_g, sums.base_g) * 100), 2)


def _incentive(target: Target) -> str:
    """Return the incentive target's fall in percent, empty for none."""
    more = target.incentive_millionths
    return "" if more is None else percent_of(more)


def _reached_chart(viewer: Viewer, rows: list[TargetReached]) -> dict[str, Any] | None:
    """Return the chart of what fell beside what the path asks, of those with a percentage."""
    told = [one for one in rows if one.said.fall is not None]
    if not told:
        return None
    fallen = [float(one.said.fall or 0) * 100 for one in told]
    asked = [float(one.said.asked) * 100 for one in told]
    series = (("target_asked", "before", asked), ("target_fallen", "electricity", fallen))
    return {
        "stack": False,
        "unit": "%",
        "names": [member_of(viewer, one) for one in told],
        "series": [
            {"name": viewer.say(word), "key": key, "values": values, "partial": [False] * len(told)}
            for word, key, values in series
        ],
    }


def member_of(viewer: Viewer, one: TargetReached) -> str:
    """Return what a row's member is called; the word for all together where it is of none."""
    if one.row.member_id is None:
        return viewer.say("compare_total")
    name = one.member_zh if viewer.lang == "zh" else one.member_en or one.member_zh
    return name or str(one.row.member_id)


def _chart(viewer: Viewer, steps: list[Step], unit: str) -> dict[str, Any] | None:
    """Return the chart of the path, where it has years and the reader sees bases."""
    if len(steps) < 2 or any(one.cap_g is None for one in steps):
        return None
    values = [float(kilograms(one.cap_g) or 0) for one in steps]
    series = {"name": viewer.say("target_cap"), "key": "electricity", "values": values}
    return {
        "stack": False,
        "unit": unit,
        "names": [str(one.year) for one in steps],
        "series": [series | {"partial": [False] * len(values)}],
    }

"""One target: in words, its path by year, how far its bases are reviewed, and its runs."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Any, Final, cast

from fastapi import APIRouter, Path, Response

from actions.compact.bases import Review, review, said_so_far
from actions.compact.runs import RunRow as KeptRun
from actions.compact.runs import list_runs
from actions.compact.runs_table import RUNS
from actions.compact.targets import Target, TargetRow
from actions.compact.things import TARGET
from actions.compact.unions import UnionDetail, union_of
from actions.doing import acting
from actions.figures import not_found
from dashboards.pages.answers import answers_of
from dashboards.pages.compact.amounts import kg, kilograms
from dashboards.pages.compact.offers import offers_of
from dashboards.pages.compact.unions import target_row
from dashboards.pages.tables import listing
from dashboards.pages.viewer import Reader, Viewer
from metering.errors import NotFoundError

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
_WHOLE: Final = 10**12  # grams out of which a share of the base is read to a millionth


@dataclass(frozen=True, slots=True)
class Step:
    """A year of the path; year: None is the year after each institution's own base.

    share: of the base, in percent. cap_g: of the bases that the reader sees, None without any.
    """

    year: int | None
    share: float
    cap_g: int | None


@router.get("/targets/{target_id}")
def get_target(target_id: Id, viewer: Reader) -> Response:
    """Return the page."""
    kept = target_of(viewer, target_id)
    union = union_of(viewer.actor, kept.union_id)
    found = _reviewed(viewer, target_id)
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
        chart=_chart(viewer, steps),
        runs=runs[::-1],
        list=listing(viewer, RUNS, viewer.path, {"target": target_id}),
        next_step=_next(found, runs, union),
        kg=kg,
        offers=offers_of(viewer, TARGET, target_id),
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
            target.cap_g(base_g, year or 0) if base_g else None,
        )
        for year in (*target.years(),) or (None,)
    ]


def _reviewed(viewer: Viewer, target_id: int) -> Review | None:
    """Return the review of the bases without its lines, None to who plans for none of them.

    Kept for a minute, as figures of boards are; what planners say shows at once.
    """
    actor = viewer.actor
    key = (actor.name, actor.today, target_id, said_so_far(actor))
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


def _chart(viewer: Viewer, steps: list[Step]) -> dict[str, Any] | None:
    """Return the chart of the path, where it has years and the reader sees bases."""
    if len(steps) < 2 or any(one.cap_g is None for one in steps):
        return None
    values = [float(kilograms(one.cap_g) or 0) for one in steps]
    series = {"name": viewer.say("target_cap"), "key": "electricity", "values": values}
    return {
        "stack": False,
        "unit": "kgce",
        "names": [str(one.year) for one in steps],
        "series": [series | {"partial": [False] * len(values)}],
    }

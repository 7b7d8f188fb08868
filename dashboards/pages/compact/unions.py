"""Unions: those that the reader has a part in, and one with its targets, members and progress."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from actions.compact.agreements import comments_of
from actions.compact.columns import agreed
from actions.compact.members_table import AGREEMENTS, MEMBERS
from actions.compact.progress import Progress, Withheld, progress_of, withheld_of
from actions.compact.target_words import CURVES, INDICATORS, ORIGINS, fall_of, years_of
from actions.compact.targets import TargetRow
from actions.compact.things import COMMENTED, PREPARED, UNION
from actions.compact.unions import UnionDetail, union_of
from actions.compact.unions_table import TARGETS, UNIONS
from actions.registry.regions import list_regions
from actions.rights import Right, holds
from compact.agreements import State
from compact.indicators import Indicator
from dashboards.boards.catalogue import UNION as BOARD
from dashboards.pages.compact.amounts import kg, kilograms
from dashboards.pages.offers import offers_of
from dashboards.pages.tables import listing
from dashboards.pages.viewer import Reader, Viewer

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class UnionLine:
    """A union as the head of its page; agreement: its grade and state in words.

    holds: whether that is in force. guide: whose authority guides it, empty for none.
    """

    union_id: int
    name: str
    agreement: str
    planned: bool
    holds: bool
    guide: str


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A target as a line of its union's page."""

    target_id: int
    fall: str
    years: str
    curve: str
    origin: str
    profile: str
    source: str


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """How far a member is along the path of a year; ratio: use to path, None where nobody can say.

    withheld: the sum would tell of a restricted institution.
    """

    member: str
    year: int
    withheld: bool
    one: Progress | None = None

    def said(self, grams: int | None) -> str:
        """Return one of its amounts with its unit, a dash where nothing is known."""
        if self.one is None or grams is None:
            return kg(None)
        return f"{kg(grams)} {Indicator(self.one.indicator).unit_shown}"

    @property
    def ratio(self) -> Decimal | None:
        """Return use over path in percent, over the months that are enough measured."""
        if self.one is None or self.one.over_g is None:
            return None
        return Decimal(self.one.over_g) / self.one.compared_path_g * 100 + 100


@router.get("/unions")
def get_unions(viewer: Reader) -> Response:
    """Return the page of all unions that the reader has a part in."""
    with viewer.actor.look() as connection:
        plans = holds(connection, Right.PLAN)
    return viewer.page("compact/unions.html", list=listing(viewer, UNIONS, "/unions"), plans=plans)


@router.get("/unions/{union_id}")
def get_union(union_id: Id, viewer: Reader) -> Response:
    """Return the page of one union."""
    detail = union_of(viewer.actor, union_id)
    progress = _progress(viewer, detail)
    return viewer.page(
        "compact/union.html",
        row=_row(viewer, detail),
        seats=listing(viewer, MEMBERS, viewer.path, {"union": union_id}),
        agreements=listing(viewer, AGREEMENTS, viewer.path, {"union": union_id}),
        list=listing(viewer, TARGETS, viewer.path, {"union": union_id}),
        progress=progress,
        chart=_chart(viewer, progress),
        board=f"/boards/{BOARD.uid}?var-union={union_id}",
        kg=kg,
        comments=comments_of(viewer.actor, union_id),
        offers=[
            offer
            for thing in (UNION, PREPARED, COMMENTED)
            for offer in offers_of(viewer, thing, union_id)
        ],
    )


def target_row(viewer: Viewer, kept: TargetRow) -> TargetLine:
    """Return a target in the reader's words."""
    target, lang = kept.target, viewer.lang
    return TargetLine(
        kept.target_id,
        fall_of(target).say(lang),
        years_of(target).say(lang),
        CURVES[target.curve.value].say(lang),
        ORIGINS[target.origin.value].say(lang),
        target.profile,
        kept.source,
    )


def _row(viewer: Viewer, one: UnionDetail) -> UnionLine:
    union = one.union
    return UnionLine(
        union.union_id,
        viewer.name(union) or str(union.union_id),
        agreed(one.agreement, viewer.lang),
        union.planned,
        one.agreement is not None and one.agreement.state is State.IN_FORCE,
        _guide(viewer, union.guide_id),
    )


def _guide(viewer: Viewer, region_id: int | None) -> str:
    """Return what the region is called whose authority guides a union, empty for none."""
    if region_id is None:
        return ""
    found = list_regions(viewer.actor, only_seen=False)
    name = next((viewer.name(one) for one in found if one.region_id == region_id), None)
    return name or str(region_id)


def _named(viewer: Viewer, member: Any) -> str:
    return viewer.name(member) or str(member.region_id)


def _progress(viewer: Viewer, detail: UnionDetail) -> list[ProgressRow]:
    """Return how far each member is, and of which the reader is shown nothing."""
    union_id = detail.union.union_id
    names = {one.region_id: _named(viewer, one) for one in detail.members}

    def row(one: Progress | Withheld) -> ProgressRow:
        member = names.get(one.member_id, str(one.member_id))
        shown = one if isinstance(one, Progress) else None
        if one.indicator != Indicator.TOTAL_KGCE.value:
            member = f"{member} · {INDICATORS[one.indicator].say(viewer.lang)}"
        return ProgressRow(member, one.year, shown is None, shown)

    known = progress_of(viewer.actor, union_id=union_id)
    hidden = withheld_of(viewer.actor, union_id=union_id)
    return [*map(row, known), *map(row, hidden)]


def _chart(viewer: Viewer, rows: list[ProgressRow]) -> dict[str, Any] | None:
    """Return the chart of use beside path, over the months that are enough measured.

    One chart has one unit: that of the first indicator, energy before others.
    """
    every = [(row, row.one) for row in rows if row.one is not None and row.ratio is not None]
    if not every:
        return None
    first = min(one.indicator for _, one in every)
    shown = [(row, one) for row, one in every if one.indicator == first]
    path = [kilograms(one.compared_path_g) for _, one in shown]
    used = [kilograms(one.compared_used_g) for _, one in shown]
    series = [("progress_path", "before", path), ("progress_used", "electricity", used)]
    return {
        "stack": False,
        "unit": Indicator(first).unit_shown,
        "names": [f"{row.member} {row.year}" for row, _ in shown],
        "series": [
            {
                "name": viewer.say(word),
                "key": key,
                "values": [None if one is None else float(one) for one in values],
                "partial": [False] * len(values),
            }
            for word, key, values in series
        ],
    }

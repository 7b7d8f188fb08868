"""Unions: those that the reader has a part in, and one with its targets, members and progress."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Response

from actions.compact.found_union import GRADES
from actions.compact.standing import Standing, Withheld, standing_of, withheld_of
from actions.compact.target_words import CURVES, ORIGINS, fall_of, years_of
from actions.compact.targets import Kept, list_targets
from actions.compact.things import UNION
from actions.compact.unions import UnionDetail, list_unions, union_of
from actions.rights import Right, holds
from compact.unions import State
from dashboards.boards.catalogue import UNION as BOARD
from dashboards.pages.compact.amounts import kg, kilograms
from dashboards.pages.compact.offers import offers_of
from dashboards.pages.visit import Reader, Visit

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
_STATES: Final = {
    State.DRAFT: "agreement_draft",
    State.PROPOSED: "agreement_proposed",
    State.IN_FORCE: "agreement_in_force",
    State.ENDED: "agreement_ended",
}
_LEVELS: Final = {
    "province": "member_province",
    "city": "member_city",
    "county": "member_county",
}


@dataclass(frozen=True, slots=True)
class UnionRow:
    """A union as a line of the list; agreement: its grade and state in words."""

    union_id: int
    name: str
    members: str
    agreement: str
    planned: bool
    targets: int


@dataclass(frozen=True, slots=True)
class TargetRow:
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
    one: Standing | None = None

    @property
    def ratio(self) -> Decimal | None:
        """Return use over path in percent, over the months that are enough measured."""
        if self.one is None or self.one.over_g is None:
            return None
        return Decimal(self.one.over_g) / self.one.compared_path_g * 100 + 100


@router.get("/unions")
def get_unions(visit: Reader) -> Response:
    """Return the page of all unions that the reader has a part in."""
    found = list_unions(visit.desk)
    targets = list_targets(visit.desk)
    with visit.desk.look() as connection:
        plans = holds(connection, Right.PLAN)
    rows = [_row(visit, one, targets) for one in found]
    return visit.page("compact/unions.html", rows=rows, plans=plans)


@router.get("/unions/{union_id}")
def get_union(union_id: Id, visit: Reader) -> Response:
    """Return the page of one union."""
    detail = union_of(visit.desk, union_id)
    targets = [target_row(visit, one) for one in list_targets(visit.desk, union_id)]
    progress = _progress(visit, detail)
    return visit.page(
        "compact/union.html",
        row=_row(visit, detail, []),
        members=[(_named(visit, one), visit.say(_LEVELS[one.level])) for one in detail.members],
        targets=targets,
        progress=progress,
        chart=_chart(visit, progress),
        board=f"/boards/{BOARD.uid}?var-union={union_id}",
        kg=kg,
        offers=offers_of(visit, UNION, union_id),
    )


def target_row(visit: Visit, kept: Kept) -> TargetRow:
    """Return a target in the reader's words."""
    target, lang = kept.target, visit.lang
    return TargetRow(
        kept.target_id,
        fall_of(target).say(lang),
        years_of(target).say(lang),
        CURVES[target.curve.value].say(lang),
        ORIGINS[target.origin.value].say(lang),
        target.profile,
        kept.source,
    )


def _row(visit: Visit, one: UnionDetail, targets: list[Kept]) -> UnionRow:
    union = one.union
    return UnionRow(
        union.union_id,
        visit.name(union) or str(union.union_id),
        ("、" if visit.lang == "zh" else ", ").join(_named(visit, each) for each in one.members),
        _agreement(visit, one),
        union.planned,
        sum(each.union_id == union.union_id for each in targets),
    )


def _named(visit: Visit, member: Any) -> str:
    return visit.name(member) or str(member.region_id)


def _agreement(visit: Visit, one: UnionDetail) -> str:
    if one.agreement is None:
        return visit.say("agreement_none")
    grade = GRADES[one.agreement.grade.value].say(visit.lang)
    return f"{grade} · {visit.say(_STATES[one.agreement.state])}"


def _progress(visit: Visit, detail: UnionDetail) -> list[ProgressRow]:
    """Return how far each member is, and of which the reader is shown nothing."""
    union_id = detail.union.union_id
    names = {one.region_id: _named(visit, one) for one in detail.members}

    def row(one: Standing | Withheld) -> ProgressRow:
        member = names.get(one.member_id, str(one.member_id))
        shown = one if isinstance(one, Standing) else None
        return ProgressRow(member, one.year, shown is None, shown)

    known = standing_of(visit.desk, union_id=union_id)
    hidden = withheld_of(visit.desk, union_id=union_id)
    return [*map(row, known), *map(row, hidden)]


def _chart(visit: Visit, rows: list[ProgressRow]) -> dict[str, Any] | None:
    """Return the chart of use beside path, over the months that are enough measured."""
    shown = [(row, row.one) for row in rows if row.one is not None and row.ratio is not None]
    if not shown:
        return None
    path = [kilograms(one.compared_path_g) for _, one in shown]
    used = [kilograms(one.compared_used_g) for _, one in shown]
    series = [("progress_path", "before", path), ("progress_used", "electricity", used)]
    return {
        "stack": False,
        "unit": "kgce",
        "names": [f"{row.member} {row.year}" for row, _ in shown],
        "series": [
            {
                "name": visit.say(word),
                "key": key,
                "values": [None if one is None else float(one) for one in values],
                "partial": [False] * len(values),
            }
            for word, key, values in series
        ],
    }

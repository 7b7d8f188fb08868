"""Submissions of a year: the object, its states and stations in words, its forms."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from psycopg import Connection
from pydantic import BaseModel

from actions.declared import Thing
from actions.fields import Lang, Words
from actions.registry.named import in_words
from analytics.survey import Doubt, complete_millionths, doubts, filled
from metering.errors import ConflictError
from metering.survey import Cell, Filled
from storage.accounts import submissions, survey
from storage.accounts.submissions import SubmissionRow
from storage.accounts.survey import TypedRow

STATES: Final = {
    "open": Words("待填报", "to be filled in"),
    "filled": Words("已填报,待复核", "filled in, to be reviewed"),
    "reviewed": Words("已复核,待审定", "reviewed, to be approved"),
    "approved": Words("已审定,待接收", "approved, to be received"),
    "received": Words("已接收", "received"),
    "returned": Words("已退回,待重新填报", "sent back, to be filled in anew"),
}
STATIONS: Final = {
    "county": Words("县级", "county"),
    "city": Words("市级", "city"),
    "province": Words("省级", "province"),
    "line": Words("主管部门", "department line"),
}


class State(StrEnum):
    """Where a submission stands."""

    OPEN = "open"
    FILLED = "filled"
    REVIEWED = "reviewed"
    APPROVED = "approved"
    RECEIVED = "received"
    RETURNED = "returned"


class Station(StrEnum):
    """An authority that receives submissions."""

    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    LINE = "line"


OPEN: Final = ("open", "returned")


def named(one: SubmissionRow, lang: Lang) -> str:
    """Return what people call a submission: whose, and of which year."""
    return f"{in_words(one.name_zh, one.name_en, lang) or one.institution_id} · {one.year}"


SUBMISSION: Final = Thing[SubmissionRow](
    "submission",
    Words("年报", "submission"),
    SubmissionRow,
    find=lambda at, on: next(iter(submissions.listed(at.connection, only=on)), None),
    name=named,
    page=lambda one: f"/submissions/cells?submission={one.submission_id}",
    covered="""(SELECT institution_id FROM submission WHERE id = %(on)s)
               IN (SELECT * FROM access.covers(%(right)s))""",
    way=Words("在年报列表中选择", "choose it in the list of submissions"),
    way_from="/submissions",
)


class SubmissionMoved(BaseModel):
    """A submission, and where it stands now."""

    submission_id: int
    state: str


@dataclass(frozen=True, slots=True)
class Forms:
    """What stands in the forms of a submission: as it was filled in, or as it would be now.

    complete: millionths of the cells that are asked for; before: amounts of the year before.
    sha256: of what was filled in; None while it is open.
    """

    of: SubmissionRow
    cells: list[Cell]
    found: list[Filled]
    typed: dict[str, TypedRow]
    words: dict[str, str]
    before: dict[str, Decimal]
    doubts: list[Doubt]
    complete: int
    sha256: str | None


def forms_of(connection: Connection[Any], one: SubmissionRow) -> Forms:
    """Return the forms of a submission."""
    cells = survey.cells(connection, one.year)
    typed = survey.typed(connection, one.submission_id)
    words = survey.words(connection, one.submission_id)
    kept = None if one.state in OPEN else survey.newest(connection, one.submission_id)
    found = kept.filled if kept else _live(connection, one, cells, typed)
    before = _before(connection, one)
    return Forms(
        one,
        cells,
        found,
        typed,
        words,
        before,
        doubts(cells, found, before, words),
        complete_millionths(cells, found),
        kept.sha256 if kept else None,
    )


def _live(
    connection: Connection[Any],
    one: SubmissionRow,
    cells: list[Cell],
    typed: dict[str, TypedRow],
) -> list[Filled]:
    told = survey.sources(connection, one.institution_id, one.year)
    said = {code: row.value for code, row in typed.items() if row.value is not None}
    return filled(cells, told, said)


def _before(connection: Connection[Any], one: SubmissionRow) -> dict[str, Decimal]:
    """Return the year before: what was filled in of it, else what its accounts tell."""
    kept = survey.of_year(connection, one.institution_id, one.year - 1)
    if kept is not None:
        found = kept.filled
    else:
        told = survey.sources(connection, one.institution_id, one.year - 1)
        found = filled(survey.cells(connection, one.year - 1), told, {})
    return {cell.code: cell.amount for cell in found if cell.amount is not None}


def must_be_open(one: SubmissionRow) -> None:
    """Refuse a submission of which nothing may be typed now."""
    if one.state not in OPEN:
        raise wrong_state(one)


def wrong_state(one: SubmissionRow) -> ConflictError:
    """Return the refusal of what a submission's state does not allow."""
    state = STATES[one.state]
    return ConflictError(
        "submission.state",
        zh=f"{one.year} 年年报{state.zh}。",
        en=f"This submission of {one.year} is {state.en}.",
        next_zh=_NEXT[one.state].zh,
        next_en=_NEXT[one.state].en,
        where={"submission": one.submission_id, "state": one.state},
    )


_NEXT: Final = {
    "open": Words("请先填报(submission.fill)。", "Fill it in first: submission.fill."),
    "returned": Words("请先重新填报(submission.fill)。", "Fill it in anew: submission.fill."),
    "filled": Words(
        "由另一人复核(submission.review),或撤回填报(submission.take_back)。",
        "Another person reviews it (submission.review); or take it back: submission.take_back.",
    ),
    "reviewed": Words(
        "由审定人审定(submission.approve)或退回(submission.send_back)。",
        "It is approved (submission.approve) or sent back (submission.send_back).",
    ),
    "approved": Words(
        "由主管部门接收(submission.receive)或退回(submission.return)。",
        "An authority receives it (submission.receive) or sends it back (submission.return).",
    ),
    "received": Words(
        "确需更改的,由主管部门重新开启(submission.reopen)。",
        "Where it must change, the authority reopens it: submission.reopen.",
    ),
}

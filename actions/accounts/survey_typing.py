"""Typing a cell of a form where no account tells it, taking that back, and explaining one."""

from typing import Annotated

from pydantic import BaseModel, Field

from actions.accounts.submission_things import OPEN, SUBMISSION, must_be_open
from actions.accounts.survey_words import amount_of
from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Words, field, plain
from actions.kinds import Amount, Line
from actions.rights import Right
from metering.errors import ConflictError, InputError
from metering.survey import Cell
from storage.accounts import survey
from storage.accounts.submissions import SubmissionRow

Typed = Annotated[Amount, Field(decimal_places=2, le=10**15)]


class CellSaid(BaseModel):
    """A cell of a submission, and what is typed in it now; None where nothing is."""

    submission_id: int
    code: str
    value: str | None = None


def code_field() -> str:
    """Return the field of the cell that is meant."""
    code: str = field(
        zh="指标代码",
        en="Code of the cell",
        hint=("如 111 为电费用;见年报表", "Such as 111, electricity cost; the forms list them"),
        examples=["111"],
    )
    return code


def cell_of(on: SubmissionRow, at: Acting, code: str) -> Cell:
    """Return a cell of a submission's forms; refuse a code that they do not have."""
    cells = survey.cells(at.connection, on.year)
    for one in cells:
        if one.code == code:
            return one
    raise InputError(
        "survey.no_cell",
        zh=f"{on.year} 年报表没有代码“{code}”。",
        en=f"The forms of {on.year} have no cell {code}.",
        next_zh="请按报表中的代码填写,如 110、111。",
        next_en="Take a code of the forms, such as 110 or 111.",
        where={"field": "code", "value": code},
    )


class TypeCell(Action[SubmissionRow, CellSaid]):
    """Type a cell where no account tells it, or otherwise than it does; accounts stay."""

    about = About(
        code="survey.type",
        on=SUBMISSION,
        right=Right.KEEP_ACCOUNTS,
        path="/submissions/{on}/cells",
        tag="submissions",
        zh="填写报表单元格",
        en="Type a cell",
        done=("已填写;台账不因此改变。", "Typed; no account changes by it."),
    )

    code: Line = code_field()
    value: Typed = field(zh="数值", en="Value", hint=("按表中单位", "In the cell's unit"),
                         examples=["12600.50"])  # fmt: skip
    reason: Line = field(
        zh="依据",
        en="Ground",
        hint=("账单、凭证或谁统计的", "The bill, or who counted"),
        examples=["财务凭证 2015-12"],
    )

    @classmethod
    def fits(cls, on: SubmissionRow) -> bool:
        """Return whether it is open."""
        return on.state in OPEN

    def check(self, on: SubmissionRow, at: Acting) -> None:
        """Refuse a submission that is filled in, and a cell that its forms do not have."""
        must_be_open(on)
        cell_of(on, at, self.code)

    def foresee(self, on: SubmissionRow, at: Acting) -> list[Effect]:
        """Return what would stand there."""
        cell = cell_of(on, at, self.code)
        held = survey.typed(at.connection, on.submission_id).get(self.code)
        what = Words(f"{cell.code} {cell.name_zh}({cell.unit})",
                     f"{cell.code} {cell.name_en} ({cell.unit})")  # fmt: skip
        before = plain(amount_of(held.value)) if held else None
        return [Effect("cell", what, before, plain(amount_of(self.value)))]

    def do(self, on: SubmissionRow, at: Acting) -> CellSaid:
        """Type it."""
        said = (on.submission_id, self.code, self.value, self.reason, at.actor)
        survey.type_in(at.connection, *said)
        value = format(self.value, "f")
        return CellSaid(submission_id=on.submission_id, code=self.code, value=value)

    def opposite(self, on: SubmissionRow, result: CellSaid) -> Opposite:
        """Return taking it back."""
        return Opposite(ClearCell(code=self.code, reason=self.reason), on.submission_id)


class ClearCell(Action[SubmissionRow, CellSaid]):
    """Take back what was typed into a cell: what accounts tell stands there again."""

    about = About(
        code="survey.clear",
        on=SUBMISSION,
        right=Right.KEEP_ACCOUNTS,
        path="/submissions/{on}/cells/clearing",
        tag="submissions",
        zh="撤回填写",
        en="Clear a cell",
        done=("已撤回,恢复为台账数。", "Cleared; what accounts tell stands there."),
    )

    code: Line = code_field()
    reason: Line = field(zh="理由", en="Reason", examples=["电费单已录入台账"])

    @classmethod
    def fits(cls, on: SubmissionRow) -> bool:
        """Return whether it is open."""
        return on.state in OPEN

    def check(self, on: SubmissionRow, at: Acting) -> None:
        """Refuse where nothing is typed."""
        must_be_open(on)
        if self.code not in survey.typed(at.connection, on.submission_id):
            raise ConflictError(
                "survey.not_typed",
                zh=f"“{self.code}”没有填写的数。",
                en=f"Nothing is typed in {self.code}.",
                next_zh="请核对代码。",
                next_en="Check the code.",
                where={"field": "code", "value": self.code},
            )

    def foresee(self, on: SubmissionRow, at: Acting) -> list[Effect]:
        """Return what would stand there no longer."""
        held = survey.typed(at.connection, on.submission_id)[self.code]
        return [Effect("cell", plain(self.code), plain(amount_of(held.value)), None)]

    def do(self, on: SubmissionRow, at: Acting) -> CellSaid:
        """Clear it; what was typed stays on record."""
        survey.type_in(at.connection, on.submission_id, self.code, None, self.reason, at.actor)
        return CellSaid(submission_id=on.submission_id, code=self.code)


class ExplainCell(Action[SubmissionRow, CellSaid]):
    """Say why a price or a change from the year before, which a check doubts, is true."""

    about = About(
        code="survey.explain",
        on=SUBMISSION,
        right=Right.KEEP_ACCOUNTS,
        path="/submissions/{on}/cells/explanations",
        tag="submissions",
        zh="说明异常",
        en="Explain a cell",
        done=("说明已记录。", "Recorded."),
    )

    code: Line = code_field()
    words: Line = field(
        zh="原因", en="What it was", hint=("随报表上报", "Goes with the forms"),
        examples=["新门诊楼 6 月启用"],
    )  # fmt: skip

    @classmethod
    def fits(cls, on: SubmissionRow) -> bool:
        """Return whether it is open."""
        return on.state in OPEN

    def check(self, on: SubmissionRow, at: Acting) -> None:
        """Refuse a submission that is filled in, and a cell that its forms do not have."""
        must_be_open(on)
        cell_of(on, at, self.code)

    def foresee(self, on: SubmissionRow, at: Acting) -> list[Effect]:
        """Return what would be said of it."""
        cell = cell_of(on, at, self.code)
        held = survey.words(at.connection, on.submission_id).get(self.code)
        what = Words(f"{cell.code} {cell.name_zh}", f"{cell.code} {cell.name_en}")
        return [Effect("words", what, plain(held) if held else None, plain(self.words))]

    def do(self, on: SubmissionRow, at: Acting) -> CellSaid:
        """Write it down."""
        survey.explain(at.connection, on.submission_id, self.code, self.words, at.actor)
        return CellSaid(submission_id=on.submission_id, code=self.code)

"""Taking a form as the national platform lays it out: a line of codes, a line of figures."""

import csv
import io
from decimal import Decimal, InvalidOperation
from typing import Final

from pydantic import BaseModel

from actions.accounts.submission_things import OPEN, SUBMISSION, Forms, forms_of, must_be_open
from actions.accounts.survey_words import amount_of
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Line, Text, ungrouped
from actions.rights import Right
from metering.errors import InputError
from storage.accounts import survey
from storage.accounts.submissions import SubmissionRow

_OTHER: Final = frozenset({"institution_id", "name", "year"})  # columns that say whose it is
_MOST: Final = Decimal(10) ** 15
_CENT: Final = Decimal("0.01")
_LINES: Final = 2


class ColumnsTaken(BaseModel):
    """How many cells of a submission were typed."""

    submission_id: int
    cells: int


class TakeColumns(Action[SubmissionRow, ColumnsTaken]):
    """Type the cells in which a form of the national platform differs from what stands here.

    Two lines of CSV: codes, then figures; an empty figure leaves its cell as it is.
    """

    about = About(
        code="survey.columns",
        on=SUBMISSION,
        right=Right.KEEP_ACCOUNTS,
        path="/submissions/{on}/columns",
        tag="submissions",
        zh="导入平台报表",
        en="Take a form of the platform",
        done=("已填写;台账不因此改变。", "Typed; no account changes by it."),
        by_file=False,
    )

    columns: Text = field(
        zh="两行 CSV:代码、数值",
        en="Two lines of CSV: codes, figures",
        hint=("与导出的 CSV 同一列序;可多可少", "As the CSV that goes out, or part of it"),
        examples=["110,111\n365,180.50"],
    )  # fmt: skip
    reason: Line = field(zh="依据", en="Ground", examples=["国家平台导出 2016-03-20"])

    @classmethod
    def fits(cls, on: SubmissionRow) -> bool:
        """Return whether it is open."""
        return on.state in OPEN

    def check(self, on: SubmissionRow, at: Acting) -> None:
        """Refuse what is no such table, codes that the forms do not have, and no figures."""
        self._changes(on, at)

    def foresee(self, on: SubmissionRow, at: Acting) -> list[Effect]:
        """Return the cells that would be typed."""
        forms, changes = self._changes(on, at)
        held = {one.code: one.amount for one in forms.found}
        cells = {one.code: one for one in forms.cells}
        return [
            Effect(
                "cell",
                Words(f"{code} {cells[code].name_zh}", f"{code} {cells[code].name_en}"),
                plain(amount_of(held[code])),
                plain(amount_of(value)),
            )
            for code, value in changes.items()
        ]

    def do(self, on: SubmissionRow, at: Acting) -> ColumnsTaken:
        """Type them."""
        _, changes = self._changes(on, at)
        for code, value in changes.items():
            said = (on.submission_id, code, value, self.reason, at.actor)
            survey.type_in(at.connection, *said)
        at.told["cells"] = len(changes)
        return ColumnsTaken(submission_id=on.submission_id, cells=len(changes))

    def _changes(self, on: SubmissionRow, at: Acting) -> tuple[Forms, dict[str, Decimal]]:
        must_be_open(on)
        forms = forms_of(at.connection, on)
        said = self._said({one.code for one in forms.cells}, on.year)
        held = {one.code: one.amount for one in forms.found}
        changes = {code: value for code, value in said.items() if held[code] != value}
        if not changes:
            zh, en = "与现有数值相同,没有要填写的。", "it says what stands here already."
            raise _wrong(zh, en)
        return forms, changes

    def _said(self, codes: set[str], year: int) -> dict[str, Decimal]:
        text = self.columns.lstrip("\ufeff")
        lines = [line for line in csv.reader(io.StringIO(text)) if any(line)]
        if len(lines) != _LINES or len(lines[0]) != len(lines[1]):
            raise _wrong("应为两行、列数相同。", "two lines of as many columns are expected.")
        pairs = [
            (head.strip(), one.strip())
            for head, one in zip(*lines, strict=True)
            if head.strip() not in _OTHER
        ]
        heads = [head for head, _ in pairs]
        if unknown := [one for one in heads if one not in codes]:
            named = ", ".join(unknown[:5])
            raise _wrong(
                f"{year} 年报表没有代码 {named}。", f"the forms of {year} have no {named}."
            )
        if len(set(heads)) < len(heads):
            raise _wrong("有代码重复。", "a code stands there twice.")
        return {head: _amount(head, one) for head, one in pairs if one}


def _amount(code: str, text: str) -> Decimal:
    try:
        value = Decimal(ungrouped(text))
    except InvalidOperation:
        raise _wrong(f"{code}:“{text}”不是数。", f"{code}: “{text}” is no number.") from None
    if not value.is_finite() or not 0 <= value <= _MOST or value != value.quantize(_CENT):
        zh = f"{code}:{text} 应不小于零、至多两位小数。"
        raise _wrong(zh, f"{code}: {text} must not be negative, with two decimals at most.")
    return value


def _wrong(zh: str, en: str) -> InputError:
    return InputError(
        "survey.columns",
        zh=zh,
        en=en[0].upper() + en[1:],
        next_zh="请按导出的 CSV 核对列名和数值。",
        next_en="Compare heads and figures with the CSV that goes out.",
        where={"field": "columns"},
    )

"""Sheets of a workbook that hold no readings, beside others that do."""

from collections.abc import Sequence
from typing import Final

from collector.files.answers import Answers
from collector.files.gathered import Problems, Told
from collector.files.questions import SHEETS
from collector.files.refusals import CellError, Place, asked, refusal
from metering.errors import InputError

GUIDES: Final = (("说明", "Guide"), ("可选值", "Values"))  # sheets of our own templates
_NO_TABLE: Final = frozenset(
    ("file.empty", "file.no_header", "file.missing_column", "file.unknown_column")
)
_OWN: Final = frozenset(title for pair in GUIDES for title in pair)


def other_sheets(told: Sequence[Told], problems: Problems, answers: Answers) -> None:
    """Leave out sheets without a table of readings: empty ones, and others where a person says so.

    One that may be meant is asked about, for a heading that was misspelt must not lose its rows.
    """
    read = {one.file for one in told if one.shape}
    strange = {
        (one.file, one.sheet): one
        for one in told
        if one.sheet and not one.shape and one.file in read
    }
    kept: list[InputError] = []
    questioned: set[int] = set()
    for error in problems.kept:
        one = strange.get((error.where.get("file", ""), error.where.get("sheet", "")))
        if one is None or error.code not in _NO_TABLE:
            kept.append(error)
        elif error.code == "file.empty" or one.sheet in _OWN or answers.sheets == "readings":
            one.passed = True
            problems.count -= 1
        elif id(one) not in questioned:
            questioned.add(id(one))
            kept.append(_asked(error))
        else:
            problems.count -= 1
    problems.kept = kept
    if told and all(one.passed for one in told) and not problems.count:
        problems.add(refusal(CellError("empty"), Place(told[0].file, line=1)))


def _asked(error: InputError) -> InputError:
    where = error.where
    place = Place(where["file"], where["sheet"], int(where["line"]), str(where["field"]))
    return asked(SHEETS, place, str(where.get("value", "")))

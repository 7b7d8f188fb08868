"""What is wrong with a file, row by row, on a page and as a workbook to be worked through."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Response

from actions.registry.values import ProblemsError
from actions.workbooks import workbook
from dashboards.pages.attaching import attached
from dashboards.pages.viewer import Viewer
from metering.errors import EnergyError, InputError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, what, and what to do about it."""

    file: str
    line: str
    column: str
    text: str
    then: str


def problems_of(viewer: Viewer, error: EnergyError) -> list[Problem]:
    """Return what is wrong by file, row and column."""
    found = error.problems if isinstance(error, ProblemsError) else (error,)
    return [_problem(viewer, one) for one in found]


def problems_workbook(viewer: Viewer, problems: Sequence[Problem], name: str) -> Response:
    """Return all of them as a workbook."""
    keys = ("import_file", "import_line", "import_column", "file_why", "import_next")
    rows = [(one.file, one.line, one.column, one.text, one.then) for one in problems]
    return attached(workbook([viewer.say(key) for key in keys], rows), f"{name}-errors.xlsx")


def _problem(viewer: Viewer, one: EnergyError) -> Problem:
    zh = viewer.lang == "zh"
    where = one.where if isinstance(one, InputError) else {}
    return Problem(
        str(where.get("file", "")),
        str(where.get("line", "")),
        str(where.get("field", "")),
        one.zh if zh else one.en,
        one.next_zh if zh else one.next_en,
    )

"""Sheets that a spreadsheet hides: an old version, or what somebody else reads; nobody can tell."""

from __future__ import annotations

from typing import TypeAlias

from collector.files.answers import Answers
from collector.files.gathered import Chunk, Problems, Told, joined
from collector.files.questions import HIDDEN
from collector.files.refusals import asked
from collector.files.tables import Table

Found: TypeAlias = tuple[Chunk, Problems, Told]


def as_hidden(table: Table, found: Found, answers: Answers) -> Found:
    """Return what a sheet says; of a hidden one with readings only after somebody said so.

    A hidden sheet that holds no table of readings is left out, and told.
    """
    if "hidden" not in table.how or answers.hidden == "read":
        return found
    chunk, problems, told = found
    others = Problems(problems.limits)
    if answers.hidden == "leave" or not told.shape:
        told.passed, told.readings = True, 0
        return joined([]), others, told
    others.add(asked(HIDDEN, table.place.at(told.header_line or 1), str(told.readings)))
    return chunk, others, told

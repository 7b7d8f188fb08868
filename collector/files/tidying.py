"""Tables as people lay them out, brought into the form of one heading and one instant a row.

A table that needs none of it is read as it is. Columns keep their places, and new ones follow.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from collector.files import (
    tidy_cells,
    tidy_headings,
    tidy_myems,
    tidy_nem,
    tidy_reports,
    tidy_spans,
    tidy_times,
)
from collector.files.answers import Answers
from collector.files.delimited import blank
from collector.files.layouts import header_row
from collector.files.own_forms import is_own
from collector.files.questions import YEARS
from collector.files.refusals import asked
from collector.files.republic import InRepublic, in_republic
from collector.files.tables import Block, Table, text_of
from collector.files.tidied import Line, Looked, Step
from collector.files.tidy_rates import Rates, of_rates

_LOOKED_AT: Final = 120  # rows
_STEPS: Final[Sequence[Callable[[Looked], Step | None]]] = (
    tidy_cells.without_marks,
    tidy_nem.nem,
    tidy_myems.batch,
    tidy_myems.of_days,
    tidy_myems.of_registers,
    tidy_myems.of_two_periods,
    tidy_myems.of_a_bill,
    tidy_headings.in_two_rows,
    tidy_times.of_three_columns,
    tidy_spans.of_spans,
    tidy_times.without_year,
    tidy_times.with_offset,
    tidy_cells.with_units,
    tidy_reports.of_meters,
)


@dataclass(frozen=True, slots=True)
class _Tidy:
    """A table read through steps."""

    table: Table
    steps: tuple[Step, ...]

    def __call__(self) -> Iterator[Block]:
        """Return its blocks."""
        for block in self.table.blocks():
            tidy = Block()
            for line, row in zip(block.lines, block.rows, strict=True):
                for each_line, each in through(self.steps, (line, row)):
                    tidy.lines.append(each_line)
                    tidy.rows.append(each)
            yield tidy
        rest = Block()
        for at, step in enumerate(self.steps):
            for line in getattr(step, "rest", list)():
                for each_line, each in through(self.steps[at + 1 :], line):
                    rest.lines.append(each_line)
                    rest.rows.append(each)
        yield rest


def tidied(table: Table, first: Block, answers: Answers) -> Table:
    """Return a table in the form that is read. first: its first block."""
    told, named = answers.columns, bool(answers.channel)
    pairs = zip(first.lines, first.rows, strict=True)
    rows = list(islice((one for one in pairs if not blank(one[1])), _LOOKED_AT))
    steps: list[Step] = []
    at = header_row(rows, told)
    if at is not None and is_own({text_of(one).lower() for one in rows[at][1]}):
        return table  # which says one thing only
    years = in_republic(Looked(rows, at, named), answers.years)
    for find in (lambda _: years, *_STEPS, of_rates(answers.rates)):
        step = find(Looked(rows, at, named))
        if step is not None:
            steps.append(step)
            rows = [each for one in rows for each in step(one)]
            at = header_row(rows, told)
    left = [one for step in steps if isinstance(step, Rates) for one in step.left]
    if left:
        table = replace(table, how=table.how | {"registers_left": "、".join(left)})
    table = table if years is None else _with_years(table, years)
    return replace(table, blocks=_Tidy(table, tuple(steps))) if steps else table


def _with_years(table: Table, years: InRepublic) -> Table:
    """Return a table that tells, or asks, how its years are counted."""
    if years.doubt is None:
        return replace(table, how=table.how | {"years": "+1911"})
    place = table.place.at(years.doubt.line, years.doubt.heading)
    return replace(table, asks=[asked(YEARS, place, years.doubt.text)])


def through(steps: Sequence[Step], line: Line) -> Iterator[Line]:
    """Return what becomes of a row."""
    if not steps:
        yield line
        return
    for one in steps[0](line):
        yield from through(steps[1:], one)

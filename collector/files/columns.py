"""Which column of a table has which role; two of one role are asked about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from collector.files.answers import IGNORE
from collector.files.column_questions import called, which_column
from collector.files.headings import ROLES, Heading, heading_of, is_total
from collector.files.months import month_of
from collector.files.refusals import CellError, Place, refusal
from collector.files.running_totals import statistic_of
from collector.files.tables import Cell, text_of
from collector.files.turned import as_turned
from collector.files.wide_columns import each_a_channel
from metering.unit_names import unit_of

_EXACT: Final = ("channel", "key", "通道", "通道键")
_OFFICE: Final = "单位"
_RATES: Final = frozenset(("sharp", "peak", "flat", "valley", "deep"))
_ONCE: Final = frozenset(ROLES) - _RATES - {IGNORE}  # of which a row has one


@dataclass(slots=True)
class Columns:
    """Which column has which role; several may have none."""

    headings: list[Heading]
    place: dict[str, int] = field(default_factory=dict)
    rates: dict[str, int] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)
    ignored: list[int] = field(default_factory=list)


def heading_told(cell: Cell, told: Mapping[str, str], at: int) -> Heading:
    """Return what a heading says, or a person said of it. told: by heading, or #n of the n-th."""
    return heading_of(cell, _said(text_of(cell), told, at))


def _said(text: str, told: Mapping[str, str], at: int) -> str:
    return told.get(text, "") or told.get(f"#{at + 1}", "")


def columns_of_row(
    row: list[Cell], sample: Sequence[list[Cell]], place: Place, told: Mapping[str, str]
) -> Columns:
    """Return the columns by their roles; asked, where two have the same."""
    headings = [heading_told(cell, told, at) for at, cell in enumerate(row)]
    headings = each_a_channel(_as_told(headings, told))
    headings = as_turned(statistic_of(headings, sample, place, told), sample)
    roles = [_role(one, headings, at, sample) for at, one in enumerate(headings)]
    columns = Columns(headings)
    for at, role in enumerate(roles):
        filled = any(len(cells) > at and text_of(cells[at]) for cells in sample)
        if role in _RATES:
            columns.rates.setdefault(role, at)
        elif role == IGNORE or (not role and not filled):
            columns.ignored.append(at)
        elif not role or role.startswith("key:"):
            columns.unknown.append(at)
        elif role not in ROLES:
            raise refusal(CellError("unknown_column", f"{headings[at].text}={role}"), place)
        elif columns.place.setdefault(role, at) != at:
            columns.ignored.append(at)
    for role in columns.place:
        _must_be_one(
            role, [n for n, one in enumerate(roles) if one == role], columns, sample, place
        )
    return columns


def _as_told(headings: list[Heading], told: Mapping[str, str]) -> list[Heading]:
    """Return headings of which a role that a person gave one of them has no other."""
    said = [_said(one.text, told, at) for at, one in enumerate(headings)]
    given = _ONCE.intersection(said)
    return [
        replace(one, role=IGNORE) if one.role in given and not role else one
        for one, role in zip(headings, said, strict=True)
    ]


def _role(one: Heading, headings: Sequence[Heading], at: int, sample: Sequence[list[Cell]]) -> str:
    role = _clocked(one, headings)
    cells = [cells[at] for cells in sample if len(cells) > at]
    if role == "unit" and one.text.strip() == _OFFICE and not _units(cells):
        return ""
    return "month" if role in {"at", "date"} and _holds_months(cells) else role


def _units(cells: Sequence[Cell]) -> bool:
    """Return whether any of these is a unit, or none says anything: 单位 heads offices as well."""
    said = [text for cell in cells if (text := text_of(cell))]
    return not said or any(unit_of(text) for text in said)


def _must_be_one(
    role: str, places: list[int], columns: Columns, sample: Sequence[list[Cell]], place: Place
) -> None:
    """Ask which of several columns has a role; ids that change together are one."""
    if len(places) < 2:
        return
    texts = [called(columns.headings[at].text, at) for at in places]
    exact = sum(text.strip().lower() in _EXACT for text in texts)
    if role == "channel" and exact < 2 and not _differ(places, sample):
        return
    if exact > 1 or len(set(texts)) < len(texts):
        raise refusal(CellError("double_column", "; ".join(texts)), place)
    raise which_column(role, texts, place)


def _differ(places: Sequence[int], sample: Sequence[list[Cell]]) -> bool:
    """Return whether a column of ids tells apart what the first of them does not."""
    ids = [tuple(text_of(row[at]) if len(row) > at else "" for at in places) for row in sample]
    pairs = {one for one in ids if all(one)}
    return len({one[0] for one in pairs}) < len(pairs)


def _holds_months(cells: Iterable[Cell]) -> bool:
    """Return whether a column of times says months: 2025-01 is no instant."""
    said = [cell for cell in cells if text_of(cell) and not is_total(cell)]
    return bool(said) and all(month_of(cell) is not None for cell in said)


def _clocked(one: Heading, headings: Sequence[Heading]) -> str:
    """Return a heading's role; beside a date, “time” is the time of day, else an instant."""
    dated = any(other.role == "date" for other in headings)
    if one.role == "clock" and not dated:
        return "at"
    if one.role == "at" and dated and one.text.strip() in {"时间", "time", "Time"}:
        return "clock"
    return one.role

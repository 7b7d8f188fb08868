"""What was recognised in a table, for people: its columns, and what the rows have shown."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from collector.files.gathered import Told
from collector.files.rows import RowReader
from collector.files.tables import Table
from collector.files.values import Layout

_ROLES: Final = ("gateway", "channel", "seq", "unit_column", "ratio", "duration")


def told_of(table: Table, layout: Layout) -> Told:
    """Return what a table was recognised as, before its rows are read."""
    told = Told(table.place.file, table.place.sheet, table.form, layout.shape, dict(table.how))
    told.header_line = layout.header_line
    heads: Any = layout.headings or tuple(map(str, range(1, layout.width + 1)))
    told.columns += [(heads[at], "at") for at in layout.at]
    told.columns += [(heads[at], "from") for at in layout.start if at not in layout.at]
    for role in _ROLES:
        at = getattr(layout, role)
        if at is not None:
            told.columns.append((heads[at], role.removesuffix("_column")))
    shown = layout.values if len(layout.values) < 9 else (layout.values[0], layout.values[-1])
    told.columns += [(one.heading, f"value {one.suffix}".strip(" .")) for one in shown]
    told.rates_left, told.rates_both = list(layout.rates_left), layout.rates_both
    told.left_out = [one for one in layout.left_out if one not in layout.rates_left]
    return told


def shown_by_rows(told: Told, reader: RowReader, layout: Layout) -> None:
    """Add what the rows have shown."""
    if reader.numbers.sign is not None:
        told.how["decimal"] = reader.numbers.sign
    if reader.instants.order is not None:
        told.how["dates"] = reader.instants.order
    if reader.instants.epoch:
        told.how["epoch"] = reader.instants.epoch
    if reader.instants.excel_days:
        told.how["excel_days"] = str(reader.instants.excel_days)
    if reader.answers.zone:
        told.how["zone"] = reader.answers.zone
    if layout.said_month is not None and layout.shape != "months":
        told.how["month"] = f"{np.datetime64(layout.said_month, 'M')}"
    units = sorted({one.unit for one in layout.values if one.unit} | {layout.unit} - {""})
    if units:
        told.how["unit"] = ", ".join(units)

"""Whose the values of a row are, and in which unit: each name read once."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from collector.files.answers import Answers
from collector.files.cells import gateway_of, key_of
from collector.files.faults import Faults, Rows
from collector.files.gathered import Names
from collector.files.numbers import is_empty
from collector.files.refusals import CellError
from collector.files.tables import Cell, text_of
from collector.files.values import Layout, ValueColumn
from metering.unit_names import is_money, unit_of

T = TypeVar("T")
_MOST_KNOWN: Final = 200_000
_SPOILED: Final = re.compile(r"\d(\.\d+)?E\+\d{1,3}", re.ASCII | re.IGNORECASE)


def tried(read: Callable[[Cell], T], cell: Cell) -> T | CellError:
    """Return what a cell says, or what is wrong with it."""
    try:
        return read(cell)
    except CellError as error:
        return error


class Owners:
    """The columns of gateway, channel and unit of one table."""

    def __init__(
        self, layout: Layout, answers: Answers, names: Names, units: list[str], faults: Faults
    ) -> None:
        self._layout, self._answers = layout, answers
        self._names, self._units, self._faults = names, units, faults
        self._channels: dict[Hashable, int | CellError] = {}
        self._known_units: dict[Cell, int | CellError] = {}

    def messages(self, one: ValueColumn, rows: Rows) -> NDArray[np.int32]:
        """Return the place of each row's channel among the names; -1 where there is none."""
        layout, known, suffix = self._layout, self._channels, one.suffix or one.key
        none = ("",) * len(rows)
        gateways = none if layout.gateway is None else rows.columns[layout.gateway]
        keys = none if layout.channel is None or one.key else rows.columns[layout.channel]
        pairs = [(g, k, suffix) for g, k in zip(gateways, keys, strict=True)]
        if len(known) > _MOST_KNOWN:
            known.clear()
        for pair in set(pairs).difference(known):
            known[pair] = self._channel(pair[0], pair[1], one)
        return self._places([known[pair] for pair in pairs], rows)

    def _places(self, found: list[int | CellError], rows: Rows) -> NDArray[np.int32]:
        try:
            return np.array(found, np.int32)
        except TypeError:
            message = np.full(len(rows), -1, np.int32)
        for n, place in enumerate(found):
            if isinstance(place, CellError) and self._nameless(rows, n, place):
                self._faults.passed_over(n)
            elif isinstance(place, CellError):
                gateway = place.code == "bad_gateway"
                at = self._layout.gateway if gateway else self._layout.channel
                self._faults.wrong(rows, n, place, at)
            else:
                message[n] = place
        return message

    def _nameless(self, rows: Rows, n: int, error: CellError) -> bool:
        """Return whether a row names no channel, and such rows are to be left out."""
        at = self._layout.channel
        skips = self._answers.empty == "skip" and error.code == "bad_key"
        return skips and at is not None and not text_of(rows.columns[at][n])

    def _channel(self, gateway: Cell, key: Cell, one: ValueColumn) -> int | CellError:
        layout, answers = self._layout, self._answers
        try:
            named = answers.gateway or ""
            if layout.gateway is not None:
                named = gateway_of(gateway)
            text = one.key or answers.channel or ""
            if not one.key and layout.channel is not None:
                text = key_of(key)
                if text not in answers.same and _SPOILED.fullmatch(text):
                    raise CellError("spoiled_id", text)
        except CellError as error:
            return error
        meant = answers.same.get(text, text)
        return self._names.of(named, f"{meant}{one.suffix}")

    def units(self, one: ValueColumn, rows: Rows) -> NDArray[np.int32]:
        """Return the place of each row's unit among the names; 0 is the channel's own."""
        column = self._layout.unit_column
        said = one.unit or self._layout.unit or self._answers.unit or ""
        if column is None:
            return np.full(len(rows), self._unit(said), np.int32)
        known = self._known_units
        for cell in set(rows.columns[column]):
            if cell not in known:
                known[cell] = self._unit(said) if is_empty(cell) else tried(self._named, cell)
        unit = np.full(len(rows), -1, np.int32)
        for n, cell in enumerate(rows.columns[column]):
            place = known[cell]
            if isinstance(place, CellError) and is_money(text_of(cell)):
                self._faults.passed_over(n, money=True)
            elif isinstance(place, CellError):
                self._faults.wrong(rows, n, place, column)
            else:
                unit[n] = place
        return unit

    def _named(self, cell: Cell) -> int:
        unit = unit_of(text_of(cell))
        if unit is None:
            raise CellError("unknown_unit", text_of(cell))
        return self._unit(unit)

    def _unit(self, unit: str) -> int:
        if unit not in self._units:
            self._units.append(unit)
        return self._units.index(unit)

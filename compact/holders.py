"""Who shares a target, as columns: row i is one institution with its base and what it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analytics.exact import Bools, Ints, multiply_divide
from compact.targets import MONTHS, Base, Mark, State

NULL: Final = -(2**63)
STATES: Final = tuple(State)  # a column holds places here, −1 where a base says none
_MOST: Final = 2**62
_DIGITS: Final = 18  # decimal digits that 64 bits hold
_UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True)
class Holder:
    """An institution that shares a target, with everything that decides its quota.

    region, line: of its affiliation. year: of the quota.
    """

    institution: int
    region: int
    line: str
    year: int
    base: Base
    class_code: str | None = None
    area_m2: Decimal | None = None


@dataclass(frozen=True, eq=False)
class Bases:
    """Bases as columns.

    year: (n,). months_g: (n, 12), NULL where nothing is known. states: (n, 12) places in STATES.
    marks: by row, of those that have any.
    """

    year: Ints
    months_g: Ints
    states: NDArray[np.int8]
    marks: Mapping[int, tuple[Mark, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Base]) -> Bases:
        """Return some bases as columns."""
        months = [[NULL if one is None else one for one in base.months_g] for base in rows]
        places = {state: place for place, state in enumerate(STATES)}
        nothing = [_UNKNOWN] * MONTHS
        return cls(
            np.array([one.year for one in rows], np.int64),
            np.array(months, np.int64).reshape(len(rows), MONTHS),
            np.array(
                [[places[one] for one in base.states] or nothing for base in rows], np.int8
            ).reshape(len(rows), MONTHS),
            {row: one.marks for row, one in enumerate(rows) if one.marks},
        )

    def __len__(self) -> int:
        return len(self.year)

    @property
    def known(self) -> Bools:
        """(n, 12) which months are known."""
        return np.asarray(self.months_g != NULL)

    @cached_property
    def total_g(self) -> Ints:
        """(n,) the known months together."""
        return np.asarray(np.where(self.known, self.months_g, 0).sum(axis=1), np.int64)

    @cached_property
    def many(self) -> Ints:
        """(n,) how many months are known."""
        return np.asarray(self.known.sum(axis=1), np.int64)

    @property
    def counts(self) -> tuple[Mapping[State, int], Mapping[str, int]]:
        """How many months rest on what, and how often each kind of oddity occurs."""
        by_state = np.bincount(self.states[self.states >= 0], minlength=len(STATES)).tolist()
        marks = Counter(mark.code for some in self.marks.values() for mark in some)
        return dict(zip(STATES, by_state, strict=True)), marks

    def at(self, rows: NDArray[np.intp]) -> Bases:
        """Return some of them."""
        marks = {}
        if self.marks:
            found = np.flatnonzero(np.isin(rows, list(self.marks)))
            marks = {place: self.marks[int(rows[place])] for place in found.tolist()}
        some = Bases(self.year[rows], self.months_g[rows], self.states[rows], marks)
        for name in ("total_g", "many"):
            if name in vars(self):  # what is worked out already stays so
                vars(some)[name] = vars(self)[name][rows]
        return some

    def __getitem__(self, row: int) -> Base:
        months = tuple(None if one == NULL else one for one in self.months_g[row].tolist())
        states = tuple(STATES[one] for one in self.states[row].tolist() if one != _UNKNOWN)
        return Base(int(self.year[row]), months, states, self.marks.get(row, ()))

    def __iter__(self) -> Iterator[Base]:
        return (self[row] for row in range(len(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """Floor areas, exact: digits × 10^−places, places −1 where nobody stated one. [m²]

    longer: by row, of what has more digits than 64 bits hold.
    """

    digits: Ints
    places: NDArray[np.int8]
    longer: Mapping[int, Decimal] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Decimal | None]) -> Areas:
        """Return some areas as columns."""
        digits, places = np.zeros(len(rows), np.int64), np.full(len(rows), -1, np.int8)
        longer = {}
        for row, one in enumerate(rows):
            if one is None:
                continue
            exponent = min(int(one.as_tuple().exponent), 0)
            if one.adjusted() - exponent < _DIGITS and -exponent < _DIGITS:
                digits[row], places[row] = int(one.scaleb(-exponent)), -exponent
            else:
                longer[row] = one
        return cls(digits, places, longer)

    def at(self, rows: NDArray[np.intp]) -> Areas:
        """Return some of them."""
        longer = {}
        if self.longer:
            found = np.flatnonzero(np.isin(rows, list(self.longer)))
            longer = {place: self.longer[int(rows[place])] for place in found.tolist()}
        return Areas(self.digits[rows], self.places[rows], longer)

    def __getitem__(self, row: int) -> Decimal | None:
        if row in self.longer:
            return self.longer[row]
        places = int(self.places[row])
        return None if places < 0 else Decimal(int(self.digits[row])).scaleb(-places)

    @property
    def stated(self) -> Bools:
        """(n,) who has one above zero."""
        found = (self.places >= 0) & (self.digits > 0)
        for row, one in self.longer.items():
            found[row] = one > 0
        return found

    def times(self, value: Fraction, months: Ints) -> Ints:
        """Return (n,) floor(area × value × months); 0 where there is no area."""
        found = np.zeros(len(self.digits), np.int64)
        for places in np.unique(self.places[self.places >= 0]).tolist():
            rows = np.flatnonzero(self.places == places)
            each = value / 10**places
            if each.denominator >= _MOST or each.numerator * MONTHS >= _MOST:
                exact = zip(self.digits[rows].tolist(), months[rows].tolist(), strict=True)
                found[rows] = [int(each * area * many) for area, many in exact]
                continue
            by = np.full(len(rows), each.denominator, np.int64)
            found[rows], _ = multiply_divide(self.digits[rows], each.numerator * months[rows], by)
        for row, one in self.longer.items():
            found[row] = int(value * Fraction(one) * int(months[row]))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Holders:
    """Institutions that share a target, in the order of their quotas.

    region, line: of the affiliation, the line as a place in `lines`. year: of the quota.
    classed: places in `classes`, −1 where nobody classed it.
    """

    institution: Ints
    region: Ints
    line: Ints
    lines: tuple[str, ...]
    year: Ints
    base: Bases
    classed: Ints
    classes: tuple[str, ...]
    area: Areas

    @classmethod
    def of(cls, rows: Sequence[Holder]) -> Holders:
        """Return some holders as columns."""
        lines = tuple(sorted({one.line for one in rows}))
        classes = tuple(sorted({one.class_code for one in rows if one.class_code is not None}))
        line_at = {code: place for place, code in enumerate(lines)}
        class_at: dict[str | None, int] = {code: place for place, code in enumerate(classes)}
        return cls(
            institution=_column([one.institution for one in rows]),
            region=_column([one.region for one in rows]),
            line=_column([line_at[one.line] for one in rows]),
            lines=lines,
            year=_column([one.year for one in rows]),
            base=Bases.of([one.base for one in rows]),
            classed=_column([class_at.get(one.class_code, _UNKNOWN) for one in rows]),
            classes=classes,
            area=Areas.of([one.area_m2 for one in rows]),
        )

    def __len__(self) -> int:
        return len(self.institution)

    def __iter__(self) -> Iterator[Holder]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, row: int) -> Holder:
        place = range(len(self))[row]
        classed = int(self.classed[place])
        return Holder(
            institution=int(self.institution[place]),
            region=int(self.region[place]),
            line=self.lines[self.line[place]],
            year=int(self.year[place]),
            base=self.base[place],
            class_code=None if classed == _UNKNOWN else self.classes[classed],
            area_m2=self.area[place],
        )

    def at(self, rows: NDArray[np.intp]) -> Holders:
        """Return some of them, in this order."""
        picked: dict[str, Any] = {}
        for one in fields(self):
            column = getattr(self, one.name)
            if isinstance(column, np.ndarray):
                picked[one.name] = column[rows]
            elif isinstance(column, tuple):
                picked[one.name] = column
            else:
                picked[one.name] = column.at(rows)
        return Holders(**picked)


def _column(values: Sequence[int]) -> Ints:
    return np.array(values, np.int64)

"""What is known of changes of the roster, and of those whom they concern."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from compact.succession import Part, Succession


@dataclass(frozen=True, slots=True)
class Standing:
    """An institution as a change finds it; later_by: a change of that day or after that names it.

    founded: since when it belongs anywhere. left_by: the change by which it left the roster.
    """

    institution_id: int
    name_zh: str | None
    name_en: str | None
    kept: bool
    founded: date | None
    left_by: int | None
    left_on: date | None
    later_by: int | None
    later_on: date | None


@dataclass(frozen=True, slots=True)
class Term:
    """A share of a channel that counts in an account. [millionths]"""

    institution_id: int
    channel_id: int
    carrier: str
    share: int
    valid_from: date
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Place:
    """To whom an institution belongs."""

    region_id: int
    level: str
    department_line: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """Something open that a change touches; kind: as access.open_matters has it.

    indicator: of quota.
    """

    institution_id: int
    kind: str
    year: int | None
    many: int
    amount_g: int | None
    indicator: str | None


@dataclass(frozen=True, slots=True)
class Handed:
    """What a change moves in the books of a year, of one account. [g]

    place: an institution, or of a reserve its region. amount_g: below 0 of who gives.
    """

    predecessor: int
    indicator: str
    year: int
    account: str
    place: int
    amount_g: int


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of the roster. parts: predecessor, successor (0: nobody), numerator, denominator."""

    change_id: int
    kind: str
    day: date
    document_number: str
    reason: str
    known_since: datetime
    known_by: str
    known_until: datetime | None
    predecessors: list[int]
    parts: list[list[int]]

    @property
    def shares(self) -> tuple[Part, ...]:
        """What of whom went to whom."""
        return tuple(Part(p, s, Fraction(n, d)) for p, s, n, d in self.parts if s)

    @property
    def succession(self) -> Succession:
        """It as a value that composes with others; nobody succeeds whom it closes."""
        return Succession(self.day, self.shares)

    @property
    def institutions(self) -> list[int]:
        """All that it names."""
        return sorted({who for one in self.parts for who in one[:2] if who})


@dataclass(frozen=True, slots=True)
class Said:
    """What the registry says of a day: shares of channels, status, and to whom they belong.

    terms: institution, channel, carrier, share (None: nothing). statuses: institution, status.
    places: institution, region, level, department line. facts: institution, attribute, value.
    """

    terms: list[tuple[int, int, str, int | None]]
    statuses: list[tuple[int, str | None]]
    places: list[tuple[int, int, str, str]]
    facts: list[tuple[int, str, str | None]]

    @property
    def text(self) -> str:
        """It as JSON."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__})

    @property
    def whom(self) -> list[int]:
        """Whose accounts it concerns."""
        named = {who for who, *_ in self.terms} | {who for who, _ in self.statuses}
        return sorted(named | {who for who, *_ in self.places})

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Said":
        """Return what was kept."""
        every = ([tuple(one) for one in kept[name]] for name in cls.__slots__)
        return cls(*every)


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change to be recorded. parts: empty where it closes or moves."""

    kind: str
    day: date
    document_number: str
    reason: str
    whom: list[int]
    parts: Sequence[Part]

"""What a locked year says, and the text whose digest its version carries."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

MONTHS = 12


class Closing(StrEnum):
    """Where an institution's year stands.

    MISSING, PARTIAL: months are unknown, or known in part. RESTATED: locked anew after it had been
    verified; what was verified holds until that is, too.
    """

    MISSING = "missing"
    PARTIAL = "partial"
    READY = "ready"
    LOCKED = "locked"
    VERIFIED = "verified"
    RESTATEMENT_DUE = "restatement_due"
    RESTATED = "restated"


@dataclass(frozen=True, slots=True)
class LockedLine:
    """The twelve months of a carrier, January first; None where it was not in account.

    quanta: of the carrier. source: meter, bill, typed or estimate. known_s, expected_s: of its
    meters, 0 where there are none.
    """

    carrier: str
    quanta: Sequence[int | None]
    source: Sequence[str | None]
    known_s: Sequence[int]
    expected_s: Sequence[int]

    @property
    def text(self) -> str:
        """It as a line of the version's text."""
        columns = (self.quanta, self.source, self.known_s, self.expected_s)
        return " ".join((self.carrier, *map(_row, columns))) + "\n"


@dataclass(frozen=True, slots=True)
class LockedYear:
    """A version of an institution's year. kgce_g: by the profile's place; water in quanta (1 L)."""

    institution: int
    year: int
    version: int
    lines: Sequence[LockedLine]
    kgce_g: Sequence[int | None]
    co2_g: int | None
    water_quanta: int | None

    @property
    def text(self) -> str:
        """What its digest is of; as storage.version_text."""
        lines = "".join(one.text for one in sorted(self.lines, key=lambda one: one.carrier))
        return (
            f"account_version 1\n{self.institution} {self.year} {self.version}\n{lines}"
            f"kgce_g {_row(self.kgce_g)}\nco2_g {_row([self.co2_g])}\n"
            f"water {_row([self.water_quanta])}\n"
        )

    @property
    def digest(self) -> str:
        """Its SHA-256, in hexadecimal."""
        return sha256(self.text.encode()).hexdigest()


def _row(values: Sequence[object]) -> str:
    return ",".join("-" if one is None else str(one) for one in values)

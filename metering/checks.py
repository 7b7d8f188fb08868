"""Institutions of a roster from which a check is drawn."""

from dataclasses import dataclass

Stratum = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Unit:
    """An institution of the roster that is drawn from.

    region, class_code, size: its stratum, in codes without blanks; "-" where one is not known.
    """

    institution: int
    region: str
    class_code: str
    size: str

    @property
    def stratum(self) -> Stratum:
        """Among which it is drawn."""
        return self.region, self.class_code, self.size

"""The second log: a line's bytes and hash, and whether lines make a chain, for any server."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

BEGINNING: Final = bytes(32)  # what the first line follows


@dataclass(frozen=True, slots=True)
class Line:
    """What one cause entered: columns of equal length, entry i is one account's change.

    ground: digest of the run's or the movement's rows. places: an institution's id, a region's, or
    0 of the union itself. amounts_g: [g]
    """

    union: int
    number: int
    cause: int
    kind: str
    indicator: str
    run_sha256: str | None
    movement: int | None
    ground: bytes | None
    reason: str
    made_by: str
    at_ms: int
    entries: tuple[int, ...]
    years: tuple[int, ...]
    accounts: tuple[str, ...]
    places: tuple[int, ...]
    amounts_g: tuple[int, ...]
    previous: bytes
    hash: bytes

    @property
    def text(self) -> str:
        """What is hashed; the reason comes last, for it alone may hold lines."""
        columns = (self.entries, self.years, self.accounts, self.places, self.amounts_g)
        head = (
            self.union, self.number, self.previous.hex(), self.cause, self.kind, self.indicator,
            self.run_sha256 or "-", "-" if self.movement is None else self.movement,
            "-" if self.ground is None else self.ground.hex(), self.made_by, self.at_ms,
        )  # fmt: skip
        rows = (",".join(map(str, one)) for one in columns)
        return "\n".join([*map(str, head), *rows, self.reason])

    @property
    def digest(self) -> bytes:
        """SHA-256 of the text's bytes."""
        return sha256(self.text.encode()).digest()


def broken(lines: Iterable[Line]) -> list[int]:
    """Return the numbers of lines that are altered, or do not follow on the one before."""
    found, before, number = [], BEGINNING, 0
    for one in lines:
        if one.digest != one.hash or one.previous != before or one.number != number + 1:
            found.append(one.number)
        before, number = one.hash, one.number
    return found

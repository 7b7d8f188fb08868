"""How much of a file is read before it is refused: nothing that people send is unbounded."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one import, over all of its parts.

    unpacked_bytes: of all members of an archive. ratio: unpacked to packed, from loose_bytes on.
    inner_bytes: of a workbook within an archive.
    cells, strings: of a workbook. columns: of a table. readings: what one transaction takes.
    errors: told of a file; further ones are counted, errors_read stops reading.
    """

    unpacked_bytes: int = 512 * 2**20
    xml_bytes: int = 256 * 2**20
    ratio: int = 250
    loose_bytes: int = 4 * 2**20
    inner_bytes: int = 64 * 2**20
    members: int = 500
    cells: int = 12_000_000
    strings: int = 1_000_000
    columns: int = 2_000
    readings: int = 1_000_000
    errors: int = 1_000
    errors_read: int = 100_000


DEFAULT: Final = Limits()

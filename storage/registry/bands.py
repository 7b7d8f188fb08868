"""Rules by bands of a quota standard, as rows: band, above, up to, factor in millionths, cap."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from psycopg import Connection

from storage.seed_files import rows

_COLUMNS = ("band", "above", "up_to", "factor_millionths", "cap")
_IN_FORCE = """
    SELECT rule_code, document, band, above, up_to, factor_millionths, cap
      FROM band_rule
     WHERE known_until IS NULL AND valid_from <= %(day)s AND (valid_to > %(day)s) IS NOT FALSE
     ORDER BY min(valid_from) OVER (PARTITION BY rule_code), rule_code, id
"""


@dataclass(slots=True)
class BandRule:
    """A published rule: the document in which it stands, and its bands."""

    document: str | None
    bands: list[Sequence[Any]] = field(default_factory=list)


def in_force(connection: Connection[Any], day: date) -> dict[str, BandRule]:
    """Return the rules that hold on a day, by code, the oldest first."""
    return _by_code(connection.execute(_IN_FORCE, {"day": day}))


def shipped() -> dict[str, BandRule]:
    """Return the rules that ship, without any database."""
    shipped_rows = rows("band_rules.csv")
    return _by_code(
        (row["rule_code"], row["document"], *(row[name] for name in _COLUMNS))
        for row in shipped_rows
    )


def _by_code(found: Iterable[Sequence[Any]]) -> dict[str, BandRule]:
    by_code: dict[str, BandRule] = {}
    for code, document, *band in found:
        by_code.setdefault(code, BandRule(document)).bands.append(band)
    return by_code

"""Rules by bands of a quota standard, as rows: band, above, up to, factor in millionths, cap."""

from collections.abc import Sequence
from typing import Any

from storage.seed_files import rows

_COLUMNS = ("band", "above", "up_to", "factor_millionths", "cap")


def shipped_codes() -> tuple[str, ...]:
    """Return the codes of the rules that ship."""
    return tuple(dict.fromkeys(row["rule_code"] for row in rows("band_rules.csv")))


def shipped(code: str) -> Sequence[Sequence[Any]]:
    """Return the rows of a rule as it ships, without any database."""
    return [
        [row[name] for name in _COLUMNS]
        for row in rows("band_rules.csv")
        if row["rule_code"] == code
    ]

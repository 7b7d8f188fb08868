"""What is in the database against what the gateways have in their ledger."""

import time
from dataclasses import dataclass

import psycopg

from tests.chaos.gateways import KEYS, Ledger

_STORED = """
    SELECT b.key, (extract(epoch FROM r.at) * 1000)::bigint, r.value
      FROM reading r JOIN binding b USING (channel_id)
"""
_USED = "SELECT channel_id, sum(used) FROM usage_hour GROUP BY channel_id ORDER BY channel_id"
_WAITING = "SELECT count(*) FROM stale_usage"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Readings that were receipted and are not there, are there twice, or are other ones."""

    said: int
    stored: int
    lost: int
    doubled: int
    altered: int
    refused: int
    hours_differ: bool

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        wrong = (self.lost, self.doubled, self.altered, self.refused, self.hours_differ)
        return not any(wrong) and self.said == self.stored


def judged(admin_url: str, ledger: Ledger, *, hours: bool = True) -> Verdict:
    """Compare, once every message has its receipt; hours: whether there was a worker."""
    with psycopg.connect(admin_url) as connection:
        rows = connection.execute(_STORED).fetchall()
        (revised,) = connection.execute("SELECT count(*) FROM reading_revision").fetchone()
        (refused,) = connection.execute("SELECT count(*) FROM rejected_message").fetchone()
    stored = {(key, at): value for key, at, value in rows}
    return Verdict(
        said=len(ledger.rows),
        stored=len(rows),
        lost=len(ledger.rows.keys() - stored.keys()),
        doubled=len(rows) - len(stored) + revised,
        altered=sum(value != ledger.rows.get(place) for place, value in stored.items()),
        refused=refused + len(ledger.rejected),
        hours_differ=hours and not _hours_agree(admin_url, ledger),
    )


def _hours_agree(admin_url: str, ledger: Ledger, within_s: float = 120) -> bool:
    """Return whether the worker's hours add up to last - first of each register."""
    ends = time.monotonic() + within_s
    wanted = []
    for key in range(KEYS):
        values = [value for (name, _), value in ledger.rows.items() if name == f"k{key}"]
        wanted.append(max(values) - min(values))
    with psycopg.connect(admin_url, autocommit=True) as connection:
        while time.monotonic() < ends:
            if connection.execute(_WAITING).fetchone() == (0,):
                return [int(used) for _, used in connection.execute(_USED)] == wanted
            time.sleep(0.2)
    return False

"""Which day it is."""

from datetime import date
from typing import Any

from psycopg import Connection

_TODAY = "SELECT storage.today()"


def today(connection: Connection[Any]) -> date:
    """Return the day that counts as today in this transaction."""
    row = connection.execute(_TODAY).fetchone()
    assert row is not None
    day: date = row[0]
    return day

"""Which day it is, and in which zone days are counted that belong to no meter."""

from collections.abc import Callable
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.errors import InvalidParameterValue

from metering.errors import InputError

_TODAY = "SELECT storage.today()"
_ZONE = "SELECT storage.civil_zone()"
_SET_ZONE = "SELECT storage.set_civil_zone(%s)"


def today(connection: Connection[Any]) -> date:
    """Return the day that counts as today in this transaction."""
    row = connection.execute(_TODAY).fetchone()
    assert row is not None
    day: date = row[0]
    return day


def zone(connection: Connection[Any]) -> str:
    """Return the civil zone of the installation: of grants, facts and rosters."""
    row = connection.execute(_ZONE).fetchone()
    assert row is not None
    return str(row[0])


def set_zone(connection: Connection[Any], name: str) -> None:
    """Count days in another zone from now on; InputError where the server knows none such."""
    in_zone(lambda: connection.execute(_SET_ZONE, [name]), name)


def in_zone(ask: Callable[[], Any], zone: str) -> Any:
    """Ask something that names a zone; an unknown one is an input error."""
    try:
        return ask()
    except InvalidParameterValue as error:
        raise InputError(
            "zone.unknown",
            zh=f"未知的时区“{zone}”。",
            en=f"Unknown time zone “{zone}”.",
            next_zh="请使用 IANA 时区名,如 Asia/Shanghai。",
            next_en="Use an IANA name such as Asia/Shanghai.",
            where={"field": "zone", "value": zone},
        ) from error

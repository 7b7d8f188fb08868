"""What is due at an hour: every night, where members stand, and what need not be kept longer."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from psycopg import Connection

from compact.targets import Indicator
from storage import due
from storage.compact import standing
from storage.due import Due
from worker import retention

# Gateways spool for minutes, rarely hours: at this hour the day that ended is there.
_HOUR: Final = time(17, 30, tzinfo=UTC)


def do_one(connection: Connection[Any]) -> Due | None:
    """Do one thing that is due; return it, if any was."""
    return due.take(connection, list(_DO), lambda c, taken: _DO[taken.kind](c, taken))


def _stand(connection: Connection[Any], taken: Due) -> datetime:
    """Keep where a union stands at the end of its yesterday, and come again next night."""
    now = datetime.now(UTC)
    yesterday = standing.today(connection, int(taken.key)) - timedelta(days=1)
    standing.stand(connection, int(taken.key), Indicator.TOTAL_KGCE.value, yesterday)
    return _tonight(now)


def _forget(connection: Connection[Any], taken: Due) -> datetime:
    return retention.forget(connection, taken, _tonight(datetime.now(UTC)))


def _tonight(now: datetime) -> datetime:
    tonight = datetime.combine(now.date(), _HOUR)
    return tonight if tonight > now else tonight + timedelta(days=1)


_DO: Final[dict[str, Callable[[Connection[Any], Due], datetime]]] = {
    standing.KIND: _stand,
    retention.KIND: _forget,
}

"""Whom an institution has told of its findings, and the messages that go to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

KIND: Final = "alarm.send"  # of tasks; their key is the message

_FIELDS = """
    r.id AS route_id, r.institution_id, i.name_zh, i.name_en, r.way, r.address, r.least_kgce_g,
    r.lang, r.known_since, m.made_at, m.sent_at, m.given_up_at, m.error
"""
# With what became of the newest message.
_ROUTES = f"""
    SELECT {_FIELDS}
      FROM alarm_route r JOIN report.institution i USING (institution_id)
      LEFT JOIN LATERAL (SELECT made_at, sent_at, given_up_at, error FROM alarm_message
                          WHERE route_id = r.id ORDER BY id DESC LIMIT 1) m ON true
     WHERE r.known_until IS NULL AND r.id > %(after)s
       AND (%(only)s::integer IS NULL OR r.id = %(only)s)
       AND (%(institution)s::integer IS NULL OR r.institution_id = %(institution)s)
     ORDER BY r.id LIMIT %(most)s
"""  # noqa: S608 - only our own text
_HELD = """
    SELECT EXISTS (SELECT FROM alarm_route WHERE institution_id = %s AND way = %s AND address = %s
                      AND known_until IS NULL)
"""
_ADD = """
    INSERT INTO alarm_route (institution_id, way, address, least_kgce_g, lang, secret, known_by)
    VALUES (%s, %s, %s, %s, %s, %s, access.viewer()) RETURNING id
"""
_END = "UPDATE alarm_route SET known_until = now() WHERE id = %s"
_TEST = """
    INSERT INTO alarm_message (route_id, event, body)
    SELECT r.id, 'test', jsonb_build_object('institution', r.institution_id, 'name_zh', i.name_zh,
                                            'name_en', i.name_en)
      FROM alarm_route r JOIN report.institution i USING (institution_id) WHERE r.id = %s
    RETURNING id
"""
_TELL = "SELECT storage.tell_of_findings()"
_MESSAGE = """
    SELECT m.id AS message_id, r.way, r.address, r.lang, r.secret, m.event, m.body, m.made_at,
           m.attempts, r.known_until IS NOT NULL AS ended
      FROM alarm_message m JOIN alarm_route r ON r.id = m.route_id
     WHERE m.id = %s AND m.sent_at IS NULL AND m.given_up_at IS NULL FOR UPDATE OF m
"""
_SENT = """
    UPDATE alarm_message SET sent_at = now(), attempts = attempts + 1, error = NULL WHERE id = %s
"""
_FAILED = """
    UPDATE alarm_message SET attempts = attempts + 1, error = %(error)s,
           given_up_at = CASE WHEN %(last)s THEN now() END
     WHERE id = %(id)s
"""
_LOG = """
    SELECT m.id AS message_id, r.institution_id, i.name_zh, i.name_en, r.way, r.address, m.event,
           coalesce((m.body ->> 'count')::integer, 0) AS findings, m.made_at, m.attempts, m.sent_at,
           m.given_up_at, m.error
      FROM alarm_message m
      JOIN alarm_route r ON r.id = m.route_id
      JOIN report.institution i USING (institution_id)
     WHERE m.id < %(before)s
       AND (%(institution)s::integer IS NULL OR r.institution_id = %(institution)s)
     ORDER BY m.id DESC LIMIT %(most)s
"""
_FORGET = """
    DELETE FROM alarm_message WHERE id IN (
           SELECT id FROM alarm_message WHERE made_at < now() - interval '400 days'
            ORDER BY id LIMIT %s)
"""


@dataclass(frozen=True, slots=True)
class AlarmRoute:
    """An address, and what became of the newest message to it.

    least_kgce_g: below it nothing is told. error: of the last attempt that failed.
    """

    route_id: int
    institution_id: int
    name_zh: str | None
    name_en: str | None
    way: str
    address: str
    least_kgce_g: int
    lang: str
    known_since: datetime
    made_at: datetime | None
    sent_at: datetime | None
    given_up_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that waits to be sent. secret: of a webhook, to sign with."""

    message_id: int
    way: str
    address: str
    lang: str
    secret: str | None
    event: str
    body: Mapping[str, Any]
    made_at: datetime
    attempts: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of the record."""

    message_id: int
    institution_id: int
    name_zh: str | None
    name_en: str | None
    way: str
    address: str
    event: str
    findings: int
    made_at: datetime
    attempts: int
    sent_at: datetime | None
    given_up_at: datetime | None
    error: str | None

    @property
    def state(self) -> str:
        """Return sent, given_up or waiting."""
        if self.sent_at is not None:
            return "sent"
        return "waiting" if self.given_up_at is None else "given_up"


def routes(
    connection: Connection[Any],
    *,
    only: int | None = None,
    institution_id: int | None = None,
    after: int = 0,
    most: int = 1,
) -> list[AlarmRoute]:
    """Return the routes that stand, of institutions that the viewer sees."""
    asked = {"only": only, "institution": institution_id, "after": after, "most": most}
    with connection.cursor(row_factory=class_row(AlarmRoute)) as cursor:
        return cursor.execute(_ROUTES, asked).fetchall()


def is_held(connection: Connection[Any], institution_id: int, way: str, address: str) -> bool:
    """Return whether an institution has this address already."""
    return connection.execute(_HELD, [institution_id, way, address]).fetchone() == (True,)


def add(
    connection: Connection[Any],
    institution_id: int,
    way: str,
    address: str,
    least_kgce_g: int,
    lang: str,
    secret: str | None,
) -> int:
    """Let an institution's findings be told there; return the route's id."""
    row = connection.execute(
        _ADD, [institution_id, way, address, least_kgce_g, lang, secret]
    ).fetchone()
    assert row is not None
    return int(row[0])


def end(connection: Connection[Any], route_id: int) -> None:
    """Let nothing be told there any longer."""
    connection.execute(_END, [route_id])


def test(connection: Connection[Any], route_id: int) -> int:
    """Write a message that only says that it arrived; return its id."""
    row = connection.execute(_TEST, [route_id]).fetchone()
    assert row is not None
    return int(row[0])


def tell(connection: Connection[Any]) -> list[int]:
    """Write messages of what was found in this transaction; return their ids."""
    return [row[0] for row in connection.execute(_TELL)]


def waiting(connection: Connection[Any], message_id: int) -> Outgoing | None:
    """Return a message that waits, held; None where it is sent or given up."""
    with connection.cursor(row_factory=class_row(Outgoing)) as cursor:
        return cursor.execute(_MESSAGE, [message_id]).fetchone()


def sent(connection: Connection[Any], message_id: int) -> None:
    """Write down that it arrived."""
    connection.execute(_SENT, [message_id])


def failed(connection: Connection[Any], message_id: int, error: str, *, last: bool) -> None:
    """Write down that it did not; last: whether it is tried no more."""
    connection.execute(_FAILED, {"id": message_id, "error": error, "last": last})


def listed(
    connection: Connection[Any], *, before: int, most: int, institution_id: int | None = None
) -> list[Sent]:
    """Return the messages that the viewer may see, newest first."""
    asked = {"before": before, "most": most, "institution": institution_id}
    with connection.cursor(row_factory=class_row(Sent)) as cursor:
        return cursor.execute(_LOG, asked).fetchall()


def forget(connection: Connection[Any], most: int) -> int:
    """Delete messages of more than 400 days ago, at most so many; return how many."""
    return connection.execute(_FORGET, [most]).rowcount

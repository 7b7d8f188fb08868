"""Changes of the roster: who merged, split, moved or closed, by which document, into whom."""

from collections.abc import Sequence
from datetime import date
from math import lcm
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from storage.dated import Dated, supersede
from storage.registry.roster_values import (
    ChangeRow,
    Handed,
    NewChange,
    OpenMatter,
    Place,
    Said,
    Standing,
    Term,
)
from storage.registry.shares import TERM
from storage.registry.table import new_ids
from storage.whole import whole_row

_STATUS: Final = Dated(
    "institution_fact", ("institution_id", "attribute"), ("value",), ends="value"
)
_LOCK: Final = "SELECT pg_advisory_xact_lock(3, 1)"  # one change of the roster at a time
_STANDING: Final = """
    SELECT v.institution_id, v.name_zh, v.name_en,
           v.institution_id IN (SELECT k.id FROM access.keeps_roster() AS k(id)) AS kept,
           (SELECT min(a.valid_from) FROM affiliation a
             WHERE a.institution_id = v.institution_id AND a.known_until IS NULL) AS founded,
           l.change_id AS left_by, l.day AS left_on, n.change_id AS later_by, n.day AS later_on
      FROM report.institution v
      LEFT JOIN LATERAL (
           SELECT c.id AS change_id, c.day FROM roster_change c
            WHERE c.known_until IS NULL AND c.kind <> 'move'
              AND EXISTS (SELECT FROM roster_part p WHERE p.change_id = c.id
                             AND p.predecessor_id = v.institution_id)
              AND NOT EXISTS (SELECT FROM roster_part p WHERE p.change_id = c.id
                                 AND p.predecessor_id = v.institution_id
                                 AND p.successor_id = v.institution_id)
            LIMIT 1) l ON true
      LEFT JOIN LATERAL (
           SELECT c.id AS change_id, c.day FROM roster_change c
            WHERE c.known_until IS NULL AND c.day >= %(day)s
              AND EXISTS (SELECT FROM roster_part p WHERE p.change_id = c.id
                             AND v.institution_id IN (p.predecessor_id, p.successor_id))
            ORDER BY c.day DESC, c.id DESC LIMIT 1) n ON true
     WHERE v.institution_id = ANY(%(ids)s) ORDER BY v.institution_id
"""
# Terms of the channels that a change concerns, from its day on.
_TERMS: Final = """
    SELECT t.institution_id, t.channel_id, t.carrier, t.share, t.valid_from, t.valid_to, t.source
      FROM account_term t
     WHERE t.known_until IS NULL AND t.institution_id = ANY(%(ids)s)
       AND (t.valid_to IS NULL OR t.valid_to > %(day)s)
     ORDER BY t.channel_id, t.institution_id, t.valid_from
"""
_OPEN: Final = """
    SELECT institution_id, kind, year, many, amount_g, indicator
      FROM access.open_matters(%s::integer[], %s)
"""
_PLACE: Final = """
    SELECT region_id, level, department_line, valid_from, valid_to FROM affiliation
     WHERE institution_id = %(who)s AND known_until IS NULL
       AND (valid_to IS NULL OR valid_to > %(day)s)
     ORDER BY valid_from
"""
_ADD: Final = """
    INSERT INTO roster_change (id, kind, day, document_number, reason, before, after, known_by)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""
_PARTS: Final = """
    INSERT INTO roster_part (change_id, predecessor_id, successor_id, numerator, denominator)
    SELECT %s, * FROM unnest(%s::integer[], %s::integer[], %s::bigint[], %s::bigint[])
"""
_STATUSES: Final = """
    SELECT w.id, (SELECT f.value FROM institution_fact f
                   WHERE f.institution_id = w.id AND f.attribute = 'roster_status'
                     AND f.known_until IS NULL AND f.valid_from <= %s
                     AND (f.valid_to IS NULL OR f.valid_to > %s))
      FROM unnest(%s::integer[]) AS w (id) ORDER BY 1
"""
_FACTS: Final = """
    SELECT attribute, value FROM institution_fact
     WHERE institution_id = %s AND attribute = ANY(%s) AND known_until IS NULL
       AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)
"""
# What says the same before and after a day, once the change of that day is taken back.
_ALIKE: Final = """
    SELECT a.id, b.id, a.institution_id, a.attribute, a.value, a.valid_from, b.valid_to, a.source
      FROM institution_fact a
      JOIN institution_fact b ON b.institution_id = a.institution_id AND b.attribute = a.attribute
           AND b.valid_from = a.valid_to AND b.value = a.value AND b.known_until IS NULL
     WHERE a.institution_id = ANY(%s) AND a.attribute = ANY(%s) AND a.valid_to = %s
       AND a.known_until IS NULL
"""
_FORGET: Final = "UPDATE institution_fact SET known_until = now() WHERE id = ANY(%s)"
_WHOLE: Final = """
    INSERT INTO institution_fact (institution_id, attribute, value, valid_from, valid_to, source,
                                  known_by)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_STALE: Final = """
    INSERT INTO stale_account (institution_id, first, last)
    SELECT id, %s, greatest(%s, storage.civil_day() + 2) FROM unnest(%s::integer[]) AS w (id)
"""
_MOVE: Final = "SELECT access.move_institution(%s, %s, %s, %s, %s, %s)"
_TAKES_IN: Final = "SELECT access.takes_in(%s, %s)"
_RETIRE: Final = "UPDATE roster_change SET known_until = now() WHERE id = %s"
_LISTED: Final = """
    SELECT c.id AS change_id, c.kind, c.day, c.document_number, c.reason, c.known_since, c.known_by,
           c.known_until,
           array_agg(DISTINCT p.predecessor_id ORDER BY p.predecessor_id) AS predecessors,
           array_agg(ARRAY[p.predecessor_id, coalesce(p.successor_id, 0), p.numerator,
                           p.denominator] ORDER BY p.predecessor_id, p.successor_id) AS parts
      FROM roster_change c JOIN roster_part p ON p.change_id = c.id
     WHERE (%(only)s::integer IS NULL OR c.id = %(only)s)
       AND (%(day)s::date IS NULL OR (c.day <= %(day)s AND c.known_until IS NULL))
     GROUP BY c.id ORDER BY c.day, c.id
"""
# What they used in the year before, as it counts under the default profile.
_USED: Final = """
    SELECT a.institution_id, sum(a.kgce_g) AS kgce_g
      FROM report.account_counted a JOIN profile p ON p.code = a.profile AND p.is_default
     WHERE a.institution_id = ANY(%s) AND a.month >= make_date(%s, 1, 1)
       AND a.month < make_date(%s + 1, 1, 1)
     GROUP BY a.institution_id HAVING sum(a.kgce_g) IS NOT NULL
"""
_SAID: Final = "SELECT before, after FROM roster_change WHERE id = %s"
# The books are of another room: what becomes of quota they say themselves.
_LEGS: Final = """
    SELECT predecessor_id, indicator, year, account, place_id, sum(amount_g)::bigint
      FROM access.succession_legs(%s::integer[], %s::integer[], %s::bigint[], %s::bigint[], %s)
     GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 6, 5
"""
_HAND_OVER: Final = "SELECT m.id FROM access.hand_over(%s) AS m(id)"
_HAND_BACK: Final = "SELECT m.id FROM access.hand_back(%s, %s) AS m(id)"


def lock(connection: Connection[Any]) -> None:
    """Let one change of the roster be made at a time."""
    connection.execute(_LOCK)


def standings(connection: Connection[Any], ids: Sequence[int], day: date) -> list[Standing]:
    """Return how these stand, as far as the viewer sees them, in order."""
    with connection.cursor(row_factory=class_row(Standing)) as cursor:
        return cursor.execute(_STANDING, {"ids": list(ids), "day": day}).fetchall()


def terms(connection: Connection[Any], ids: Sequence[int], day: date) -> list[Term]:
    """Return the shares of channels that these have on a day or later."""
    with connection.cursor(row_factory=class_row(Term)) as cursor:
        return cursor.execute(_TERMS, {"ids": list(ids), "day": day}).fetchall()


def places(connection: Connection[Any], who: int, day: date) -> list[Place]:
    """Return to whom an institution belongs on a day and later."""
    with connection.cursor(row_factory=class_row(Place)) as cursor:
        return cursor.execute(_PLACE, {"who": who, "day": day}).fetchall()


def takes_in(connection: Connection[Any], region_id: int, line: str) -> bool:
    """Return whether the viewer keeps the roster of a region or of a department line."""
    return connection.execute(_TAKES_IN, [region_id, line]).fetchone() == (True,)


def statuses(
    connection: Connection[Any], ids: Sequence[int], day: date
) -> list[tuple[int, str | None]]:
    """Return what the roster says of each on a day."""
    return connection.execute(_STATUSES, [day, day, list(ids)]).fetchall()


def facts(
    connection: Connection[Any], who: int, attributes: Sequence[str], day: date
) -> dict[str, str]:
    """Return what is known of an institution on a day, by attribute."""
    rows = connection.execute(_FACTS, [who, list(attributes), day, day])
    return dict(rows.fetchall())


def open_matters(connection: Connection[Any], ids: Sequence[int], since: date) -> list[OpenMatter]:
    """Return what is open of these that a change from a day on touches."""
    with connection.cursor(row_factory=whole_row(OpenMatter)) as cursor:
        return cursor.execute(_OPEN, [list(ids), since]).fetchall()


def used_g(connection: Connection[Any], ids: Sequence[int], year: int) -> dict[int, int]:
    """Return what these used in a year by their accounts as they are, where any is known. [gce]"""
    rows = connection.execute(_USED, [list(ids), year, year]).fetchall()
    return {who: int(grams) for who, grams in rows}


def handed_over(connection: Connection[Any], change: NewChange) -> list[Handed]:
    """Return what of quota in the books a change would move, by year and whoever gives or gets."""
    rows = connection.execute(_LEGS, [*_columns(change), change.day])
    return [Handed(*row) for row in rows]


def hand_over(connection: Connection[Any], change_id: int) -> list[int]:
    """Propose that the quota of those whom a change names goes with them; return the movements."""
    return [made for (made,) in connection.execute(_HAND_OVER, [change_id])]


def hand_back(connection: Connection[Any], change_id: int, why: str) -> list[int]:
    """Take back what a change has proposed; what is in the books is proposed back: return it."""
    return [made for (made,) in connection.execute(_HAND_BACK, [change_id, why])]


def record(connection: Connection[Any], change: NewChange, said: tuple[Said, Said], by: str) -> int:
    """Record a change, and let what it says hold from its day on; return its id.

    said: what the registry says of that day before and after.
    """
    (made,) = new_ids(connection, "roster_change", 1)
    before, after = said
    head = [made, change.kind, change.day, change.document_number, change.reason]
    connection.execute(_ADD, [*head, before.text, after.text, by])
    connection.execute(_PARTS, [made, *_columns(change)])
    state(connection, after, change.day, f"{change.document_number} (roster change {made})", by)
    return made


def state(connection: Connection[Any], said: Said, day: date, source: str, by: str) -> None:
    """Let shares, statuses and places hold from a day on; their accounts are rebuilt from then."""
    supersede(connection, TERM, [(w, c, k, s, day, source) for w, c, k, s in said.terms], by)
    facts = [(who, "roster_status", value, day, source) for who, value in said.statuses]
    facts += [(*one, day, source) for one in said.facts]
    supersede(connection, _STATUS, facts, by)
    for one_place in said.places:
        connection.execute(_MOVE, [*one_place, day, source])
    connection.execute(_STALE, [day, day, said.whom])


def rejoin(connection: Connection[Any], said: Said, day: date, by: str) -> None:
    """Let facts that say the same before and after a day be one, as before it was changed."""
    whom, attributes = [one[0] for one in said.facts], [one[1] for one in said.facts]
    for first, second, *row in connection.execute(_ALIKE, [whom, attributes, day]).fetchall():
        connection.execute(_FORGET, [[first, second]])
        connection.execute(_WHOLE, [*row, by])


def retire(connection: Connection[Any], change_id: int) -> None:
    """Take a change back; it stays on record."""
    connection.execute(_RETIRE, [change_id])


def said_by(connection: Connection[Any], change_id: int) -> tuple[Said, Said]:
    """Return what the registry said of a change's day before it, and after it."""
    row = connection.execute(_SAID, [change_id]).fetchone()
    assert row is not None
    return Said.of(row[0]), Said.of(row[1])


def listed(connection: Connection[Any]) -> list[ChangeRow]:
    """Return all changes that the viewer sees, those taken back too, in order of their days."""
    return _changes(connection, {"only": None, "day": None})


def one(connection: Connection[Any], change_id: int) -> ChangeRow | None:
    """Return one change, if the viewer sees it."""
    return next(iter(_changes(connection, {"only": change_id, "day": None})), None)


def successions(connection: Connection[Any], day: date) -> list[ChangeRow]:
    """Return the changes that hold by a day, in order: what quotas and bases follow.

    compact.succession.carried composes their shares; SQL finds them in storage.successor.
    """
    return _changes(connection, {"only": None, "day": day})


def _changes(connection: Connection[Any], parameters: dict[str, Any]) -> list[ChangeRow]:
    with connection.cursor(row_factory=class_row(ChangeRow)) as cursor:
        return cursor.execute(_LISTED, parameters).fetchall()


def _columns(change: NewChange) -> list[list[int | None]]:
    """Return predecessors, successors, numerators and denominators; one denominator for each."""
    rows: list[tuple[int, int | None, int, int]] = [
        (who, None, 1, 1) for who in change.whom if not change.parts
    ]
    for who in dict.fromkeys(one.predecessor for one in change.parts):
        of = [one for one in change.parts if one.predecessor == who]
        whole = lcm(*(one.share.denominator for one in of))
        rows += [(who, one.successor, int(one.share * whole), whole) for one in of]
    return [list(column) for column in zip(*rows, strict=True)]

"""Agreements of unions, version by version, and the signatures that name their very text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from psycopg import Connection
from psycopg.rows import class_row

from compact.agreements import Agreement, AgreementText, State
from compact.clauses import Grade

_ADD: Final = """
    INSERT INTO agreement (union_id, version, grade, members, text, sha256, source, made_by)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
_REVISE: Final = """
    UPDATE agreement SET grade = %s, members = %s, text = %s, sha256 = %s, source = %s WHERE id = %s
"""
_MOVE: Final = """
    UPDATE agreement SET state = %(state)s, round = %(round)s, signed_by = %(signed)s
     WHERE id = %(agreement)s
"""
_LISTED: Final = """
    SELECT id AS agreement_id, union_id, version, grade, round, members, signed_by, text, sha256,
           source, made_at, made_by, since,
           CASE WHEN state = 'in_force' AND storage.agreement_over(text, storage.today())
                THEN 'ended' ELSE state END AS state
      FROM agreement
     WHERE (%(union)s::integer IS NULL OR union_id = %(union)s)
       AND (%(only)s::integer IS NULL OR id = %(only)s)
     ORDER BY union_id, version
"""
_SIGNATURES: Final = """
    SELECT id AS signature_id, agreement_id, region_id, round, sha256, bodies, basis, reviewed,
           document_number, sealed_on, scan_sha256, prepared_at, prepared_by, confirmed_at,
           confirmed_by
      FROM agreement_signature WHERE agreement_id = %s ORDER BY id
"""
_PREPARE: Final = """
    INSERT INTO agreement_signature (agreement_id, union_id, region_id, round, sha256, bodies,
                                     basis, reviewed, document_number, sealed_on, scan_sha256,
                                     prepared_by)
    VALUES (%(agreement_id)s, %(union_id)s, %(region_id)s, %(round)s, %(sha256)s, %(bodies)s,
            %(basis)s, %(reviewed)s, %(document_number)s, %(sealed_on)s, %(scan_sha256)s, %(by)s)
    RETURNING id
"""
_WITHOUT_ACCOUNTS: Final = """
    SELECT region_id FROM access.parties_without_accounts(%s) AS w (region_id) ORDER BY 1
"""
_CONFIRM: Final = """
    UPDATE agreement_signature SET confirmed_at = now(), confirmed_by = %s WHERE id = %s
"""

_BINDING = "SELECT storage.binding_term(%s, %s)"


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """A version of a union's agreement; since: in force from this day, None before.

    state: ended, too, of what was in force until its term was over.
    """

    agreement_id: int
    union_id: int
    version: int
    grade: str
    round: int
    members: list[int]
    signed_by: list[int]
    text: str
    sha256: str
    source: str
    made_at: datetime
    made_by: str
    since: date | None
    state: str

    @property
    def agreement(self) -> Agreement:
        """It as a value that knows what may follow."""
        parties = frozenset(self.members), frozenset(self.signed_by)
        return Agreement(Grade(self.grade), *parties, State(self.state), self.round)

    @property
    def said(self) -> AgreementText:
        """What its text says."""
        return AgreementText.of(self.text)


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """A member's signature; confirmed_by: None until another person confirms it."""

    signature_id: int
    agreement_id: int
    region_id: int
    round: int
    sha256: str
    bodies: str
    basis: str
    reviewed: str
    document_number: str
    sealed_on: date
    scan_sha256: str | None
    prepared_at: datetime
    prepared_by: str
    confirmed_at: datetime | None
    confirmed_by: str | None


def add(connection: Connection[Any], said: AgreementText, source: str, by: str) -> int:
    """Begin a version as a draft; return its id."""
    head = [said.union, said.version, said.grade.value, list(said.parties)]
    row = connection.execute(_ADD, [*head, said.text, said.digest, source, by]).fetchone()
    assert row is not None
    return int(row[0])


def revise(
    connection: Connection[Any], agreement_id: int, said: AgreementText, source: str
) -> None:
    """Give a draft another text."""
    parameters = [said.grade.value, list(said.parties), said.text, said.digest, source]
    connection.execute(_REVISE, [*parameters, agreement_id])


def move(connection: Connection[Any], agreement_id: int, to: Agreement) -> None:
    """Let a version be what its value says."""
    parameters = {
        "agreement": agreement_id,
        "state": to.state.value,
        "round": to.round,
        "signed": sorted(to.signed_by),
    }
    connection.execute(_MOVE, parameters)


def listed(connection: Connection[Any], union_id: int | None = None) -> list[AgreementRow]:
    """Return the versions that the viewer sees, of one union or of all, the first one first."""
    return _found(connection, {"union": union_id, "only": None})


def one(connection: Connection[Any], agreement_id: int) -> AgreementRow | None:
    """Return one version, if the viewer sees it."""
    return next(iter(_found(connection, {"union": None, "only": agreement_id})), None)


def in_force(rows: Sequence[AgreementRow]) -> AgreementRow | None:
    """Return the version that holds."""
    return next((one for one in rows if one.state == State.IN_FORCE), None)


def opened(rows: Sequence[AgreementRow]) -> AgreementRow | None:
    """Return the version that is being written or signed."""
    return next((one for one in rows if one.state in (State.DRAFT, State.PROPOSED)), None)


def standing(connection: Connection[Any], union_id: int) -> Agreement | None:
    """Return the version that holds, or the newest one where none does."""
    rows = listed(connection, union_id)
    found = in_force(rows) or (rows[-1] if rows else None)
    return None if found is None else found.agreement


def said(connection: Connection[Any], union_id: int) -> AgreementText | None:
    """Return the text of the version in force, None where none is."""
    found = in_force(listed(connection, union_id))
    return None if found is None else found.said


def without_accounts(connection: Connection[Any], agreement_id: int) -> list[int]:
    """Return the parties of which no account of the text's base year is known, or of any year."""
    return [row[0] for row in connection.execute(_WITHOUT_ACCOUNTS, [agreement_id])]


def signatures(connection: Connection[Any], agreement_id: int) -> list[SignatureRow]:
    """Return all signatures to a version, prepared or confirmed, of all its rounds."""
    with connection.cursor(row_factory=class_row(SignatureRow)) as cursor:
        return cursor.execute(_SIGNATURES, [agreement_id]).fetchall()


def prepare(connection: Connection[Any], signature: dict[str, Any]) -> int:
    """Prepare a member's signature; return its id."""
    row = connection.execute(_PREPARE, signature).fetchone()
    assert row is not None
    return int(row[0])


def confirm(connection: Connection[Any], signature_id: int, by: str) -> None:
    """Confirm a signature; the last one brings the version into force."""
    connection.execute(_CONFIRM, [by, signature_id])


def _found(connection: Connection[Any], parameters: dict[str, int | None]) -> list[AgreementRow]:
    with connection.cursor(row_factory=class_row(AgreementRow)) as cursor:
        return cursor.execute(_LISTED, parameters).fetchall()


def binding_term(connection: Connection[Any], union_id: int, name: str) -> str | None:
    """Return what a clause that binds says in the agreement in force; None where none does."""
    row = connection.execute(_BINDING, [union_id, name]).fetchone()
    return None if row is None else row[0]

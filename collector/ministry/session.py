"""One connection of a collector as a machine of states: what it says in, what to do out.

request → a sequence; the MD5 of key and sequence → pass or fail; then signs of life and data. Data
are acknowledged once they are committed, and not before.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import md5
from typing import NamedTuple

from collector.ministry.messages import Said, acknowledged, challenge, heartbeat, verdict

KeyOf = Callable[[str, str], bytes | None]  # of building and gateway; None where nobody knows them


@dataclass(frozen=True, slots=True)
class Session:
    """A connection; sequence: asked and not yet answered, who: building and gateway once proven."""

    sequence: str | None = None
    who: tuple[str, str] | None = None


class Reply(NamedTuple):
    """XML to send at once."""

    xml: bytes


class Take(NamedTuple):
    """A report to commit; then, and only then, its acknowledgement may be sent."""

    xml: bytes
    then: bytes


class Close(NamedTuple):
    """The end of the connection, and why."""

    why: str


Step = Reply | Take | Close


def heard(
    session: Session, what: Said, xml: bytes, *, key_of: KeyOf, fresh: str, time: str
) -> tuple[Session, list[Step]]:
    """Return a connection after a message, and what to do.

    fresh: a sequence that nobody can foresee. time: yyyyMMddHHmmss, China.
    """
    match what.operation:
        case "request":
            return Session(sequence=fresh), [Reply(challenge(what, fresh))]
        case "md5":
            return _proven(session, what, key_of, time)
    if session.who != (what.building, what.gateway):
        return session, [Close("data or a sign of life before the proof of identity")]
    if what.operation in {"notify", "time"}:
        return session, [Reply(heartbeat(what, time))]
    if what.meters:
        return session, [Take(xml, acknowledged(what))]
    return session, []  # answers to configurations that we never send


def _proven(session: Session, what: Said, key_of: KeyOf, time: str) -> tuple[Session, list[Step]]:
    key = key_of(what.building, what.gateway)
    right = (
        key is not None
        and session.sequence is not None
        and _matches(what.md5, key, session.sequence.encode())
    )
    answer = Reply(verdict(what, passed=right, time=time))
    if right:
        return replace(session, sequence=None, who=(what.building, what.gateway)), [answer]
    return Session(), [answer, Close("the proof of identity failed")]


def _matches(told: str, key: bytes, sequence: bytes) -> bool:
    """Return whether a digest is that of key and sequence; makers disagree which comes first."""
    digests = [
        md5(one, usedforsecurity=False).hexdigest() for one in (key + sequence, sequence + key)
    ]
    return any(hmac.compare_digest(told.lower().encode(), one.encode()) for one in digests)


def proof(key: bytes, sequence: str) -> str:
    """Return what a collector answers, for simulators."""
    return _digest(key + sequence.encode())


def _digest(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest()

"""Feeding in what was kept: messages that waited, taken after an act that lets them be read."""

from collections.abc import Callable
from typing import Any, Final, Protocol

from actions.fields import Acting
from actions.readings.routes_now import routes_now
from actions.readings.settle_rejected import AgainSink, Taken, again, taken_of
from actions.readings.waiting import Waiting, holding
from metering.messages import AuditNote, Stored

Find = Callable[[Acting, int], Waiting]  # what waits after a refusal's id

_PAGES: Final = 1_000  # of 10,000 messages


def tried(at: Acting, find: Find) -> Taken | None:
    """Return what the first page of what waits would come to; None where nothing is taken here."""
    found = find(at, 0)
    if not isinstance(at.sink, AgainSink):
        return None
    return taken_of(found, again(at.sink, found, _noted(at, "", {}, found), dry_run=True))


def fed(at: Acting, act: str, detail: dict[str, Any], find: Find) -> Taken | None:
    """Take what waits, page by page; each is committed with an audit entry of its own."""
    if not isinstance(at.sink, AgainSink):
        return None
    total, after = _none(), 0
    for _ in range(_PAGES):
        found = find(at, after)
        if found.batch:
            stored = again(at.sink, found, _noted(at, act, detail, found), dry_run=False)
            total = _sum(total, taken_of(found, stored))
        else:
            total = _sum(total, taken_of(found, Stored([])))
        if not found.left:
            break
        after = found.last
    return total


def _noted(
    at: Acting, act: str, detail: dict[str, Any], found: Waiting
) -> Callable[[Stored], AuditNote]:
    def audit(stored: Stored) -> AuditNote:
        told = taken_of(found, stored).model_dump(mode="json")
        return AuditNote(at.actor, act, "", detail | {"replayed": told})

    return audit


def _none() -> Taken:
    return Taken(
        messages=0, taken=0, refused=0, reasons={}, inserted=0, revised=0, duplicates=0, left=False
    )


def _sum(one: Taken, other: Taken) -> Taken:
    names = ("messages", "taken", "refused", "inserted", "revised", "duplicates")
    reasons = {
        code: one.reasons.get(code, 0) + other.reasons.get(code, 0)
        for code in sorted({*one.reasons, *other.reasons})
    }
    counts = {name: getattr(one, name) + getattr(other, name) for name in names}
    return Taken(**counts, reasons=reasons, left=other.left)


class HasFedIn(Protocol):
    """A result that says what became of messages that waited."""

    fed_in: Taken | None


def later(at: Acting, act: str, gateway: str, key: str, result: HasFedIn) -> None:
    """Take what waits of a gateway under a key, and others bound with it, after the commit."""
    bound: list[str] = at.known.setdefault(("bound", gateway), [])
    bound.append(key)

    def feed(then: Acting) -> None:
        def find(at: Acting, after: int) -> Waiting:
            return holding(at.connection, gateway, bound, routes_now(at), after)

        result.fed_in = fed(then, act, {"gateway": gateway, "keys": bound}, find)

    at.later[f"bound {gateway}"] = feed

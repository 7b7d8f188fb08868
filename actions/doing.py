"""Carrying actions out: object, right, checks, one transaction, one audit entry, one answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Generic

from psycopg import Connection
from pydantic import BaseModel

from actions.actor import Actor, denied
from actions.checking import check
from actions.declared import Action, Effect, OnT, Opposite, ResultT, Thing
from actions.fields import Acting, once_of
from actions.figures import not_found
from actions.filled import address_of
from actions.refusals import again_needed, changed, other_request
from actions.rights import holds
from actions.scans import keep_scans
from metering.errors import EnergyError
from storage import answered, days
from storage.answered import Answered

MOST_KEY: Final = 100  # characters of an idempotency key


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an action would change; seen: its digest, by which a confirmation refers to it."""

    effects: list[Effect]
    seen: str


@dataclass(frozen=True)  # slots break Done[O, R](...) on Python 3.11
class Done(Generic[OnT, ResultT]):
    """What was done to which object; to: the address of the page to go on to.

    undo: the address of the form that takes it back, empty where nothing does.
    """

    on: OnT
    result: ResultT
    to: str
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Repeat:
    """What was answered when the same was asked for under the same key before."""

    result: Any
    to: str
    undo: str = ""


def acting(actor: Actor, connection: Connection[Any], chosen: str = "") -> Acting:
    """Return who acts in a transaction, on which day, and with which password that was chosen."""
    today = actor.today or days.today(connection)
    ways: dict[str, Any] = {"sink": actor.sink, "routes": actor.routes, "chosen": chosen}
    return Acting(connection, actor.name, today, broker=actor.broker, **ways)


def may(kind: type[Action[Any, Any]], on: int | None, at: Acting) -> bool:
    """Return whether the actor has the right that an action asks for, on its object."""
    about = kind.about
    covered = about.on.covered if about.on else "true"
    return holds(at.connection, about.right, covered, on)


def target(kind: type[Action[OnT, Any]], on: int | None, at: Acting) -> OnT:
    """Return the object; NotFoundError where the actor sees none, DeniedError without the right."""
    thing: Thing[OnT] | None = kind.about.on
    found: Any = None
    if thing is not None:
        found = None if on is None else thing.find(at, on)
        if found is None:
            raise not_found(thing.words.zh, thing.words.en, {f"{thing.code}_id": on})
    if not may(kind, on, at):
        raise denied(kind.about.code)
    return found  # type: ignore[no-any-return]


def foresee(actor: Actor, action: Action[OnT, Any], on: int | None = None) -> Foreseen:
    """Return what an action would change, asking for the same right; nothing of it is kept."""
    with actor.change(dry_run=True) as connection:
        at = acting(actor, connection)
        found = target(type(action), on, at)
        check(action, found, at)
        return _foreseen(action, found, on, at)


def carry_out(
    actor: Actor,
    action: Action[OnT, ResultT],
    on: int | None = None,
    *,
    key: str = "",
    seen: str = "",
    again: bool = False,
) -> Done[OnT, ResultT] | Repeat:
    """Do it in one transaction with its audit entry.

    key: the same action with the same fields under the same key is done once, and answered alike;
    InputError for other fields. seen: what was foreseen must still hold, else ChangedError.
    again: the actor's password has just been asked for and was right.
    """
    code = action.about.code
    must_log_in_again(type(action), again=again)
    with actor.change() as connection:
        at = acting(actor, connection)
        if key and (before := _claimed(at, action, on, key)) is not None:
            return before
        done = _carried(actor, action, on, at, seen)
        if key:
            answered.keep(connection, actor.name, code, key, _written(done))
    if follow_up(actor, at) and key:  # what followed belongs to the answer
        with actor.change() as connection:
            answered.keep(connection, actor.name, code, key, _written(done))
    return done


def follow_up(actor: Actor, at: Acting) -> bool:
    """Do what was left for after the commit; return whether there was anything."""
    for later in at.later.values():
        with suppress(EnergyError), actor.look() as connection:
            later(acting(actor, connection))
    return bool(at.later)


class Together:
    """A transaction in which several actions are done, all of them or none."""

    def __init__(self, actor: Actor, connection: Connection[Any]) -> None:
        self.done: list[Acting] = []
        self._actor = actor
        self._connection = connection

    def do(
        self, action: Action[OnT, ResultT], on: int | None = None, *, chosen: str = ""
    ) -> ResultT:
        """Do one more, with an audit entry of its own."""
        at = acting(self._actor, self._connection, chosen)
        self.done.append(at)
        return _carried(self._actor, action, on, at).result


@contextmanager
def together(actor: Actor) -> Iterator[Together]:
    """Lend a transaction for several actions, to whom needs no password again: our commands."""
    with actor.change() as connection:
        acts = Together(actor, connection)
        yield acts
    for at in acts.done:
        follow_up(actor, at)


def _carried(
    actor: Actor, action: Action[OnT, ResultT], on: int | None, at: Acting, seen: str = ""
) -> Done[OnT, ResultT]:
    """Do it in a transaction, and write its audit entry."""
    lock(at.connection, action.about.on, on)
    found = target(type(action), on, at)
    check(action, found, at)
    if seen and _foreseen(action, found, on, at).seen != seen:
        raise changed()
    result = action.do(found, at)
    keep_scans(action, on, at)
    if not type(action).notes_itself():
        fields = action.model_dump(mode="json", exclude_none=True)
        actor.note(at.connection, action.about.code, "" if on is None else on, fields | at.told)
    return _done(action, found, result)


def lock(connection: Connection[Any], thing: Thing[Any] | None, on: int | None) -> None:
    """Let one action at a time change an object; a statement of its own, so the next sees all."""
    if thing is not None:
        connection.execute(thing.lock.encode(), [on])


def must_log_in_again(kind: type[Action[Any, Any]], *, again: bool) -> None:
    """Refuse what asks for the password once more where nobody has given it."""
    if kind.about.log_in_again and not again:
        raise again_needed()


def _foreseen(action: Action[OnT, Any], found: OnT, on: int | None, at: Acting) -> Foreseen:
    with at.connection.transaction(force_rollback=True):
        effects = action.foresee(found, at)
    at.told.clear()
    at.later.clear()
    content = f"{_asked(action, on)} {effects!r}"
    return Foreseen(effects, sha256(content.encode()).hexdigest()[:32])


def _claimed(at: Acting, action: Action[Any, Any], on: int | None, key: str) -> Repeat | None:
    """Take a key for this transaction, or return what was answered under it before."""
    digest = sha256(_asked(action, on).encode()).digest()
    before: Answered | None = answered.claim(
        at.connection, at.actor, action.about.code, key, digest
    )
    if before is None:
        return None
    if before.digest != digest:
        raise other_request(key)
    return Repeat(before.answer["result"], before.answer["to"], before.answer.get("undo", ""))


def _asked(action: Action[Any, Any], on: int | None) -> str:
    return f"{action.about.code} {on} {action.model_dump_json()}"


def _done(action: Action[OnT, ResultT], found: OnT, result: ResultT) -> Done[OnT, ResultT]:
    opposite: Opposite | None = action.opposite(found, result)
    undo = address_of(opposite.action, opposite.on) if opposite else ""
    return Done(found, result, type(action).where_to(found, result), undo)


def _written(done: Done[Any, Any]) -> str:
    """Return what is kept to be answered again: all but what is shown once."""
    result = done.result
    if isinstance(result, BaseModel):
        result = result.model_dump(mode="json") | dict.fromkeys(once_of(type(result)))
    answer = {"to": done.to, "undo": done.undo, "result": result}
    return json.dumps(answer, ensure_ascii=False)

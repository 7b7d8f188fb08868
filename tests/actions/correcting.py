"""Corrections as tests make them: the declared actions, with what each changes."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from actions.actor import Actor
from actions.checking import check
from actions.declared import Action
from actions.doing import acting, carry_out, target
from actions.readings import correcting, effects
from actions.readings.correct_reading import SetReading, VoidReading
from actions.readings.correcting import Case, Done
from actions.readings.effects import Effects
from actions.readings.file_corrections import check_holds, taken_back
from actions.readings.judge_reading import (
    ConfirmOutlier,
    ConfirmWrap,
    ReinstateReading,
    StateUse,
)
from actions.readings.record_exchange import RecordExchange
from actions.readings.undo_correction import UndoCorrection, UndoFile
from actions.readings.withdraw_exchange import WithdrawExchange
from storage.readings import amendments


def void_reading(actor: Actor, channel_id: int, at: datetime, *, reason: str, **how: bool) -> Done:
    return _done(actor, VoidReading(at=at, reason=reason), channel_id, **how)


def set_value(
    actor: Actor, channel_id: int, at: datetime, value: Decimal, *, reason: str, **how: bool
) -> Done:
    return _done(actor, SetReading(at=at, value=value, reason=reason), channel_id, **how)


def confirm_outlier(
    actor: Actor, channel_id: int, at: datetime, *, reason: str, **how: bool
) -> Done:
    return _done(actor, ConfirmOutlier(at=at, reason=reason), channel_id, **how)


def reinstate_reading(
    actor: Actor, channel_id: int, at: datetime, *, reason: str, **how: bool
) -> Done:
    return _done(actor, ReinstateReading(at=at, reason=reason), channel_id, **how)


def confirm_wrap(actor: Actor, channel_id: int, at: datetime, *, reason: str, **how: bool) -> Done:
    return _done(actor, ConfirmWrap(at=at, reason=reason), channel_id, **how)


def say_use(
    actor: Actor, channel_id: int, at: datetime, value: Decimal, *, reason: str,
    despite: bool = False, **how: bool,
) -> Done:  # fmt: skip
    action = StateUse(at=at, value=value, reason=reason, despite=despite)
    return _done(actor, action, channel_id, **how)


def record_exchange(
    actor: Actor, channel_id: int, at: datetime, *, final: Decimal | None, initial: Decimal,
    source: str, despite: bool = False, dry_run: bool = False,
) -> Done:  # fmt: skip
    action = RecordExchange(at=at, final=final, initial=initial, source=source, despite=despite)
    with actor.change(dry_run=True) as connection:
        acts = acting(actor, connection)
        found = target(RecordExchange, channel_id, acts)
        check(action, found, acts)
        waits = effects.waits(connection, channel_id)
        made = action.do(found, acts).correction
        one = Case("exchange.record", connection, found, action.at, source, actor.name)
        tried = one.done(made, waits=waits)
    if dry_run:
        return tried
    return _made(actor, channel_id, carry_out(actor, action, channel_id).result.correction, tried)


def withdraw_exchange(
    actor: Actor, channel_id: int, at: datetime, *, reason: str, **how: bool
) -> Done:
    return _done(actor, WithdrawExchange(at=at, reason=reason), channel_id, **how)


def undo(
    actor: Actor, channel_id: int, correction_id: int, *, reason: str, dry_run: bool = False
) -> Done:
    action = UndoCorrection(reason=reason)
    with actor.change(dry_run=True) as connection:
        at = acting(actor, connection)
        found = target(UndoCorrection, correction_id, at)
        assert found.channel.channel_id == channel_id
        check(action, found, at)
        tried = action.tried(found, at)
    if not dry_run:
        carry_out(actor, action, correction_id)
    return replace(tried, dry_run=dry_run)


def undo_file(actor: Actor, file_id: int, *, reason: str, dry_run: bool = False) -> Effects:
    """Return what changes."""
    action = UndoFile(reason=reason)
    with actor.change(dry_run=True) as connection:
        at = acting(actor, connection)
        found = target(UndoFile, file_id, at)
        holding = check_holds(file_id, found.corrections)
        changes = taken_back(connection, holding)
    if not dry_run:
        carry_out(actor, action, file_id)
    return changes


def _done(actor: Actor, action: Action[Any, Any], on: int, *, dry_run: bool = False) -> Done:
    with actor.change(dry_run=True) as connection:
        at = acting(actor, connection)
        found = target(type(action), on, at)
        check(action, found, at)
        tried = correcting.tried(action, found, at)  # type: ignore[arg-type]
    if dry_run:
        return tried
    return _made(actor, on, carry_out(actor, action, on).result.id, tried)


def _made(actor: Actor, on: int, made: int, tried: Done) -> Done:
    with actor.change(dry_run=True) as connection:
        correction = amendments.one(connection, on, made)
    assert correction is not None
    return replace(tried, correction=correction, dry_run=False)

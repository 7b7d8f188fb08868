"""Corrections as tests make them: the declared actions, with what each changes."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from actions.declared import Action
from actions.desk import Desk
from actions.doing import acting, carry_out, check, target
from actions.readings import correcting
from actions.readings.correct_reading import SetReading, VoidReading
from actions.readings.correcting import Done
from actions.readings.effects import Effects
from actions.readings.file_corrections import check_holds, taken_back
from actions.readings.judge_reading import (
    ConfirmOutlier,
    ConfirmWrap,
    ReinstateReading,
    StateUse,
)
from actions.readings.undo_correction import UndoCorrection, UndoFile
from actions.readings.withdraw_exchange import WithdrawExchange
from storage.readings import amendments


def void_reading(desk: Desk, channel_id: int, at: datetime, *, reason: str, **how: bool) -> Done:
    return _done(desk, VoidReading(at=at, reason=reason), channel_id, **how)


def set_value(
    desk: Desk, channel_id: int, at: datetime, value: Decimal, *, reason: str, **how: bool
) -> Done:
    return _done(desk, SetReading(at=at, value=value, reason=reason), channel_id, **how)


def confirm_outlier(desk: Desk, channel_id: int, at: datetime, *, reason: str, **how: bool) -> Done:
    return _done(desk, ConfirmOutlier(at=at, reason=reason), channel_id, **how)


def reinstate_reading(
    desk: Desk, channel_id: int, at: datetime, *, reason: str, **how: bool
) -> Done:
    return _done(desk, ReinstateReading(at=at, reason=reason), channel_id, **how)


def confirm_wrap(desk: Desk, channel_id: int, at: datetime, *, reason: str, **how: bool) -> Done:
    return _done(desk, ConfirmWrap(at=at, reason=reason), channel_id, **how)


def say_use(
    desk: Desk, channel_id: int, at: datetime, value: Decimal, *, reason: str,
    despite: bool = False, **how: bool,
) -> Done:  # fmt: skip
    action = StateUse(at=at, value=value, reason=reason, despite=despite)
    return _done(desk, action, channel_id, **how)


def withdraw_exchange(
    desk: Desk, channel_id: int, at: datetime, *, reason: str, **how: bool
) -> Done:
    return _done(desk, WithdrawExchange(at=at, reason=reason), channel_id, **how)


def undo(
    desk: Desk, channel_id: int, correction_id: int, *, reason: str, dry_run: bool = False
) -> Done:
    action = UndoCorrection(reason=reason)
    with desk.change(dry_run=True) as connection:
        at = acting(desk, connection)
        found = target(UndoCorrection, correction_id, at)
        assert found.channel.channel_id == channel_id
        check(action, found, at)
        tried = action.tried(found, at)
    if not dry_run:
        carry_out(desk, action, correction_id)
    return replace(tried, dry_run=dry_run)


def undo_file(desk: Desk, file_id: int, *, reason: str, dry_run: bool = False) -> Effects:
    """Return what changes."""
    action = UndoFile(reason=reason)
    with desk.change(dry_run=True) as connection:
        at = acting(desk, connection)
        found = target(UndoFile, file_id, at)
        holding = check_holds(file_id, found.corrections)
        changes = taken_back(connection, holding)
    if not dry_run:
        carry_out(desk, action, file_id)
    return changes


def _done(desk: Desk, action: Action[Any, Any], on: int, *, dry_run: bool = False) -> Done:
    with desk.change(dry_run=True) as connection:
        at = acting(desk, connection)
        found = target(type(action), on, at)
        check(action, found, at)
        tried = correcting.tried(action, found, at)  # type: ignore[arg-type]
    if dry_run:
        return tried
    made = carry_out(desk, action, on).result.id
    with desk.change(dry_run=True) as connection:
        correction = amendments.one(connection, on, made)
    assert correction is not None
    return replace(tried, correction=correction, dry_run=False)

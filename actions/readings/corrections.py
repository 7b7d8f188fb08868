"""What stands on corrections: reading them, and what can be corrected, judged and undone."""

import numpy as np

from actions.actor import Actor
from actions.figures import not_found
from actions.readings import effects
from actions.readings.correcting import Case
from actions.readings.effects import Around
from actions.registry.meters import no_channel
from analytics.limits import within
from analytics.steps import Reason
from metering.errors import ConflictError
from storage.readings import amendments, exchanges
from storage.readings.amendments import OF_EXCHANGE, OF_READING, OF_VERDICT, Correction
from storage.registry import meters, table
from storage.registry.meters import Channel

__all__ = ["Correction", "channel_of"]


def channel_of(actor: Actor, channel_id: int) -> Channel:
    """Return a channel that the reader sees."""
    with actor.look() as connection:
        found = meters.channels(connection, [channel_id])
    if not found:
        raise no_channel(channel_id)
    return found[0]


def one_correction(actor: Actor, channel_id: int, correction_id: int) -> tuple[Channel, Correction]:
    """Return one thing that a person said of a channel, also where it was taken back."""
    with actor.look() as connection:
        found = meters.channels(connection, [channel_id])
        if not found:
            raise no_channel(channel_id)
        correction = amendments.one(connection, channel_id, correction_id)
        if correction is None:
            raise not_found("更正", "correction", {"correction_id": correction_id})
        return found[0], correction


def check_factor_stays(one: Case) -> None:
    """Refuse to withdraw an exchange at which a factor changes: it changes only there."""
    begins = [
        setting
        for setting in meters.settings(one.connection, one.channel.channel_id)
        if setting.valid_from == one.at
    ]
    if begins and not table.exchanged(one.connection, [one.channel.channel_id], [one.at]):
        words = "设置自此时生效,须以换表为准。", "is when a setting begins that needs the exchange."
        raise one.impossible("at", one.at.isoformat(), *words)


def judge(one: Case, *, wrap: bool) -> int:
    """Keep a verdict on the reading at the instant, and return the correction's id."""
    replaced = amendments.judge(
        one.connection,
        one.channel.channel_id,
        one.at_ms,
        wrap=wrap,
        source=one.reason,
        by=one.by,
    )
    return one.record("wrap" if wrap else "reinstate", replaced=replaced)


def reading_at(one: Case) -> Around:
    """Return what is known around the reading at the instant; there must be one."""
    near = effects.around(one.connection, one.channel.channel_id, one.at_ms)
    if one.at_ms not in near.rows.at_ms:
        where = {"channel_id": one.channel.channel_id, "at": one.at.isoformat()}
        raise not_found("读数", "reading", where)
    return near


def check_set_aside(one: Case) -> None:
    """Refuse an instant whose reading the rules have not set aside."""
    near = reading_at(one)
    if near.found.stands[near.rows.at_ms == one.at_ms].all():
        words = "的读数未被暂存待核。", "is the instant of a reading that is not set aside."
        raise one.impossible("at", one.at.isoformat(), *words)


def check_wrapped(one: Case, before: Around) -> None:
    """Refuse a wrap that does not fit, with the reason; the verdict is in this transaction."""
    near = effects.around(one.connection, one.channel.channel_id, one.at_ms)
    ends = np.flatnonzero(near.found.steps.end_ms == one.at_ms)
    if len(ends) and near.found.steps.reason[ends[0]] == Reason.WRAPPED:
        return
    zh, en = _why_no_wrap(one, before)
    raise one.impossible("at", one.at.isoformat(), zh, en)


def _why_no_wrap(one: Case, near: Around) -> tuple[str, str]:
    steps, rows, wraps_at = near.found.steps, near.rows, one.setting.wraps_at
    ends = np.flatnonzero((steps.end_ms == one.at_ms) & (steps.reason == Reason.FALL))
    if not len(ends):
        return "此读数处没有示数变小。", "is no reading to which the register falls."
    if not wraps_at:
        return "未设置翻转值 wraps_at。", "cannot be a wrap: nobody stated wraps_at."
    row, begun = (
        int(np.searchsorted(rows.at_ms, edge)) for edge in (one.at_ms, int(steps.start_ms[ends[0]]))
    )
    implied = int(rows.ends[row]) - int(rows.starts[begun]) + wraps_at
    time = np.array([one.at_ms - int(rows.at_ms[begun])])
    use = one.shown(implied)
    if not within(np.array([implied]), rows.max_per_hour[[begun]], time)[0]:
        return f"翻转意味着用量 {use},超过线路所能承载。", (
            f"would mean a use of {use}, more than the connection can carry."
        )
    return f"翻转意味着用量 {use},超过表计量程的一半。", (
        f"would mean a use of {use}, more than half the register's range."
    )


def check_last(one: Case, correction: Correction) -> None:
    """Refuse what was taken back already, and what something said later stands on."""
    where = {"correction_id": correction.id}
    if correction.known_until is not None:
        raise ConflictError(
            "correction.taken_back",
            zh=f"更正 {correction.id} 已撤销。",
            en=f"Correction {correction.id} has been taken back.",
            next_zh="如需恢复,请重新更正。",
            next_en="Make the correction again if it should hold.",
            where=where,
        )
    of = next((kinds for kinds in (OF_VERDICT, OF_EXCHANGE) if correction.kind in kinds), ())
    if of and (later := amendments.later(one.connection, correction, of)):
        raise ConflictError(
            "correction.stood_upon",
            zh=f"更正 {later} 是在 {correction.id} 之后对同一时刻所作。",
            en=f"Correction {later} was made after {correction.id}, of the same instant.",
            next_zh=f"请先撤销 {later}。",
            next_en=f"Undo {later} first.",
            where=where,
        )


def undo_fact(one: Case, correction: Correction) -> None:
    """Let the verdict or exchange hold again that held before."""
    if correction.kind in OF_READING:
        return
    connection, channel_id = one.connection, one.channel.channel_id
    if correction.kind in OF_VERDICT:
        amendments.retire_verdict(connection, channel_id, correction.at_ms)
        if correction.replaced is not None:
            amendments.restore_verdict(connection, correction.replaced)
        return
    exchanges.retire(connection, channel_id, one.at)
    if correction.replaced is not None:
        exchanges.restore(connection, correction.replaced)
    check_factor_stays(one)

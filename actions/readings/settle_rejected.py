"""Taking refused messages after all: as they are, or with their times put right."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, runtime_checkable
from urllib.parse import quote

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Line
from actions.readings.routes_now import routes_now
from actions.readings.shift_rejected import ACT, GUESS, Shifted, ShiftSink, shift
from actions.readings.things import GATEWAY
from actions.readings.waiting import Waiting, of_actor, waiting
from actions.rights import Right
from metering.clocks import shift_of
from metering.errors import InputError, UnavailableError
from metering.messages import AuditNote, Message, Readings, Rejection, Stored
from storage.readings.gateways import Gateway
from storage.readings.rejects import Rejected

_SHOWN: Final = 20  # channels of a preview


@runtime_checkable
class AgainSink(Protocol):
    """Where refused readings go once more, together with the record of the act."""

    def write_again(
        self,
        batch: Sequence[Message],
        readings: Readings,
        refusals: Sequence[Rejected],
        *,
        audit: Callable[[Stored], AuditNote],
        rejected: Sequence[Rejection] = (),
        dry_run: bool = False,
    ) -> Stored:
        """Commit what can be taken by now, and settle the refusals of it."""
        ...


class Taken(BaseModel):
    """What became of refused messages: taken now, or refused, as before or for another reason."""

    messages: int
    taken: int = Field(description="Messages.")
    refused: int = Field(description="Messages that wait on, for the reasons named.")
    reasons: dict[str, int]
    inserted: int = Field(description="Readings of instants that had none.")
    revised: int
    duplicates: int
    left: bool = Field(description="More wait; do it again.")


class Replayed(Taken):
    """The same of a gateway's messages."""

    gateway: str


class ShiftRejected(Action[Gateway, Shifted]):
    """Take messages that were set aside for their clock, at the times that are meant."""

    about = About(
        code=ACT,
        on=GATEWAY,
        right=Right.CORRECT_READINGS,
        path="/gateways/{on}/rejects/shift",
        tag="rejects and gateways",
        zh="平移时钟有误的读数",
        en="Shift what a wrong clock had set aside",
        done=("已收下,用量正在重新计算。", "Taken; the use is being computed anew."),
        by_file=False,  # the sink's transaction is not the file's
    )

    shift: Line = field(
        zh="平移",
        en="Shift",
        hint=(
            "超前的往回:-8h、-5h30m;回退的往前:+1d6h;guess 为按推测的偏差",
            "Back, as -8h, what is ahead; forward, as +1d6h, what fell back; guess as it seems",
        ),
        default=GUESS,
        examples=["-8h"],
    )

    @classmethod
    def notes_itself(cls) -> bool:
        """Return that the sink writes the audit entry together with the readings."""
        return True

    @classmethod
    def where_to(cls, on: Gateway, result: Shifted) -> str:
        """Return the page of what else waits of the gateway."""
        return rejects_of(on)

    def check(self, on: Gateway, at: Acting) -> None:
        """Refuse what is no shift."""
        if self.shift != GUESS:
            shift_of(self.shift)

    def foresee(self, on: Gateway, at: Acting) -> list[Effect]:
        """Return what would be taken, and the times of each channel before and after."""
        return list(_effects_of_shift(self.written(on, at, dry_run=True)))

    def do(self, on: Gateway, at: Acting) -> Shifted:
        """Take it."""
        return self.written(on, at, dry_run=False)

    def written(self, on: Gateway, at: Acting, *, dry_run: bool) -> Shifted:
        """Have the sink take it, or only try."""
        sink = at.sink
        if not isinstance(sink, ShiftSink):
            raise no_sink()
        found = shift(at.connection, on.name, self.shift, routes_now(at)).of_actor(at.connection)

        def audit(more: dict[str, Any]) -> AuditNote:
            detail = {"gateway": on.name, "shift": self.shift, "shifted": more}
            return AuditNote(at.actor, self.about.code, str(on.gateway_id), detail)

        return found.write(sink, audit, dry_run=dry_run)


class ReplayRejected(Action[Gateway, Replayed]):
    """Try refused messages once more, after a key was bound or a setting mended.

    What is stored already is not stored twice; what is still refused waits on.
    """

    about = About(
        code="rejected.replay",
        on=GATEWAY,
        right=Right.CORRECT_READINGS,
        path="/gateways/{on}/rejects/replay",
        tag="rejects and gateways",
        zh="重新收下拒收报文",
        en="Try refused messages again",
        done=("已收下,用量正在重新计算。", "Taken; the use is being computed anew."),
        by_file=False,  # the sink's transaction is not the file's
    )

    reason: Line = field(
        zh="原因",
        en="Why they can be taken now",
        hint=("例如:通道键已绑定", "Such as: the key was bound"),
        examples=["The key was bound"],
    )

    @classmethod
    def notes_itself(cls) -> bool:
        """Return that the sink writes the audit entry together with the readings."""
        return True

    @classmethod
    def where_to(cls, on: Gateway, result: Replayed) -> str:
        """Return the page of what else waits of the gateway."""
        return rejects_of(on)

    def foresee(self, on: Gateway, at: Acting) -> list[Effect]:
        """Return what would be taken, and why the rest waits on."""
        done = self.written(on, at, dry_run=True)
        return [*counts_of(done), *reasons_of(done.reasons)]

    def do(self, on: Gateway, at: Acting) -> Replayed:
        """Take what can be taken."""
        return self.written(on, at, dry_run=False)

    def written(self, on: Gateway, at: Acting, *, dry_run: bool) -> Replayed:
        """Have the sink take it, or only try."""
        sink = at.sink
        if not isinstance(sink, AgainSink):
            raise no_sink()
        found = waiting(at.connection, on.name, routes_now(at))
        if not (found.rows or found.skipped):
            raise _nothing(on.name)
        found = of_actor(at.connection, found, self.about.code)

        def audit(stored: Stored) -> AuditNote:
            told = _replayed(on.name, found, stored).model_dump(mode="json")
            detail = {"gateway": on.name, "reason": self.reason, "replayed": told}
            return AuditNote(at.actor, self.about.code, str(on.gateway_id), detail)

        stored = again(sink, found, audit, dry_run=dry_run)
        return _replayed(on.name, found, stored)


def rejects_of(on: Gateway) -> str:
    """Return the address of the page of what waits of a gateway."""
    return f"/rejects?gateway={quote(on.name, safe='')}"


def again(
    sink: AgainSink, found: Waiting, audit: Callable[[Stored], AuditNote], *, dry_run: bool
) -> Stored:
    """Have the sink take what waits, or only try."""
    return sink.write_again(
        found.batch,
        found.readings,
        found.rows,
        audit=audit,
        rejected=found.rejected,
        dry_run=dry_run,
    )


def no_sink() -> UnavailableError:
    """Return that readings are written elsewhere."""
    return UnavailableError(
        "import.not_offered",
        zh="本服务未启用读数写入。",
        en="This service takes no readings.",
        next_zh="请由管理员运行 commonwatt replay-rejected。",
        next_en="Have the administrator run commonwatt replay-rejected.",
    )


def taken_of(found: Waiting, stored: Stored) -> Taken:
    """Return what became of messages, of those that wait on in any case too."""
    refused: dict[int, str] = {}
    for one in stored.rejected:
        refused.setdefault(one.message, one.reason.code)
    reasons = [*refused.values(), *found.skipped]
    return Taken(
        messages=len(found.batch) + len(found.skipped),
        taken=len(found.batch) - len(refused),
        refused=len(reasons),
        reasons={code: reasons.count(code) for code in sorted(set(reasons))},
        inserted=stored.inserted,
        revised=stored.revised,
        duplicates=stored.duplicates,
        left=found.left,
    )


def _replayed(gateway: str, found: Waiting, stored: Stored) -> Replayed:
    return Replayed(gateway=gateway, **taken_of(found, stored).model_dump())


def counts_of(done: Taken | Shifted) -> list[Effect]:
    """Return how many messages and readings that is."""
    counted = (
        ("taken", Words("收下的报文", "Messages that are taken"), done.taken),
        ("inserted", Words("新增读数", "Readings of instants that had none"), done.inserted),
        ("revised", Words("与已有读数不同", "Beside another reading"), done.revised),
        ("duplicates", Words("已有读数", "Stored already"), done.duplicates),
    )
    return [
        Effect(code, what, None, plain(str(n))) for code, what, n in counted if n or code == "taken"
    ]


def reasons_of(reasons: dict[str, int]) -> list[Effect]:
    """Return why messages wait on."""
    return [
        Effect("waits_on", Words(f"仍不能收下:{code}", f"Waits on: {code}"), None, plain(str(n)))
        for code, n in reasons.items()
    ]


def _effects_of_shift(done: Shifted) -> list[Effect]:
    by = Effect("shift", Words("平移", "Shift"), None, plain(done.shift), {"shift": done.shift})
    channels = [
        Effect(
            "channel",
            Words(
                f"通道 {one.channel} ({one.readings})", f"Channel {one.channel} ({one.readings})"
            ),
            plain(f"{one.first:%Y-%m-%d %H:%M:%S} – {one.last:%Y-%m-%d %H:%M:%S} UTC"),
            plain(
                f"{one.first_shifted:%Y-%m-%d %H:%M:%S} – {one.last_shifted:%Y-%m-%d %H:%M:%S} UTC"
            ),
            {"misfits": one.misfits},
        )
        for one in done.channels[:_SHOWN]
    ]
    misfits = Words("与前后读数不符的读数", "Readings that do not fit those around them")
    odd = [Effect("misfits", misfits, None, plain(str(done.misfits)))] if done.misfits else []
    return [by, *counts_of(done), *channels, *odd, *reasons_of(done.reasons)]


def _nothing(gateway: str) -> InputError:
    return InputError(
        "rejects.nothing_waits",
        zh=f"采集网关 {gateway} 没有待处理的拒收报文。",
        en=f"Nothing that was refused of the gateway {gateway} waits.",
        next_zh="无需处理。",
        next_en="Nothing needs to be done.",
        where={"gateway": gateway},
    )

"""Stating behind which main meter a sub-meter measures, declared once."""

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Words, field
from actions.kinds import Day, Id, Line
from actions.registry.institutions import institution_name
from actions.registry.meter_trees import (
    called,
    check_carrier,
    check_once,
    check_tree,
    every_channel,
)
from actions.rights import Right
from actions.things import CHANNEL
from analytics.meter_trees import Placed, mains_on
from metering.errors import InputError
from storage.dated import supersede
from storage.registry import meters, shares, submeters
from storage.registry.meters import Channel

_MAIN = Words("总表", "Main meter")
_ITSELF = Words("本身为总表", "a main meter itself")
_COUNTS = Words("单独计入台账", "Counts in an account of its own")


class SubmeterStated(BaseModel):
    """A channel and its main one from that day on."""

    channel_id: int
    main: int | None = Field(description="Null: it is a main meter itself.")
    before: int | None = Field(description="Its main meter on that day before this was said.")
    valid_from: str
    left: list[int] = Field(description="Institutions in whose accounts it no longer counts.")


class StateSubmeter(Action[Channel, SubmeterStated]):
    """State behind which main meter of its carrier a channel measures, from a day on.

    Main meters count in accounts; what sub-meters measure is counted with them already.
    """

    about = About(
        code="submeter.state",
        on=CHANNEL,
        right=Right.REGISTER,
        path="/channels/{on}/main-meter",
        tag="meters and channels",
        zh="登记总分表关系",
        en="State a sub-meter's main meter",
        done=("总分表关系已登记。", "The main meter has been stated."),
    )

    main: Id | None = field(
        zh="总表",
        en="Main meter",
        hint=("同一能源品种;不填表示本表自该日起为总表",
              "Of the same carrier; left open: it is a main meter itself from that day on"),
        choices=every_channel,
        default=None,
        examples=[7],
    )  # fmt: skip
    valid_from: Day = field(zh="起始日期", en="From", examples=["2026-01-01"])
    leaves: bool = field(
        zh="不再单独计入台账",
        en="No longer counts in accounts of its own",
        hint=("其用量已由总表计入", "Its main meter counts what it measures"),
        default=False,
    )
    source: Line = field(
        zh="依据", en="Source", hint=("如配电系统图编号", "Such as the wiring diagram's number"),
        examples=["Diagram 7"],
    )  # fmt: skip

    @classmethod
    def copies(cls) -> bool:
        """Return whether it reads by COPY, as what is dated does."""
        return True

    def check(self, on: Channel, at: Acting) -> None:
        """Refuse itself, another carrier, a circle, and what would count twice; name both."""
        if self.main is None:
            return
        if self.main == on.channel_id:
            raise _itself(on)
        main = next(iter(meters.channels(at.connection, [self.main])))  # one of the choices
        check_carrier(on, main)
        check_tree(at, on.channel_id, self.main, self.valid_from)
        check_once(at, on.channel_id, self.main, self.valid_from, leaves=self.leaves)

    def foresee(self, on: Channel, at: Acting) -> list[Effect]:
        """Return its main meter before and after, and whose accounts it leaves."""
        made = self.do(on, at)
        before, after = (
            _ITSELF if one is None else called(at, one) for one in (made.before, made.main)
        )
        left = [
            Effect("account", _COUNTS, institution_name(at, one) or Words(str(one), str(one)), None)
            for one in made.left
        ]
        return [Effect("main", _MAIN, before, after), *left]

    def do(self, on: Channel, at: Acting) -> SubmeterStated:
        """State it; what was known before stays on record."""
        known = [Placed(*row) for row in submeters.trees(at.connection, [on.channel_id])]
        before = mains_on(known, self.valid_from).get(on.channel_id)
        left = self._leave(on, at) if self.leaves else []
        submeters.state(
            at.connection, on.channel_id, on.carrier, self.main, self.valid_from, self.source,
            at.actor,
        )  # fmt: skip
        return SubmeterStated(
            channel_id=on.channel_id,
            main=self.main,
            before=before,
            valid_from=self.valid_from.isoformat(),
            left=left,
        )

    def opposite(self, on: Channel, result: SubmeterStated) -> Opposite | None:
        """Return what was said before; none where it left accounts, whose shares are not told."""
        if result.left:
            return None
        fields = {"main": result.before, "valid_from": self.valid_from, "source": self.source}
        return Opposite(StateSubmeter.model_validate(fields), on.channel_id)

    def _leave(self, on: Channel, at: Acting) -> list[int]:
        """Let it count no longer in accounts of its own; return whose."""
        terms = submeters.terms(at.connection, on.channel_id, self.valid_from)
        rows = [
            (institution, on.channel_id, carrier, None, self.valid_from, self.source)
            for institution, carrier in terms
        ]
        changed = supersede(at.connection, shares.TERM, rows, at.actor)
        days = [self.valid_from.isoformat()] * len(changed)
        shares.queue_accounts(at.connection, [one.key[1] for one in changed], days)
        return [one.key[0] for one in changed]


def _itself(on: Channel) -> InputError:
    return InputError(
        "submeter.itself",
        zh=f"{on.meter} · {on.code} 不能是自己的分表。",
        en=f"{on.meter} · {on.code} cannot be its own sub-meter.",
        next_zh="请选择另一块总表,或留空表示本身为总表。",
        next_en="Choose another meter, or leave it open: it is a main meter itself.",
        where={"field": "main", "value": str(on.channel_id)},
    )

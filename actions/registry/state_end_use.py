"""Stating what a channel's use is for, by an item of a code set, declared once."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Option, Words, field
from actions.kinds import Day, Line
from actions.rights import Right
from actions.things import CHANNEL
from metering.errors import InputError
from storage.registry import end_uses
from storage.registry.end_uses import Item
from storage.registry.meters import Channel

_WHAT: Final = Words("用能分项", "End use")
SETS: Final = {"MOHURD": Words("部颁", "MOHURD"), "COMMONWATT": Words("自定", "CommonWatt")}


class EndUseStated(BaseModel):
    """What is known from that day on."""

    channel_id: int
    use: str | None = Field(description="SET:CODE; null: of no end use.")
    before: str | None
    valid_from: str


def set_name(code_set: str) -> Words:
    """Return what people call a code set."""
    return SETS.get(code_set, Words(code_set, code_set))


def item_words(one: Item) -> Words:
    """Return what people call an item of a code set."""
    of = set_name(one.code_set)
    return Words(f"{one.code} {one.name_zh} ({of.zh})", f"{one.code} {one.name_en} ({of.en})")


def every_use(at: Acting) -> Sequence[Option]:
    """Return the items of all code sets."""
    return [Option(one.key, item_words(one)) for one in items_by_key(at).values()]


def items_by_key(at: Acting) -> dict[str, Item]:
    """Return the items of all code sets, by SET:CODE."""
    if "end uses" not in at.known:
        at.known["end uses"] = {one.key: one for one in end_uses.items(at.connection, at.today)}
    found: dict[str, Item] = at.known["end uses"]
    return found


class StateEndUse(Action[Channel, EndUseStated]):
    """State what a channel's use is for, from a day on until the next word on it.

    A meter is for one item at a time; what its sub-meters are for is taken out of it by itself.
    """

    about = About(
        code="end_use.state",
        on=CHANNEL,
        right=Right.REGISTER,
        path="/channels/{on}/end-use",
        tag="meters and channels",
        zh="登记用能分项",
        en="State an end use",
        done=("用能分项已登记。", "The end use has been stated."),
    )

    use: Annotated[str, Field(max_length=80)] | None = field(
        zh="用能分项",
        en="End use",
        hint=("不填表示自该日起不归入任何分项", "Left open: of none from that day on"),
        choices=every_use,
        default=None,
        examples=["MOHURD:01A10"],
    )
    valid_from: Day = field(zh="起始日期", en="From", examples=["2026-01-01"])
    source: Line = field(
        zh="依据", en="Source", hint=("如配电系统图编号", "Such as the wiring diagram's number"),
        examples=["Diagram 7"],
    )  # fmt: skip

    @classmethod
    def copies(cls) -> bool:
        """Return that facts are brought by COPY."""
        return True

    def check(self, on: Channel, at: Acting) -> None:
        """Refuse an item of another carrier, and name both."""
        if self.use is None:
            return
        item = items_by_key(at)[self.use]  # one of the choices
        known = end_uses.class_of(at.connection, on.carrier)
        if item.carrier_class is not None and item.carrier_class != known:
            words = item_words(item)
            raise InputError(
                "end_use.other_carrier",
                zh=f"{on.meter} · {on.code} 计 {on.carrier},分项“{words.zh}”属于另一能源品种。",
                en=f"{on.meter} · {on.code} measures {on.carrier}; “{words.en}” is of another "
                "carrier.",
                next_zh="请选择同一能源品种的分项。",
                next_en="Choose an item of the same carrier.",
                where={"field": "use", "value": self.use},
            )

    def foresee(self, on: Channel, at: Acting) -> list[Effect]:
        """Return what it was for on that day before, and what it will be."""
        before, after = (
            item_words(items_by_key(at)[one]) if one in items_by_key(at) else None
            for one in (self._before(on, at), self.use)
        )
        return [Effect("end_use", _WHAT, before, after)]

    def do(self, on: Channel, at: Acting) -> EndUseStated:
        """State it; what was known before stays on record."""
        before = self._before(on, at)
        end_uses.state(
            at.connection, on.channel_id, self.use, self.valid_from, self.source, at.actor
        )
        return EndUseStated(
            channel_id=on.channel_id,
            use=self.use,
            before=before,
            valid_from=self.valid_from.isoformat(),
        )

    def opposite(self, on: Channel, result: EndUseStated) -> Opposite:
        """Return what was said before."""
        fields = {"use": result.before, "valid_from": self.valid_from, "source": self.source}
        return Opposite(StateEndUse.model_validate(fields), on.channel_id)

    def _before(self, on: Channel, at: Acting) -> str | None:
        held = end_uses.known(at.connection, channel=on.channel_id)
        return next((one.key for one in held if one.holds_on(self.valid_from)), None)

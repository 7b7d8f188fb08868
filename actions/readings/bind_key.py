"""Binding a key that a gateway sends: to a channel, or to one that is made with it."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect, Opposite
from actions.fields import Acting, Option, Searched, Words, field, plain
from actions.kinds import Amount, Id, Instant, Line
from actions.readings import feeding, new_channel
from actions.readings.ending import since_of, source_field
from actions.readings.key_effects import coming, kept_readings
from actions.readings.settle_rejected import Taken
from actions.readings.unbind_key import UnbindKey
from actions.registry.things import every_carrier
from actions.registry.values import NewChannel
from actions.rights import Right
from actions.things import every_institution
from metering.errors import InputError
from storage.registry import keys, table
from storage.registry.keys import Registered


class To(StrEnum):
    """What a key is bound to."""

    EXISTING = "existing"
    NEW = "new"


class Kinds(StrEnum):
    """The kinds of channels."""

    REGISTER = "register"
    INTERVAL = "interval"
    POWER = "power"


class Counts(StrEnum):
    """Whether a channel makes its institution's account."""

    YES = "yes"
    NO = "no"


KINDS: Final[dict[str, Words]] = {
    Kinds.REGISTER: Words("累计示数", "register: counted so far"),
    Kinds.INTERVAL: Words("时段用量", "interval: use of a period"),
    Kinds.POWER: Words("瞬时功率或流量", "power: a rate"),
}


class KeyBound(BaseModel):
    """What a key is bound to."""

    gateway: str
    channel_key: str
    channel_id: int
    since: datetime | None = Field(description="Null: ever since the channel began.")
    fed_in: Taken | None = Field(
        description="What became of the messages that waited; null where this service takes none, "
        "or could not."
    )


def _option(one: Registered) -> Option:
    zh = f"{one.name_zh} · {one.meter} · {one.channel} ({one.unit}) #{one.channel_id}"
    en = f"{one.name_en} · {one.meter} · {one.channel} ({one.unit}) #{one.channel_id}"
    return Option(str(one.channel_id), Words(zh, en))


def _find(at: Acting, text: str) -> list[Option]:
    return [_option(one) for one in keys.registrable(at.connection, text, 51)]


def _named(at: Acting, value: str) -> Option | None:
    if not value.isdecimal() or len(value) > 9:
        return None
    found = keys.one_registrable(at.connection, int(value))
    return _option(found) if found else None


class BindKey(Action[None, KeyBound]):
    """Bind a key that a gateway sends to a channel, and take what waits under it.

    The channel is one that there is, or is made with its meter; that is for administrators.
    Readings that were set aside for want of it go through intake again.
    """

    about = About(
        code="key.bind",
        right=Right.REGISTER,
        path="/unbound-keys/bind",
        tag="rejects and gateways",
        zh="绑定通道键",
        en="Bind a key",
        done=("已绑定,用量正在重新计算。", "Bound; the use is being computed anew."),
    )

    gateway: Line = field(zh="采集网关", en="Gateway", examples=["demo-a/g1"])
    channel_key: Line = field(zh="通道键", en="Key", examples=["meter/EPI"])
    to: To = field(
        zh="绑定到",
        en="To",
        names={To.EXISTING: Words("已有通道", "a channel there is"),
               To.NEW: Words("新建表计和通道", "a new meter and channel")},
        examples=["existing"],
    )  # fmt: skip
    channel: Id | None = field(
        zh="通道", en="Channel", choices=Searched(_find, _named), when=("to", "existing"),
        examples=[7],
    )  # fmt: skip
    institution: Id | None = field(
        zh="机构", en="Institution", choices=every_institution, when=("to", "new")
    )
    meter: Line | None = field(zh="表计编号", en="Code of the meter", when=("to", "new"))
    name: Line | None = field(zh="表计名称", en="Name of the meter", when=("to", "new"))
    carrier: Line | None = field(
        zh="能源品种", en="Carrier", choices=every_carrier, when=("to", "new")
    )
    kind: Kinds | None = field(zh="类型", en="Kind", names=KINDS, when=("to", "new"))
    unit: Line | None = field(
        zh="网关所用单位", en="Unit of the gateway", hint=("如 kWh、m3", "Such as kWh, m3"),
        when=("to", "new"),
    )  # fmt: skip
    period_s: Id | None = field(zh="读数间隔", en="Between readings", unit="s", when=("to", "new"))
    ratio: Amount | None = field(
        zh="变比", en="Ratio of the transformers",
        hint=("没有互感器填 1", "1 where there are none"), when=("to", "new"),
    )  # fmt: skip
    counts: Counts | None = field(
        zh="计入机构台账", en="Counts in the institution's account",
        names={Counts.YES: Words("是", "yes"), Counts.NO: Words("否(分项表)", "no: a sub-meter")},
        when=("to", "new"),
    )  # fmt: skip
    opens: Instant | None = field(
        zh="通道启用时间", en="The channel begins",
        hint=("更早的读数会被拒收", "What is older is refused"), when=("to", "new"),
    )  # fmt: skip
    since: Instant | None = field(
        zh="绑定自读数时间", en="Bound for readings from",
        hint=("不填即始终", "Left open: ever since"), default=None,
    )  # fmt: skip
    source: Line = source_field("The label on the meter")

    @classmethod
    def copies(cls) -> bool:
        """Return that dated facts come in by COPY."""
        return True

    @classmethod
    def where_to(cls, on: None, result: KeyBound) -> str:
        """Return the page of keys that are bound to nothing."""
        return "/unbound-keys"

    def check(self, on: None, at: Acting) -> None:
        """Refuse a key that has a channel then, and a channel that cannot be."""
        held = keys.means(at.connection, self.gateway, self.channel_key, since_of(self.since))
        if held is not None:
            raise _held(self.gateway, self.channel_key, held)
        if self.to is To.NEW:
            self._planned(at)

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return what it would mean, how many readings would come, and which would not."""
        kept = kept_readings(at, self.gateway, self.channel_key)
        channel = self._bound(at)
        name = _named(at, str(channel))
        what = plain(f"{self.gateway} · {self.channel_key}")
        new = Words("(新建)", " (made with it)") if self.to is To.NEW else Words("", "")
        words = name.words if name else plain(f"#{channel}")
        after = Words(words.zh + new.zh, words.en + new.en)
        return [Effect("binding", what, None, after), *coming(at, kept)]

    def do(self, on: None, at: Acting) -> KeyBound:
        """Bind it; what waits is taken once it is committed."""
        channel = self._bound(at)
        at.told["channel"] = channel
        result = KeyBound(
            gateway=self.gateway,
            channel_key=self.channel_key,
            channel_id=channel,
            since=since_of(self.since),
            fed_in=None,
        )
        feeding.later(at, self.about.code, self.gateway, self.channel_key, result)
        return result

    def opposite(self, on: None, result: KeyBound) -> Opposite:
        """Return what lets the key mean nothing again; what came under it stays."""
        since = self.since or datetime.fromisoformat("1970-01-01T00:00:00+00:00")
        ends = UnbindKey(
            gateway=self.gateway, channel_key=self.channel_key, since=since, source="undo"
        )
        return Opposite(ends)

    def _bound(self, at: Acting) -> int:
        if self.to is To.NEW:
            return new_channel.made(at, self._planned(at))
        assert self.channel is not None
        known = keys.gateways(at.connection, [self.gateway])
        gateway = known.get(self.gateway) or table.new_gateway(at.connection, self.gateway)
        since, how = since_of(self.since), (self.source, at.actor)
        keys.let_mean(at.connection, gateway, self.channel_key, self.channel, since, *how)
        return self.channel

    def _planned(self, at: Acting) -> NewChannel:
        return new_channel.planned(at, self.model_dump())


def _held(gateway: str, key: str, channel: int) -> InputError:
    return InputError(
        "key.is_bound",
        zh=f"网关 {gateway} 的键“{key}”在该时间已绑定通道 #{channel}。",
        en=f"The key “{key}” of {gateway} means the channel #{channel} then.",
        next_zh="请核对;确需改绑时,先解除该键的绑定。",
        next_en="Check it; to bind it to another, unbind it first.",
        where={"field": "channel_key", "value": key},
    )

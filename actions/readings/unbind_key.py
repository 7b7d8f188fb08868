"""Unbinding a key: from an instant on it means no channel."""

from pydantic import BaseModel

from actions.declared import ACTIONS, About, Action, Effect, Opposite
from actions.fields import Acting, Words, field, plain
from actions.kinds import Instant, Line
from actions.readings.ending import Ends, ending_field, since_of, source_field
from actions.rights import Right
from metering.errors import InputError
from storage.registry import keys


class KeyUnbound(BaseModel):
    """A key that means no channel any more."""

    gateway: str
    channel_key: str
    channel_id: int


class UnbindKey(Ends, Action[None, KeyUnbound]):
    """Let a key mean no channel for readings from an instant on, until the next that is known.

    What was stored stays; what comes under the key waits.
    """

    about = About(
        code="key.unbind",
        right=Right.REGISTER,
        path="/unbound-keys/unbind",
        tag="rejects and gateways",
        zh="解除通道键绑定",
        en="Unbind a key",
        done=("已解除绑定。", "Unbound."),
    )

    gateway: Line = field(zh="采集网关", en="Gateway", examples=["demo-a/g1"])
    channel_key: Line = field(zh="通道键", en="Key", examples=["meter/EPI"])
    since: Instant = ending_field(
        "自读数时间起", "For readings from", ("从未绑定", "as if it had never been")
    )
    source: Line = source_field("The meter was taken down")

    @classmethod
    def where_to(cls, on: None, result: KeyUnbound) -> str:
        """Return the page of keys that are bound to nothing."""
        return "/unbound-keys"

    def held(self, at: Acting) -> int:
        """Return the channel that it means then."""
        found = keys.means(at.connection, self.gateway, self.channel_key, since_of(self.since))
        if found is None:
            raise InputError(
                "key.not_bound",
                zh=f"网关 {self.gateway} 的键“{self.channel_key}”在该时间没有绑定通道。",
                en=f"The key “{self.channel_key}” of {self.gateway} means no channel then.",
                next_zh="请核对网关、键和时间。",
                next_en="Check gateway, key and instant.",
                where={"field": "channel_key", "value": self.channel_key},
            )
        return found

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return what it means no longer."""
        before = plain(f"#{self.held(at)}")
        what = plain(f"{self.gateway} · {self.channel_key}")
        stays = Words("保留", "stay")
        return [
            Effect("binding", what, before, None),
            Effect("readings", Words("已存读数", "Readings that are stored"), None, stays),
        ]

    def do(self, on: None, at: Acting) -> KeyUnbound:
        """Unbind it."""
        channel = self.held(at)
        gateway = keys.gateways(at.connection, [self.gateway])[self.gateway]
        since, how = since_of(self.since), (self.source, at.actor)
        keys.let_mean(at.connection, gateway, self.channel_key, None, since, *how)
        at.told["channel"] = channel
        return KeyUnbound(gateway=self.gateway, channel_key=self.channel_key, channel_id=channel)

    def opposite(self, on: None, result: KeyUnbound) -> Opposite:
        """Return what lets it mean the channel again."""
        said = {
            "gateway": self.gateway,
            "channel_key": self.channel_key,
            "to": "existing",
            "channel": result.channel_id,
            "since": since_of(self.since),
            "source": "undo",
        }
        return Opposite(ACTIONS["key.bind"].model_validate(said))

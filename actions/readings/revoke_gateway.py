"""Revoking a gateway's key, declared once: nothing that it sends is taken from then on."""

from typing import Final

from pydantic import BaseModel

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field
from actions.kinds import Line
from actions.readings.things import GATEWAY
from actions.rights import Right
from metering.errors import ConflictError
from storage.readings import gateways
from storage.readings.gateways import Gateway

_ENDS: Final = Words("失效;数秒内断开连接", "ends; the connection within seconds")
_REFUSED: Final = Words("拒收并暂存待核", "refused, and set aside")
_TAKEN: Final = Words("接收", "taken")
_THERE: Final = Words("有", "there is one")
_NONE: Final = Words("无", "none")


class GatewayRevoked(BaseModel):
    """A gateway that is refused until it has a new key."""

    gateway: str
    gateway_id: int


class RevokeGateway(Action[Gateway, GatewayRevoked]):
    """Refuse all that a gateway sends, at once; its connection ends within seconds.

    A new key lets it in again.
    """

    about = About(
        code="gateway.revoke",
        on=GATEWAY,
        right=Right.ADMINISTER,
        path="/gateways/{on}/revoke",
        tag="rejects and gateways",
        zh="吊销采集网关凭据",
        en="Revoke the key of a gateway",
        done=("凭据已吊销,其报文即刻拒收。", "Revoked; what it sends is refused from now on."),
        by_file=False,
    )

    reason: Line = field(
        zh="原因",
        en="Why",
        hint=("例如:网关遗失,或密码外泄", "Such as: it was lost, or its password is known"),
        examples=["It was stolen"],
    )

    @classmethod
    def fits(cls, on: Gateway) -> bool:
        """Return whether it is not revoked yet."""
        return on.revoked_at is None

    def check(self, on: Gateway, at: Acting) -> None:
        """Refuse one that is revoked already."""
        if on.revoked_at is not None:
            raise _revoked_already(on)

    def foresee(self, on: Gateway, at: Acting) -> list[Effect]:
        """Return what ends."""
        before = _THERE if on.has_key else _NONE
        return [
            Effect("key", Words("密码", "Password"), before, _ENDS if on.has_key else _NONE),
            Effect("messages", Words("报文", "Its messages"), _TAKEN, _REFUSED),
        ]

    def do(self, on: Gateway, at: Acting) -> GatewayRevoked:
        """Forget its key, and have the collector refuse it."""
        gateways.revoke(at.connection, on.gateway_id)
        at.told["gateway"] = on.name
        return GatewayRevoked(gateway=on.name, gateway_id=on.gateway_id)

    @classmethod
    def where_to(cls, on: Gateway, result: GatewayRevoked) -> str:
        """Return its page."""
        return f"/gateways/{result.gateway_id}"


def _revoked_already(on: Gateway) -> ConflictError:
    at = f"{on.revoked_at:%Y-%m-%d %H:%M} UTC"
    return ConflictError(
        "gateway.revoked_already",
        zh=f"采集网关 {on.name} 的凭据已于 {at} 吊销。",
        en=f"The key of the gateway {on.name} was revoked at {at} already.",
        next_zh="无需再办;如需恢复,请签发新密钥。",
        next_en="Nothing is left to do; a new key lets it in again.",
    )

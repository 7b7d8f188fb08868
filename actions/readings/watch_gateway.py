"""Keeping a gateway's next messages to look at, declared once: they go by themselves."""

from typing import Final

from pydantic import BaseModel

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words
from actions.readings.things import GATEWAY
from actions.rights import Right
from storage.readings import watched
from storage.readings.gateways import Gateway

HOURS: Final = 24
_KEPT: Final = Words(
    f"自现在起 {HOURS} 小时内的最近 {watched.LAST} 条",
    f"the last {watched.LAST} of the next {HOURS} hours",
)


class GatewayWatched(BaseModel):
    """A gateway whose last messages are kept for a day."""

    gateway: str
    gateway_id: int


class WatchGateway(Action[Gateway, GatewayWatched]):
    """Keep the last messages of a gateway for a day, those that are taken too, to look at them."""

    about = About(
        code="gateway.watch",
        on=GATEWAY,
        right=Right.ADMINISTER,
        path="/gateways/{on}/watch",
        tag="rejects and gateways",
        zh="查看采集网关报文",
        en="Watch the messages of a gateway",
        done=("正在留存报文。", "Its messages are kept from now on."),
        by_file=False,
    )

    def foresee(self, on: Gateway, at: Acting) -> list[Effect]:
        """Return which messages are kept."""
        return [Effect("messages", Words("留存的报文", "Messages kept"), None, _KEPT)]

    def do(self, on: Gateway, at: Acting) -> GatewayWatched:
        """Have the collector keep them."""
        watched.watch(at.connection, on.gateway_id, HOURS)
        at.told["gateway"] = on.name
        return GatewayWatched(gateway=on.name, gateway_id=on.gateway_id)

    @classmethod
    def where_to(cls, on: Gateway, result: GatewayWatched) -> str:
        """Return its page, where they are."""
        return f"/gateways/{result.gateway_id}"

"""Registering a gateway, declared once: its login is made, and shown once."""

from typing import Final

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, plain
from actions.kinds import Line
from actions.readings.issue_key import KeyIssued, issued
from actions.rights import Right
from metering.credentials import check_login
from metering.errors import ConflictError
from storage.readings import gateways


class RegisterGateway(Action[None, KeyIssued]):
    """Register a gateway; its key, the password at the broker and over HTTP, is shown once."""

    about = About(
        code="gateway.register",
        right=Right.ADMINISTER,
        path="/gateways",
        tag="rejects and gateways",
        zh="登记采集网关",
        en="Register a gateway",
        done=("采集网关已登记。", "The gateway is registered."),
        by_file=False,  # each key is handed over in person
    )

    name: Line = field(
        zh="名称",
        en="Name",
        hint=(
            "省份/网关,也是登录代理的用户名,以后不改",
            "province/gateway; also its user name at the broker, and never changed",
        ),
        examples=["zhejiang/library-1"],
    )

    def check(self, on: None, at: Acting) -> None:
        """Refuse a name that is no login, or taken."""
        check_login(self.name)
        if gateways.named(at.connection, self.name) is not None:
            raise ConflictError(
                "gateway.name_taken",
                zh=f"采集网关 {self.name} 已登记。",
                en=f"There is a gateway {self.name} already.",
                next_zh="请换一个名称;如需新密码,请在该网关页面签发。",
                next_en="Choose another name; for a password, issue a key on that gateway's page.",
                where={"field": "name"},
            )

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return the gateway that there would be."""
        return [
            Effect("gateway", Words("新采集网关", "New gateway"), None, plain(self.name)),
            Effect("key", Words("密码", "Password"), None, _SHOWN_ONCE),
            Effect("topic", Words("主题", "Topic"), None, plain(f"cw/v1/{self.name}/data")),
        ]

    def do(self, on: None, at: Acting) -> KeyIssued:
        """Register it with a key, of which hashes are kept."""
        gateway_id = gateways.make(at.connection, self.name)
        at.told["gateway_id"] = gateway_id
        return issued(at, gateway_id, self.name)

    @classmethod
    def where_to(cls, on: None, result: KeyIssued) -> str:
        """Return the page of the new gateway, where its messages come in."""
        return f"/gateways/{result.gateway_id}"


_SHOWN_ONCE: Final = Words("自动生成,只显示一次", "Made, and shown once")

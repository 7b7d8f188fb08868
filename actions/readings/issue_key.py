"""Giving a gateway a key with which it pushes over HTTP."""

import secrets

from pydantic import BaseModel

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, once
from actions.kinds import Line
from actions.readings.things import GATEWAY
from actions.rights import Right
from storage.readings import gateways
from storage.readings.gateways import Gateway


class KeyIssued(BaseModel):
    """A gateway's new key, shown this once."""

    gateway: str
    key: str | None = once(zh="密钥", en="The key")


class IssueKey(Action[Gateway, KeyIssued]):
    """Give a gateway a new key for pushing readings over HTTP; the old one ends at once."""

    about = About(
        code="gateway.key",
        on=GATEWAY,
        right=Right.ADMINISTER,
        path="/gateways/{on}/key",
        tag="rejects and gateways",
        zh="签发采集网关密钥",
        en="Issue a key of a gateway",
        done=("已签发新密钥,旧密钥已失效。", "A new key was issued; the old one has ended."),
        by_file=False,
    )

    reason: Line = field(
        zh="原因",
        en="Why",
        hint=("例如:新装网关,或旧密钥外泄", "Such as: a new gateway, or the old key is known"),
        examples=["A new gateway"],
    )

    def foresee(self, on: Gateway, at: Acting) -> list[Effect]:
        """Return that the old key would end."""
        ends = Words("有,将失效", "one, which ends")
        before = ends if on.has_key else Words("无", "none")
        return [Effect("key", Words("密钥", "Key"), before, Words("新密钥", "a new one"))]

    def do(self, on: Gateway, at: Acting) -> KeyIssued:
        """Keep the hash of a new key."""
        key = secrets.token_urlsafe(32)
        gateways.set_key(at.connection, on.name, key.encode())
        at.told["gateway"] = on.name
        return KeyIssued(gateway=on.name, key=key)

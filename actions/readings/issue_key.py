"""Giving a gateway a new key: its password at the broker, and its key over HTTP."""

import secrets
from typing import Final

from pydantic import BaseModel

from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, field, once
from actions.kinds import Line
from actions.readings.pasted import settings_text, try_line
from actions.readings.things import GATEWAY
from actions.rights import Right
from metering.credentials import check_login
from storage.readings import gateways, watched
from storage.readings.gateways import Gateway


class KeyIssued(BaseModel):
    """A gateway's new key, shown this once."""

    gateway: str
    gateway_id: int
    login: str | None = once(zh="用户名", en="User name")
    key: str | None = once(zh="密码(即 HTTP 推送密钥)", en="Password, and the key over HTTP")
    line: str | None = once(zh="粘贴到终端即可试发一条", en="Paste this line to send a reading")
    settings: str | None = once(zh="接入设置,可扫码", en="Settings, to be scanned", scanned=True)


class IssueKey(Action[Gateway, KeyIssued]):
    """Give a gateway a new key, its password at the broker and over HTTP; the old one ends.

    A gateway that was revoked is let in again.
    """

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

    def check(self, on: Gateway, at: Acting) -> None:
        """Refuse a name that is no login."""
        check_login(on.name)

    def foresee(self, on: Gateway, at: Acting) -> list[Effect]:
        """Return that the old key would end."""
        self.check(on, at)
        ends = Words("有,将失效", "one, which ends")
        before = ends if on.has_key else Words("无", "none")
        told = [Effect("key", Words("密钥", "Key"), before, Words("新密钥", "a new one"))]
        if on.revoked_at is not None:
            told.append(Effect("revoked", Words("吊销", "Revoked"), YES, NO))
        return told

    def do(self, on: Gateway, at: Acting) -> KeyIssued:
        """Keep the hashes of a new key."""
        self.check(on, at)
        at.told["gateway"] = on.name
        return issued(at, on.gateway_id, on.name)

    @classmethod
    def where_to(cls, on: Gateway, result: KeyIssued) -> str:
        """Return the page of the gateway, where its messages come in."""
        return f"/gateways/{result.gateway_id}"


_WATCHED_H: Final = 24  # while it is being installed
YES: Final = Words("是", "yes")
NO: Final = Words("否", "no")


def issued(at: Acting, gateway_id: int, name: str) -> KeyIssued:
    """Make a gateway's key, keep its hashes, and watch what it sends with it for a day."""
    key = secrets.token_urlsafe(32)
    gateways.set_key(at.connection, name, key)
    watched.watch(at.connection, gateway_id, _WATCHED_H)
    return KeyIssued(
        gateway=name,
        gateway_id=gateway_id,
        login=name,
        key=key,
        line=try_line(at.broker, name, key),
        settings=settings_text(at.broker, name, key),
    )

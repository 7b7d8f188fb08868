"""What an alarm says, for each way: pure, so that it reads the same at each attempt."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

from actions.accounts.findings import KINDS
from storage.accounts.alarms import Outgoing

_MINUTES: Final = len("2026-01-31T10:30")


def title(message: Outgoing) -> str:
    """Return one line: whose findings, and how many."""
    zh = message.lang == "zh"
    body = message.body
    names = [body["name_zh"], body["name_en"]]
    name = next((one for one in (names if zh else names[::-1]) if one), str(body["institution"]))
    if message.event == "test":
        return f"CommonWatt 协能:{name} 测试消息" if zh else f"CommonWatt: test message of {name}"
    count = body["count"]
    return (
        f"CommonWatt 协能:{name} 有 {count} 项用能发现"
        if zh
        else f"CommonWatt: {count} findings of {name}"
    )


def lines(message: Outgoing) -> list[str]:
    """Return what is said below the title."""
    zh = message.lang == "zh"
    if message.event == "test":
        return ["收到本消息即表示接警地址可用。" if zh else "This address works."]
    told = [_line(one, zh=zh) for one in message.body["findings"]]
    left = message.body["count"] - len(told)
    if left > 0:
        told.append(f"另有 {left} 项。" if zh else f"And {left} more.")
    told.append(
        "请在“用能发现”中确认或排除。" if zh else "Confirm or dismiss them under “Findings”."
    )
    return told


def _line(one: Mapping[str, Any], *, zh: bool) -> str:
    kind = KINDS[one["kind"]].say("zh" if zh else "en")
    meter = one["meter_zh" if zh else "meter_en"]
    when = f"{one['first'][:_MINUTES]}–{one['until'][:_MINUTES]}".replace("T", " ")
    used = (
        f"实际 {one['used']} {one['unit']},正常 {one['usual']} {one['unit']}"
        if zh
        else f"used {one['used']} {one['unit']}, usually {one['usual']} {one['unit']}"
    )
    return f"{kind} · {meter} · {when} ({one['zone']}) · {used}"


def webhook(message: Outgoing, at_s: int) -> tuple[dict[str, str], bytes]:
    """Return headers and bytes; the signature is of the second in which it is sent, and the bytes.

    X-CommonWatt-Signature: sha256=HMAC(secret, "second.bytes") in hex, as other platforms sign.
    """
    told = {
        "id": message.message_id,
        "event": message.event,
        "made_at": message.made_at.isoformat(timespec="seconds"),
        **message.body,
    }
    payload = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    signed = hmac.new(
        (message.secret or "").encode(), f"{at_s}.".encode() + payload, hashlib.sha256
    )
    return {
        "Content-Type": "application/json; charset=utf-8",
        "X-CommonWatt-Message": str(message.message_id),
        "X-CommonWatt-Timestamp": str(at_s),
        "X-CommonWatt-Signature": f"sha256={signed.hexdigest()}",
    }, payload


def robot(message: Outgoing) -> tuple[dict[str, str], bytes]:
    """Return headers and bytes of a text message, the same for WeCom's and DingTalk's robots."""
    text = "\n".join([title(message), *lines(message)])
    told = {"msgtype": "text", "text": {"content": text}}
    return {"Content-Type": "application/json; charset=utf-8"}, json.dumps(told).encode()

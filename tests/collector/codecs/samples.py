"""Messages of real gateways, each with where it is from and what its source says of it."""

import json
from pathlib import Path
from typing import Any

from metering.messages import Message

_FOLDER = Path(__file__).parent / "payloads"


def of(vendor: str) -> list[dict[str, Any]]:
    """Return a vendor's messages in the order of their file."""
    lines = (_FOLDER / f"{vendor}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


ARRIVED_MS = 1_700_000_000_000


def message(
    payload: bytes | str,
    topic: str = "t",
    gateway: str = "demo-a/g1",
    received_ms: int = ARRIVED_MS,
) -> Message:
    """Return a payload as it came."""
    raw = payload.encode() if isinstance(payload, str) else payload
    return Message(topic, gateway, raw, received_ms)

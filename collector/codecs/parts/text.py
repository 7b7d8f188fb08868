"""Payloads as text and as JSON, within bounds, with what is wrong said."""

import re
from typing import Any

import msgspec

from collector.codecs.payload import MAX_PAYLOAD_BYTES, malformed, too_large

_BOM = b"\xef\xbb\xbf"
_NO_NUMBER = re.compile(
    r"([:\[,]\s{0,9})[+-]?(?:nan|inf(?:inity)?)(?=\s{0,9}[,}\]])", re.IGNORECASE
)


def text_of(codec: str, payload: bytes, encoding: str = "utf-8") -> str:
    """Return a payload as text; a byte order mark is none of it."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise too_large()
    try:
        return payload.removeprefix(_BOM).decode(encoding)
    except UnicodeDecodeError as error:
        raise malformed(codec, str(error)) from error


def json_of(codec: str, payload: bytes, encoding: str = "utf-8") -> Any:
    """Return what JSON says; nesting beyond what Python holds is refused like any other fault.

    A bare NaN or Infinity, which firmwares and Python's own writer let slip, is null: what came
    beside it is still said.
    """
    text = text_of(codec, payload, encoding)
    try:
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            if not _NO_NUMBER.search(text):
                raise
            return msgspec.json.decode(_NO_NUMBER.sub(r"\1null", text))
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        start = text.lstrip()[:40]
        raise malformed(codec, f"{error} – {start!r}" if start else "no bytes") from error


def object_of(codec: str, payload: bytes) -> dict[str, Any]:
    """Return a JSON object."""
    found = json_of(codec, payload)
    if not isinstance(found, dict):
        raise malformed(codec, f"{type(found).__name__} where an object should be")
    return found


def member(thing: Any, *names: str) -> Any:
    """Return what lies under names, one within the other; None where one is missing."""
    for name in names:
        thing = thing.get(name) if isinstance(thing, dict) else None
    return thing

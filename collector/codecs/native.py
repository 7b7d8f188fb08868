"""Our own payload, JSON in three shapes: one reading, several, or columns of one length."""

import re
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec

from collector.codecs.parts import native_parts
from collector.codecs.payload import (
    MAX_AT_MS,
    MAX_KEY_CHARACTERS,
    MAX_PAYLOAD_BYTES,
    MAX_SEQ,
    PayloadError,
    check_keys,
    check_shape,
    malformed,
    too_large,
)
from metering.messages import Decoded, Message

Seq = Annotated[int, msgspec.Meta(ge=1, le=MAX_SEQ)]
Millis = Annotated[int, msgspec.Meta(ge=0, le=MAX_AT_MS)]  # 1970 to 2100, UTC
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_KEY_CHARACTERS)]


class One(msgspec.Struct, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """One reading of a channel, alone or among several."""

    channel: Key
    value: float
    at: Millis | msgspec.UnsetType = msgspec.UNSET


class Body(msgspec.Struct, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """One message in any of the three shapes; which one it is, its values decide."""

    seq: Seq | msgspec.UnsetType = msgspec.UNSET
    channel: Key | list[Key] | msgspec.UnsetType = msgspec.UNSET
    at: Millis | list[Millis] | msgspec.UnsetType = msgspec.UNSET
    value: float | list[float] | msgspec.UnsetType = msgspec.UNSET
    readings: list[One] | msgspec.UnsetType = msgspec.UNSET


class _Numbered(msgspec.Struct, gc=False):
    seq: Seq


_BODY: Final = msgspec.json.Decoder(Body)
_NUMBERED: Final = msgspec.json.Decoder(_Numbered)
_ENCODER: Final = msgspec.json.Encoder()
_LEADING_SEQ: Final = re.compile(rb'\s*\{\s*"seq"\s*:\s*([1-9][0-9]{0,15})\s*[,}]')


def decode(message: Message) -> Decoded:
    """Return what one message says."""
    payload = message.payload
    try:
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise too_large()
        return _decoded(_parsed(payload))
    except PayloadError as refusal:
        if len(payload) <= MAX_PAYLOAD_BYTES and (rest := native_parts.readable(payload)):
            return rest
        refusal.seq = seq_of(payload)
        raise


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Our own format, which has nothing to be told."""

    decode = staticmethod(decode)


def seq_of(payload: bytes) -> int | None:
    """Return the number of a message whose rest is unusable, so that it can be receipted.

    Broken JSON still tells it where it comes first, as our encoders write it.
    """
    try:
        return _NUMBERED.decode(payload).seq
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        found = _LEADING_SEQ.match(payload)
        seq = int(found[1]) if found else 0
        return seq if 1 <= seq <= MAX_SEQ else None


def encode_one(seq: int | None, channel: str, at_ms: int | None, value: float) -> bytes:
    """Return a message of one reading."""
    return _ENCODER.encode(
        Body(seq=_or_unset(seq), channel=channel, at=_or_unset(at_ms), value=value)
    )


def encode_many(seq: int | None, readings: Sequence[tuple[str, int | None, float]]) -> bytes:
    """Return a message of several readings: channel, instant or none, value."""
    several = [One(channel, value, _or_unset(at_ms)) for channel, at_ms, value in readings]
    return _ENCODER.encode(Body(seq=_or_unset(seq), readings=several))


def encode_columns(
    seq: int | None,
    channel: str | list[str],
    at_ms: list[int] | None,
    value: list[float],
) -> bytes:
    """Return a message of columns, the shortest shape; `channel` is one name for all, or a list."""
    at = msgspec.UNSET if at_ms is None else at_ms
    return _ENCODER.encode(Body(seq=_or_unset(seq), channel=channel, at=at, value=value))


def _parsed(payload: bytes) -> Body:
    """Return the fields; JSON has no NaN, and a number beyond a double is refused here."""
    try:
        return _BODY.decode(payload)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise malformed("native", str(error)) from error


def _decoded(body: Body) -> Decoded:
    channel, at, value = body.channel, body.at, body.value
    # Most messages have one reading, whose shape is right if these types are.
    if (
        isinstance(value, float)
        and isinstance(channel, str)
        and isinstance(at, int)
        and body.readings is msgspec.UNSET
        and channel.isprintable()
    ):
        return Decoded(_number(body.seq), [channel], [at], [value])
    if isinstance(body.readings, list):
        if not channel is at is value is msgspec.UNSET:
            raise malformed("native", "`readings` stands beside `channel`, `at` or `value`")
        return _checked(
            body.seq,
            [one.channel for one in body.readings],
            [None if isinstance(one.at, msgspec.UnsetType) else one.at for one in body.readings],
            [one.value for one in body.readings],
        )
    if isinstance(channel, msgspec.UnsetType) or isinstance(value, msgspec.UnsetType):
        raise malformed("native", "`channel` and `value`, or `readings`, are missing")
    if not isinstance(value, list):
        if isinstance(channel, list) or isinstance(at, list):
            raise malformed("native", "`channel` or `at` is a list, but `value` is not")
        return _checked(
            body.seq, [channel], [None if isinstance(at, msgspec.UnsetType) else at], [value]
        )
    if isinstance(at, int):
        raise malformed("native", "`value` is a list, but `at` is not")
    keys = channel if isinstance(channel, list) else [channel] * len(value)
    timeless: list[int | None] = [None] * len(value)
    return _checked(body.seq, keys, timeless if isinstance(at, msgspec.UnsetType) else at, value)


def _checked(
    seq: int | msgspec.UnsetType,
    channel: list[str],
    at_ms: list[int | None] | list[int],
    value: list[float],
) -> Decoded:
    check_shape(channel, at_ms, value)
    check_keys(set(channel))
    return Decoded(_number(seq), channel, at_ms, value)


def _number(seq: int | msgspec.UnsetType) -> int | None:
    return None if isinstance(seq, msgspec.UnsetType) else seq


def _or_unset(number: int | None) -> int | msgspec.UnsetType:
    return msgspec.UNSET if number is None else number

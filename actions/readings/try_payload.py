"""What a payload would come to under a topic, for whoever may take what its gateway sends."""

import base64
import binascii
import time
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, runtime_checkable

from actions.actor import Actor, denied
from actions.doing import acting
from actions.fields import Acting
from actions.figures import instant
from actions.readings.routes_now import routes_now
from actions.readings.settle_rejected import no_sink
from actions.readings.things import GATEWAY
from actions.readings.trying import there
from actions.rights import Right, holds
from collector.codecs.payload import MAX_PAYLOAD_BYTES
from collector.intake import Portion, portions
from collector.routing import Route
from metering.errors import InputError
from metering.messages import Decoded, Message, Readings, Rejection, Stored
from storage.readings import elsewhere, gateways

ACT: Final = "payload.try"


class Encoding(StrEnum):
    """How a payload is written down."""

    TEXT = "text"
    HEX = "hex"
    BASE64 = "base64"


@runtime_checkable
class TrySink(Protocol):
    """Where a message is tried; nothing of it is kept."""

    def try_out(
        self, batch: list[Message], readings: Readings, rejected: list[Rejection]
    ) -> Stored:
        """Return what writing a batch would come to."""
        ...


@dataclass(frozen=True, slots=True)
class TriedReading:
    """A reading of the message. at: None is its arrival. why: the refusal, None where taken."""

    key: str
    at: datetime | None
    value: float
    unit: str | None
    why: InputError | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What a message says, and what of it would be stored.

    gateway, route: whose it is, and by which route; None where none handles the topic.
    refused: why nothing of it can be read. inserted, known, beside: of its readings.
    """

    topic: str
    gateway: str | None
    route: Route | None
    readings: list[TriedReading]
    refused: InputError | None
    inserted: int
    known: int
    beside: int


def must_try(actor: Actor) -> None:
    """Refuse who may take no messages at all."""
    with actor.look() as connection:
        if not holds(connection, Right.CORRECT_READINGS):
            raise denied(ACT)


def try_payload(actor: Actor, topic: str, payload: bytes) -> Tried:
    """Return what a message would come to that came now under a topic; nothing is kept."""
    must_try(actor)
    now_ms = time.time_ns() // 1_000_000
    with actor.look() as connection:
        at = acting(actor, connection)
        table = routes_now(at)
        whose = table.gateway_of(topic, now_ms)
        route = next(
            (
                one
                for one in table.routes
                if isinstance(one, Route)
                and one.since_ms <= now_ms < one.until_ms
                and one.gateway_of(topic) is not None
            ),
            None,
        )
        if whose != topic:
            _must_see(at, whose)
    message = Message(topic, whose, payload, now_ms)
    try:
        decoded = table.decode(message)
    except InputError as refused:
        return Tried(topic, None if whose == topic else whose, route, [], refused, 0, 0, 0)
    sink = actor.sink
    if not isinstance(sink, TrySink):
        raise no_sink()
    (portion,) = portions([message], lambda _: decoded)
    return _named(actor, _told(topic, whose, route, decoded, portion, sink))


def _told(
    topic: str, whose: str, route: Route | None, decoded: Decoded, portion: Portion, sink: TrySink
) -> Tried:
    stored = sink.try_out(list(portion.batch), portion.readings, list(portion.rejected))
    why = {i: one.reason for one in stored.rejected for i in one.i}
    whole = next((one.reason for one in stored.rejected if not one.i), None)
    units = decoded.unit or [None] * len(decoded.value)
    columns = zip(decoded.channel_key, decoded.at_ms, decoded.value, units, strict=True)
    readings = [
        TriedReading(key, None if at_ms is None else instant(at_ms), value, unit, why.get(i))
        for i, (key, at_ms, value, unit) in enumerate(columns)
    ]
    counts = stored.inserted, stored.duplicates, stored.revised
    return Tried(topic, whose, route, readings, whole, *counts)


def _named(actor: Actor, tried: Tried) -> Tried:
    """Return it with the gateways at which keys are bound, as far as the actor sees them."""
    keys = {one.key for one in tried.readings if one.why and one.why.code == elsewhere.ELSEWHERE}
    if not keys:
        return tried
    with actor.look() as connection:
        found = elsewhere.bound_at(connection, tried.gateway or "", keys)
    readings = [
        one if one.why is None else replace(one, why=there(one.why, found.get(one.key, [])))
        for one in tried.readings
    ]
    return replace(tried, readings=readings)


def bytes_of(text: str, encoding: Encoding) -> bytes:
    """Return the payload that a text says; InputError where it says none, or too long a one."""
    try:
        if encoding is Encoding.HEX:
            payload = bytes.fromhex("".join(text.split()))
        elif encoding is Encoding.BASE64:
            payload = base64.b64decode("".join(text.split()), validate=True)
        else:
            payload = text.encode()
    except (ValueError, binascii.Error) as error:
        raise InputError(
            "payload.not_written_so",
            zh=f"报文内容不是有效的 {encoding.value}。",
            en=f"The payload is not written in {encoding.value}.",
            next_zh="请选择与内容相符的写法。",
            next_en="Choose how it is written.",
            where={"field": "payload"},
        ) from error
    if not payload or len(payload) > MAX_PAYLOAD_BYTES:
        raise InputError(
            "payload.no_or_too_long",
            zh=f"报文应为 1 至 {MAX_PAYLOAD_BYTES} 字节。",
            en=f"A payload has 1 to {MAX_PAYLOAD_BYTES} bytes.",
            next_zh="请粘贴一条报文。",
            next_en="Paste one message.",
            where={"field": "payload"},
        )
    return payload


def _must_see(at: Acting, gateway: str) -> None:
    """Refuse a gateway of whose channels the actor corrects none; administrators try any."""
    if holds(at.connection, Right.ADMINISTER):
        return
    found = gateways.named(at.connection, gateway)
    covered = found is not None and holds(
        at.connection, Right.CORRECT_READINGS, GATEWAY.covered, found.gateway_id
    )
    if not covered:
        raise denied(ACT)

"""A message beyond what an operator allows is set aside, whoever wrote its format."""

import pytest

from collector.bounds import MessageBounds
from collector.codecs import native
from collector.codecs.payload import PayloadError
from collector.routing import NATIVE, Routing
from metering.messages import Decoded, Message

TOPIC = "cw/v1/demo-a/g1/data"


def refused(routing: Routing, payload: bytes) -> PayloadError:
    """Return why a message is refused."""
    with pytest.raises(PayloadError) as caught:
        routing.decode(Message(TOPIC, "demo-a/g1", payload, 0))
    return caught.value


def test_65_536_bytes_and_1_000_readings_are_taken_and_no_more():
    routing = Routing()
    at_ms = list(range(1_000))
    whole = native.encode_columns(7, "e1", at_ms, [1.0] * 1_000)
    padded = whole[:-1] + b" " * (65_536 - len(whole)) + b"}"
    assert len(routing.decode(Message(TOPIC, "demo-a/g1", padded, 0)).value) == 1_000

    longer = refused(routing, padded[:-1] + b" }")
    more = refused(routing, native.encode_columns(8, "e1", [*at_ms, 1_000], [1.0] * 1_001))

    assert (longer.code, longer.seq) == ("payload.too_large", 7)
    assert (more.code, more.seq) == ("payload.too_many_readings", 8)
    assert "65536" in longer.en
    assert "1001" in more.zh


def test_an_operator_may_allow_more_or_less():
    two = native.encode_columns(1, "e1", [1, 2], [1.0, 2.0])
    many = native.encode_columns(1, "e1", list(range(9_000)), [1.0] * 9_000)
    wide, narrow = MessageBounds(2**20, 20_000), MessageBounds(1024, 1)

    assert len(Routing([NATIVE], wide).decode(Message(TOPIC, "g", many, 0)).value) == 9_000
    assert refused(Routing([NATIVE], narrow), two).code == "payload.too_many_readings"


def test_a_format_that_knows_no_bounds_is_held_to_them_too():
    def boundless(message: Message) -> Decoded:
        n = len(message.payload)
        return Decoded(5, ["e"] * n, [0] * n, [1.0] * n)

    with pytest.raises(PayloadError) as caught:
        MessageBounds(10, 4).decoded(boundless, Message(TOPIC, "g", b"12345", 0))
    assert (caught.value.code, caught.value.seq) == ("payload.too_many_readings", 5)
    with pytest.raises(PayloadError) as caught:
        MessageBounds(4, 9).decoded(boundless, Message(TOPIC, "g", b"12345", 0))
    assert (caught.value.code, caught.value.seq) == ("payload.too_large", 5)

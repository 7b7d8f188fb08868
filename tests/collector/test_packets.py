"""What is cut from blocks is what stock paho makes of the same bytes, however they arrive."""

import socket
import struct
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from collector.packets import BlockClient, acknowledge, shown_topic

TOPICS = st.one_of(
    st.sampled_from([b"cw/v1/zj/gw/data", b"a", "主题".encode(), b"\xff\xfe", b"nul\0"]),
    st.binary(min_size=1, max_size=200),
)
PROPERTIES = st.sampled_from([b"\0", b"\0", b"\2\1\1", b"\5\2\0\0\0\x3c"])


def packet(command: int, body: bytes) -> bytes:
    length, said = len(body), bytearray()
    while True:
        length, digit = length >> 7, length & 127
        said.append(digit | (128 if length else 0))
        if not length:
            return bytes([command]) + bytes(said) + body


@st.composite
def messages(draw) -> bytes:
    topic, qos = draw(TOPICS), draw(st.sampled_from([0, 1, 1, 1]))
    command = 0x30 | qos << 1 | draw(st.sampled_from([0, 1, 8])) * (qos > 0)
    mid = struct.pack("!H", draw(st.integers(1, 65_535))) if qos else b""
    payload = draw(st.binary(max_size=400))
    head = struct.pack("!H", len(topic)) + topic + mid
    return packet(command, head + draw(PROPERTIES) + payload)


ENDS = st.sampled_from([b"", b"\xf0\x00", b"\x32\xff\xff\xff\xff\xff", b"\xe0\x00", b"\xd0\x00"])


def heard(make, stream: bytes, cuts: list[int], version=MQTTv5) -> tuple[list, object]:
    """Return what a client hears of a stream that comes in pieces, and how that ended."""
    client = make(CallbackAPIVersion.VERSION2, client_id="x", protocol=version, manual_ack=True)
    found = []
    client.on_message = lambda _client, _data, one: found.append(
        (one.qos, one.mid, one._topic, bytes(one.payload), one.retain)
    )
    client.taken = lambda mid, topic, payload, retained: found.append(
        (1, mid, topic, payload, retained)
    )
    client.on_socket_register_write = lambda *_: None
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    client._sock = ours
    ended = MQTTErrorCode.MQTT_ERR_SUCCESS
    try:
        for first, last in zip([0, *cuts], [*cuts, len(stream)], strict=True):
            if client._sock is None:
                break
            theirs.send(stream[first:last])
            before = -1
            while not ended and client._sock is not None and before != len(found):
                before = len(found)
                ended = client.loop_read()
        return found, bool(ended)
    finally:
        client._sock = None
        ours.close()
        theirs.close()


@settings(max_examples=80)
@given(said=st.lists(messages(), max_size=6), end=ENDS, data=st.data())
def test_the_same_messages_are_heard_and_the_same_ends_a_connection(said, end, data):
    stream = b"".join(said) + end
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))

    assert heard(BlockClient, stream, cuts) == heard(Client, stream, [*cuts])


def test_without_properties_as_in_3_1_1_paho_takes_all():
    stream = packet(0x32, b"\0\1a\0\7\0x") + packet(0x30, b"\0\1by")

    assert heard(BlockClient, stream, [3], MQTTv311) == heard(Client, stream, [3], MQTTv311)
    assert heard(BlockClient, stream, [3], MQTTv311)[0][0] == (1, 7, b"a", b"\0x", False)


def test_acknowledgements_are_the_bytes_that_paho_writes():
    sent, one_by_one = [], []
    client = SimpleNamespace(_packet_queue=lambda *packet: sent.append(packet[1]))
    acknowledge(client, [1, 256, 65_535])
    paho = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5, manual_ack=True)
    paho._packet_queue = lambda *packet: one_by_one.append(packet[1])
    for mid in (1, 256, 65_535):
        paho.ack(mid, 1)

    assert sent == [b"".join(one_by_one)]


@pytest.mark.parametrize(
    ("topic", "shown"), [(b"a/\xe7\x94\xb5", "a/电"), (b"a\0b", "a�b"), (b"\xff", "�")]
)
def test_a_topic_can_always_be_stored(topic, shown):
    assert shown_topic(topic) == shown

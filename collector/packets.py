"""Faster reading for paho: what it is sent comes in blocks, and plain messages are cut from these.

paho reads a packet by three calls, and makes some twenty objects of each message, which is most of
what a collector does where a message has one reading. Here only messages at QoS 1 without
properties are taken apart; whatever else comes is put where paho puts it, and handled by paho.
`tests/collector/test_packets.py` holds it to what stock paho makes of the same bytes.
"""

import struct
from collections.abc import Callable, Sequence
from typing import Any, Final

from paho.mqtt.client import Client, MQTTMessage, MQTTv5, time_func
from paho.mqtt.enums import MessageType, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes

# mid, topic, payload, retained
Taken = Callable[[int, bytes, bytes, bool], None]

_BLOCK_BYTES: Final = 1 << 16
_QOS_1: Final = (0x32, 0x33, 0x3A, 0x3B)  # PUBLISH at QoS 1: plain, retained, sent again, both
_RETAINED: Final = 0x01
_PUBACK: Final = PacketTypes.PUBACK << 12 | 2  # and of two bytes that follow
_MOST_LENGTH_BYTES: Final = 4


class BlockClient(Client):
    """A paho client that reads in blocks; who made it sets `taken`, and owns the only thread."""

    taken: Taken

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._rest = bytearray()

    def reconnect(self) -> MQTTErrorCode:
        """Connect; what was left of an old connection is none of the new one's."""
        self._rest.clear()
        return super().reconnect()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Read a block, and handle every packet that is whole."""
        if self._sock is None:
            return MQTTErrorCode.MQTT_ERR_NO_CONN
        try:
            block = self._sock_recv(_BLOCK_BYTES)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError:
            block = b""
        if not block:
            return self._loop_rc_handle(MQTTErrorCode.MQTT_ERR_CONN_LOST)
        self._last_bytes_received = time_func()
        self._rest += block
        rc = self._packets(bytes(self._rest))
        return self._loop_rc_handle(rc) if rc else rc

    def _packets(self, block: bytes) -> MQTTErrorCode:
        """Handle whole packets, and keep what is left."""
        place, end = 0, len(block)
        swift = self._protocol == MQTTv5
        while end - place >= 2:
            command, length, body = block[place], block[place + 1], place + 2
            if length > 127:
                length, body = _length(block, place + 1)
                if length < 0:
                    return MQTTErrorCode.MQTT_ERR_PROTOCOL
                if not body:
                    break
            after = body + length
            if after > end:
                break
            if not (swift and command in _QOS_1 and self._took(command, block, body, after)):
                rc = self._handled(command, block[body:after])
                if rc or self._sock is None:
                    return rc
            place = after
        del self._rest[:place]
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _took(self, command: int, block: bytes, body: int, after: int) -> bool:
        """Take a message out of a block; False where it is not so plain."""
        if after - body < 5:
            return False
        topic = body + 2 + (block[body] << 8 | block[body + 1])
        if topic == body + 2 or topic + 3 > after or block[topic + 2]:
            return False
        mid = block[topic] << 8 | block[topic + 1]
        if not mid:
            return False
        payload = block[topic + 3 : after]
        self.taken(mid, block[body + 2 : topic], payload, bool(command & _RETAINED))
        return True

    def _handled(self, command: int, packet: bytes) -> MQTTErrorCode:
        """Let paho handle a packet as if it had read it."""
        self._in_packet |= {
            "command": command,
            "have_remaining": 1,
            "remaining_length": len(packet),
            "packet": bytearray(packet),
            "to_process": 0,
        }
        return self._packet_read()


def acknowledge(client: Client, mids: Sequence[int]) -> None:
    """Acknowledge messages at QoS 1 by one block of bytes, in their order."""
    pairs = [half for mid in mids for half in (_PUBACK, mid)]
    block = struct.pack(f"!{len(pairs)}H", *pairs)
    client._packet_queue(MessageType.PUBACK, block, 0, 1)


def said_topic(message: MQTTMessage) -> str:
    """Return the topic of a message of paho's, as it can be stored."""
    try:
        return message.topic.replace("\0", "�")
    except UnicodeDecodeError:
        return "�"


def shown_topic(topic: bytes) -> str:
    """Return a topic that can be stored; brokers that check it let no other pass."""
    try:
        return topic.decode().replace("\0", "�")
    except UnicodeDecodeError:
        return "�"


def _length(block: bytes, place: int) -> tuple[int, int]:
    """Return a length of several bytes, and where what it counts begins; 0, 0 where it is cut.

    Of more bytes than are allowed it is less than nothing.
    """
    length = 0
    for number, byte in enumerate(block[place : place + _MOST_LENGTH_BYTES]):
        length |= (byte & 127) << 7 * number
        if byte < 128:
            return length, place + number + 1
    return (0, 0) if len(block) < place + _MOST_LENGTH_BYTES else (-1, 0)

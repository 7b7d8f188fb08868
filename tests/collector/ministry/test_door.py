"""The door on a real socket: no report is acknowledged uncommitted, nobody else comes in."""

import socket
import threading
from contextlib import contextmanager

import pytest

from collector.codecs.parts.xml import elements
from collector.ministry.door import Door, DoorSettings
from collector.ministry.frames import USUAL_HEAD, Deframer, Frame, framed, opened, sealed
from collector.ministry.keys import Keys, read
from collector.ministry.session import proof
from collector.routing import Route, Routing
from metering.errors import InputError
from tests.collector.rig import Lines, MemorySink, until

AES = bytes(range(1, 17))
KEYS = Keys(AES, {("310101A001", "01"): b"1234567812345678"})
ROUTES = Routing([Route("mohurd/+/+", "mohurd_xml", "demo-a/{1}-{2}")])
AT_MS = 1_767_225_600_000


class Collector:
    """A collector on site, as its maker's manual has it."""

    def __init__(self, port: int) -> None:
        self._peer = socket.create_connection(("127.0.0.1", port), 10)
        self._deframer, self._frames, self._number = Deframer(), [], 0

    def ask(self, kind: str, block: str) -> dict[str, str]:
        """Send a message and return what the door answers, by the names of elements."""
        self.send(kind, block)
        return self.answer()

    def send(self, kind: str, block: str) -> None:
        self._number += 1
        xml = (
            '<?xml version="1.0" encoding="utf-8"?><root><common><building_id>310101A001'
            f"</building_id><gateway_id>01</gateway_id><type>{kind}</type></common>{block}</root>"
        )
        content = sealed(xml.encode(), AES)
        self._peer.sendall(framed(Frame(self._number, content, USUAL_HEAD)))

    def answer(self) -> dict[str, str]:
        while not self._frames:
            data = self._peer.recv(1_000)
            if not data:
                return {}
            self._frames += self._deframer.feed(data)
        frame = self._frames.pop(0)
        return {one.path[-1]: one.text for one in elements("t", opened(frame.content, AES))}

    def enter(self, key: bytes = b"1234567812345678") -> str:
        asked = self.ask("request", '<id_validate operation="request"/>')
        digest = proof(key, asked["sequence"])
        block = f'<id_validate operation="md5"><md5>{digest}</md5></id_validate>'
        return self.ask("md5", block)["result"]

    def send_report(self, sequence: int, value: str) -> None:
        self.send(
            "continuous",
            f'<data operation="continuous"><sequence>{sequence}</sequence><parser>yes</parser>'
            '<time>20260101080000</time><meter id="m1"><function id="EPI" error="0">'
            f"{value}</function></meter></data>",
        )

    def close(self) -> None:
        self._peer.close()


@contextmanager
def opened_door(sink, **settings):
    stop, log = threading.Event(), Lines()
    door = Door(DoorSettings(port=0, retry_s=0.05, **settings), KEYS, ROUTES, sink, log)
    thread = threading.Thread(target=door.run, args=(stop,))
    thread.start()
    try:
        yield door
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


@pytest.fixture
def sink():
    return MemorySink()


def test_a_report_is_stored_and_then_acknowledged(sink):
    with opened_door(sink) as door:
        one = Collector(door.port)
        assert one.enter() == "pass"
        assert len(one.ask("heart_beat", '<heart_beat operation="notify"/>')["time"]) == 14
        one.send_report(7, "12.5")
        answer = one.answer()
        one.close()

    assert (answer["type"], answer["sequence"]) == ("continuous_ack", "7")
    assert sink.rows == {("demo-a/310101A001-01", 0, "m1/EPI", AT_MS, 12.5)}


def test_while_the_database_is_away_nothing_is_acknowledged(sink):
    with opened_door(sink) as door:
        one = Collector(door.port)
        one.enter()
        sink.away.set()
        one.send_report(1, "1.5")
        one._peer.settimeout(0.5)
        with pytest.raises(TimeoutError):
            one.answer()
        sink.away.clear()
        one._peer.settimeout(10)
        assert one.answer()["sequence"] == "1"
        one.close()
    assert len(sink.rows) == 1


def test_what_cannot_be_read_is_kept_with_its_bytes_and_acknowledged(sink):
    sink.chokes_on = b"666"
    with opened_door(sink) as door:
        one = Collector(door.port)
        one.enter()
        for sequence, value in enumerate(("torn off", "666")):
            one.send_report(sequence, value)
            assert one.answer()["sequence"] == str(sequence)
        one.close()

    assert [code for _, code in sink.rejected] == ["reading.bad_quality", "message.unstorable"]
    assert all(b"m1" in payload for payload, _ in sink.rejected)
    assert not sink.rows


def test_who_has_not_the_key_says_nothing_here(sink):
    with opened_door(sink) as door:
        stranger = Collector(door.port)
        assert stranger.enter(b"another key 5678") == "fail"
        assert stranger.answer() == {}  # it was shown out
        hasty = Collector(door.port)
        hasty.send_report(1, "1.5")
        assert hasty.answer() == {}
    assert not sink.topics


def test_noise_and_silence_end_a_connection_and_no_other(sink):
    with opened_door(sink, proof_s=0.3) as door:
        honest = Collector(door.port)
        assert honest.enter() == "pass"
        noisy = Collector(door.port)
        noisy._peer.sendall((USUAL_HEAD + bytes(4)) * 50)
        silent = Collector(door.port)
        until(lambda: silent.answer() == {})
        assert noisy.answer() == {}
        honest.send_report(3, "2.5")
        assert honest.answer()["sequence"] == "3"


def test_keys_stand_in_a_file_and_a_wrong_one_is_told(tmp_path):
    path = tmp_path / "keys.toml"
    entry = '[[collector]]\nbuilding = "310101A001"\ngateway = "01"\nmd5_key = "1234567812345678"\n'
    path.write_text(f'aes_key = "{AES.hex()}"\n{entry}', encoding="utf-8")
    keys = read(path)

    assert (keys.aes, keys.of("310101A001", "01")) == (AES, b"1234567812345678")
    assert keys.of("310101A001", "02") is None
    assert "1234567812345678" not in repr(keys)
    for wrong in ('aes_key = "short"\n' + entry, "collector = 3", "x = ", entry + "port = 1\n"):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            read(path)
        assert "1234567812345678" not in caught.value.en
    with pytest.raises(InputError):
        read(tmp_path / "none.toml")

"""The door on a real socket: no report is acknowledged uncommitted, nobody else comes in."""

import threading
from contextlib import contextmanager

import pytest

from collector.ministry.door import Door, DoorSettings
from collector.ministry.frames import USUAL_HEAD
from collector.ministry.keys import Keys, read
from collector.routing import Route, Routing
from metering.errors import InputError
from tests.collector.ministry.on_site import AES, Collector
from tests.collector.rig import Lines, MemorySink, until

KEYS = Keys(AES, {("310101A001", "01"): b"1234567812345678"})
ROUTES = Routing([Route("mohurd/+/+", "mohurd_xml", "demo-a/{1}-{2}")])
AT_MS = 1_767_225_600_000


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


@pytest.mark.parametrize("head", ["68681616", "55AA55AA", "1F1F03"])
def test_a_report_is_stored_and_then_acknowledged(sink, head):
    with opened_door(sink) as door:
        one = Collector(door.port, bytes.fromhex(head))
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
        one.peer.settimeout(0.5)
        with pytest.raises(TimeoutError):
            one.answer()
        sink.away.clear()
        one.peer.settimeout(10)
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
        noisy.peer.sendall((USUAL_HEAD + bytes(4)) * 50)
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

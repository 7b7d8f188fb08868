"""The collector on a real broker: nothing is lost, nothing is let go before it is committed."""

import contextlib
import json
import signal
import socket
import threading

import pytest

from collector.connection import parsed
from collector.settings import CollectorSettings
from metering.errors import InputError
from tests.collector.rig import Gateways, MemorySink, Mosquitto, payload_of, running, until

G1 = "demo-a/g1"


def test_every_message_is_committed_and_receipted_and_no_other(broker, gateways):
    sink = MemorySink()
    with running(sink, broker.url) as one:
        until(lambda: gateways.states[-1:] == ["up"])
        gateways.say_many(G1, range(10, 510))
        gateways.say_many("demo-b/g2", range(1, 51))
        until(lambda: gateways.has_receipts(G1, range(10, 510)))
        until(lambda: gateways.has_receipts("demo-b/g2", range(1, 51)))
        until(lambda: one.tally.unacknowledged == 0)

    assert gateways.receipted == {G1: set(range(10, 510)), "demo-b/g2": set(range(1, 51))}
    assert len(sink.rows) == 3 * 550
    assert one.tally.messages == 550
    assert one.tally.readings == one.tally.inserted == 3 * 550
    until(lambda: gateways.states == ["up", "stopped"])


def test_batches_are_whole_and_cut_by_readings(broker, gateways):
    sink = MemorySink()
    with running(sink, broker.url, write_readings=500, batch_ms=1_000):
        until(lambda: gateways.states[-1:] == ["up"])
        gateways.say_many(G1, range(1, 101), readings=30)
        until(lambda: gateways.has_receipts(G1, range(1, 101)))

    assert max(sink.writes) < 500 + 30
    assert len(sink.writes) < 20


def test_what_is_refused_is_receipted_too_with_its_reason(broker, gateways):
    sink = MemorySink()
    with running(sink, broker.url) as one:
        until(lambda: gateways.states[-1:] == ["up"])
        gateways.say(G1, b'{"seq":7,"channel":"e1","value":')
        gateways.say(G1, b'{"seq":8,' + b" " * 70_000 + b'"channel":"e1","value":1}')
        gateways.say(G1, b"no json, no number")
        gateways.say(G1, payload_of(9))
        until(lambda: gateways.has_receipts(G1, range(7, 10)))

    assert gateways.rejected == [
        (G1, {"seq": 7, "i": [], "reason": "payload.malformed"}),
        (G1, {"seq": 8, "i": [], "reason": "payload.too_large"}),
    ]
    assert sink.seqs(G1) == {9}
    assert one.tally.rejected == {"payload.malformed": 2, "payload.too_large": 1}


def test_while_the_sink_is_away_nothing_is_acknowledged_and_the_connection_holds(broker, gateways):
    sink = MemorySink()
    sink.away.set()
    with running(sink, broker.url, keepalive_s=1, receive_maximum=40, batch_messages=20) as one:
        until(lambda: gateways.states[-1:] == ["up"])
        gateways.say_many(G1, range(1, 201))
        until(lambda: one.tally.unacknowledged == 40)
        until(lambda: gateways.states[-1:] == ["database_away"])
        before = one.tally.messages
        until(lambda: one.tally.retries > 15)  # more than two keep-alives
        assert one.tally.messages == before == 40
        assert not gateways.receipted
        assert one.tally.connects == 1
        sink.away.clear()
        until(lambda: gateways.has_receipts(G1, range(1, 201)))
        until(lambda: gateways.states[-1] == "up")

    assert sink.seqs(G1) == set(range(1, 201))
    assert one.tally.messages == 200
    assert "database.unavailable" in one.log.codes


def test_stopped_while_the_sink_is_away_it_leaves_everything_to_the_next(broker, gateways):
    sink = MemorySink()
    sink.away.set()
    with running(sink, broker.url) as one:
        until(lambda: gateways.states[-1:] == ["up"])
        gateways.say_many(G1, range(1, 101))
        until(lambda: one.tally.unacknowledged == 100)
    assert not sink.rows
    gateways.say_many(G1, range(101, 201))  # while nobody listens

    sink.away.clear()
    with running(sink, broker.url):
        until(lambda: gateways.has_receipts(G1, range(1, 201)))

    assert sink.seqs(G1) == set(range(1, 201))


def test_a_stop_finishes_what_the_writer_has_at_hand(broker, gateways):
    sink = MemorySink()
    sink.delay_s = 0.5
    with running(sink, broker.url) as one:
        until(lambda: gateways.states[-1:] == ["up"])
        gateways.say_many(G1, range(1, 51))
        until(lambda: one.tally.messages == 50)
        until(lambda: one.collector._machine.at_hand)
    committed = sink.seqs(G1)

    assert committed
    until(lambda: gateways.states[-1] == "stopped")
    until(lambda: gateways.receipted.get(G1) == committed)
    with running(sink, broker.url) as one:
        until(lambda: gateways.has_receipts(G1, range(1, 51)))
    assert one.tally.messages == 50 - len(committed)  # acknowledged ones do not come again


def test_a_broker_that_is_killed_and_started_again_is_found_again(broker, gateways):
    sink = MemorySink()
    with running(sink, broker.url) as one:
        until(lambda: gateways.states[-1:] == ["up"])
        gateways.say_many(G1, range(1, 51))
        until(lambda: gateways.has_receipts(G1, range(1, 51)))
        sink.away.set()
        gateways.say_many(G1, range(51, 101))
        until(lambda: one.tally.unacknowledged == 50)
        broker.end(signal.SIGKILL)
        until(lambda: not one.tally.connected)
        broker.start()
        until(lambda: one.tally.connects == 2)
        sink.away.clear()
        until(gateways.connected)
        until(lambda: sink.seqs(G1) == set(range(1, 101)))  # held here, whatever the broker knows
        gateways.say_many(G1, range(51, 151))  # a gateway says again what has no receipt
        until(lambda: gateways.has_receipts(G1, range(51, 151)))
        until(lambda: one.tally.unacknowledged == 0)

    assert "broker.connection_lost" in one.log.codes
    assert one.failed_by is None


def test_a_broker_that_is_not_there_yet_is_waited_for(mosquitto, tmp_path):
    sink = MemorySink()
    late = Mosquitto(mosquitto, tmp_path)
    with running(sink, late.url) as one:
        until(lambda: one.log.codes.count("broker.unavailable") >= 2)
        late.start()
        until(lambda: one.tally.connected)
    late.end()


def test_several_collectors_share_the_messages(broker, gateways):
    sinks = [MemorySink(), MemorySink()]
    with (
        running(sinks[0], broker.url, name="one", share="all") as one,
        running(sinks[1], broker.url, name="two", share="all") as two,
    ):
        until(lambda: gateways.states == ["up", "up"])
        gateways.say(G1, payload_of(1))
        until(lambda: gateways.has_receipts(G1, range(1, 2)))
        gateways.say_many(G1, range(2, 401))
        until(lambda: gateways.has_receipts(G1, range(1, 401)))

    assert one.tally.messages + two.tally.messages == 400
    assert min(one.tally.messages, two.tally.messages) > 50
    assert sinks[0].seqs(G1) | sinks[1].seqs(G1) == set(range(1, 401))


def test_a_collector_that_joins_a_group_does_not_hear_everything_twice(broker, gateways):
    sink = MemorySink()
    with running(sink, broker.url) as one:
        until(lambda: gateways.states[-1:] == ["up"])
        gateways.say(G1, payload_of(1))
        until(lambda: gateways.has_receipts(G1, range(1, 2)))
    with running(sink, broker.url, share="all") as one:
        until(lambda: gateways.states[-1:] == ["up"])
        gateways.say(G1, payload_of(2))
        until(lambda: gateways.has_receipts(G1, range(1, 3)))
        gateways.say_many(G1, range(3, 11))
        until(lambda: gateways.has_receipts(G1, range(1, 11)))

    assert one.tally.messages <= 10
    assert len(sink.rows) == 30


def test_two_collectors_of_one_name_are_told_so():
    """Spoken by a peer of a few bytes: not every version of the broker says why it hangs up."""
    peer = socket.create_server(("127.0.0.1", 0))
    with running(MemorySink(), f"mqtt://127.0.0.1:{peer.getsockname()[1]}") as one:
        link, _ = peer.accept()
        link.recv(4096)
        link.sendall(bytes.fromhex("2003000000"))  # CONNACK
        until(lambda: one.tally.connected)
        link.sendall(bytes.fromhex("e0028e00"))  # DISCONNECT: session taken over
        until(lambda: "collector.taken_over" in one.log.codes)
        peer.close()
        link.close()


def test_a_refusal_by_the_broker_is_told_with_its_reason():
    peer = socket.create_server(("127.0.0.1", 0))
    with running(MemorySink(), f"mqtt://127.0.0.1:{peer.getsockname()[1]}") as one:
        link, _ = peer.accept()
        link.recv(4096)
        link.sendall(bytes.fromhex("2003008700"))  # CONNACK: not authorized
        until(lambda: "broker.refused" in one.log.codes)
        peer.close()
        link.close()

    assert "Not authorized" in " ".join(one.log.events)


def test_messages_from_the_brokers_store_are_not_taken_for_fresh_ones(broker, gateways):
    gateways.say(G1, payload_of(1), retain=True)
    sink = MemorySink()
    with running(sink, broker.url, version=4) as one:
        until(lambda: one.tally.retained == 1)
        gateways.say(G1, payload_of(2), retain=True)  # live: the flag is the gateway's mistake
        until(lambda: gateways.has_receipts(G1, range(2, 3)))

    assert sink.seqs(G1) == {2}


def test_a_message_the_sink_chokes_on_does_not_hold_up_the_others(broker, gateways):
    sink = MemorySink()
    sink.chokes_on = b"poison"
    with running(sink, broker.url):
        until(lambda: gateways.states[-1:] == ["up"])
        for seq in range(1, 20):
            gateways.say(G1, payload_of(seq))
        gateways.say(G1, b'{"seq":20,"channel":"poison","value":1}')
        gateways.say_many(G1, range(21, 40))
        until(lambda: gateways.has_receipts(G1, range(1, 40)))

    assert sink.seqs(G1) == set(range(1, 40)) - {20}
    assert [code for _, code in sink.rejected] == ["message.unstorable"]
    assert gateways.rejected == [(G1, {"seq": 20, "i": [], "reason": "message.unstorable"})]


def test_a_sink_that_is_broken_ends_the_collector_with_everything_still_at_the_broker(
    broker, gateways
):
    class Broken(MemorySink):
        def write(self, batch, readings, rejected):
            raise KeyError("no such table")

    with running(Broken(), broker.url) as one:
        until(lambda: gateways.states[-1:] == ["up"])
        gateways.say_many(G1, range(1, 11))
        until(lambda: one.failed_by is not None)
    assert isinstance(one.failed_by, KeyError)
    assert not gateways.receipted

    sink = MemorySink()
    with running(sink, broker.url):
        until(lambda: gateways.has_receipts(G1, range(1, 11)))
    assert sink.seqs(G1) == set(range(1, 11))


def test_a_broker_without_a_window_does_not_fill_the_memory(mosquitto, tmp_path):
    broker = Mosquitto(mosquitto, tmp_path, "max_inflight_messages 0")
    broker.start()
    gateways = Gateways(broker.port)
    sink = MemorySink()
    sink.away.set()
    with running(sink, broker.url, version=4, held_bytes=30_000, batch_messages=20) as one:
        until(lambda: gateways.states[-1:] == ["up"])
        gateways.say_many(G1, range(1, 401))
        until(lambda: one.tally.messages == 400)
        assert one.collector._machine.inbox.held_bytes < 31_000
        assert one.tally.overflowed > 200
        sink.away.clear()
        until(lambda: gateways.has_receipts(G1, range(1, 401)))
    gateways.close()
    broker.end()

    assert sink.seqs(G1) == set(range(1, 401))
    assert "broker.no_window" in one.log.codes


def test_a_broker_that_drops_messages_is_told_of(mosquitto, tmp_path):
    """Its default of 1,000 queued messages loses what it has acknowledged; here it is 5."""
    broker = Mosquitto(mosquitto, tmp_path, "sys_interval 1")
    file = tmp_path / "mosquitto.conf"
    file.write_text(file.read_text().replace("max_queued_messages 0", "max_queued_messages 5"))
    broker.start()
    gateways = Gateways(broker.port)
    sink = MemorySink()
    sink.away.set()
    with running(sink, broker.url, receive_maximum=4, batch_messages=2) as one:
        until(lambda: gateways.states[-1:] == ["up"])
        until(lambda: one.collector._machine._dropped is not None)
        gateways.say_many(G1, range(1, 101))
        until(lambda: "broker.dropped" in one.log.codes)
        assert one.tally.broker_dropped > 50
        sink.away.clear()
    gateways.close()
    broker.end()


def test_the_status_topic_tells_of_a_collector_that_was_cut_off(broker, gateways):
    with running(MemorySink(), broker.url) as one:
        until(lambda: gateways.states == ["up"])
        one.collector._client.socket().close()
        until(lambda: "gone" in gateways.states)
        until(lambda: gateways.states[-1] == "up")


def test_the_status_can_be_read_later_by_anybody(broker, gateways):
    with running(MemorySink(), broker.url, name="main"):
        until(lambda: gateways.states == ["up"])
        later = Gateways(broker.port)
        until(lambda: later.states == ["up"])
        later.close()


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:1883", "http://broker", "mqtt://", "mqtt://broker:port", "mqtt://b:99999"],
)
def test_a_url_that_cannot_work_is_refused_with_the_form_it_should_have(url):
    with pytest.raises(InputError) as caught:
        parsed(url)

    assert "mqtt://" in caught.value.next_en


def test_a_url_may_carry_user_and_password_and_never_shows_them():
    address = parsed("mqtts://energy%40a:s%2Fcret@broker.example")

    assert (address.user, address.password) == ("energy@a", "s/cret")
    assert (address.port, address.tls) == (8883, True)
    assert str(address) == "broker.example:8883"


@pytest.mark.parametrize(
    "wrong",
    [
        {"receive_maximum": 1},
        {"receive_maximum": 65_536},
        {"receive_maximum": 100, "batch_messages": 51},
        {"batch_ms": 0},
        {"name": ""},
        {"name": "a/b"},
        {"share": "a+"},
        {"share": "all", "version": 4},
        {"version": 3},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(InputError) as caught:
        CollectorSettings("mqtt://broker", **wrong)

    assert caught.value.code == "collector.setting_out_of_bounds"
    assert json.dumps(caught.value.where)


def test_a_broker_that_hangs_up_without_an_answer_is_told_with_the_setting():
    with socket.create_server(("127.0.0.1", 0)) as server:
        ends = threading.Event()

        def hang_up() -> None:
            server.settimeout(0.1)
            while not ends.is_set():
                with contextlib.suppress(TimeoutError):
                    server.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with running(MemorySink(), f"mqtt://127.0.0.1:{server.getsockname()[1]}") as one:
            until(lambda: "broker.hung_up" in one.log.codes)
            until(lambda: one.log.codes.count("broker.hung_up") > 1)  # it is tried again
        ends.set()
        thread.join()
    assert any("COMMONWATT_BROKER_VERSION=4" in event for event in one.log.events)
    assert set(one.log.codes) <= {"broker.hung_up", ""}

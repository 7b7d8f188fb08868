"""A real broker lets in whom the platform knows, to their topics alone, and ends who is revoked."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from actions.actor import Actor, open_pool
from actions.doing import carry_out
from actions.readings.issue_key import IssueKey
from actions.readings.register_gateway import RegisterGateway
from actions.readings.revoke_gateway import RevokeGateway
from cli.broker_files import BrokerFiles, acl, passwords
from cli.broker_reload import reloading
from cli.services.broker_parts import join, write
from collector.codecs import native
from collector.routing import NATIVE, Route
from metering.credentials import hashed
from metering.errors import UnavailableError
from storage.connections import READING
from storage.readings.store import Store
from tests.collector.rig import Mosquitto, until
from tests.collector.rig import running as collecting

ROUTES = (Route("dsmr/+/raw", "dsmr", "demo/{1}"), NATIVE)
OWN_ACL = "user collector\ntopic readwrite cw/v1/#\n"
CONFIGURED = "user {1}\npassword_file {0}/passwords\nacl_file {0}/acl\npid_file {0}/pid\n"


class Device:
    """A gateway's client, as it is told by paho."""

    def __init__(self, port: int, name: str, key: str, as_who: str = "device") -> None:
        self.name, self.key = name, key
        self.told: list[str] = []
        self.heard: list[tuple[str, bytes]] = []
        client = Client(
            CallbackAPIVersion.VERSION2, f"{as_who}-{name}", protocol=MQTTv5,
            reconnect_on_failure=False,
        )  # fmt: skip
        client.username_pw_set(name, key)
        client.on_connect = lambda *of: self.told.append(str(of[3]))
        client.on_disconnect = lambda *of: self.told.append("gone")
        client.on_message = lambda *of: self.heard.append((of[2].topic, of[2].payload))
        client.connect("127.0.0.1", port)
        client.loop_start()
        self.client = client
        until(lambda: self.told)

    @property
    def is_in(self) -> bool:
        return self.told == ["Success"]

    def say(self, topic: str, payload: bytes) -> None:
        self.client.publish(topic, payload, 1)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def let_in(port: int, name: str, key: str) -> Device:
    """Return a gateway's client once the broker has read its login."""
    tried = [Device(port, name, key)]
    until(lambda: tried[-1].is_in or tried.append(Device(port, name, key)), 10)
    return tried[-1]


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "broker"
    made.mkdir()
    made.chmod(0o777)
    write(made / "passwords.own", f"collector:{hashed('ours')}\n")
    write(made / "acl.own", OWN_ACL)
    join(made)
    for kind in ("passwords", "acl"):
        (made / kind).chmod(0o644)  # the broker may be another user than who tests
    return made


@pytest.fixture
def broker(mosquitto, folder) -> Iterator[Mosquitto]:
    more = CONFIGURED.format(folder, getuser())
    made = Mosquitto(mosquitto, folder, "")
    conf = folder / "mosquitto.conf"
    text = conf.read_text().replace("allow_anonymous true", "allow_anonymous false")
    conf.write_text(text + more)
    made.start()
    yield made
    made.end()


@contextmanager
def kept(files: BrokerFiles) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=files.keep, args=[stop])
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(20)


def files_of(database, folder, log=lambda *_, **__: None) -> BrokerFiles:
    reload = reloading(folder / "pid", None)
    return BrokerFiles(
        folder, database.url("collector"), lambda: ROUTES, reload, bounds=READING, log=log
    )


def test_a_revoked_gateway_is_out_within_ten_seconds_and_nothing_more_of_it_counts(
    database, broker, folder
):
    actor = Actor(open_pool(database.url("api"), max_size=2), "user:1")
    one, other = (
        carry_out(actor, RegisterGateway(name=f"demo/{name}")).result for name in ("g1", "g2")
    )
    store = Store(database.url("collector"), "main")
    url = f"mqtt://collector:ours@127.0.0.1:{broker.port}"
    try:
        with collecting(store, url) as running, kept(files_of(database, folder)):
            until(lambda: "demo/g2:" in (folder / "passwords").read_text())
            until(lambda: running.tally.connected)
            g1, g2 = (let_in(broker.port, of.gateway, of.key) for of in (one, other))
            stranger = Device(broker.port, "demo/g2", one.key)
            assert not stranger.is_in
            g2.client.subscribe("#", 1)
            for device, forged in ((g1, "demo/g2"), (g2, "demo/g1")):
                forger = Device(broker.port, device.name, device.key, "forger")
                forger.say(f"cw/v1/{forged}/data", native.encode_one(9, "forged", 1, 1.0))
                forger.close()
            g1.say("cw/v1/demo/g1/data", native.encode_one(1, "e", 1_700_000_000_000, 1.0))
            g2.say("cw/v1/demo/g2/data", native.encode_one(1, "e", 1_700_000_000_000, 1.0))
            until(lambda: [topic for topic, _ in g2.heard] == ["cw/v1/demo/g2/receipt"])
            until(lambda: running.tally.rejected["reading.unknown_key"] == 2)

            began = time.monotonic()
            carry_out(actor, RevokeGateway(reason="lost"), one.gateway_id)
            until(lambda: not g1.is_in, 10)
            assert time.monotonic() - began < 10
            assert not Device(broker.port, one.gateway, one.key).is_in
            assert g2.is_in

            new = carry_out(actor, IssueKey(reason="found"), one.gateway_id).result
            let_in(broker.port, one.gateway, new.key).close()
            assert running.tally.messages == 2  # what was forged never came through
            for device in (g2, stranger):
                device.close()
    finally:
        store.close()
        actor.pool.close()


def test_files_hold_who_has_a_login_and_what_the_routes_say():
    known = [("demo/g1", "$7$x"), ("bad name/g1", "$7$y"), ("demo/g 2\ntopic readwrite #", "$7$z")]
    assert passwords(known) == "demo/g1:$7$x\n"
    text = acl(known, ROUTES, "collector")
    assert "user demo/g1\ntopic write cw/v1/demo/g1/data\n" in text
    assert "topic readwrite dsmr/g1/raw\n" in text
    assert "user collector\ntopic read dsmr/+/raw\n" in text
    assert "#\n" not in text.split("\n", 1)[1]


def test_a_file_keeps_its_mode_and_is_not_touched_where_nothing_changed(tmp_path):
    path = tmp_path / "passwords"
    assert write(path, "a\n")
    assert path.stat().st_mode & 0o777 == 0o640
    path.chmod(0o604)
    before = path.stat().st_ino
    assert not write(path, "a\n")
    assert path.stat().st_ino == before
    assert write(path, "b\n")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("b\n", 0o604)
    assert [one.name for one in tmp_path.iterdir()] == ["passwords"]


def test_a_broker_that_could_not_be_told_is_told_at_the_next_look(database, folder):
    told = []

    def reload() -> None:
        told.append("tried")
        if len(told) == 1:
            raise UnavailableError("broker.not_reloaded", zh="未能通知。", en="Not told.")

    files = BrokerFiles(
        folder, database.url("collector"), lambda: ROUTES, reload,
        bounds=READING, log=lambda *_, **__: None,
    )  # fmt: skip
    with pytest.raises(UnavailableError):
        files.look()
    for _ in range(2):
        files.look()
    files.close()
    assert len(told) == 2


def test_what_cannot_be_told_says_what_to_do(tmp_path):
    (tmp_path / "pid").write_text("x")
    for reload in (reloading(tmp_path / "pid", None), reloading(None, "/no/such/program")):
        with pytest.raises(UnavailableError):
            reload()
    done = tmp_path / "done"
    reloading(None, f"touch {done}")()
    assert done.exists()

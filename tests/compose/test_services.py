"""Each service's command, run as a process: well by its own check, and ended by SIGTERM."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo
from typer.testing import CliRunner

from actions.actor import Actor, open_pool
from actions.doing import carry_out
from actions.readings.register_gateway import RegisterGateway
from actions.readings.revoke_gateway import RevokeGateway
from cli.main import app
from metering.errors import InputError
from scripts import make_env
from storage import migrate
from tests.collector.rig import until
from tests.compose.native import ROOT, Native, compose, ended, env_of, filled

OURS = ("collector", "worker", "api")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def env(tmp_path_factory) -> dict[str, str]:
    path = tmp_path_factory.mktemp("env") / ".env"
    assert make_env.main(path) == 0
    return env_of(path) | {"COMMONWATT_LANG": "en"}


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that the broker reaches, whoever it becomes."""
    folder = Path(tempfile.mkdtemp(prefix="cw-compose-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def certified(folder: Path) -> None:
    """Make a certificate as an authority would, readable by its owner alone."""
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    made += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    made += ["-keyout", str(folder / "server.key"), "-out", str(folder / "server.crt")]
    subprocess.run(made, check=True, capture_output=True)
    for file in folder.iterdir():
        file.chmod(0o600)


@pytest.fixture(scope="module")
def native(server, env, place, mosquitto) -> Iterator[Native]:
    """The services, with a database and folders of this test run behind their names."""
    if shutil.which("mosquitto_passwd") is None:
        pytest.skip("mosquitto_passwd is not installed: the services of compose were not run")
    known = conninfo.conninfo_to_dict(server.admin_url)
    ports = {name: free_port() for name in ("broker", "tls", "api")}
    broker = place / "broker"
    for folder in ("config", "data", "logins", "tls"):
        (broker / folder).mkdir(parents=True)
    certified(broker / "tls")
    (place / "routes.toml").touch()  # as the image has it
    name = f"energy_{secrets.token_hex(4)}"
    moved = {
        "energy": name,
        "@database:5432/": f"@{known['host']}:{known['port']}/",
        "@broker:1883": f"@127.0.0.1:{ports['broker']}",
        "-p 1883": f"-p {ports['broker']}",
        "/mosquitto/": f"{broker}/",
        "/export": f"{place}/export",
        "/kept": f"{broker}/logins",
        "/routes/routes.toml": f"{place}/routes.toml",
        "/state": f"{place}/state",
        "8460": str(ports["api"]),
        "9462": str(free_port()),
        "9463": str(free_port()),
    }
    made = Native(filled(compose()["services"], env), moved)
    for file in (ROOT / "containers" / "broker").iterdir():
        text = made.here(file.read_text(encoding="utf-8"))
        text = text.replace("listener 1883", f"listener {ports['broker']} 127.0.0.1")
        text = text.replace("listener 8883", f"listener {ports['tls']} 127.0.0.1")
        (broker / "config" / file.name).write_text(text)
        (broker / "config" / file.name).chmod(0o600)  # as a checkout under umask 077 leaves it
    made.tls = ports["tls"], broker / "tls" / "server.crt"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        password = env["DATABASE_OWNER_PASSWORD"]  # as the image makes the owner
        admin.execute(f"CREATE ROLE {name} LOGIN SUPERUSER PASSWORD '{password}'".encode())
        admin.execute(f"CREATE DATABASE {name} OWNER {name}".encode())
    yield made
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        for group in (*migrate.GROUPS, "gf_000000"):
            admin.execute(f'DROP ROLE IF EXISTS "{name}_{group}"'.encode())
        admin.execute(f"REASSIGN OWNED BY {name} TO CURRENT_USER".encode())
        admin.execute(f"DROP OWNED BY {name}".encode())
        admin.execute(f"DROP ROLE {name}".encode())


@pytest.fixture(scope="module")
def broker(native, place) -> Iterator[subprocess.Popen[bytes]]:
    """The broker, once it is well."""
    log = place / "broker.log"
    process = native.start("broker", log)
    try:
        if shutil.which("mosquitto_sub"):
            native.until_healthy("broker", process, log)
        yield process
    finally:
        status = ended(process)
    assert status == 0, log.read_text()


@pytest.fixture(scope="module")
def ground(native, broker) -> Native:
    """The services over a migrated database and a broker that is well."""
    migrated = native.run("migrate")
    assert migrated.returncode == 0, migrated.stderr
    return native


def test_the_broker_is_well_by_its_own_check(ground):
    if shutil.which("mosquitto_sub") is None:
        pytest.skip("mosquitto_sub is not installed: the broker's health check was not run")
    assert ground.healthy("broker")


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_well_and_ends_when_it_is_told(ground, place, name):
    log = place / f"{name}.log"
    assert not ground.healthy(name)
    process = ground.start(name, log)
    try:
        ground.until_healthy(name, process, log)
    finally:
        status = ended(process)

    assert status == 0, log.read_text()
    assert not ground.healthy(name)


def test_migrating_again_changes_nothing(ground):
    again = ground.run("migrate")

    assert (again.returncode, again.stderr) == (0, "")
    assert "up to date" in again.stdout


def test_grafana_finds_boards_data_source_and_a_login_that_works(ground, place, env):
    written, made = ground.run("boards"), ground.run("grafana-login")

    assert written.returncode == made.returncode == 0, written.stderr + made.stderr
    environment = ground.environment("grafana")
    assert env["COMMONWATT_GRAFANA_PASSWORD"] not in made.stdout
    source = (
        Path(environment["GF_PATHS_PROVISIONING"]) / "datasources/commonwatt.yaml"
    ).read_text()
    assert "timescaledb: true" in source
    named = {word for word in environment if f"${{{word}}}" in source}
    assert len(named) == source.count("${")
    assert list(Path(environment["COMMONWATT_GRAFANA_BOARDS"]).rglob("commonwatt-region.json"))
    host = ground.here("@database:5432/").strip("@/")
    with psycopg.connect(
        host=host.split(":")[0], port=host.split(":")[1],
        dbname=environment["COMMONWATT_GRAFANA_DATABASE_NAME"],
        user=environment["COMMONWATT_GRAFANA_DATABASE_LOGIN"],
        password=environment["COMMONWATT_GRAFANA_DATABASE_PASSWORD"],
    ) as reader:  # fmt: skip
        assert reader.execute("SELECT count(*) FROM region").fetchone()[0] > 30
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("SELECT * FROM public.app_user")


def as_broker(file: Path) -> dict[str, int]:
    """Return how a command is run as the broker's own user, as docs tell."""
    owner = file.stat()
    return {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}


def published(native, user, password, topic, listen, secure=()) -> bool:
    """Whether what one login publishes reaches another that listens to it."""
    port = native.here("-p 1883").split()[1]
    plain = ["-p", port, "-h", "127.0.0.1", "-t", topic, "-q", "1"]
    common = [*plain[:1], secure[0], *plain[2:], *secure[1:]] if secure else plain
    with subprocess.Popen(
        ["mosquitto_sub", *common, "-u", listen[0], "-P", listen[1], "-C", "1", "-W", "2"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as ear:  # fmt: skip
        time.sleep(0.5)
        subprocess.run(
            ["mosquitto_pub", *common, "-u", user, "-P", password, "-m", "x"],
            check=False, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return ear.communicate()[0] == b"x\n"


def test_a_login_of_the_broker_reaches_its_own_topics_alone(ground, place, env):
    if shutil.which("mosquitto_pub") is None:
        pytest.skip("mosquitto_pub is not installed: rights at the broker were not tried")
    collector = ("collector", env["BROKER_COLLECTOR_PASSWORD"])
    demo = ("demo", env["BROKER_DEMO_PASSWORD"])

    assert published(ground, *demo, "cw/v1/demo-a/gw1/data", collector)
    assert not published(ground, *demo, "cw/v1/real/gw1/data", collector)
    assert not published(ground, "nobody", "", "cw/v1/demo-a/gw1/data", collector)
    assert published(ground, *collector, "cw/v1/demo-a/gw1/receipt", demo)
    assert not published(ground, *collector, "cw/v1/real/gw1/receipt", demo)


def test_a_gateway_comes_by_tls_and_nobody_without_it_on_that_port(ground, env):
    if shutil.which("mosquitto_pub") is None:
        pytest.skip("mosquitto_pub is not installed: rights at the broker were not tried")
    collector = ("collector", env["BROKER_COLLECTOR_PASSWORD"])
    demo = ("demo", env["BROKER_DEMO_PASSWORD"])
    port, certificate = ground.tls
    topic = "cw/v1/demo-a/gw1/data"

    assert published(ground, *demo, topic, collector, (str(port), "--cafile", str(certificate)))
    assert not published(ground, *demo, topic, collector, (str(port),))


def test_what_the_broker_reads_belongs_to_its_own_user_alone(ground, place):
    held = {path.name: path.stat().st_mode & 0o077 for path in (place / "broker/data").iterdir()}

    assert {"acl", "mosquitto.conf", "passwords", "server.crt", "server.key"} <= set(held)
    assert {held[name] for name in ("acl", "passwords", "server.key")} == {0}


def test_a_gateway_that_is_added_while_the_broker_runs_reaches_its_own_topics(
    ground, broker, place, env
):
    if shutil.which("mosquitto_pub") is None:
        pytest.skip("mosquitto_pub is not installed: rights at the broker were not tried")
    passwords = place / "broker" / "data" / "passwords"
    own = passwords.with_name("passwords.own")
    add = ["mosquitto_passwd", "-b", str(own), "example/gw1", "a secret"]
    subprocess.run(add, check=True, **as_broker(own))
    until(lambda: "example/gw1:" in passwords.read_text())
    time.sleep(0.2)  # for the broker to read it
    collector = ("collector", env["BROKER_COLLECTOR_PASSWORD"])
    gateway = ("example/gw1", "a secret")

    assert passwords.stat().st_mode & 0o077 == 0
    assert published(ground, *gateway, "cw/v1/example/gw1/data", collector)
    assert not published(ground, *gateway, "cw/v1/example/gw2/data", collector)
    assert published(ground, *collector, "cw/v1/example/gw1/receipt", gateway)


def test_a_gateway_of_the_platform_comes_in_within_seconds_and_is_out_when_revoked(
    ground, broker, place, env
):
    if shutil.which("mosquitto_pub") is None:
        pytest.skip("mosquitto_pub is not installed: rights at the broker were not tried")
    collector = ("collector", env["BROKER_COLLECTOR_PASSWORD"])
    topic, log = "cw/v1/example/gw7/data", place / "logins.log"
    actor = Actor(open_pool(ground.environment("api")["COMMONWATT_DATABASE_URL"]), "user:1")
    process = ground.start("logins", log)
    try:
        ground.until_healthy("logins", process, log)
        made = carry_out(actor, RegisterGateway(name="example/gw7")).result
        until(lambda: published(ground, "example/gw7", made.key, topic, collector))
        assert not published(ground, "example/gw7", made.key, "cw/v1/example/gw8/data", collector)
        carry_out(actor, RevokeGateway(reason="lost"), made.gateway_id)
        until(lambda: not published(ground, "example/gw7", made.key, topic, collector))
    finally:
        actor.pool.close()
        assert ended(process) == 0, log.read_text()[-2000:]


def test_the_demo_registers_sends_and_ends_when_it_is_told(ground, place):
    processes = [
        (name, ground.start(name, place / f"{name}.log")) for name in ("collector", "demo")
    ]
    try:
        for name, process in processes:
            ground.until_healthy(name, process, place / f"{name}.log")
        url = ground.environment("api")["COMMONWATT_DATABASE_URL"]
        owner = ground.environment("migrate")["COMMONWATT_DATABASE_URL"]
        assert url != owner
        with psycopg.connect(owner, autocommit=True) as admin:
            ends = time.monotonic() + 30
            while (count := admin.execute("SELECT count(*) FROM reading").fetchone()[0]) == 0:
                assert time.monotonic() < ends, (place / "demo.log").read_text()[-2000:]
                time.sleep(0.2)
        assert count > 0
    finally:
        statuses = [ended(process) for _, process in reversed(processes)]
    assert statuses == [0, 0], (place / "demo.log").read_text()[-2000:]


def test_joining_refuses_what_only_a_demo_of_its_own_can_do():
    refused = CliRunner().invoke(app, ["demo", "--join", "--once"])

    assert isinstance(refused.exception, InputError)
    assert refused.exception.code == "demo.joins_alone"

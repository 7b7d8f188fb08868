"""What is in the way is named, with the way out, and nothing of it is touched."""

import os
import socket
from pathlib import Path

import pytest

from cli import services
from cli.services import ports
from cli.services.state import Layout
from metering.errors import ConflictError, InputError, NotFoundError, UnavailableError

BROKER = "mqtt://127.0.0.1:1"  # somebody else's: these tests are about the database


def test_data_of_another_major_version_is_explained_and_left_alone(open_state):
    data = open_state / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")
    (open_state / "postgres").chmod(0o700)

    with pytest.raises(ConflictError) as refused:
        services.up(open_state, broker_url=BROKER)

    for lang in ("zh", "en"):
        text = refused.value.text(lang)
        for word in (str(data), "PostgreSQL 17", "PostgreSQL 18", "pg_dumpall", "dump.sql"):
            assert word in text
    assert (data / "PG_VERSION").read_text() == "17\n"
    assert services.status(open_state).phase is None
    (data / "PG_VERSION").unlink()
    data.rmdir()


def test_a_folder_that_is_no_data_folder_is_left_alone(open_state):
    stranger = open_state / "postgres" / "data" / "letter.txt"
    stranger.parent.mkdir(parents=True, exist_ok=True)
    stranger.write_text("mine")

    with pytest.raises(ConflictError, match="not empty"):
        services.up(open_state, broker_url=BROKER)

    assert stranger.read_text() == "mine"
    stranger.unlink()


@pytest.mark.parametrize("service", ["postgres", "broker"])
def test_a_requested_port_in_use_is_named_with_who_has_it(open_state, service):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(ConflictError) as refused:
            services.up(open_state, **{f"{service}_port": port})

    for lang in ("zh", "en"):
        text = refused.value.text(lang)
        for word in (str(port), f"pid {os.getpid()}", f"--{service}-port"):
            assert word in text


def test_a_port_that_we_had_chosen_is_quietly_changed(tmp_path):
    layout = Layout(tmp_path)
    first = ports.settle(layout, "postgres", None)
    assert ports.settle(layout, "postgres", None) == first

    with socket.create_server(("127.0.0.1", first)):
        second = ports.settle(layout, "postgres", None)

    assert second != first
    assert ports.settle(layout, "postgres", None) == second


def test_a_port_that_was_asked_for_is_kept_and_not_changed(tmp_path):
    layout = Layout(tmp_path)
    port = ports.choose()
    assert ports.settle(layout, "broker", port) == port
    assert ports.settle(layout, "broker", None) == port

    with socket.create_server(("127.0.0.1", port)), pytest.raises(ConflictError):
        ports.settle(layout, "broker", None)


def test_what_is_no_port_is_refused(tmp_path):
    with pytest.raises(InputError):
        ports.settle(Layout(tmp_path), "broker", 70_000)


def test_a_missing_password_file_is_explained(open_state):
    with services.up(open_state, broker_url=BROKER) as running:
        url = running.running.database_url
    password = open_state / "postgres.password"
    kept = password.read_text()
    password.unlink()

    with pytest.raises(NotFoundError, match="Put the password file back"):
        services.up(open_state, broker_url=BROKER)

    password.write_text(kept)
    with services.up(open_state, broker_url=BROKER) as running:
        assert running.running.database_url == url


def test_a_server_that_does_not_start_is_shown_with_its_last_words(open_state):
    with services.up(open_state, broker_url=BROKER):
        data = Path(services.status(open_state).record.place) / "postgres" / "data"
    control = data / "global" / "pg_control"
    control.rename(data / "pg_control.away")

    with pytest.raises(UnavailableError, match="pg_control"):
        services.up(open_state, broker_url=BROKER)

    (data / "pg_control.away").rename(control)

"""Files of the state folder."""

import os

from cli.services import state


def test_a_long_log_is_turned_over_under_its_writer(tmp_path, monkeypatch):
    monkeypatch.setattr(state, "LOG_BYTES", 100)
    log = tmp_path / "server.log"
    writer = state.open_log(log)
    os.write(writer, b"early\n" * 50)

    state.bound_log(log)
    os.write(writer, b"late\n")
    state.bound_log(log)
    os.close(writer)

    assert log.read_text() == "late\n"
    assert (tmp_path / "server.log.1").read_text() == "early\n" * 50


def test_the_lock_is_one_holders(tmp_path):
    layout = state.Layout(tmp_path)
    held = layout.take_lock()
    assert held is not None
    assert layout.take_lock() is None
    assert layout.held()

    os.close(held)

    assert not layout.held()


def test_a_private_file_is_replaced_whole_and_readable_by_its_owner_only(tmp_path):
    path = tmp_path / "secret"
    for text in ("first", "second"):
        state.write_private(path, text)

    assert path.read_text() == "second"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]

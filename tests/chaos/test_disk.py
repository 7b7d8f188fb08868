"""The disk itself fails: the n-th fsync for n = 1, 2, … until none does, and no room is left."""

import contextlib
import itertools
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from collector.codecs import native
from collector.delivery.effects import Settled
from collector.intake import take_in
from metering.errors import UnavailableError
from storage.readings.store import Store
from tests.chaos.own_server import OwnServer, own_server
from tests.chaos.test_commits import assert_all_is_there_once, messages, written_to
from tests.collector.rig import until
from tests.storage.world import forget_readings, make_channels

_SMALL_MB = 384
_RECOVERS_S = 60.0
_COLLECTORS = """
    SELECT pid FROM pg_stat_activity WHERE usename = 'chaos_collector' AND state IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk with a server on it; small: whether it can be filled."""

    folder: Path
    small: bool
    server: OwnServer


@pytest.fixture(scope="module")
def disk(tmp_path_factory) -> Iterator[Disk]:
    on_disk = tmp_path_factory.mktemp("disk")
    with _disk_in_memory(on_disk) as folder, own_server(folder / "state") as server:
        make_channels(server.admin_url, [0, 0])
        yield Disk(folder, folder != on_disk, server)


@pytest.mark.crash
@pytest.mark.slow
def test_a_disk_that_fails_the_nth_fsync_loses_and_doubles_nothing(disk, tmp_path):
    """PostgreSQL answers a failed fsync of its log with a crash of its own, and recovers."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace, which makes fsync fail, is not installed")
    server = disk.server
    for n in itertools.count(1):
        forget_readings(server.admin_url)
        store = Store(server.url("collector"), "test")
        take_in([], native.decode, store)  # so that it is connected
        with _failing(strace, _backend(server), n, tmp_path / f"{n}.trace") as trace:
            settled = written_to(store, _RECOVERS_S)
        until(lambda: _answers(server), _RECOVERS_S)
        assert_all_is_there_once(server, settled)
        if "(INJECTED)" not in trace.read_text():
            break

    assert n > 2, "no fsync was made to fail"


@pytest.mark.crash
@pytest.mark.slow
def test_a_disk_without_room_takes_everything_once_there_is_room_again(disk):
    if not disk.small:
        pytest.skip("no small disk can be mounted: that takes root")
    forget_readings(disk.server.admin_url)
    store = Store(disk.server.url("collector"), "test")
    settled: list[Settled] = []
    writes = threading.Thread(target=lambda: settled.extend(written_to(store, _RECOVERS_S)))
    with _full(disk.folder):
        with pytest.raises(UnavailableError) as refused:
            take_in(messages(), native.decode, store)
        writes.start()
        time.sleep(2)
        assert writes.is_alive()  # nothing was settled, so nothing is receipted
    writes.join(_RECOVERS_S)
    assert_all_is_there_once(disk.server, settled)

    assert "No space left" in refused.value.en


def _backend(server: OwnServer) -> int:
    with psycopg.connect(server.admin_url) as connection:
        ((pid,),) = connection.execute(_COLLECTORS).fetchall()
    return int(pid)


def _answers(server: OwnServer) -> bool:
    try:
        psycopg.connect(server.admin_url).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _failing(strace: str, pid: int, n: int, trace: Path) -> Iterator[Path]:
    """Have the n-th fsync of a process fail."""
    what = "fsync,fdatasync"
    tracer = subprocess.Popen(
        [strace, "-o", str(trace), "-e", f"trace={what}",
         "-e", f"inject={what}:error=EIO:when={n}", "-p", str(pid)],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert tracer.stderr is not None
    said = tracer.stderr.readline()
    if "attached" not in said:
        tracer.wait(10)
        pytest.skip(f"strace may not attach to the server: {said.strip()}")
    try:
        yield trace
    finally:
        tracer.terminate()
        tracer.wait(10)
        tracer.stderr.close()


@contextmanager
def _full(disk: Path) -> Iterator[None]:
    """Leave no room on a disk."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(65_536))
    with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4_096))
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def _disk_in_memory(otherwise: Path) -> Iterator[Path]:
    """Mount a small disk in memory, which only root may; recovery is sooner done there."""
    folder = Path(tempfile.mkdtemp(prefix="commonwatt-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_SMALL_MB}m,mode=755", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield folder if mounted else otherwise
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()

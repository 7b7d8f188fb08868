"""Looking at the services and stopping them, from any terminal."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from cli.services import broker, place, postgres
from cli.services.owner import LOOK_S, MODULE, STOPPING_S, busy, will_not_stop
from cli.services.state import Layout, Phase, Record
from metering.errors import ConflictError, EnergyError


@dataclass(frozen=True, slots=True)
class Status:
    """How the services of a state folder are."""

    phase: Phase | None  # None: stopped
    record: Record | None
    logs: Path


def status(state: Path) -> Status:
    """Return how the services are, as seen from any terminal."""
    layout = Layout(state.absolute())
    if not layout.held():
        return Status(None, None, layout.logs)
    record = layout.read_record()
    return Status(record.phase if record else "starting", record, layout.logs)


def down(state: Path) -> bool:
    """Stop the services of a state folder, whoever started them; return whether any ran."""
    layout = Layout(state.absolute())
    stopped = False
    patience = time.monotonic() + STOPPING_S
    while layout.held():
        record = layout.read_record()
        if record is not None and not stopped:
            stopped = _ask_to_stop(record, layout)
        if time.monotonic() > patience:
            raise will_not_stop(record.supervisor_pid if record else None, layout)
        time.sleep(LOOK_S)
    return _end_relics(layout) or stopped


def remove(state: Path) -> None:
    """Stop the services and remove their data for good, wherever it is; the rest stays."""
    down(state)
    layout = Layout(state.absolute())
    if not layout.root.exists():
        return
    if (lock := layout.take_lock()) is None:
        raise busy(layout)
    try:
        place.discard(layout)
    finally:
        os.close(lock)


def _end_relics(layout: Layout) -> bool:
    """End servers whose supervisor was killed, where the system did not do it; return if any."""
    record = layout.read_record()
    if record is None or (lock := layout.take_lock()) is None:
        return False
    folder = Path(record.place)
    try:
        kinds = (postgres.relics(folder / "postgres" / "data"), broker.relics(folder / "mosquitto"))
        left = [(process, steps[0][0]) for found, steps in kinds for process in found]
        for process, number in left:
            with suppress(psutil.Error):
                process.send_signal(number)
        psutil.wait_procs([process for process, _ in left], timeout=STOPPING_S)
        layout.record.unlink(missing_ok=True)
    finally:
        os.close(lock)
    return bool(left)


def _ask_to_stop(record: Record, layout: Layout) -> bool:
    """Signal the supervisor, once it is certain that this process is the one."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(record.supervisor_pid)
        if MODULE not in process.cmdline():
            return False  # it ends just now, and its number is another one's
        try:
            process.send_signal(signal.SIGTERM)
        except psutil.AccessDenied as error:
            raise _others(record, layout) from error
        return True
    return False


def _others(record: Record, layout: Layout) -> EnergyError:
    return ConflictError(
        "services_of_other_user",
        zh=f"{layout.root} 的服务（进程 {record.supervisor_pid}）属于另一个用户。",
        en=f"The services of {layout.root} (pid {record.supervisor_pid}) are another user's.",
        next_zh="请以该用户身份停止。",
        next_en="Stop them as that user.",
    )

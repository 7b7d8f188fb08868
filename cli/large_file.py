"""`commonwatt import large`: a file of any length, with progress while it is taken."""

import hashlib
import threading
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, Final

import typer

from actions.actor import ours
from actions.readings import large_imports
from actions.readings.large_imports import LargeFile, Progress
from actions.readings.large_refusals import refusals
from cli import embedded
from cli.services.words import say
from cli.settings import Settings, need
from cli.wiring import large_store, operator
from metering.errors import InputError

_TELL_S: Final = 2.0
_SHOWN: Final = 50  # errors; the handle has more
_CHUNK: Final = 1 << 20


def taken(
    source: BinaryIO, file: Path, gateway: str | None, known: Settings, *, wait: bool
) -> None:
    """Take a file, telling how far it is; wait: until the accounts have it.

    InputError where something stands against it.
    """
    import time

    known = embedded.filled(known, "api")
    url = need(known.collector_database_url, "collector_database_url")
    one = _measured(source, file.name, gateway)
    with operator(known) as actor:
        import_id = large_imports.receive(actor, one)
        typer.echo(say(f"导入编号 {import_id}", f"Import {import_id}"))
        with (
            ours(),
            closing(large_store(known, url, import_id)) as sink,
            _Telling(actor, import_id),
        ):
            large_imports.take(actor, sink, one, now_ms=int(time.time() * 1000))
        found = large_imports.progress(actor, import_id)
        if found.state == "refused":
            raise _refused(found)
        _counts(found)
        _undo(found)
        if wait:
            for found in large_imports.watched(actor, import_id, _TELL_S):
                typer.echo(_line(found), err=True)


class _Telling:
    """Tells every two seconds how far a file is, for as long as it is being taken."""

    def __init__(self, actor: Any, import_id: int) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tell, args=(actor, import_id), daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _tell(self, actor: Any, import_id: int) -> None:
        while not self._stop.wait(_TELL_S):
            typer.echo(_line(large_imports.progress(actor, import_id)), err=True)


def _measured(source: BinaryIO, name: str, gateway: str | None) -> LargeFile:
    digest, size = hashlib.sha256(), 0
    while piece := source.read(_CHUNK):
        digest.update(piece)
        size += len(piece)
    source.seek(0)
    return LargeFile(source, name, digest.digest(), size, gateway)


def _line(found: Progress) -> str:
    one = found.of
    if one.state == "received":
        percent = 100 * one.bytes_read // max(one.bytes, 1)
        return say(
            f"已读取 {percent}%,{one.rows_read:,} 行", f"read {percent}%, {one.rows_read:,} rows"
        )
    if one.state == "read":
        of = f"{one.rows_stored:,}/{one.rows_read:,}"
        return say(f"正在入库 {of}", f"storing {of}")
    if found.state == "in_accounts":
        return say("已计入台账。", "The accounts have it.")
    waits = f"{found.usage_waits}, {found.accounts_wait}"
    return say(f"等待计算:用量与台账队列 {waits}", f"waiting, rows of usage and accounts: {waits}")


def _counts(found: Progress) -> None:
    one = found.of
    counts = ", ".join(f"{name} {count:,}" for name, count in one.counts.items())
    typer.echo(say(f"已入库 {one.rows_read:,} 行:{counts}", f"Stored {one.rows_read:,}: {counts}"))


def _undo(found: Progress) -> None:
    if found.of.file_id is not None:
        command = f"commonwatt do import.undo --imported {found.of.file_id} --reason"
        typer.echo(
            say(
                f"24 小时内可撤销:{command} 理由",
                f"To take it back within 24 hours: {command} WHY",
            )
        )


def _refused(found: Progress) -> InputError:
    errors, count = refusals(found.of, _SHOWN), found.of.error_count
    zh, en = (
        "\n".join(one.said("zh") for one in errors),
        "\n".join(one.said("en") for one in errors),
    )
    return InputError(
        "import.problems",
        zh=f"{zh}\n共 {count} 处。",
        en=f"{en}\n{count} in all.",
        next_zh="\n没有导入任何内容:请改正后重新导入。",
        next_en="\nNothing was imported: mend this, then import again.",
        where={"import_id": found.of.id},
    )

"""A bulk export as a file: written piece by piece beside its name, taken up where it broke off.

Whatever the form, the rows are first written as CSV: so each form resumes alike, and how many rows
there are is known before a workbook is begun.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, Final, Literal

from actions.actor import Actor
from actions.figures import instant
from actions.readings.bulk import Asked, Export, Written, begin, pieces_of
from actions.readings.bulk_columns import TITLES
from actions.readings.bulk_forms import Form, convert, fits, ready_for
from actions.readings.bulk_plan import Key
from actions.readings.bulk_wide import head_line, head_of, pieces_wide
from metering.errors import ConflictError

Shape = Literal["long", "wide"]
_IN_MEMORY: Final = 16 << 20  # bytes of a piece; a larger one is on disk
_AT_ONCE: Final = 1 << 18
SAID_BY_US: Final = "# CommonWatt"  # the importer passes over a line that begins so


@dataclass(frozen=True, slots=True)
class Done:
    """What was written: how many rows, of when; resumed: whether a broken file was taken up."""

    rows: int
    as_of_ms: int
    resumed: bool


@dataclass(frozen=True, slots=True)
class _State:
    """How far a broken file is good: so many bytes and rows, up to a key."""

    request: str
    as_of_ms: int
    bytes: int
    rows: int
    channel_id: int
    at_ms: int


class Lines:
    """The text of an export from a key on: its head, its pieces, and for people its last line."""

    def __init__(self, actor: Actor, export: Export, shape: Shape, *, bom: bool = False) -> None:
        self.export, self.rows = export, 0
        self._actor, self._shape, self._bom = actor, shape, bom
        self.headings = head_of(actor, export) if shape == "wide" else list(export.columns.head)

    @property
    def head(self) -> bytes:
        """Return the first line."""
        return (b"\xef\xbb\xbf" if self._bom else b"") + head_line(self.headings)

    @property
    def foot(self) -> bytes:
        """Return the last line: for people, how many rows there are and of when."""
        lang = self.export.columns.lang
        if lang is None:
            return b""
        title = TITLES[self.export.columns.what].say(lang)
        at = f"{instant(self.export.as_of_ms):%Y-%m-%dT%H:%M:%SZ}"
        said = f"{title}; 行数: {self.rows}; 截至: {at}"
        if lang == "en":
            said = f"{title}; rows: {self.rows}; as of: {at}"
        return f"{SAID_BY_US}; {said}\n".encode()

    def pieces(self, after: Key | None = None) -> Iterator[tuple[Written, Iterator[bytes]]]:
        """Return the pieces after a key."""
        made = pieces_wide if self._shape == "wide" else pieces_of
        return made(self._actor, self.export, after)

    def stream(self, after: Key | None = None) -> Iterator[bytes]:
        """Return everything; after a key the rest alone, without a head."""
        if after is None:
            yield self.head
        for written, lines in self.pieces(after):
            yield from _at_rest(lines)
            self.rows += written.rows
        if after is None:
            yield self.foot


def _at_rest(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Return a piece once it is read: who takes it slowly holds no transaction open."""
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        file.writelines(parts)
        file.seek(0)
        while chunk := file.read(_AT_ONCE):
            yield chunk


def write_export(
    actor: Actor,
    asked: Asked,
    file: Path,
    form: Form,
    shape: Shape = "long",
    *,
    told: Callable[[int], object] = lambda rows: None,
) -> Done:
    """Write an export under a name that it has once it is complete.

    Until then FILE.part holds it, and FILE.part.json how far it is good: asked for again it goes on
    from there. ConflictError where a broken file is of another request. told: rows so far.
    """
    ready_for(form)
    part, kept = file.with_name(f"{file.name}.part"), file.with_name(f"{file.name}.part.json")
    request = json.dumps([asdict(asked), form, shape], default=str, sort_keys=True)
    state = _broken(part, kept, request)
    export = begin(actor, asked, state.as_of_ms if state else None)
    lines = Lines(actor, export, shape, bom=form == "csv" and asked.lang is not None)
    with part.open("r+b" if state else "wb") as out:
        after = _take_up(out, state, lines)
        for written, texts in lines.pieces(after):
            out.writelines(texts)
            out.flush()
            lines.rows += written.rows
            _keep(kept, _State(
                request, export.as_of_ms, out.tell(), lines.rows, written.last.channel_id,
                written.last.at_ms,
            ))  # fmt: skip
            told(lines.rows)
            fits(form, lines.rows)
        if form == "csv":
            out.write(lines.foot)
    convert(part, file, form, export, lines.headings)
    kept.unlink(missing_ok=True)
    return Done(lines.rows, export.as_of_ms, state is not None)


def _take_up(out: Any, state: _State | None, lines: Lines) -> Key | None:
    """Cut a broken file to what is good of it; begin a new one with its head."""
    if state is None:
        out.write(lines.head)
        return None
    if out.read(len(lines.head)) != lines.head:
        raise _of_another()
    out.truncate(state.bytes)
    out.seek(state.bytes)
    lines.rows = state.rows
    return Key(state.channel_id, state.at_ms)


def _broken(part: Path, kept: Path, request: str) -> _State | None:
    """Return how far a broken file is good, None where there is none."""
    try:
        state = _State(**json.loads(kept.read_text("utf-8")))
        whole = part.stat().st_size >= state.bytes
    except (OSError, ValueError, TypeError):
        return None
    if state.request != request:
        raise _of_another()
    return state if whole else None


def _keep(kept: Path, state: _State) -> None:
    """Write how far a file is good: the old word or the new one, never half of it."""
    made = kept.with_name(f"{kept.name}.new")
    made.write_text(json.dumps(asdict(state)), "utf-8")
    made.replace(kept)


def _of_another() -> ConflictError:
    return ConflictError(
        "export.other_request",
        zh="这里有一个未完成的导出文件,但条件不同,无法续传。",
        en="An unfinished export lies here, but it was asked for otherwise, so it cannot go on.",
        next_zh="请用原来的条件续传,或另指定 -o,或删除 .part 与 .part.json 文件。",
        next_en="Ask as before, name another file with -o, or delete .part and .part.json.",
    )

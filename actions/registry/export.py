"""A registry as the files that an import takes: what is known now, with what held on other days."""

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Any, Final, Literal, LiteralString, NamedTuple

from psycopg import Connection

from actions.actor import Actor
from actions.registry import out_rows
from actions.registry.importing import must_register
from actions.registry.registry_files import FILES
from actions.workbooks import Sheet, write_workbook
from metering.errors import ConflictError, NotFoundError
from storage.registry import going_out

RegistryForm = Literal["zip", "xlsx", "folder"]
_ALWAYS: Final = 3  # files that are there even where they hold no row
_MADE: Final = (1980, 1, 1, 0, 0, 0)  # the same registry is the same bytes
_BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class RegistryOut:
    """What was written: rows by file. without_code: institutions that no file could name."""

    rows: dict[str, int]
    without_code: int


class _Part(NamedTuple):
    statement: LiteralString
    cells: Any


_PARTS: Final = {
    "regions.csv": _Part(going_out.REGIONS, out_rows.regions),
    "institutions.csv": _Part(going_out.INSTITUTIONS, out_rows.institutions),
    "channels.csv": _Part(going_out.CHANNELS, out_rows.channels),
    "exchanges.csv": _Part(going_out.EXCHANGES, out_rows.exchanges),
    "settings.csv": _Part(going_out.SETTINGS, out_rows.settings),
    "keys.csv": _Part(going_out.KEYS, out_rows.keys),
    "shares.csv": _Part(going_out.SHARES, out_rows.shares),
}


def export_registry(
    actor: Actor, to: IO[bytes] | Path, form: RegistryForm, namespace: str, *, bom: bool = False
) -> RegistryOut:
    """Write the regions, institutions and channels that one keeper's codes name, all of one moment.

    Imported into an empty database it gives the same bytes again, and where it came from it changes
    nothing. to: a folder where the form is one. bom: begin CSV with a mark, for Excel.
    NotFoundError where institutions have codes of other keepers only.
    """
    must_register(actor)
    with actor.look() as connection:
        going_out.begin(connection)
        _check_keeper(connection, namespace)
        counts: dict[str, int] = {}
        tables = _tables(connection, namespace, counts)
        if isinstance(to, Path):
            _into_folder(to, tables, bom=bom)
        elif form == "xlsx":
            write_workbook(to, _sheets(tables))
        else:
            _into_zip(to, tables, bom=bom)
        return RegistryOut(counts, going_out.without_code(connection, namespace))


def keepers(actor: Actor) -> list[str]:
    """Return whose codes there are to export by."""
    with actor.look() as connection:
        return list(going_out.namespaces(connection))


def write_registry(actor: Actor, to: Path, form: RegistryForm, namespace: str) -> RegistryOut:
    """Write a registry under a name that it has once it is complete."""
    if form == "folder":
        return export_registry(actor, to, form, namespace)
    part = to.with_name(f"{to.name}.part")
    try:
        with part.open("wb") as file:
            done = export_registry(actor, file, form, namespace)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.replace(to)
    return done


def _tables(
    connection: Connection[Any], namespace: str, counts: dict[str, int]
) -> Iterator[tuple[str, Iterator[list[str]]]]:
    """Return each file with its rows, which are counted as they are read; an empty one is none."""
    for place, (name, part) in enumerate(_PARTS.items()):
        rows = part.cells(going_out.rows(connection, part.statement, namespace))
        first = next(rows, None)
        if first is None and place >= _ALWAYS:
            continue
        counts[name] = 0
        yield name, _counted(chain([first] if first else [], rows), name, counts)


def _counted(rows: Iterable[list[str]], name: str, counts: dict[str, int]) -> Iterator[list[str]]:
    for row in rows:
        counts[name] += 1
        yield row


def _head(name: str) -> list[str]:
    return [column.name for column in FILES[name]]


def _sheets(tables: Iterable[tuple[str, Iterator[list[str]]]]) -> Iterator[Sheet]:
    for name, rows in tables:
        yield Sheet(name.removesuffix(".csv"), _head(name), rows)


def _into_zip(
    to: IO[bytes], tables: Iterable[tuple[str, Iterator[list[str]]]], *, bom: bool
) -> None:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables:
            info = zipfile.ZipInfo(name, _MADE)
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as member:
                _write(member, name, rows, bom=bom)


def _into_folder(to: Path, tables: Iterable[tuple[str, Iterator[list[str]]]], *, bom: bool) -> None:
    """Write a file each beside the folder, and move them there together once all are whole."""
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to, prefix=".part-") as made:
        part = Path(made)
        for name, rows in tables:
            with (part / name).open("wb") as file:
                _write(file, name, rows, bom=bom)
        made_now = {one.name for one in part.iterdir()}
        if others := [name for name in FILES if name not in made_now and (to / name).exists()]:
            raise _not_ours(to, others)
        for name in made_now:
            (part / name).replace(to / name)


def _not_ours(folder: Path, names: list[str]) -> ConflictError:
    """Refuse a folder with files that would be imported together with these."""
    said = ", ".join(names)
    return ConflictError(
        "export.folder_in_use",
        zh=f"{folder} 中已有 {said},会与本次导出的文件一起被导入。",
        en=f"{folder} already holds {said}, which would be imported with what is exported now.",
        next_zh="请指定空目录,或先移走这些文件。",
        next_en="Name an empty folder, or move these files away.",
        where={"folder": str(folder), "files": names},
    )


def _write(file: IO[bytes], name: str, rows: Iterator[list[str]], *, bom: bool) -> None:
    text = io.TextIOWrapper(file, "utf-8", newline="")
    text.write(_BOM if bom else "")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_head(name))
    writer.writerows(rows)
    text.flush()
    text.detach()


def _check_keeper(connection: Connection[Any], namespace: str) -> None:
    known = going_out.namespaces(connection)
    if not known or namespace in known:
        return
    names = ", ".join(f"{name} ({count})" for name, count in known.items())
    raise NotFoundError(
        "export.no_namespace",
        zh=f"没有机构带有“{namespace}”的代码。",
        en=f"No institution has a code of “{namespace}”.",
        next_zh=f"已有:{names}。",
        next_en=f"There are: {names}.",
        where={"field": "namespace", "value": namespace},
    )

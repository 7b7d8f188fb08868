"""A registry as a browser sends it: a ZIP, a workbook, or its CSV files, in any encoding."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from actions.registry.registry_files import FILES
from collector.files.grids import headed
from collector.files.limits import Limits
from collector.files.refusals import Place
from collector.files.sent_back import as_sent
from collector.files.tables import Table
from metering.errors import InputError

_LIMITS: Final = Limits(unpacked_bytes=256 * 2**20)
_LETTERS: Final = re.compile(r"[^a-z]")


def uploaded_tables(name: str, body: bytes) -> Mapping[str, Table]:
    """Return the tables of an upload by the names of our files; InputError where it has none."""
    tables = _tables(name, body)
    if not tables:
        raise _none_of_them()
    return tables


def packed(files: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Return several files as one, by name and content; a single one stays as it is."""
    if len(files) == 1:
        return files[0]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files:
            archive.writestr(PurePosixPath(name.replace("\\", "/")).name, body)
    return "registry.zip", content.getvalue()


def _tables(name: str, body: bytes) -> Mapping[str, Table]:
    """Return the tables of ours that an upload holds, by the names of their files.

    A sheet is known by its title, a text by the name of its file; others are no part of it.
    """
    found: dict[str, Table] = {}
    called = PurePosixPath(name.replace("\\", "/")).name
    for table in map(as_sent, headed(io.BytesIO(body), called, _LIMITS)):
        file = _file_of(table.place)
        if file in found:
            raise _twice(file, found[file].place, table.place)
        if file:
            found[file] = table
    return found


def _file_of(place: Place) -> str:
    """Return which of our files a table is; nothing where it is none."""
    called = place.sheet or PurePosixPath(place.file.split(":")[-1]).name
    stem = _LETTERS.sub("", called.lower().removesuffix(".gz").rpartition(".")[0] or called.lower())
    return f"{stem}.csv" if f"{stem}.csv" in FILES else ""


def _none_of_them() -> InputError:
    names = ", ".join(FILES)
    return InputError(
        "import.no_files",
        zh=f"其中没有 {names}。",
        en=f"It holds none of {names}.",
        next_zh="请提交含有这些文件的 ZIP、同名工作表的 XLSX,或这些 CSV。",
        next_en="Send a ZIP of these files, an XLSX with sheets of these names, or the CSV files.",
        where={"field": "files"},
    )


def _twice(file: str, one: Place, other: Place) -> InputError:
    return InputError(
        "import.two_files",
        zh=f"{file} 出现两次:{one.said()[0]};{other.said()[0]}。",
        en=f"{file} is there twice: {one.said()[1]}; {other.said()[1]}.",
        next_zh="请只保留一份。",
        next_en="Keep one of them.",
        where={"field": "files"},
    )

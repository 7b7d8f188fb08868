"""A registry as a browser sends it: a ZIP, a workbook, or its CSV files; read as a folder."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final

from actions.cells import sheets_of
from actions.registry.columns import FILES
from actions.registry.files import read
from actions.registry.values import Registry
from metering.errors import InputError

_MOST_UNPACKED: Final = 256 * 2**20
_SHEET: Final = re.compile(r"[^a-z]")


def read_upload(name: str, body: bytes, namespace: str) -> Registry:
    """Return what an upload says; everything that cannot be read is raised together."""
    with TemporaryDirectory(prefix="registry-") as folder:
        for file, content in _files(name, body):
            (Path(folder) / file).write_bytes(content)
        if not any((Path(folder) / file).exists() for file in FILES):
            raise _none_of_them()
        return read(Path(folder), namespace)


def packed(files: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Return several files as one, by name and content; a single one stays as it is."""
    if len(files) == 1:
        return files[0]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files:
            archive.writestr(PurePosixPath(name.replace("\\", "/")).name, body)
    return "registry.zip", content.getvalue()


def _files(name: str, body: bytes) -> Iterator[tuple[str, bytes]]:
    """Return the files of ours that an upload holds."""
    if body[:2] != b"PK":
        stem = PurePosixPath(name.replace("\\", "/")).name.lower()
        yield from [(stem, body)] if stem in FILES else []
        return
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(one.file_size for one in archive.infolist()) > _MOST_UNPACKED:
                raise _too_large()
            if "xl/workbook.xml" not in archive.namelist():
                yield from _of_archive(archive)
                return
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise _none_of_them() from error
    for title, rows in sheets_of(body):
        file = f"{_SHEET.sub('', title.lower().removesuffix('.csv'))}.csv"
        if file in FILES:
            yield file, _as_csv(rows)


def _of_archive(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for one in archive.infolist():
        file = PurePosixPath(one.filename).name.lower()
        if file in FILES and not one.is_dir():
            yield file, archive.read(one)


def _as_csv(rows: list[list[str]]) -> bytes:
    """Return rows as CSV, as wide as the header; a sheet leaves empty ends out."""
    text, width = io.StringIO(newline=""), len(rows[0]) if rows else 0
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([*row, *[""] * (width - len(row))])
    return text.getvalue().encode()


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


def _too_large() -> InputError:
    return InputError(
        "import.too_large",
        zh="解压后超过 256 MB。",
        en="It unpacks to more than 256 MB.",
        next_zh="请拆分后分别导入。",
        next_en="Split it and import the parts.",
        where={"field": "files"},
    )

"""Several files that are brought together, as one archive that is read as a whole."""

import shutil
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import IO, BinaryIO, Final

from collector.files.containers import (
    BUNDLE,
    member,
    members,
    opened_archive,
    opened_gzip,
    rewound,
)
from collector.files.limits import DEFAULT, Limits
from collector.files.refusals import CellError, Place, refusal

# What files of readings end with; in a folder nothing else is read.
SUFFIXES: Final = (
    ".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".zip", ".gz", ".xml", ".html",
    ".htm", ".json",
)  # fmt: skip
_NAMED: Final = 3
_AT_ONCE: Final = 1 << 20

Brought = tuple[str, BinaryIO]


def together(files: Sequence[Brought], into: BinaryIO, limits: Limits = DEFAULT) -> str:
    """Write several files as one, and return what it is called; archives among them are opened.

    InputError where an archive is damaged, or there are too many files.
    """
    taken: set[str] = set()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = BUNDLE
        for name, source in files:
            try:
                for called, read in _members(_plain(name), source, limits):
                    if len(taken) >= limits.members:
                        raise CellError("bomb", f"> {limits.members}")
                    with read, archive.open(_free(called, taken), "w", force_zip64=True) as kept:
                        shutil.copyfileobj(read, kept, _AT_ONCE)
            except CellError as error:
                raise refusal(error, Place(_plain(name))) from error
    into.seek(0)
    return called_together([name for name, _ in files])


def called_together(names: Sequence[str]) -> str:
    """Return the name of several files together, in a line."""
    first = ", ".join(PurePosixPath(_plain(name)).name[:50] for name in names[:_NAMED])
    return first if len(names) <= _NAMED else f"{first} … ({len(names)})"


def _members(name: str, source: BinaryIO, limits: Limits) -> Iterator[tuple[str, IO[bytes]]]:
    """Return the files of an archive; any other file as it is, whatever it turns out to be."""
    source.seek(0)
    head = source.read(2)
    source.seek(0)
    if head == b"\x1f\x8b":
        yield name.removesuffix(".gz"), opened_gzip(source, limits)
        return
    if head == b"PK" and not name.lower().endswith((".xlsx", ".xlsm", ".ods")):
        archive = opened_archive(source, limits)
        if not {"[Content_Types].xml", "content.xml"} & set(archive.namelist()):
            for info in members(archive):
                yield f"{name}/{info.filename}", member(archive, info, limits)
            return
    yield name, rewound(source)


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/")


def _free(name: str, taken: set[str]) -> str:
    """Return a name that no other file has: two folders may hold files of one name."""
    path, free, number = PurePosixPath(name), name, 2
    while free in taken:
        free = str(path.with_stem(f"{path.stem} ({number})"))
        number += 1
    taken.add(free)
    return free

"""Files and folders that somebody names at the terminal, opened as one file."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import typer

from cli.services.words import say
from metering.errors import InputError, NotFoundError


@contextmanager
def brought(paths: Sequence[Path]) -> Iterator[tuple[BinaryIO, str]]:
    """Open a file, or several as one, and say what that is called.

    Of a folder all that look like files of readings, with those in folders below.
    """
    if len(paths) == 1 and not paths[0].is_dir():
        with _opened(paths[0]) as one:
            yield one, paths[0].name
        return
    from collector.files.bundles import together

    with ExitStack() as stack:
        files = [
            (name, stack.enter_context(_opened(path)))
            for given in paths
            for name, path in _files(given)
        ]
        whole = stack.enter_context(tempfile.TemporaryFile())
        yield whole, together(files, whole)


def _files(path: Path) -> list[tuple[str, Path]]:
    """Return the files that a path means, each with what it is called from there."""
    from collector.files.bundles import SUFFIXES

    if not path.is_dir():
        return [(path.name, path)]
    every = [
        one
        for one in sorted(path.rglob("*"))
        if one.is_file() and not any(part.startswith(".") for part in one.relative_to(path).parts)
    ]
    found = [one for one in every if one.suffix.lower() in SUFFIXES]
    if others := [str(one.relative_to(path)) for one in every if one not in found]:
        names = ", ".join(others[:10]) + (" …" if len(others) > 10 else "")
        typer.echo(say(f"未读取的文件:{names}", f"Files that are not read: {names}"), err=True)
    if not found:
        raise InputError(
            "import.empty_folder",
            zh=f"{path} 中没有读数文件。",
            en=f"{path} holds no files of readings.",
            next_zh="可导入 CSV、XLSX、ZIP、gzip 和 Green Button XML。",
            next_en="CSV, XLSX, ZIP, gzip and Green Button XML can be imported.",
            where={"file": str(path)},
        )
    return [(one.relative_to(path).as_posix(), one) for one in found]


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except FileNotFoundError:
        raise NotFoundError(
            "import.no_file",
            zh=f"没有文件 {file}。",
            en=f"There is no file {file}.",
            next_zh="请核对路径。",
            next_en="Check the path.",
            where={"file": str(file)},
        ) from None
    except OSError as error:
        raise InputError(
            "import.unreadable_file",
            zh=f"无法读取 {file}:{error.strerror}。",
            en=f"{file} cannot be read: {error.strerror}.",
            next_zh="请指定一个有权读取的 CSV 文件。",
            next_en="Name a CSV file that you may read.",
            where={"file": str(file)},
        ) from error

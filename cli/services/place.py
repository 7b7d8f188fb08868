"""Where the servers' files are, and as whom they run.

Normally both is simple: the state folder, and whoever started the program. As root the servers run
as an unprivileged user, who may not reach root's folders. No mode of a folder that was there before
is ever changed for that: programs and data go to a private folder under the system's temporary
directory instead, and the state folder keeps a pointer to it.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.services import wheel as wheels
from cli.services.privileges import Servant, give, may, servant_for
from cli.services.state import Layout, write_private
from cli.services.wheel import Wheel
from cli.services.words import say
from metering.errors import ConflictError, UnavailableError

MOSQUITTO: Final = "mosquitto"  # the folder of either broker's files
_OWNER: Final = "state"  # in a private folder: the state folder that it belongs to
_OTHERS: Final = ("/tmp", "/var/tmp")  # noqa: S108  where TMPDIR is root's own; folders by mkdtemp


@dataclass(frozen=True, slots=True)
class Place:
    """A folder for the servers' files, the programs, and the user they run as."""

    root: Path
    wheel: Wheel | None  # None where the database is somebody else's
    servant: Servant | None  # None: as ourselves

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def mosquitto(self) -> Path:
        return self.root / MOSQUITTO

    def own(self, folder: Path) -> Path:
        """Make a folder of the servant's alone."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.servant is not None and folder.stat().st_uid != self.servant.uid:
            give(self.servant, folder)
        return folder


def find(layout: Layout, *, postgres: bool, progress: Callable[[str], None]) -> Place:
    """Return last time's place, or the state folder if the servant can work there, or a new one."""
    wheel = wheels.find() if postgres else None
    if os.geteuid() != 0:
        _refuse_roots_data(layout)
        return Place(layout.root, wheel, None)
    if (kept := _pointed_at(layout, progress)) is not None:
        return _furnished(kept, layout, wheel)
    folders = (layout.root / "postgres", layout.root / "mosquitto")
    place = Place(layout.root, wheel, servant_for(layout.root, folders))
    if _works(place):
        return place
    if _has_data(place.root):
        raise _cut_off(place)
    return _temporary(layout, wheel, progress)


def _works(place: Place) -> bool:
    """Return whether the servant reaches state and programs, and can be given folders here."""
    wants = [(place.root, os.X_OK), *(place.wheel.wants() if place.wheel else ())]
    if not may(place.servant, wants):
        return False
    try:
        return may(place.servant, [(place.own(place.postgres), os.R_OK | os.W_OK | os.X_OK)])
    except OSError:  # a file system that lets nobody have another owner
        return False


def _pointed_at(layout: Layout, progress: Callable[[str], None]) -> Path | None:
    """Return the private folder of an earlier start, if it is still there and still ours."""
    if not layout.pointer.exists():
        return None
    folder = _target(layout)
    if folder.is_dir() and not folder.is_symlink():
        known = folder.stat()
        ours = known.st_uid == 0 and not known.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if ours and (_has_data(folder) or not layout.password.exists()):
            return folder if _settle_owner(layout, folder) else None
    progress(
        say(
            f"临时目录 {folder} 已不在或已被清空（重启会清空临时目录），其中的数据库随之丢失；"
            "现在新建一个空的数据库。",
            f"The temporary folder {folder} is gone or was emptied, as a reboot does, and the "
            "database in it with it; a new, empty one is made now.",
        )
    )
    layout.pointer.unlink()
    layout.password.unlink(missing_ok=True)
    return None


def _settle_owner(layout: Layout, folder: Path) -> bool:
    """Return whether a private folder is this state's: a copied state must leave it to the first.

    A state folder that was moved takes its private folder along.
    """
    first = Layout(Path((folder / _OWNER).read_text().strip()))
    if first != layout and first.pointer.exists() and _target(first) == folder:
        layout.pointer.unlink()
        layout.password.unlink(missing_ok=True)
        return False
    write_private(folder / _OWNER, f"{layout.root}\n")
    return True


def _target(layout: Layout) -> Path:
    return Path(layout.pointer.read_text().strip())


def discard(layout: Layout) -> None:
    """Remove what the servers keep for a state folder; they do not run, and we hold the lock."""
    if layout.pointer.exists():
        folder = _target(layout)
        owner = folder / _OWNER
        if owner.exists() and owner.read_text().strip() == str(layout.root):
            shutil.rmtree(folder)
    for name in ("postgres", "mosquitto"):
        shutil.rmtree(layout.root / name, ignore_errors=True)
    for path in (layout.pointer, layout.password, layout.ports, layout.record):
        path.unlink(missing_ok=True)


def _has_data(folder: Path) -> bool:
    return (folder / "postgres" / "data" / "PG_VERSION").exists()


def _temporary(layout: Layout, wheel: Wheel | None, progress: Callable[[str], None]) -> Place:
    """Make a private folder where the servant can work, and keep the pointer to it."""
    for parent in dict.fromkeys((tempfile.gettempdir(), *_OTHERS)):
        if not may(servant_for(layout.root, ()), [(Path(parent), os.X_OK)]):
            continue
        folder = Path(tempfile.mkdtemp(prefix="commonwatt-", dir=parent))
        place = _furnished(folder, layout, wheel)
        if place.wheel is None or may(place.servant, place.wheel.wants()):
            write_private(folder / _OWNER, f"{layout.root}\n")
            write_private(layout.pointer, f"{folder}\n")
            progress(
                say(
                    f"以 root 运行：数据库程序和数据放在 {folder}，因为普通用户到不了状态目录。",
                    f"Running as root: database programs and data are in {folder}, because an "
                    "unprivileged user cannot reach the state folder or the programs.",
                )
            )
            return place
        shutil.rmtree(folder)  # made a moment ago, and of no use: no programs may run there
    raise UnavailableError(
        "no_place",
        zh="没有可供普通用户运行数据库的临时目录。",
        en="There is no temporary folder in which an unprivileged user may run the database.",
        next_zh="请不要以 root 运行，或把 TMPDIR 设为可以执行程序的目录。",
        next_en="Do not run as root, or set TMPDIR to a folder where programs may run.",
    )


def _furnished(folder: Path, layout: Layout, wheel: Wheel | None) -> Place:
    """Return a private folder as a place: entered by the servant's group, changed by root alone."""
    servant = servant_for(layout.root, (folder / "postgres", folder / "mosquitto"))
    assert servant is not None
    os.chown(folder, 0, servant.gid)
    folder.chmod(0o710)
    if wheel is None:
        return Place(folder, None, servant)
    copy = Wheel(folder / "wheel")
    if copy.size() != wheel.size():
        copy = wheel.copy_to(copy.folder)
    return Place(folder, copy, servant)


def _refuse_roots_data(layout: Layout) -> None:
    data = layout.root / "postgres"
    if layout.pointer.exists() or (data.exists() and data.stat().st_uid != os.geteuid()):
        raise ConflictError(
            "state_of_other_user",
            zh=f"{layout.root} 中的数据库是由另一个用户（例如 root）建立的。",
            en=f"The database of {layout.root} was made by another user, such as root.",
            next_zh="请以该用户身份运行，或指定另一个状态目录。",
            next_en="Run as that user, or name another state folder.",
        )


def _cut_off(place: Place) -> ConflictError:
    uid = place.servant.uid if place.servant else os.geteuid()
    return ConflictError(
        "data_out_of_reach",
        zh=f"{place.postgres} 中的数据属于用户 {uid}，但该用户到不了它或数据库程序。",
        en=f"The data in {place.postgres} belongs to user {uid}, who cannot reach it or the "
        "database programs.",
        next_zh="请把状态目录和 Python 环境放在该用户可以到达的地方，或指定另一个状态目录。",
        next_en="Put state folder and Python environment where that user can go, as they were, or "
        "name another state folder.",
    )

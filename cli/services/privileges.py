"""Who the servers run as: PostgreSQL refuses root, so root hands them to a user of their own."""

import ctypes
import hashlib
import os
import pwd
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

# Numbers that Linux distributions leave to short-lived services; no account is made for ours.
_UNNAMED: Final = range(61_184, 65_520)
_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Servant:
    """An unprivileged user and group, by number."""

    uid: int
    gid: int


def servant_for(state: Path, folders: Iterable[Path]) -> Servant | None:
    """Return whom servers run as: None is ourselves, else who owns their folders, or nobody yet.

    Data that an ordinary user made stays that user's when root comes along.
    """
    if os.geteuid() != 0:
        return None
    for folder in folders:
        if folder.exists() and (owner := folder.stat()).st_uid != 0:
            return Servant(owner.st_uid, owner.st_gid)
    return _unnamed(state)


def named(servant: Servant) -> Servant:
    """Return a servant with an entry in the user list, in the same group: initdb insists on one."""
    try:
        nobody = pwd.getpwnam("nobody").pw_uid
    except KeyError:
        nobody = next((user.pw_uid for user in pwd.getpwall() if user.pw_uid), servant.uid)
    return Servant(nobody, servant.gid)


def started_as(servant: Servant | None, at_parents_death: signal.Signals) -> dict[str, Any]:
    """Return the arguments that make subprocess start a program as the servant, bound to us."""
    bound: dict[str, Any] = {"preexec_fn": _bound_to_parent(at_parents_death), "umask": 0o077}
    if servant is None:
        return bound
    return bound | {"user": servant.uid, "group": servant.gid, "extra_groups": []}


def may(servant: Servant | None, wants: Iterable[tuple[Path, int]]) -> bool:
    """Return whether the servant has all these rights (os.R_OK, W_OK, X_OK), by trying.

    A child becomes the servant and asks the kernel, so that modes, groups, access lists and
    every folder on the way count. Only for a process with one thread.
    """
    wants = list(wants)
    if servant is None:
        return all(os.access(path, mode) for path, mode in wants)
    if (child := os.fork()) == 0:
        granted = False
        try:
            drop_to(servant)
            granted = all(os.access(path, mode) for path, mode in wants)
        finally:
            os._exit(0 if granted else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def drop_to(servant: Servant) -> None:
    """Become the servant, for good."""
    os.setgroups([])
    os.setgid(servant.gid)
    os.setuid(servant.uid)


def give(servant: Servant | None, path: Path) -> None:
    """Let a folder of ours and all in it belong to the servant."""
    if servant is None:
        return
    os.chown(path, servant.uid, servant.gid, follow_symlinks=False)
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            os.chown(Path(folder, name), servant.uid, servant.gid, follow_symlinks=False)


def _unnamed(state: Path) -> Servant:
    """Return a number nobody has, the same for the same state folder where possible."""
    start = int.from_bytes(hashlib.sha256(os.fsencode(state)).digest()[:4], "big")
    for step in range(len(_UNNAMED)):
        number = _UNNAMED[(start + step) % len(_UNNAMED)]
        if not has_account(number) and may(Servant(number, number), []):
            return Servant(number, number)
        if step == 20:  # a container that maps fewer numbers refuses them all
            break
    nobody = pwd.getpwnam("nobody")
    return Servant(nobody.pw_uid, nobody.pw_gid)


def has_account(uid: int) -> bool:
    """Return whether a number is in the list of users."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _bound_to_parent(at_death: signal.Signals) -> Callable[[], None] | None:
    """Return what asks Linux to signal a child when its parent ends, even by kill -9."""
    if (libc := _LIBC) is None:
        return None

    def bind() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(at_death), 0, 0, 0)

    return bind

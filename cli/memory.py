"""How a service that many people ask gives memory back that it no longer needs."""

import ctypes
import sys
from typing import Final

_TRIM_THRESHOLD: Final = -1  # of mallopt, as malloc.h has them
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
_LARGE: Final = 256 * 1024
_ARENAS: Final = 2


def give_back() -> None:
    """Have large blocks given back when they are freed, and threads share two arenas.

    glibc otherwise keeps, for every thread, as much as it once freed at a time, up to 64 MB: a
    check of a password takes 19 MiB, and each of forty threads may have made one. To be called
    before there are threads; elsewhere than on glibc nothing is done.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "gnu_get_libc_version"):
        return
    told = ((_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _LARGE), (_ARENA_MAX, _ARENAS))
    for name, value in told:
        libc.mallopt(name, value)

"""How a service that many people ask does without what it needs not, and gives memory back."""

import ctypes
import gc
import linecache
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from numbers import Integral
from types import ModuleType
from typing import Any, Final

_TRIM_THRESHOLD: Final = -1  # of mallopt, as malloc.h has them
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
_LARGE: Final = 256 * 1024
_ARENAS: Final = 1
# For models of the first pydantic, and for reloading: each a megabyte that others look for in vain.
_UNUSED: Final = ("pydantic.v1", "watchfiles")
# Commands of libraries, with what reads their options, by the names that are taken from them.
_COMMANDS: Final = {"uvicorn.main": ("Server", "main", "run")}
_LOADING: Final = threading.RLock()
_LOOK_AFTER: Final = 20_000
_ROUNDS: Final = 20  # of looking at the young, before the older ones are looked at
_EVERY_S: Final = 2.0
_WORK_S: Final = 0.05  # of the processor; who did less has freed little


def give_back() -> None:
    """Have large blocks given back when they are freed, and threads share one arena.

    glibc otherwise keeps, for every thread, as much as it once freed at a time, up to 64 MB: a
    check of a password takes 19 MiB, and each of forty threads may have made one. To be called
    before there are threads; elsewhere than on glibc nothing is done.
    """
    libc = _glibc()
    if libc is None:
        return
    told = ((_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _LARGE), (_ARENA_MAX, _ARENAS))
    for name, value in told:
        libc.mallopt(name, value)


def do_without() -> None:
    """Let whoever asks for a module that a service never uses do without; before it is asked."""
    for name in _UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # an ImportError from now on
    for name, taken in _COMMANDS.items():
        stand_in = ModuleType(name)
        stand_in.__dict__.update(dict.fromkeys(taken))
        sys.modules.setdefault(name, stand_in)


class _Later(ModuleType):
    """numpy, loaded when something of it is first asked for."""

    # psycopg asks of every number whether it is one of numpy's; all that are, are these too.
    integer = Integral

    def __getattr__(self, name: str) -> Any:
        # What the interpreter asks of every module is no need of it.
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        with _LOADING:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
            real = import_module(self.__name__)
        self.__dict__.update(vars(real))  # from now on nothing stands between
        return getattr(real, name)


class _OnlyTypes(ModuleType):
    """`numpy.typing`, of which our modules take the one name that their annotations need."""

    NDArray = ArrayLike = list


def put_off_numpy() -> None:
    """Load numpy when something is first computed with it; before any module asks for it.

    It is 13 MB, and most pages are read without it. What computes writes `np` as ever; its modules
    say `from __future__ import annotations`, for an annotation that is looked up would load it.
    """
    if "numpy" not in sys.modules:
        sys.modules["numpy"] = _Later("numpy")
        sys.modules["numpy.typing"] = _OnlyTypes("numpy.typing")


def put_off_models() -> None:
    """Have what checks and writes a model built when the model is first used; before any is made.

    Most of some hundred models that describe actions and answers are seldom used by one service.
    """
    from pydantic import BaseModel, ConfigDict  # heavy, and only after what is done without

    BaseModel.model_config = ConfigDict(defer_build=True)


def settle() -> None:
    """Let what was made until now be no garbage: no collection looks at it again.

    A full collection otherwise waits until a quarter as much as all modules together has gathered,
    and then looks at all of them.
    """
    _forget_assigned()
    gc.collect()
    gc.freeze()


def look_seldom() -> None:
    """Look for garbage every twenty thousand objects that came and did not go, not every 700.

    A collector holds as many while a batch lies ready, none of them garbage: to look at them again
    and again took half of the time that reading messages takes. What holds itself by a cycle, as
    few things do, stays for longer.
    """
    settle()
    gc.set_threshold(_LOOK_AFTER, _ROUNDS, _ROUNDS)


def _forget_assigned() -> None:
    """Let fields of models forget what they were assigned, which is kept to make them anew.

    That is asked only of a field whose type was not known when its model was made, and of models
    with a type left open.
    """
    from pydantic import BaseModel
    from pydantic_core import PydanticUndefined

    waiting = [BaseModel]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        held = vars(kind)
        if held.get("__pydantic_generic_metadata__", {}).get("parameters"):
            continue
        for info in held.get("__pydantic_fields__", {}).values():
            if getattr(info, "_complete", False):
                info._original_assignment = PydanticUndefined


def keep_tidy(forget: Callable[[], None]) -> None:
    """Forget what is too old, and give free pages back, now and then while there is work."""

    def tidy() -> None:
        worked_s = time.process_time()
        while True:
            time.sleep(_EVERY_S)
            forget()
            if time.process_time() - worked_s > _WORK_S:
                linecache.clearcache()  # FastAPI looks up the line of each route that is asked
                trim()
                worked_s = time.process_time()

    threading.Thread(target=tidy, name="tidy", daemon=True).start()


def trim() -> None:
    """Give back whole free pages that lie between used ones, where glibc's heap is one."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "gnu_get_libc_version") else None

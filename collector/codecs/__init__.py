"""One module per payload format: a `Codec` that decodes, and `encode` beside it for simulators.

A format is found where its module stands, under the module's name, and is listed nowhere else.
Another distribution adds one by an entry point of the group `commonwatt.codecs`: its name, and the
`Codec` or a module that has one.
"""

import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, Protocol

import msgspec

from metering.errors import InputError
from metering.messages import Decoded, Message

GROUP: Final = "commonwatt.codecs"

Decode = Callable[[Message], Decoded]  # a refusal is a PayloadError


class Codec(Protocol):
    """A payload format, configured once: a struct whose fields are what a route may set."""

    def decode(self, message: Message) -> Decoded:
        """Return what one message says."""
        ...


@cache
def formats() -> dict[str, type[Codec]]:
    """Return every format under its name."""
    modules = {
        one.name: import_module(f"{__name__}.{one.name}")
        for one in pkgutil.iter_modules(__path__)
        if not one.ispkg
    }
    return {name: found.Codec for name, found in modules.items() if hasattr(found, "Codec")}


@cache
def _added() -> dict[str, EntryPoint]:
    """Return the formats of other distributions, unread; the names of ours stay ours."""
    return {one.name: one for one in entry_points(group=GROUP) if one.name not in formats()}


def names() -> list[str]:
    """Return the names of all formats, ours first."""
    return [*formats(), *sorted(_added())]


def format_of(name: str) -> type[Codec]:
    """Return a format by its name; InputError says which there are, or why it cannot be loaded."""
    if (found := formats().get(name)) is not None:
        return found
    if (point := _added().get(name)) is None:
        raise _unknown(name)
    try:
        loaded = point.load()
    except Exception as error:  # whatever a stranger's module does, ours go on
        raise _unloadable(point, repr(error)) from error
    codec: type[Codec] = getattr(loaded, "Codec", loaded)
    if not callable(getattr(codec, "decode", None)):
        raise _unloadable(point, "no Codec with a decode")
    return codec


def configured(name: str, settings: Mapping[str, Any]) -> Codec:
    """Return a codec with its settings, or say which of them it does not take."""
    wanted = format_of(name)
    try:
        return msgspec.convert(dict(settings), wanted)
    except msgspec.ValidationError as error:
        raise _bad_settings(name, wanted, str(error)) from error


def _unknown(name: str) -> InputError:
    known = ", ".join(names())
    return InputError(
        "codec.unknown",
        zh=f"没有名为“{name}”的报文格式。",
        en=f"There is no format “{name}”.",
        next_zh=f"可用的格式:{known}。",
        next_en=f"The formats are {known}.",
        where={"field": "codec", "value": name},
    )


def _unloadable(point: EntryPoint, why: str) -> InputError:
    return InputError(
        "codec.unloadable",
        zh=f"报文格式“{point.name}”({point.value})无法载入:{why}。",
        en=f"The format “{point.name}” ({point.value}) cannot be loaded: {why}.",
        next_zh="请更新或卸载提供该格式的软件包。",
        next_en="Update or remove the package that brings it.",
        where={"field": "codec", "value": point.name},
    )


def _bad_settings(name: str, codec: type[Codec], why: str) -> InputError:
    takes = ", ".join(getattr(codec, "__struct_fields__", ())) or "–"
    return InputError(
        "codec.bad_settings",
        zh=f"{name} 格式的设置无效:{why}。",
        en=f"The settings of the format {name} cannot be used: {why}.",
        next_zh=f"它的设置有:{takes};见 docs/gateway-guide.md。",
        next_en=f"Its settings are {takes}; see docs/gateway-guide.md.",
        where={"field": "settings"},
    )

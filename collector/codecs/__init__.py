"""One module per payload format: a `Codec` that decodes, and `encode` beside it for simulators.

A format is found where its module stands, under the module's name, and is listed nowhere else.
"""

import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Protocol

import msgspec

from metering.errors import InputError
from metering.messages import Decoded, Message

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


def configured(name: str, settings: Mapping[str, Any]) -> Codec:
    """Return a codec with its settings, or say which of them it does not take."""
    wanted = formats().get(name)
    if wanted is None:
        raise _unknown(name)
    try:
        return msgspec.convert(dict(settings), wanted)
    except msgspec.ValidationError as error:
        raise _bad_settings(name, wanted, str(error)) from error


def _unknown(name: str) -> InputError:
    known = ", ".join(formats())
    return InputError(
        "codec.unknown",
        zh=f"没有名为“{name}”的报文格式。",
        en=f"There is no format “{name}”.",
        next_zh=f"可用的格式:{known}。",
        next_en=f"The formats are {known}.",
        where={"field": "codec", "value": name},
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

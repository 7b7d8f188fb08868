"""Payload decoders of LoRaWAN devices, one module each: `decoded(port, data)` gives an object.

Found by their module's name, which a route's `payload_decoder` says. `TIME` names the field in
which a device says when its registers were read (seconds since 1970), `ERROR` the one whose value,
if it is not 0, makes all others bad; both may be empty.
"""

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType

from metering.errors import InputError


@cache
def decoders() -> dict[str, ModuleType]:
    """Return every payload decoder under its name."""
    return {
        one.name: import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__)
    }


def decoder(name: str) -> ModuleType:
    """Return a payload decoder, or say which there are."""
    if (found := decoders().get(name)) is not None:
        return found
    known = ", ".join(decoders())
    raise InputError(
        "codec.bad_settings",
        zh=f"没有名为“{name}”的载荷解码器。",
        en=f"There is no payload decoder “{name}”.",
        next_zh=f"可用的有:{known};也可在网络服务器上配置解码器,让报文带上解码后的对象。",
        next_en=f"There are {known}; or set up a decoder in the network server, so that messages "
        "carry what it decoded.",
        where={"field": "settings"},
    )

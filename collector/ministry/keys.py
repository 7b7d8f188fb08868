"""Who may come in by the ministry's door: a TOML file of collectors and their keys."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from metering.errors import InputError

_Key = Annotated[str, msgspec.Meta(min_length=8, max_length=64)]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[^/+#\s]+$")]


class _Collector(msgspec.Struct, forbid_unknown_fields=True):
    building: _Name
    gateway: _Name
    md5_key: _Key


class _File(msgspec.Struct, forbid_unknown_fields=True):
    collector: list[_Collector]
    aes_key: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Fa-f]{32}$")] | None = None


@dataclass(frozen=True, slots=True, repr=False)  # what it holds is for no log
class Keys:
    """The keys of a door; aes: of all frames, None where they are not encrypted."""

    aes: bytes | None
    md5: dict[tuple[str, str], bytes]

    def of(self, building: str, gateway: str) -> bytes | None:
        """Return the key of a collector."""
        return self.md5.get((building, gateway))


def read(path: Path) -> Keys:
    """Return the keys that a file holds; InputError says what is wrong with it."""
    try:
        file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    except (OSError, ValueError) as error:  # msgspec's and tomllib's are ValueErrors
        raise _unusable(str(path), str(error)) from error
    aes = None if file.aes_key is None else bytes.fromhex(file.aes_key)
    return Keys(aes, {(one.building, one.gateway): one.md5_key.encode() for one in file.collector})


def _unusable(path: str, why: str) -> InputError:
    return InputError(
        "ministry.keys",
        zh=f"密钥文件 {path} 无法使用:{why}。",
        en=f"The file of keys {path} cannot be used: {why}.",
        next_zh='写成 aes_key = "32 个十六进制字符"(不加密则不写),每台采集器一个 [[collector]],'
        "含 building、gateway、md5_key。",
        next_en='Write aes_key = "32 hexadecimal digits" (nothing where frames are plain), and a '
        "[[collector]] with building, gateway and md5_key for each.",
        where={"file": path},
    )

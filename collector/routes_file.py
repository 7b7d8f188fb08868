"""The routes file: TOML that says which topics are whose, in which format; read again on change."""

import re
import tomllib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from collector.filters import must_not_hear_us
from collector.routing import Route
from metering.errors import InputError

_MAX_BYTES: Final = 1024 * 1024
_MAX_ROUTES: Final = 1_000
_HEADER: Final = re.compile(r"^[ \t]*\[\[[ \t]*route[ \t]*\]\]", re.MULTILINE)
_AT_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")
_AT_ROUTE: Final = re.compile(r"\$\.route\[(\d+)\](?:\.(\w+))?")


_Stat = tuple[int, int, int]  # which file, how long, from when
_ABSENT: Final = (0, 0, 0)


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    topic: str
    codec: str
    gateway: str
    key: str = "{key}"
    only: list[str] = []
    settings: dict[str, Any] = {}


class _File(msgspec.Struct, forbid_unknown_fields=True):
    route: list[_Entry] = []


@dataclass(slots=True)
class RoutesFile:
    """A file of routes, and what it held when it was read last."""

    path: Path
    _seen: _Stat = _ABSENT
    _settling: _Stat = _ABSENT
    _digest: bytes = b""

    def routes(self) -> tuple[Route, ...]:
        """Return its routes in their order; InputError names file, line and next step."""
        self._seen = self._stat()
        data = self._bytes()
        self._digest = sha256(data).digest()
        return parsed(data, str(self.path))

    def changed(self) -> bool:
        """Return whether it holds something else than when it was read last.

        One that is being written is left until two looks see the same.
        """
        seen, before = self._stat(), self._settling
        self._settling = seen
        if seen in {self._seen, _ABSENT} or seen != before:
            return False
        try:
            digest = sha256(self.path.read_bytes()).digest()
        except OSError:  # it is being replaced: the next look sees it
            return False
        self._seen = seen
        return digest != self._digest

    def _stat(self) -> _Stat:
        try:
            found = self.path.stat()
        except OSError:
            return _ABSENT
        return (found.st_ino, found.st_size, found.st_mtime_ns)

    def _bytes(self) -> bytes:
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise _unreadable(str(self.path), str(error)) from error
        if len(data) > _MAX_BYTES:
            raise _unreadable(str(self.path), f"> {_MAX_BYTES} bytes")
        return data


def parsed(data: bytes, name: str) -> tuple[Route, ...]:
    """Return the routes that a file says, in their order. name: of the file."""
    try:
        text = data.decode()
        content = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise _bad(name, data[: error.start].count(b"\n") + 1, "UTF-8", str(error)) from error
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise _bad(name, line, "TOML", str(error)) from error
    try:
        entries = msgspec.convert(content, _File).route
    except msgspec.ValidationError as error:
        raise _bad(name, _line_of(text, str(error)), "", str(error)) from error
    if len(entries) > _MAX_ROUTES:
        raise _bad(name, _line(text, _MAX_ROUTES), "", f"> {_MAX_ROUTES} [[route]]")
    return tuple(_route(entry, place, text, name) for place, entry in enumerate(entries))


def _route(entry: _Entry, place: int, text: str, name: str) -> Route:
    try:
        must_not_hear_us(entry.topic)
        return Route(
            entry.topic,
            entry.codec,
            entry.gateway,
            entry.key,
            frozenset(entry.only),
            entry.settings,
        )
    except InputError as error:
        wrong = str(error.where.get("field", ""))
        line = _line(text, place, wrong)
        raise InputError(
            error.code,
            zh=f"{name} 第 {line} 行:{error.zh}",
            en=f"{name}, line {line}: {error.en}",
            next_zh=error.next_zh,
            next_en=error.next_en,
            where=error.where | {"file": name, "line": line},
        ) from error


def _line_of(text: str, why: str) -> int:
    """Return the line that a complaint about `$.route[2].topic` means."""
    found = _AT_ROUTE.search(why)
    return _line(text, int(found[1]), found[2] or "") if found else 1


def _line(text: str, place: int, wanted: str = "") -> int:
    """Return the line of a field of a route, or that on which the route begins."""
    heads = [found.start() for found in _HEADER.finditer(text)]
    if place >= len(heads):  # written as an inline table: TOML's readers tell no lines
        return 1
    start, end = heads[place], (*heads, len(text))[place + 1]
    pattern = rf"^[ \t]*(?:{re.escape(wanted)}[ \t.]*=|\[route\.{re.escape(wanted)}\])"
    within = re.compile(pattern, re.MULTILINE).search(text, start, end) if wanted else None
    return text.count("\n", 0, within.start() if within else start) + 1


def _bad(name: str, line: int, form: str, why: str) -> InputError:
    what_zh, what_en = (f"不是有效的 {form}:", f"no {form}: ") if form else ("", "")
    return InputError(
        "routes.malformed",
        zh=f"{name} 第 {line} 行:{what_zh}{why}",
        en=f"{name}, line {line}: {what_en}{why}",
        next_zh="每条路由是一个 [[route]],含 topic、codec、gateway,可有 key、only、settings;"
        "见 docs/gateway-guide.zh-CN.md。",
        next_en="Each route is a [[route]] with topic, codec and gateway, and may have key, only "
        "and settings; see docs/gateway-guide.md.",
        where={"file": name, "line": line},
    )


def _unreadable(name: str, why: str) -> InputError:
    return InputError(
        "routes.unreadable",
        zh=f"路由文件 {name} 无法读取:{why}。",
        en=f"The routes file {name} cannot be read: {why}.",
        next_zh="请核对 COMMONWATT_ROUTES_FILE、路径和权限。",
        next_en="Check COMMONWATT_ROUTES_FILE, the path and its rights.",
        where={"file": name},
    )

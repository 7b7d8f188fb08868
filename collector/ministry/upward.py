"""The other side of the ministry's door: hours of a day sent to an upper centre, each acknowledged.

An upper centre that takes reports of collectors takes these: what stands in one is what an hour
used, by code of energy item, with the hour's end as its time.
"""

import socket
import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final
from xml.sax.saxutils import quoteattr

import msgspec

from collector.codecs.parts.xml import elements
from collector.ministry.frames import USUAL_HEAD, Deframer, Frame, Torn, framed, opened, sealed
from collector.ministry.session import proof
from metering.errors import InputError, UnavailableError

_WAIT_S: Final = 30.0
_CHUNK_BYTES: Final = 16 * 1024
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[^/+#\s<>&]+$")]
_Item = Annotated[str, msgspec.Meta(pattern=r"^\d\d[0-9A-Z]{3}$")]  # class, sub-item, two levels


class Building(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A building as the upper centre knows it; items: code of energy item by carrier."""

    institution: Annotated[int, msgspec.Meta(ge=1)]
    building: _Name
    gateway: _Name
    md5_key: Annotated[str, msgspec.Meta(min_length=8, max_length=64)]
    items: Annotated[dict[str, _Item], msgspec.Meta(min_length=1)]

    def __repr__(self) -> str:
        return f"Building({self.building})"  # its key is for no log


class Centre(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the upper centre is; ca_file: who signs its certificate, None where frames go bare."""

    host: Annotated[str, msgspec.Meta(min_length=1)]
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)]
    building: list[Building]
    aes_key: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Fa-f]{32}$")] | None = None
    ca_file: str | None = None

    @property
    def aes(self) -> bytes | None:
        """The key of all frames."""
        return None if self.aes_key is None else bytes.fromhex(self.aes_key)

    def __repr__(self) -> str:
        return f"Centre({self.host}:{self.port})"


@dataclass(frozen=True, slots=True)
class Report:
    """One hour of a building; time: its end, yyyyMMddHHmmss, China. items: texts by code."""

    time: str
    items: Mapping[str, str]

    def xml(self, of: Building) -> bytes:
        """Return the message; its sequence is its time, so that it is the same sent again."""
        items = "".join(
            f"<energy_item code={quoteattr(code)}>{text}</energy_item>"
            for code, text in self.items.items()
        )
        return _message(
            of,
            "continuous",
            f'<data operation="continuous"><sequence>{self.time}</sequence><parser>yes</parser>'
            f"<time>{self.time}</time><energy_items>{items}</energy_items></data>",
        )


def read(path: Path) -> Centre:
    """Return what a file says of an upper centre; InputError says what is wrong with it."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Centre)
    except (OSError, ValueError) as error:  # msgspec's and tomllib's are ValueErrors
        raise InputError(
            "upload.centre",
            zh=f"上级数据中心文件 {path} 无法使用:{error}。",
            en=f"The file of the upper centre {path} cannot be used: {error}.",
            next_zh="写法见 docs/gateway-guide.zh-CN.md“每日上传”一节。",
            next_en="docs/gateway-guide.md shows how it is written, under “Daily upload”.",
            where={"file": str(path)},
        ) from error


class Upward:
    """A connection to the upper centre as one building; used as a context."""

    def __init__(self, centre: Centre, building: Building) -> None:
        self._centre, self._building = centre, building
        self._deframer, self._number = Deframer(), 0
        self._frames: list[Frame | Torn] = []
        self._peer: socket.socket | None = None

    def __enter__(self) -> "Upward":
        """Connect and prove who this is; InputError where the key is not taken."""
        try:
            self._peer = self._connected()
            asked = self._ask(_validate(self._building, "request", ""))
            digest = proof(self._building.md5_key.encode(), asked.get("sequence", ""))
            answer = self._ask(_validate(self._building, "md5", f"<md5>{digest}</md5>"))
        except BaseException:
            self.__exit__()
            raise
        if answer.get("result") != "pass":
            self.__exit__()
            raise _refused(self._centre, self._building)
        return self

    def __exit__(self, *_: object) -> None:
        if self._peer is not None:
            self._peer.close()

    def send(self, report: Report) -> None:
        """Send an hour; after this returns the centre has it."""
        answer = self._ask(report.xml(self._building))
        if answer.get("sequence") != report.time:
            raise _away(self._centre, f"no acknowledgement of {report.time}: {answer}")

    def _connected(self) -> socket.socket:
        try:
            peer = socket.create_connection((self._centre.host, self._centre.port), _WAIT_S)
            if self._centre.ca_file is None:
                return peer
            context = ssl.create_default_context(cafile=self._centre.ca_file)
            return context.wrap_socket(peer, server_hostname=self._centre.host)
        except OSError as error:
            raise _away(self._centre, str(error)) from error

    def _ask(self, xml: bytes) -> dict[str, str]:
        """Send a message and return the answer, by the names of its elements."""
        assert self._peer is not None
        self._number += 1
        frame = Frame(self._number, sealed(xml, self._centre.aes), USUAL_HEAD)
        try:
            self._peer.sendall(framed(frame))
            while not self._frames:
                data = self._peer.recv(_CHUNK_BYTES)
                if not data:
                    raise _away(self._centre, "it hung up")
                self._frames += self._deframer.feed(data)
            found = self._frames.pop(0)
            if isinstance(found, Torn):
                raise _away(self._centre, f"no frame: {found.why}")
            answer = opened(found.content, self._centre.aes)
        except (OSError, ValueError) as error:
            raise _away(self._centre, str(error)) from error
        return {one.path[-1]: one.text for one in elements("mohurd_xml", answer)}


def _validate(of: Building, operation: str, content: str) -> bytes:
    return _message(of, operation, f'<id_validate operation="{operation}">{content}</id_validate>')


def _message(of: Building, kind: str, block: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><root><common><building_id>{of.building}'
        f"</building_id><gateway_id>{of.gateway}</gateway_id><type>{kind}</type></common>"
        f"{block}</root>"
    ).encode()


def _refused(centre: Centre, building: Building) -> InputError:
    return InputError(
        "upload.refused",
        zh=f"上级数据中心 {centre.host} 不接受建筑 {building.building} 的密钥。",
        en=f"The upper centre {centre.host} does not take the key of {building.building}.",
        next_zh="请与上级核对建筑代码、采集器编号和 md5_key。",
        next_en="Compare building, gateway and md5_key with the centre.",
        where={"building": building.building},
    )


def _away(centre: Centre, why: str) -> UnavailableError:
    return UnavailableError(
        "upload.away",
        zh=f"上级数据中心 {centre.host}:{centre.port} 未应答:{why}。",
        en=f"The upper centre {centre.host}:{centre.port} does not answer: {why}.",
        next_zh="请稍后重新运行同一命令:已应答的不再发送。",
        next_en="Run the same again later: what was acknowledged is not sent again.",
        where={"host": centre.host},
    )

"""What collectors and the ministry's door say to each other: XML within frames, as values."""

from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from collector.codecs.parts.xml import elements
from collector.codecs.payload import malformed

_CODEC: Final = "mohurd_xml"
_MAX_NAME: Final = 64


class Said(NamedTuple):
    """A message of a collector.

    operation: request, md5, notify, report, continuous, reply …
    sequence: of data that are sent again until they are acknowledged; md5: the proof of its key.
    meters: whether it says what meters, or their sums, showed.
    """

    building: str
    gateway: str
    operation: str
    sequence: str
    md5: str
    meters: bool


def said(xml: bytes) -> Said:
    """Return what a collector says; makers name it in `type`, in `operation`, or in both."""
    texts: dict[tuple[str, ...], str] = {}
    operation, meters = "", False
    for one in elements(_CODEC, xml):
        texts.setdefault(one.path[1:], one.text)
        if len(one.path) == 2:
            operation = operation or one.attributes[-1].get("operation", "")
        meters = meters or one.path[-1] in {"meter", "energy_item"}
    building, gateway = (texts.get(("common", f"{one}_id"), "") for one in ("building", "gateway"))
    operation = operation or texts.get(("common", "type"), "")
    if not all(_named(one) for one in (building, gateway, operation)):
        raise malformed(_CODEC, "no building_id, gateway_id and type")
    sequence = texts.get(("data", "sequence"), "")
    md5 = texts.get(("id_validate", "md5"), "")
    return Said(building, gateway, operation, sequence, md5, meters)


def _named(text: str) -> bool:
    """Return whether a text can be a level of a topic."""
    return 0 < len(text) <= _MAX_NAME and text.isprintable() and not set(text) & set("/+#")


def challenge(to: Said, sequence: str) -> bytes:
    """Return the question that only who has the key can answer."""
    return _message(to, "sequence", "id_validate", f"<sequence>{escape(sequence)}</sequence>")


def verdict(to: Said, *, passed: bool, time: str) -> bytes:
    """Return whether the answer was right, and the time. time: yyyyMMddHHmmss, China."""
    result = "pass" if passed else "fail"
    return _message(to, "result", "id_validate", f"<result>{result}</result><time>{time}</time>")


def heartbeat(to: Said, time: str) -> bytes:
    """Return the answer to a sign of life: the time, by which collectors set their clocks."""
    return _message(to, "time", "heart_beat", f"<time>{time}</time>")


def acknowledged(to: Said) -> bytes:
    """Return that a report is kept: its sender may forget it."""
    kind = f"{to.operation}_ack"
    if to.operation == "report":
        return _message(to, kind, "report_config", "<report_ack>pass</report_ack>")
    sequence = f"<sequence>{escape(to.sequence)}</sequence>" if to.sequence else ""
    return _message(to, kind, "data", f"{sequence}<ack>OK</ack>")


def _message(to: Said, kind: str, block: str, content: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><root><common><building_id>{escape(to.building)}'
        f"</building_id><gateway_id>{escape(to.gateway)}</gateway_id><type>{escape(kind)}</type>"
        f'</common><{block} operation="{escape(kind)}">{content}</{block}></root>'
    ).encode()

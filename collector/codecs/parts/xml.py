"""XML from strangers, within bounds: no document type, and so no entity; few levels."""

import re
from typing import Final, NamedTuple
from xml.parsers import expat

from collector.codecs.payload import MAX_PAYLOAD_BYTES, malformed, too_large

_MAX_DEPTH: Final = 20
_ENCODING: Final = re.compile(rb"<\?xml[^>]{0,80}encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,20})")
_CHINESE: Final = frozenset({b"gb2312", b"gbk", b"gb18030"})  # which the parser does not know
_PADDING: Final = b"\0 \t\r\n\xef\xbb\xbf"


class Element(NamedTuple):
    """An element with its own text; attributes: of each step of its path."""

    path: tuple[str, ...]
    attributes: tuple[dict[str, str], ...]
    text: str


def elements(codec: str, payload: bytes) -> list[Element]:
    """Return the elements of a document, each where it ends."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise too_large()
    return _Reader(codec).read(payload.strip(_PADDING))


class _Reader:
    def __init__(self, codec: str) -> None:
        self._codec = codec
        self._found: list[Element] = []
        self._path: list[str] = []
        self._attributes: list[dict[str, str]] = []
        self._text: list[str] = []

    def read(self, payload: bytes) -> list[Element]:
        declared = _ENCODING.match(payload)
        parser = expat.ParserCreate()
        if declared and declared[1].lower() in _CHINESE:
            payload = payload.decode("gb18030", "replace").encode()  # names, at most
            parser = expat.ParserCreate("utf-8")  # whatever is declared
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            parser.Parse(payload, True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise malformed(self._codec, str(error)) from error
        return self._found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        self._attributes.append(attributes)
        self._text.clear()
        if len(self._path) > _MAX_DEPTH:
            raise malformed(self._codec, f"more than {_MAX_DEPTH} elements within each other")

    def _end(self, _: str) -> None:
        text = "".join(self._text).strip()
        self._found.append(Element(tuple(self._path), tuple(self._attributes), text))
        self._path.pop()
        self._attributes.pop()
        self._text.clear()

    def _refuse(self, *_: object) -> None:
        raise malformed(self._codec, "a document type, which such messages never have")

"""XML from strangers: no DOCTYPE, no entities, nothing fetched, and only so many bytes."""

from collections.abc import Iterator
from typing import IO, Final
from xml.parsers import expat

from collector.files.limits import Limits
from collector.files.refusals import CellError

_CHUNK_BYTES: Final = 1 << 16
_DEEPEST: Final = 64


def parser() -> expat.XMLParserType:
    """Return a parser that refuses what could make it read more than the document."""
    made = expat.ParserCreate()
    made.buffer_text = True
    made.buffer_size = _CHUNK_BYTES

    def refuse(*_declared: object) -> None:
        raise CellError("doctype")

    made.StartDoctypeDeclHandler = refuse
    made.EntityDeclHandler = refuse
    made.ExternalEntityRefHandler = None
    return made


def fed(reader: expat.XMLParserType, source: IO[bytes], limits: Limits) -> Iterator[None]:
    """Feed a document piece by piece; the caller takes what its handlers found after each."""
    read = 0
    try:
        while chunk := source.read(_CHUNK_BYTES):
            read += len(chunk)
            if read > limits.xml_bytes:
                raise CellError("bomb", f"> {limits.xml_bytes >> 20} MiB")
            reader.Parse(chunk, False)
            yield
        reader.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise CellError("broken_xml", str(error)) from error
    yield


class Depth:
    """How deep an element lies; deeper than any real document is refused."""

    def __init__(self) -> None:
        self.now = 0

    def enter(self) -> None:
        """Count an element that begins."""
        self.now += 1
        if self.now > _DEEPEST:
            raise CellError("broken_xml", f"> {_DEEPEST}")

    def leave(self) -> None:
        """Count an element that ends."""
        self.now -= 1

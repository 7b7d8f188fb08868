"""What EMQX Neuron uploads: the tags of a group, in both shapes, with codes instead of bad values.

A key is node/group/tag, or the tag alone where the topic says the rest.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import msgspec

from collector.codecs.parts.rows import NO_KEY, NO_VALUE, Row, gathered, nothing, number
from collector.codecs.payload import MAX_AT_MS, MAX_PAYLOAD_BYTES, malformed, too_large
from metering.messages import Decoded, Message

Millis = Annotated[int, msgspec.Meta(ge=0, le=MAX_AT_MS)]


class _Tag(msgspec.Struct, gc=False):
    name: str
    value: Any = None
    error: int | None = None


class _Upload(msgspec.Struct, gc=False):
    node: str
    group: str
    timestamp: Millis
    tags: list[msgspec.Raw] = []
    values: dict[str, Any] = {}
    errors: dict[str, int] = {}


_TAG: Final = msgspec.json.Decoder(_Tag)
_UPLOAD: Final = msgspec.json.Decoder(_Upload)
_ENCODER: Final = msgspec.json.Encoder()


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How Neuron was told to name things.

    full_keys: whether keys begin with node and group, for tags of two of them may share a name.
    """

    full_keys: bool = True

    def decode(self, message: Message) -> Decoded:
        """Return the tags that are numbers; texts and switches are no readings."""
        if len(message.payload) > MAX_PAYLOAD_BYTES:
            raise too_large()
        try:
            upload = _UPLOAD.decode(message.payload)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise malformed("neuron", str(error)) from error
        before = f"{upload.node}/{upload.group}/" if self.full_keys else ""
        tags = [_tag(one) for one in upload.tags] or [
            *(_Tag(name, value) for name, value in upload.values.items()),
            *(_Tag(name, error=code) for name, code in upload.errors.items()),
        ]
        rows = [
            Row(f"{before}{one.name}" if one.name else NO_KEY, value, None, upload.timestamp, bad)
            for one in tags
            for value, bad in _judged(one)
        ]
        # Texts and switches, or a group of which nothing was read, say nothing.
        return gathered("neuron", rows) if rows else nothing()

    def encode(
        self,
        node: str,
        group: str,
        at_ms: int,
        values: Mapping[str, float],
        errors: Mapping[str, int],
    ) -> bytes:
        """Return an upload in the shape of values: what was read, and codes of what was not."""
        upload = {"timestamp": at_ms, "node": node, "group": group}
        return _ENCODER.encode({**upload, "values": values, "errors": errors, "metas": {}})


def _tag(raw: msgspec.Raw) -> _Tag:
    """Return a tag; one that is none has no name."""
    try:
        return _TAG.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return _Tag("")


def _judged(tag: _Tag) -> Iterator[tuple[float, str | None]]:
    """Yield a tag's value, or the code of why there is none; nothing of texts and switches."""
    if not tag.name:
        yield NO_VALUE, "neuron.no_row"
    elif tag.error:
        yield NO_VALUE, f"neuron.{tag.error}"
    elif isinstance(tag.value, int | float) and not isinstance(tag.value, bool):
        value = number(tag.value)
        yield (NO_VALUE, "neuron.no_number") if value is None else (value, None)

"""What EMQX Neuron uploads: the tags of a group, in both shapes, with codes instead of bad values.

A key is node/group/tag, or the tag alone where the topic says the rest.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec

from collector.codecs.parts.rows import nothing, number
from collector.codecs.payload import (
    MAX_AT_MS,
    MAX_KEY_CHARACTERS,
    MAX_PAYLOAD_BYTES,
    check_keys,
    check_shape,
    malformed,
    too_large,
)
from metering.messages import Decoded, Message

_NO_VALUE: Final = float("nan")

Millis = Annotated[int, msgspec.Meta(ge=0, le=MAX_AT_MS)]


class _Tag(msgspec.Struct, gc=False):
    name: str
    value: Any = None
    error: int | None = None


class _Upload(msgspec.Struct, gc=False):
    node: str
    group: str
    timestamp: Millis
    tags: list[_Tag] = []
    values: dict[str, Any] = {}
    errors: dict[str, int] = {}


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
        tags = upload.tags or [
            *(_Tag(name, value) for name, value in upload.values.items()),
            *(_Tag(name, error=code) for name, code in upload.errors.items()),
        ]
        rows = [(f"{before}{one.name}", *_judged(one)) for one in tags if _is_reading(one)]
        if not rows:
            return nothing()  # texts and switches, or a group of which nothing was read
        keys = [key for key, _, _ in rows]
        check_shape(keys, keys, keys)
        check_keys(keys)
        if any(not 0 < len(key) <= MAX_KEY_CHARACTERS for key in keys):
            raise malformed("neuron", f"a key has more than {MAX_KEY_CHARACTERS} characters")
        return Decoded(
            None,
            keys,
            [upload.timestamp] * len(keys),
            [value for _, value, _ in rows],
            quality=[code for _, _, code in rows],
        )

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


def _is_reading(tag: _Tag) -> bool:
    return bool(tag.error) or (
        isinstance(tag.value, int | float) and not isinstance(tag.value, bool)
    )


def _judged(tag: _Tag) -> tuple[float, str | None]:
    """Return a tag's value, or the code of why there is none."""
    if tag.error:
        return _NO_VALUE, f"neuron.{tag.error}"
    value = number(tag.value)
    return (_NO_VALUE, "neuron.no_number") if value is None else (value, None)

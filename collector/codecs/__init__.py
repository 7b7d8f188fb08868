"""One module per payload format, each a pair of decode and encode."""

from collections.abc import Callable
from typing import Final

from collector.codecs import native
from metering.messages import Decoded, Message

Decode = Callable[[Message], Decoded]

# By the name under which a routing table asks for them. A refusal is a PayloadError.
DECODERS: Final[dict[str, Decode]] = {"native": native.decode}

"""Whose messages are, and what they say: what feeding refused ones in again asks of routes."""

import re
from collections.abc import Sequence
from typing import Final, Protocol

from collector.codecs import native
from collector.routing import NATIVE, Matching
from metering.messages import Decoded, Message

_TOPIC: Final = re.compile(r"(?:cw|http)/v1/([^/]+/[^/]+)/data")


class Routes(Protocol):
    """Who sent a message, and what it says, by the routes of today."""

    @property
    def routes(self) -> Sequence[Matching]:
        """The routes themselves, of which the first that matches counts."""
        ...

    def gateway_of(self, topic: str) -> str:
        """Return whose topic it is; the topic itself where no route matches."""
        ...

    def decode(self, message: Message) -> Decoded:
        """Return what a message says; a PayloadError is its refusal."""
        ...


class _OurFormat:
    """Every message in the format of our own gateways, and the topics theirs."""

    routes: Sequence[Matching] = (NATIVE,)

    def gateway_of(self, topic: str) -> str:
        found = _TOPIC.fullmatch(topic)
        return found[1] if found else topic

    def decode(self, message: Message) -> Decoded:
        return native.decode(message)


OURS: Final[Routes] = _OurFormat()

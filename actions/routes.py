"""Whose messages are, and what they say: what feeding refused ones in again asks of routes."""

import re
from collections.abc import Sequence
from typing import Final, Protocol

from collector.codecs import native
from collector.pushed import ROUTES
from collector.routing import NATIVE, Matching, Route, Routing
from metering.messages import Decoded, Message

_TOPIC: Final = re.compile(r"(?:cw|http)/v1/([^/]+/[^/]+)/data")


class Routes(Protocol):
    """Who sent a message, and what it says, by the routes as they are known now."""

    @property
    def routes(self) -> Sequence[Matching]:
        """The routes themselves, of which the first that matches counts."""
        ...

    def gateway_of(self, topic: str, at_ms: int | None = None) -> str:
        """Return whose topic it is; the topic itself where no route matches.

        at_ms: when the message arrived; None: as it will be in the end.
        """
        ...

    def decode(self, message: Message) -> Decoded:
        """Return what a message says; a PayloadError is its refusal."""
        ...

    def after(self, first: Sequence[Route]) -> "Routes":
        """Return the table in which these come first."""
        ...


class _OurFormat:
    """Every message in the format of our own gateways, and the topics theirs."""

    routes: Sequence[Matching] = (NATIVE, *ROUTES)

    def gateway_of(self, topic: str, at_ms: int | None = None) -> str:
        found = _TOPIC.fullmatch(topic)
        return found[1] if found else topic

    def decode(self, message: Message) -> Decoded:
        return native.decode(message)

    def after(self, first: Sequence[Route]) -> Routes:
        return Routing((*first, *self.routes)) if first else self


OURS: Final[Routes] = _OurFormat()

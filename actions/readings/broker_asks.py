"""What a broker asks of us before it lets a gateway in, or takes a message from it.

Whoever reaches the address may ask, as whoever reaches the broker may try a password there: keys
are 32 random bytes, so the bound is for our sake. A gateway that came in with its key pays nothing
when it comes again, so that nobody who tries others' names can keep it out.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import Final

from actions.access.login import Pool
from actions.access.turnstile import Bucket
from actions.actor import ours
from actions.readings.gateways import opens
from actions.readings.routes_now import kept
from actions.routes import Routes
from collector.gateway_rights import allows, rights_of
from storage.readings import gateways

_MOST_KNOWN: Final = 100_000
_OF_NAME: Final = (20.0, 0.5)  # at once, and a second from then on
_OF_ALL: Final = (200.0, 50.0)
_LONGEST: Final = 65_535  # bytes of a topic

# What RabbitMQ calls topics and subscriptions of MQTT.
_EXCHANGE: Final = "amq.topic"
_QUEUES: Final = ("mqtt-subscription-", "mqtt-will-")
_TO_MQTT: Final = str.maketrans({".": "/", "/": ".", "*": "+"})


class Asks:
    """Answers a broker's questions, so many a second of whoever is not known."""

    def __init__(self, pool: Pool, routes: Routes, clock: Callable[[], float] = monotonic) -> None:
        self._pool = pool
        self._routes = routes
        self._lock = threading.Lock()
        self._by_name = Bucket(*_OF_NAME, clock)
        self._by_all = Bucket(*_OF_ALL, clock)
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def lets_in(self, name: str, key: str) -> bool:
        """Return whether this is the gateway's key; a name that nobody has costs as much."""
        digest = hashlib.sha256(f"{name}\0{key}".encode()).digest()
        if not self._pays(digest, name):
            return False
        good = opens(self._pool, name, key)
        if good:
            self._succeeded(digest, name)
        return good

    def knows(self, name: str) -> bool:
        """Return whether such a gateway may come in at all, now."""
        with ours(), self._pool.connection() as connection:
            return gateways.knows(connection, name)

    def allows(self, name: str, topic: str, *, publishes: bool) -> bool:
        """Return whether a gateway may publish to a topic, or subscribe to a filter, now."""
        if not topic or len(topic) > _LONGEST:
            return False
        with ours(), self._pool.connection() as connection:
            table = self._routes.after(kept(connection))
        rights = rights_of(name, table.routes)
        return allows(rights, topic, publishes=publishes) and self.knows(name)

    def allows_resource(self, name: str, resource: str, of: str, permission: str) -> bool:
        """Return whether a gateway may use an exchange or a queue of RabbitMQ as MQTT does."""
        if resource == "exchange":
            may = of == _EXCHANGE and permission in {"read", "write"}
        else:
            may = resource == "queue" and of.startswith(_QUEUES)
        return may and self.knows(name)

    def allows_routing_key(self, name: str, exchange: str, key: str, permission: str) -> bool:
        """Return whether a gateway may publish or bind by a key; it says / of MQTT as a point."""
        if exchange != _EXCHANGE or permission not in {"read", "write"}:
            return False
        return self.allows(name, key.translate(_TO_MQTT), publishes=permission == "write")

    def _pays(self, digest: bytes, name: str) -> bool:
        with self._lock:
            if digest in self._known:
                return True
            return not self._by_name.take(name[:200]) and not self._by_all.take("")

    def _succeeded(self, digest: bytes, name: str) -> None:
        with self._lock:
            if digest not in self._known:
                self._by_name.give_back(name)
                self._by_all.give_back("")
            self._known[digest] = None
            self._known.move_to_end(digest)
            while len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)

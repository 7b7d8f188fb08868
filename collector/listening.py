"""What a collector is subscribed to, and how it follows the routes and loses no message."""

import logging
import time
from typing import Any, Final, Protocol

from paho.mqtt.client import Client
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from collector import notices
from collector.notices import Log, tell
from collector.routing import NATIVE, Route, Routing
from collector.settings import CollectorSettings
from metering.errors import InputError

_LOOK_S: Final = 1.0  # between looks at the routes
# Where mosquitto says how many messages it threw away, as a queue was full; others say nothing.
DROPPED: Final = "$SYS/broker/publish/messages/dropped"


class RoutesSource(Protocol):
    """Where routes come from, beside our own: a file, or more."""

    def routes(self) -> tuple[Route, ...]:
        """Return its routes in their order; InputError where they cannot be used."""
        ...

    def changed(self) -> bool:
        """Return, without waiting for anything, whether they differ from those read last."""
        ...


class Listener:
    """Keeps subscriptions as the routes say; only the thread that owns the client calls it."""

    def __init__(
        self, client: Client, settings: CollectorSettings, log: Log, file: RoutesSource | None
    ) -> None:
        self.routing = Routing(settings.routes, settings.bounds)
        self._client = client
        self._settings = settings
        self._log = log
        self._file = file
        self._asked: dict[int | None, list[str]] = {}
        self._dropped: list[str] = []
        self._look_at_s = 0.0
        self._told = False

    def subscribe(self) -> None:
        """Listen on every route, as one of a group where there is one.

        The session may remember a subscription from before there was a group: it is taken back, or
        every message would come twice. The same goes for routes that were dropped meanwhile.
        """
        self._asked.clear()
        self._warn()
        filters = self.routing.filters
        stale = [*self._dropped, *(filters if self._settings.share else ())]
        self._unsubscribe(stale)
        self._dropped = []
        self._ask(filters)
        self._client.subscribe(DROPPED, qos=0)  # one that refuses this loses nothing by it

    def reload(self) -> None:
        """Read the file at the next look, whether it seems changed or not; any thread may ask."""
        self._told = True

    def look(self) -> bool:
        """Follow the routes where they have changed; return whether there is a new table.

        What cannot be used changes nothing: the routes of before stay, and the log says why.
        """
        now = time.monotonic()
        if self._file is None or (now < self._look_at_s and not self._told):
            return False
        self._look_at_s = now + _LOOK_S
        if not (self._told or self._file.changed()):
            return False
        self._told = False
        try:
            table = Routing((*self._file.routes(), NATIVE), self._settings.bounds)
            fresh = table.resuming(self.routing)
        except InputError as error:
            tell(self._log, logging.ERROR, error)
            return False
        self._follow(fresh)
        return True

    def answered(self, mid: int, reasons: list[ReasonCode]) -> None:
        """Say which subscriptions the broker refuses."""
        for topic_filter, reason in zip(self._asked.pop(mid, []), reasons, strict=False):
            if reason.is_failure:
                refused = notices.subscription_refused(topic_filter, str(reason))
                tell(self._log, logging.ERROR, refused)

    def _follow(self, fresh: Routing) -> None:
        """Take what is new before letting go of what is old, so that nothing falls between."""
        old, new = self.routing.filters, fresh.filters
        self.routing = fresh
        self._warn()
        dropped = [one for one in old if one not in new]
        added = [one for one in new if one not in old]
        told = {"routes": len(fresh.routes), "added": added, "dropped": dropped}
        self._log(logging.INFO, "routes read", **told)
        if self._client.is_connected():
            self._ask(added)
            self._unsubscribe([self._prefix + one for one in dropped])
        else:
            self._dropped += [self._prefix + one for one in dropped]

    def _warn(self) -> None:
        """Say which routes a group of collectors cannot have."""
        for route in self.routing.routes if self._settings.share else ():
            if isinstance(route, Route) and route.remembers:
                split = notices.not_to_be_shared(route.topic_filter, route.codec)
                tell(self._log, logging.ERROR, split)

    @property
    def _prefix(self) -> str:
        return f"$share/{self._settings.share}/" if self._settings.share else ""

    def _ask(self, filters: list[str]) -> None:
        if not filters:
            return
        asked: list[Any]
        if self._settings.version == 4:
            asked = [(one, 1) for one in filters]
        else:
            options = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
            asked = [(self._prefix + one, options) for one in filters]
        _, mid = self._client.subscribe(asked)
        self._asked[mid] = filters

    def _unsubscribe(self, filters: list[str]) -> None:
        if filters:
            self._client.unsubscribe(filters)

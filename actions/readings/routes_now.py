"""The routing table as it is known now: the routes that people keep, then those of the file."""

from typing import Any

from psycopg import Connection

from actions.fields import Acting
from actions.routes import Routes
from collector.filters import exactness
from collector.routing import FOREVER, Route, unusable
from metering.errors import InputError
from storage.readings import routes
from storage.readings.routes import KnownRoute


def routes_now(at: Acting) -> Routes:
    """Return the table by which messages are decoded, with what this transaction has changed."""
    return at.routes.after(kept(at.connection))


def kept(connection: Connection[Any]) -> list[Route]:
    """Return the routes that people keep, the more exact first."""
    found = sorted(routes.known(connection), key=lambda one: exactness(one.topic))
    return [_route(one) for one in found]


def _route(one: KnownRoute) -> Route:
    """Return a route as the table has it; its format may belong to a package that is gone."""
    spans = one.since_ms, min(one.until_ms, FOREVER)
    how = one.topic, one.codec, one.gateway, one.key, frozenset(one.only_keys)
    try:
        return Route(*how, one.settings, *spans)
    except InputError as why:
        return unusable(
            Route(one.topic, "native", one.gateway, one.key, frozenset(), {}, *spans), why
        )

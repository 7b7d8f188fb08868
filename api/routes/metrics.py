"""Figures for Prometheus: counts alone, no institution, meter or gateway in them."""

from collections.abc import Callable, Iterable

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from actions.actor import Actor
from actions.health import Counts, counts
from api.late import LateRoute
from metering.errors import EnergyError

router = APIRouter(route_class=LateRoute, tags=["operations"])


class Database(Collector):
    """Asks the database at each scrape; a database that is away is a figure too."""

    def __init__(self, actor: Callable[[], Actor]) -> None:
        self._actor = actor

    def describe(self) -> Iterable[Metric]:
        """Return nothing, so that registering asks nothing."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Return what is counted now."""
        up = GaugeMetricFamily("commonwatt_database_up", "Whether the database answers.")
        try:
            found = counts(self._actor())
        except EnergyError:
            up.add_metric([], 0)
            return [up]
        up.add_metric([], 1)
        return [up, *_intake(found), *_collectors(found), _rejects(found), _waiting(found)]


@router.get("/metrics", summary="Metrics", response_class=Response)
def get_metrics(request: Request) -> Response:
    """Return the figures in the format of Prometheus."""
    registry = request.app.state.registry
    assert isinstance(registry, CollectorRegistry)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _intake(found: Counts) -> list[CounterMetricFamily]:
    families = []
    for name, text in (
        ("messages", "Messages committed."),
        ("stored", "Readings stored."),
        ("revised", "Readings kept as revisions."),
        ("duplicates", "Readings that were there already."),
    ):
        family = CounterMetricFamily(f"commonwatt_intake_{name}", text, labels=["collector"])
        for tally in found.tally:
            family.add_metric([tally.collector], getattr(tally, name))
        families.append(family)
    return families


def _collectors(found: Counts) -> list[GaugeMetricFamily]:
    """Return how collectors are, as they say it themselves; doors that say nothing are left out."""
    of = ["collector"]
    up = GaugeMetricFamily(
        "commonwatt_collector_up",
        "1 while a collector is connected to its broker and says so every few seconds.",
        labels=of,
    )
    waiting = GaugeMetricFamily(
        "commonwatt_collector_unacknowledged",
        "Messages that it had not acknowledged when it last said how it is.",
        labels=of,
    )
    oldest = GaugeMetricFamily(
        "commonwatt_collector_oldest_unacknowledged_seconds",
        "For how long the oldest of these waits, 0 where none does.",
        labels=of,
    )
    for one in found.collectors:
        if one.state is not None:
            up.add_metric([one.collector], one.state == "connected" and not one.silent)
            waiting.add_metric([one.collector], one.unacknowledged or 0)
            oldest.add_metric([one.collector], one.oldest_s or 0.0)
    return [up, waiting, oldest]


def _rejects(found: Counts) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "commonwatt_rejected_messages_waiting", "Refused messages that wait.", labels=["reason"]
    )
    for one in found.rejects:
        family.add_metric([one.reason], one.messages)
    return family


def _waiting(found: Counts) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "commonwatt_queue_rows", "Rows that wait to be worked on.", labels=["queue"]
    )
    family.add_metric(["stale_usage"], found.backlog.usage_rows)
    family.add_metric(["stale_account"], found.backlog.account_rows)
    family.add_metric(["task"], found.backlog.task_rows)
    return family

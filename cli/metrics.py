"""Counters of collector and worker for monitoring, on a port of this machine alone."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from typing import Any, Final

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from cli.network import free_port
from cli.services import ports
from collector.tally import HELP as OF_COLLECTOR
from collector.tally import Histogram

OF_WORKER: Final[dict[str, str]] = {
    "readings": "Readings from which use was computed.",
    "channels": "Channels whose use was computed.",
    "institutions": "Institutions whose accounts were computed.",
    "tasks": "Tasks done.",
    "failures": "What could not be computed, and was set aside.",
    "busy_s": "Seconds at work.",
}
_HELP: Final[dict[str, Mapping[str, str]]] = {"collector": OF_COLLECTOR, "worker": OF_WORKER}
_NOW: Final = frozenset(
    {
        "connected", "unacknowledged", "sink_away", "last_commit_ms", "most_unacknowledged",
        "oldest_unacknowledged_seconds", "held", "held_bytes",
    }
)  # fmt: skip
_COMPUTED: Final = ("oldest_unacknowledged_seconds",)
_NOT_SHOWN: Final = frozenset({"arrived"})


class Tallied(Collector):
    """Reads a service's plain counters whenever somebody asks."""

    def __init__(self, service: str, tally: Callable[[], Any]) -> None:
        self._service = service
        self._tally = tally

    def collect(self) -> Iterator[Metric]:
        """Return every counter under the service's name."""
        tally = self._tally()
        names = [one.name for one in dataclasses.fields(tally)]
        names += [name for name in _COMPUTED if hasattr(tally, name)]
        for name in names:
            if name not in _NOT_SHOWN:
                yield self._family(name, getattr(tally, name))

    def _family(self, name: str, value: Any) -> Metric:
        full, what = f"commonwatt_{self._service}_{name}", _HELP[self._service][name]
        if isinstance(value, Counter):
            family = CounterMetricFamily(full, what, labels=["reason"])
            for reason, count in dict(value).items():
                family.add_metric([reason], count)
            return family
        if isinstance(value, Histogram):
            bounds = [*map(str, value.bounds), "+Inf"]
            counts = list(zip(bounds, map(float, accumulate(value.counts)), strict=True))
            return HistogramMetricFamily(full, what, buckets=counts, sum_value=value.total)
        if name in _NOW:
            return GaugeMetricFamily(full, what, float(value))
        return CounterMetricFamily(full, what, float(value))


def expose(port: int | None, service: str, tally: Callable[[], Any]) -> None:
    """Serve the counters, where a port is named."""
    if port is None:
        return
    free_port(port, ports.HOST, "--metrics-port")
    registry = CollectorRegistry()
    registry.register(Tallied(service, tally))
    start_http_server(port, addr=ports.HOST, registry=registry)

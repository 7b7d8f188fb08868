"""Counters of collector and worker for monitoring, on a port of this machine alone."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from cli.network import free_port
from cli.services import ports

_NOW = {"connected", "unacknowledged", "sink_away", "last_commit_ms", "most_unacknowledged"}


class _Tallied(Collector):
    """Reads a service's plain counters whenever somebody asks."""

    def __init__(self, service: str, tally: Callable[[], Any]) -> None:
        self._service = service
        self._tally = tally

    def collect(self) -> Iterator[Metric]:
        """Return every counter under the service's name."""
        tally = self._tally()
        for field in dataclasses.fields(tally):
            value = getattr(tally, field.name)
            name = f"commonwatt_{self._service}_{field.name}"
            what = f"{field.name.replace('_', ' ')} of the {self._service}"
            if isinstance(value, Counter):
                family = CounterMetricFamily(name, what, labels=["reason"])
                for reason, count in dict(value).items():
                    family.add_metric([reason], count)
                yield family
            elif field.name in _NOW:
                yield GaugeMetricFamily(name, what, float(value))
            else:
                yield CounterMetricFamily(name, what, float(value))


def expose(port: int | None, service: str, tally: Callable[[], Any]) -> None:
    """Serve the counters, where a port is named."""
    if port is None:
        return
    free_port(port, ports.HOST, "--metrics-port")
    registry = CollectorRegistry()
    registry.register(_Tallied(service, tally))
    start_http_server(port, addr=ports.HOST, registry=registry)

"""Telegraf's JSON: a metric, or a batch of them under `metrics`; fields, tags and a timestamp.

Keys are those of the line protocol (`influx`): name, tags and field, `power,meter=m1/total_kwh`;
where a route chooses tags, only their values: power/m1/total_kwh. Texts and switches are no
readings. https://docs.influxdata.com/telegraf/v1/data_formats/output/json/
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

import msgspec

from collector.codecs.parts.points import before_field, unit_said
from collector.codecs.parts.quantities import named, unit_in
from collector.codecs.parts.rows import NO_VALUE, Row, partly
from collector.codecs.parts.text import text_of
from collector.codecs.parts.times import instant, zone_of
from collector.codecs.payload import malformed, untimed
from metering.messages import Decoded, Message

_EARLIEST_MS: Final = 100_000_000_000  # 1973: what is before it was told in another unit
Said = int | float | str | bool | None


class _Metric(msgspec.Struct, gc=False):
    name: Annotated[str, msgspec.Meta(min_length=1)]
    fields: dict[str, Said]
    timestamp: int | float | str | None = None
    tags: dict[str, str] = {}


class _Batch(msgspec.Struct, gc=False):
    metrics: list[msgspec.Raw]


_METRIC: Final = msgspec.json.Decoder(_Metric)
_BATCH: Final = msgspec.json.Decoder(_Batch)
_IS_BATCH: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Codec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How Telegraf is set, and which tags tell meters apart.

    precision: its `json_timestamp_units`; `auto` tells a number's unit by its size, and reads what
        `json_timestamp_format` writes. zone: of such a text without offset.
    tags: whose values stand in keys, in this order. units: by key.
    """

    precision: Literal["auto", "s", "ms", "us", "ns"] = "auto"
    zone: str = "UTC"
    tags: tuple[str, ...] | None = None
    units: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Refuse a zone that does not exist, and a unit that is none of ours."""
        zone_of(self.zone)
        msgspec.structs.force_setattr(self, "units", named(self.units))

    def decode(self, message: Message) -> Decoded:
        """Return the numbers of all metrics."""
        return partly("telegraf", _metrics(message.payload), lambda one: self._rows(_metric(one)))

    def encode(
        self, name: str, tags: Mapping[str, str], fields: Mapping[str, float], timestamp: int
    ) -> bytes:
        """Return a batch of one metric; timestamp: in units of the precision."""
        metric = {"name": name, "tags": tags, "fields": fields, "timestamp": timestamp}
        return msgspec.json.encode({"metrics": [metric]})

    def _rows(self, metric: _Metric) -> Iterator[Row]:
        at_ms = None if metric.timestamp is None else self._instant(metric.timestamp)
        before = before_field(metric.name, metric.tags, self.tags)
        said = unit_said(metric.name, metric.tags)
        for name, value in metric.fields.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            key = f"{before}/{name}"
            yield Row(key, _number(value), self.units.get(key) or said or unit_in(name), at_ms)

    def _instant(self, thing: Any) -> int:
        at_ms = instant("telegraf", thing, self.precision, zone_of(self.zone))
        if at_ms < _EARLIEST_MS:
            why = f"the timestamp {thing} in {self.precision} is before 1973: see `precision`"
            raise untimed("telegraf", why)
        return at_ms


def _number(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return NO_VALUE


def _metric(raw: msgspec.Raw | str) -> _Metric:
    try:
        return _METRIC.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise malformed("telegraf", str(error)) from error


def _metrics(payload: bytes) -> list[msgspec.Raw | str]:
    text = text_of("telegraf", payload)
    try:
        if "metrics" in _IS_BATCH.decode(text):
            return [*_BATCH.decode(text).metrics]
        return [text]
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise malformed("telegraf", str(error)) from error

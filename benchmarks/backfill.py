"""A month of one gateway that comes late, beside live traffic; into fresh and converted chunks."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import psycopg
from paho.mqtt.client import Client, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from actions.registry.importing import Registry
from benchmarks import flood, ground, watching
from benchmarks.district import District
from benchmarks.figures import Figure, Section
from benchmarks.ground import Crew, Tables
from benchmarks.watching import Watch, p99
from cli import services
from collector.codecs import native
from collector.connection import parsed
from storage.columnstore import convert_one

_METERS: Final = 64
_PERIOD_S: Final = 900
_DAYS: Final = 30
_PER_MESSAGE: Final = 50
_FRESH_AGO: Final = 45  # days before today that a month begins of which nothing is there
_CONVERTED_AGO: Final = 150
_SINCE_DAYS: Final = 400
_GOALS: Final = {"fresh": 5.0, "converted": 30.0}
_LIVE_P99_S: Final = 3.0
_GATEWAYS: Final = 100  # that are live, each with ten meters, a reading a second
_AFTER_S: Final = 10.0  # for which the live ones are watched after the last receipt
_PATIENCE_S: Final = 300.0
_LATE: Final = "zhejiang/late"
# Others' readings of the same month, so that its chunks have something to convert.
_OTHERS: Final = """
    SELECT storage.ensure_months(%(first)s, %(last)s);
    INSERT INTO reading (channel_id, at, rank, seq, value)
    SELECT b.channel_id, t, 0, 1, extract(epoch FROM t)::bigint / 900
      FROM binding b CROSS JOIN generate_series(%(first)s::timestamptz, %(last)s, '15 min') t
     WHERE b.key LIKE 'other-%%' ORDER BY 1, 2
"""


class _Receipt(msgspec.Struct):
    stored: list[tuple[int, int]]
    rejected: list[Any]


@dataclass(slots=True)
class Came:
    """What became of a month: seconds until all was receipted, and the live ones' p99 meanwhile."""

    receipted_s: list[float] = field(default_factory=list)
    counted_s: list[float] = field(default_factory=list)
    live_s: list[float] = field(default_factory=list)
    live_counted_s: list[float] = field(default_factory=list)


def run(root: Path, *, runs: int, quick: bool) -> Iterator[Section]:
    """Measure in a database of its own each time; converted chunks only with TimescaleDB."""
    days = 3 if quick else _DAYS
    district = District(_GATEWAYS * 10, 1, 10, 50)
    with ground.postgres(root / "backfill") as server, ground.broker(root, "auto") as known:
        for kind, ago in (("fresh", _FRESH_AGO), ("converted", _CONVERTED_AGO)):
            came = Came()
            for number in range(runs):
                with (
                    ground.registered(server.url, _registry(district)) as tables,
                    ground.crew(root / f"{kind}-{number}") as crew,
                ):
                    if not _ready(tables, kind, _month(ago, days)):
                        break
                    _once(known, tables, crew, district, _month(ago, days), came)
            if came.receipted_s:
                yield _section(kind, days, known.broker, came)


def _month(ago: int, days: int) -> tuple[datetime, datetime]:
    first = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first -= timedelta(days=ago)
    return first, first + timedelta(days=days)


def _registry(district: District) -> Registry:
    """Return the district, one more gateway of 64 meters, and as many whose month is there."""
    made = district.registry()
    like = made.channels[0]
    since = like.since - timedelta(days=_SINCE_DAYS)
    more = [
        replace(
            like,
            institution=made.channels[1].institution,
            meter=key,
            gateway=_LATE if key.startswith("late") else "zhejiang/others",
            key=key,
            period_s=_PERIOD_S,
            since=since,
        )
        for kind in ("late", "other")
        for key in (f"{kind}-{number}" for number in range(_METERS))
    ]
    return replace(made, channels=[*made.channels, *more])


def _ready(tables: Tables, kind: str, month: tuple[datetime, datetime]) -> bool:
    """Convert the month's chunks, with others' readings in them; False where there are none."""
    if kind == "fresh":
        return True
    with psycopg.connect(tables.admin_url, autocommit=True) as connection:
        row = connection.execute("SELECT name FROM engine").fetchone()
        if row is None or row[0] != "timescaledb":
            return False
        with psycopg.ClientCursor(connection) as cursor:
            cursor.execute(_OTHERS, {"first": month[0], "last": month[1]})
        before = datetime.now(UTC) - timedelta(days=60)
        while convert_one(connection, before, tables.admin_url):
            pass
    return True


def _once(
    known: services.Running,
    tables: Tables,
    crew: Crew,
    district: District,
    month: tuple[datetime, datetime],
    came: Came,
) -> None:
    """Send a month while others are live, and wait for receipts and accounts."""
    district.fill(tables)
    crew.start("worker", ["work"], {"COMMONWATT_DATABASE_URL": tables.logins["worker"]})
    crew.collect(known, tables.logins["collector"])
    now = datetime.now(UTC)
    flood.publish(known.gateway_url, known.mqtt_version, _said(now, now, 1))  # it is live, too
    watching.settled(tables, crew)
    said = _said(*month, 1_000)
    with (
        watching.sending(known, district, _PATIENCE_S) as (sent_s, _),
        _receipted(known, len(said)) as receipted,
    ):
        watch = Watch(tables.admin_url, district, district.watched(tables), sent_s)
        watching.watched_for(watch, crew, _AFTER_S)
        watch.seen = watching.Seen()
        began_s = time.monotonic()
        sender = threading.Thread(
            target=flood.publish, args=(known.gateway_url, known.mqtt_version, said), daemon=True
        )
        sender.start()
        while not receipted.wait(0) and time.monotonic() < began_s + _PATIENCE_S:
            watching.watched_for(watch, crew, 0.05)
        came.receipted_s.append(time.monotonic() - began_s)
        watching.watched_for(watch, crew, _AFTER_S)
        sender.join()
    if not receipted.is_set():
        raise RuntimeError("the month has no receipt")
    came.live_s.append(p99(watch.seen.queryable_s))
    came.live_counted_s.append(p99(watch.seen.counted_s))
    watching.settled(tables, crew)
    came.counted_s.append(time.monotonic() - began_s)


def _said(first: datetime, last: datetime, number: int) -> list[tuple[str, bytes]]:
    """Return the messages of all meters from the first to the last instant, numbered from one."""
    began, ends = (int(one.timestamp()) for one in (first, last))
    at_s = np.arange(began, max(ends, began + 1), _PERIOD_S)
    said = []
    for start in range(0, len(at_s), _PER_MESSAGE):
        some = at_s[start : start + _PER_MESSAGE]
        for meter in range(_METERS):
            value = (some - 1_600_000_000) // _PERIOD_S * 0.25
            payload = native.encode_columns(
                number, f"late-{meter}", (some * 1000).tolist(), value.tolist()
            )
            said.append((f"cw/v1/{_LATE}/data", payload))
            number += 1
    return said


@contextmanager
def _receipted(known: services.Running, count: int) -> Iterator[threading.Event]:
    """Lend an event that is set once so many numbers from 1,000 on have their receipt."""
    done, waiting = threading.Event(), set(range(1_000, 1_000 + count))
    client = Client(
        CallbackAPIVersion.VERSION2, protocol=MQTTv5 if known.mqtt_version == 5 else MQTTv311
    )
    address = parsed(known.gateway_url)
    if address.user is not None:
        client.username_pw_set(address.user, address.password)

    def heard(_client: Client, _data: Any, message: MQTTMessage) -> None:
        receipt = msgspec.json.decode(message.payload, type=_Receipt)
        if receipt.rejected:
            raise RuntimeError(f"refused: {receipt.rejected[:3]}")
        for first, last in receipt.stored:
            waiting.difference_update(range(first, last + 1))
        if not waiting:
            done.set()

    client.on_message = heard
    client.connect(address.host, address.port)
    client.subscribe(f"cw/v1/{_LATE}/receipt", qos=1)
    client.loop_start()
    try:
        yield done
    finally:
        client.disconnect()
        client.loop_stop()


def _section(kind: str, days: int, broker: str, came: Came) -> Section:
    readings = _METERS * days * 86_400 // _PERIOD_S
    return Section(
        f"backfill into {kind} chunks, {broker}",
        [
            f"One gateway that is live sends {readings:,} readings of {_METERS} meters,",
            f"{days} days of a month ago or more, {_PER_MESSAGE} a message, beside {_GATEWAYS}",
            "others with 1,000 readings/s. Until all has its receipt; and of the others' readings",
            "until they can be queried, and until their accounts hold them, from then until",
            f"{_AFTER_S:.0f} s after.",
        ],
        [
            Figure("until all is receipted", "s", came.receipted_s, _GOALS[kind], "most"),
            Figure("live p99, reading to queryable", "s", came.live_s, _LIVE_P99_S, "most"),
            Figure("live p99, reading to account", "s", came.live_counted_s, _LIVE_P99_S, "most"),
            Figure("until nothing waited to be counted", "s", came.counted_s),
        ],
    )

"""A small world of channels for tests, made directly in the database."""

from dataclasses import dataclass

import numpy as np
import psycopg

from metering.messages import Message, Readings

GATEWAY = "demo-a/g1"
START_MS = 1_456_790_400_000  # 2016-03-01 00:00 UTC


@dataclass(frozen=True, slots=True)
class SentReading:
    """One reading as a gateway says it."""

    key: str
    at_ms: int
    value: float
    seq: int


def make_channels(
    admin_url: str,
    kinds: list[int],
    *,
    wraps_at: int = 100_000,
    max_per_hour: int | None = 20_000,
    factor: int = 1,
    period_s: int = 3600,
    zone: str = "Europe/London",
    net: bool = False,
    per_unit: int = 1,
) -> list[int]:
    """Make one institution with a channel `k<i>` of each kind; return the channels' ids."""
    ids = []
    with psycopg.connect(admin_url, autocommit=True) as c:
        c.execute("INSERT INTO gateway (name) VALUES (%s) ON CONFLICT DO NOTHING", [GATEWAY])
        institution = c.execute("INSERT INTO institution DEFAULT VALUES RETURNING id").fetchone()[0]
        for i, kind in enumerate(kinds):
            meter = c.execute(
                """INSERT INTO meter (institution_id, code, name_zh, name_en)
                   VALUES (%s, %s, 'm', 'm') RETURNING id""",
                [institution, f"m{i}"],
            ).fetchone()[0]
            channel = c.execute(
                """INSERT INTO channel (meter_id, code, carrier, kind, unit, per_unit, zone, net,
                                        since)
                   VALUES (%s, 'e', 'electricity', %s, 'Wh', %s, %s, %s, '2016-01-01+00')
                   RETURNING id""",
                [meter, kind, per_unit, zone, net],
            ).fetchone()[0]
            c.execute(
                """INSERT INTO channel_setting (channel_id, factor, period_s, max_per_hour,
                       wraps_at, valid_from, source, known_by)
                   VALUES (%s, %s, %s, %s, %s, '-infinity', 'test', 'user:1')""",
                [channel, factor, period_s, max_per_hour, wraps_at if kind == 0 else None],
            )
            c.execute(
                """INSERT INTO binding (gateway_id, key, channel_id, valid_from, source, known_by)
                   SELECT id, %s, %s, '-infinity', 'test', 'user:1' FROM gateway WHERE name = %s""",
                [f"k{i}", channel, GATEWAY],
            )
            c.execute(
                """INSERT INTO account_term (institution_id, carrier, channel_id, share,
                       valid_from, source, known_by)
                   VALUES (%s, 'electricity', %s, 1000000, '2016-01-01', 'test', 'user:1')""",
                [institution, channel],
            )
            ids.append(channel)
    return ids


def rename_key(admin_url: str, channel: int, key: str) -> None:
    """Let a channel be bound under another key, as if it had been from the beginning."""
    with psycopg.connect(admin_url, autocommit=True) as c:
        c.execute("UPDATE binding SET known_until = now() WHERE channel_id = %s", [channel])
        c.execute(
            """INSERT INTO binding (gateway_id, key, channel_id, valid_from, source, known_by)
               SELECT id, %s, %s, '-infinity', 'test', 'user:1' FROM gateway WHERE name = %s""",
            [key, channel, GATEWAY],
        )


def batch_of(batch: list[SentReading]) -> tuple[list[Message], Readings]:
    """Return what intake would hand over, one message a reading."""
    n = len(batch)
    messages = [
        Message("t", GATEWAY, f"{s.key} {s.at_ms} {s.value} {s.seq}".encode(), START_MS + 10**11)
        for s in batch
    ]
    return messages, Readings(
        message=np.arange(n, dtype=np.int32),
        i=np.zeros(n, np.int32),
        channel_key=[s.key for s in batch],
        seq=np.array([s.seq for s in batch], np.int64),
        at_ms=np.array([s.at_ms for s in batch], np.int64),
        value=np.array([s.value for s in batch], np.float64),
        arrival=np.zeros(n, np.bool_),
    )


def forget_readings(admin_url: str) -> None:
    """Empty everything that readings fill."""
    with psycopg.connect(admin_url, autocommit=True) as c:
        c.execute(
            """TRUNCATE reading, reading_revision, reading_start, rejected_message, stale_usage,
                        stale_account, usage_hour, usage_day, usage_month, usage_end, account,
                        intake_tally"""
        )

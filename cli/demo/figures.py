"""What a run came to, counted in the database and held against what the gateways' meters showed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from psycopg import Connection

from analytics.effective import assemble
from analytics.judging import steps, unmeasured
from analytics.steps import Reason, Spans
from cli.services.words import say
from storage.accounts import usage
from storage.readings import stale

_CHANNELS_AT_ONCE: Final = 100
_MOST_READINGS: Final = 5_000_000
NAMESPACE: Final = "demo"  # whose codes the demo's institutions carry

_COUNTS = """
    SELECT (SELECT count(*) FROM reading) AS stored,
           (SELECT coalesce(sum(duplicates), 0)::bigint FROM intake_tally) AS duplicates,
           (SELECT count(*) FROM reading_revision) AS revised,
           (SELECT coalesce(sum(greatest(readings, 1)), 0)::bigint
              FROM rejected_message WHERE resolved_at IS NULL) AS rejected,
           (SELECT count(*) FROM usage_hour) AS hours,
           (SELECT count(*) FROM usage_day) AS days,
           (SELECT count(*) FROM usage_month) AS months,
           (SELECT count(*) FROM account) AS accounts
"""

_WAITING = """
    SELECT (SELECT count(*) FROM stale_usage) + (SELECT count(*) FROM stale_account)
         + (SELECT count(*) FROM task WHERE done_at IS NULL AND at <= now())
"""

_BY_METER = """
    SELECT m.code, c.id, coalesce(d.used, 0)::bigint, coalesce(h.measured_s, 0)::bigint,
           coalesce(h.hours, 0)
      FROM institution_code i
      JOIN meter m ON m.institution_id = i.institution_id
      JOIN channel c ON c.meter_id = m.id
      LEFT JOIN (SELECT channel_id, sum(used) AS used FROM usage_day GROUP BY 1) d
        ON d.channel_id = c.id
      LEFT JOIN (SELECT channel_id, sum(measured_s) AS measured_s, count(*) AS hours
                   FROM usage_hour GROUP BY 1) h ON h.channel_id = c.id
     WHERE i.namespace = %s
     ORDER BY c.id
"""

_BY_ACCOUNT = """
    SELECT i.code, a.carrier, sum(a.quanta)::bigint
      FROM account a JOIN institution_code i
        ON i.institution_id = a.institution_id AND i.namespace = %s
     WHERE a.source = 'meter' GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Source:
    """What the source of a meter says was used, as far as it knows.

    readings: how many are sent. withheld: how many more the source could make, and no gateway sent.
    """

    meter: str
    institution: str
    carrier: str
    quanta: int
    readings: int
    withheld: int = 0


@dataclass(slots=True)
class Verdict:
    """How a run compares with its source.

    complete: meters measured from first to last reading. explained: meters whose every other span
    has a reason. unexplained: the rest, by name.
    """

    carriers: dict[str, tuple[int, int]] = field(default_factory=dict)
    complete: int = 0
    explained: int = 0
    unexplained: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def counts(connection: Connection[Any]) -> dict[str, int]:
    """Return how many rows there are of everything."""
    cursor = connection.execute(_COUNTS)
    row = cursor.fetchone()
    assert row is not None
    assert cursor.description is not None
    return {column.name: int(value) for column, value in zip(cursor.description, row, strict=True)}


def waiting(connection: Connection[Any]) -> int:
    """Return how many rows wait to be recomputed, and how many tasks are due."""
    row = connection.execute(_WAITING).fetchone()
    return int(row[0]) if row else 0


def judge(connection: Connection[Any], sources: Sequence[Source]) -> Verdict:
    """Compare meter by meter and account by account, to the quantum.

    connection: made by `storage.usage.connect`.
    """
    verdict = Verdict()
    rows = {row[0]: row[1:] for row in connection.execute(_BY_METER, [NAMESPACE])}
    for source in sources:
        used = rows[source.meter][1] if source.meter in rows else 0
        if used != source.quanta:
            verdict.faults.append(
                say(
                    f"计量表 {source.meter}:源 {source.quanta},日用量之和 {used}",
                    f"meter {source.meter}: the source says {source.quanta}, its days {used}",
                )
            )
    _judge_accounts(connection, sources, verdict)
    _judge_spans(connection, rows, verdict)
    return verdict


def _judge_accounts(
    connection: Connection[Any], sources: Sequence[Source], verdict: Verdict
) -> None:
    wanted: dict[tuple[str, str], int] = {}
    for source in sources:
        key = (source.institution, source.carrier)
        wanted[key] = wanted.get(key, 0) + source.quanta
    found = {(row[0], row[1]): row[2] for row in connection.execute(_BY_ACCOUNT, [NAMESPACE])}
    for key in sorted(wanted.keys() | found.keys()):
        of_source, of_account = wanted.get(key, 0), int(found.get(key) or 0)
        before = verdict.carriers.get(key[1], (0, 0))
        verdict.carriers[key[1]] = (before[0] + of_source, before[1] + of_account)
        if of_source != of_account:
            verdict.faults.append(
                say(
                    f"台账 {key[0]} {key[1]}:源 {of_source},台账 {of_account}",
                    f"account {key[0]} {key[1]}: the source says {of_source}, it {of_account}",
                )
            )


def _judge_spans(
    connection: Connection[Any], rows: Mapping[str, tuple[Any, ...]], verdict: Verdict
) -> None:
    """See whether measured time and spans with a reason fill each meter's time, twice over."""
    names = {int(row[0]): (meter, int(row[2]), int(row[3])) for meter, row in rows.items()}
    ids = sorted(names)
    for first in range(0, len(ids), _CHANNELS_AT_ONCE):
        chunk = ids[first : first + _CHANNELS_AT_ONCE]
        with connection.transaction():
            found = _spans(connection, chunk)
        for channel, (whole_ms, holes_ms, holes, reasons) in found.items():
            meter, measured_s, hours = names[channel]
            # Hours keep whole seconds: each may have lost less than one.
            off_ms = whole_ms - holes_ms - measured_s * 1000
            if not reasons or not 0 <= off_ms < 1000 * (hours + 1):
                verdict.unexplained.append(meter)
            elif holes:
                verdict.explained += 1
            else:
                verdict.complete += 1


def _spans(
    connection: Connection[Any], channels: list[int]
) -> dict[int, tuple[int, int, int, bool]]:
    """Return for each channel its time, how much was not measured, in how many spans, reasons."""
    columns = np.array(channels, np.int64)
    far = np.full(len(channels), 4_102_444_800_000, np.int64)
    wanted = stale.Spans(columns, np.zeros(len(channels), np.int64), far)
    readings = usage.around(connection, wanted, rows=0, most=_MOST_READINGS)
    readings["channel_id"] = columns[readings.pop("place")]
    kinds = {one: kind for one, (kind, _) in usage.channels(connection, channels).items()}
    settings = usage.settings(connection, channels)
    exchanges, verdicts = (
        usage.exchanges(connection, channels),
        usage.verdicts(connection, channels),
    )
    starts = usage.starts(connection, channels)
    effective = assemble(readings, exchanges, settings, kinds, verdicts, starts)
    made = steps(effective)
    holes = unmeasured(effective, made)
    known = np.isin(holes.reason, [int(r) for r in Reason if r is not Reason.KNOWN])
    found = {}
    for channel in channels:
        at = effective.at_ms[effective.channel == channel]
        own = holes.channel == channel
        lost = _duration_ms(holes, own)
        spoken = made.start_ms[made.channel == channel][:1].tolist()  # before an interval's end
        whole = int(at[-1]) - min([int(at[0]), *spoken]) if len(at) else 0
        found[channel] = (whole, lost, int(own.sum()), bool(known[own].all()))
    return found


def _duration_ms(spans: Spans, chosen: NDArray[np.bool_]) -> int:
    return int((spans.end_ms[chosen] - spans.start_ms[chosen]).sum())

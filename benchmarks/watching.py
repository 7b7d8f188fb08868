"""A district that sends while somebody looks when its readings can be queried and are counted."""

import multiprocessing
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import psycopg

from benchmarks.district import BEFORE, COUNTED_WH, District, turns_within
from benchmarks.flood import chorus
from benchmarks.ground import Crew, Tables
from cli import services

_STARTING_S: Final = 120.0  # for which more may be said than was asked for
_LOOK_S: Final = 0.1
_TEND_S: Final = 1.0
_SETTLED_S: Final = 600.0
_STORED: Final = """
    SELECT b.key, (SELECT value FROM reading WHERE channel_id = b.channel_id
                    ORDER BY at DESC LIMIT 1)
      FROM binding b WHERE b.key = ANY(%s)
"""
_COUNTED: Final = """
    SELECT institution_id, sum(quanta)::bigint FROM account
     WHERE institution_id = ANY(%s) GROUP BY institution_id
"""
_WAITING: Final = """
    SELECT (SELECT count(*) FROM stale_usage) + (SELECT count(*) FROM stale_account)
"""


@dataclass(slots=True)
class Seen:
    """How long readings took: until they could be queried, until their account held them. [s]"""

    queryable_s: list[float] = field(default_factory=list)
    counted_s: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Watch:
    """Looks at the meters that are alone in their institutions.

    institutions: of these meters, by number. sent_s: when each message was sent; gateways take
        turns. The last turn that was seen is kept of every meter, of either kind.
    """

    url: str
    district: District
    institutions: Mapping[int, int]
    sent_s: Any
    seen: Seen = field(default_factory=Seen)
    _queryable: dict[int, int] = field(default_factory=dict)
    _counted: dict[int, int] = field(default_factory=dict)

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[Any]]:
        """Lend a connection to look by."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            yield connection

    def look(self, connection: psycopg.Connection[Any], *, accounts: bool = True) -> None:
        """Note what can be queried now that could not before, and what is counted."""
        key_of = {self.district.sent_by(number)[1]: number for number in self.institutions}
        rows = connection.execute(_STORED, [list(key_of)]).fetchall()
        stored = {key_of[key]: value for key, value in rows if value is not None}
        self._note(stored, self._queryable, self.seen.queryable_s)
        if accounts:
            whose = {institution: number for number, institution in self.institutions.items()}
            rows = connection.execute(_COUNTED, [list(whose)]).fetchall()
            used = {whose[institution]: quanta for institution, quanta in rows}
            self._note(used, self._counted, self.seen.counted_s)

    @property
    def newest_sent_s(self) -> float:
        """When the newest reading was sent that can be queried."""
        return max((self._sent_s(*one) for one in self._queryable.items()), default=0.0)

    def _note(self, wh: Mapping[int, int], known: dict[int, int], waited_s: list[float]) -> None:
        now = time.monotonic()
        for number, shown in wh.items():
            turn = turns_within(shown) - BEFORE
            fresh = range(known.get(number, -1) + 1, turn + 1)
            waited_s.extend(now - self._sent_s(number, one) for one in fresh)
            known[number] = max(turn, known.get(number, -1))

    def _sent_s(self, number: int, turn: int) -> float:
        gateways = self.district.meters // self.district.a_gateway
        return float(self.sent_s[turn * gateways + number // self.district.a_gateway])


@contextmanager
def sending(
    known: services.Running, district: District, lasts_s: float
) -> Iterator[tuple[Any, Any]]:
    """Let every gateway send once in a period while the block lasts; lend when, and what ends it.

    lasts_s: for how long at most, but for what starts before it.
    """
    spawn = multiprocessing.get_context("spawn")
    stop = spawn.Event()
    gateways = district.gateways
    rate = len(gateways) / district.period_s
    sent_s = spawn.RawArray("d", int(rate * (lasts_s + _STARTING_S)))
    counted = (COUNTED_WH[BEFORE:] / 1000).tolist()
    given = (known.gateway_url, known.mqtt_version, gateways, counted, rate, sent_s, stop)
    process = spawn.Process(target=chorus, args=given, daemon=True)
    process.start()
    try:
        yield sent_s, stop
    finally:
        stop.set()
        process.join(_STARTING_S)
        process.kill()


def watched_for(watch: Watch, crew: Crew, lasts_s: float) -> None:
    """Look ten times a second for so long, and tend the crew."""
    ends_s, tended_s = time.monotonic() + lasts_s, 0.0
    with watch.connected() as connection:
        while (now := time.monotonic()) < ends_s:
            watch.look(connection)
            if now - tended_s > _TEND_S:
                crew.tend()
                tended_s = now
            time.sleep(_LOOK_S)


def settled(tables: Tables, crew: Crew) -> float:
    """Wait until nothing waits to be counted; return for how long."""
    began_s = time.monotonic()
    while tables.ask(_WAITING) and time.monotonic() - began_s < _SETTLED_S:
        crew.tend()
        time.sleep(_TEND_S)
    return time.monotonic() - began_s


def sent(sent_s: Any) -> int:
    """Return how many messages were sent."""
    return int(np.count_nonzero(np.frombuffer(sent_s)))


def p99(waits_s: list[float]) -> float:
    """Return what all but the longest hundredth did not exceed."""
    return float(np.quantile(waits_s, 0.99))

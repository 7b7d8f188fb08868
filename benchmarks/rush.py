"""A flood of messages beside a flood of log-ins: how old accounts grow, how long people wait."""

import multiprocessing
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import psycopg
from psycopg import Connection

from benchmarks import ground, logins
from benchmarks.district import BEFORE, COUNTED_WH, PERIOD_S, District, turns_within
from benchmarks.figures import Figure, Section, peaks
from benchmarks.flood import steady
from benchmarks.ground import Crew, Server, Tables
from cli import services
from worker.loop import Worker, WorkSettings

RATES: Final = (20, 100, 1_000)  # messages a second; a meter sends one in 15 s
OLDEST_S: Final = 30.0
_QUICK_S: Final = 20.0
_RIVALS_SHARE: Final = 0.2  # of the time, in which its accounts grow old enough to be seen
_ATTEMPTS: Final = 100  # at the log-in, a second
_SETTLED_S: Final = 300.0  # for what waits when the flood has ended; then it is said to be left
_STARTING_S: Final = 60.0
_EVERY_S: Final = 1.0
_RIVAL: Final = "accounts when no usage waits, as before; argon2 without a bound"
_SEEN: Final = """
    SELECT coalesce(extract(epoch FROM clock_timestamp() - (
               SELECT min(queued_at) FROM stale_usage)), 0)::float8,
           coalesce(extract(epoch FROM clock_timestamp() - (
               SELECT min(queued_at) FROM stale_account)), 0)::float8,
           coalesce((SELECT sum(messages) FROM intake_tally), 0)::bigint,
           (SELECT count(*) FROM rejected_message)
"""
_ACCOUNTS: Final = """
    SELECT institution_id, sum(quanta)::bigint FROM account
     WHERE institution_id = ANY(%s) GROUP BY institution_id
"""
_WAITING: Final = """
    SELECT (SELECT count(*) FROM stale_usage) + (SELECT count(*) FROM stale_account)
           + greatest({sent} - (SELECT coalesce(sum(messages), 0) FROM intake_tally), 0)
"""


@dataclass(slots=True)
class Seen:
    """What was seen, once a second, and what was left at the end.

    usage_s, account_s: age of the oldest row of either queue. behind_s: for how long the oldest
    reading that no account reflects has been sent. refused: messages. left: readings that no
    account reflects, long after the flood. busy: processors that each process took.
    """

    usage_s: list[float] = field(default_factory=list)
    account_s: list[float] = field(default_factory=list)
    behind_s: list[float] = field(default_factory=list)
    receipted: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    login_s: list[float] = field(default_factory=list)
    refused: int = 0
    left: int = 0
    settled_s: float = 0.0
    busy: dict[str, float] = field(default_factory=dict)
    peaks_mb: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Ground:
    """Where all of it happens."""

    root: Path
    server: Server
    broker: services.Running
    tables: Tables
    watched: dict[int, int]


Side = Callable[[Ground, Crew], AbstractContextManager[str]]


def run(root: Path, *, runs: int, quick: bool, minutes: float = 10.0) -> Iterator[Section]:
    """Flood at each rate, then the rival for a while; each second is a sample, so all run once."""
    del runs
    lasts_s = _QUICK_S if quick else 60 * minutes
    rivals_s = lasts_s if quick else max(_QUICK_S, _RIVALS_SHARE * lasts_s)
    district = District(PERIOD_S * max(RATES))
    with (
        ground.postgres(root / "rush") as server,
        ground.registered(server.url, district.registry()) as tables,
        ground.broker(root, "auto") as broker,
    ):
        logins.add_honest(tables)
        here = Ground(root, server, broker, tables, district.watched(tables))
        for rate in RATES:
            ours = _flooded(here, rate, lasts_s, _ours)
            theirs = _flooded(here, rate, rivals_s, _rivals)
            yield _section(rate, lasts_s, rivals_s, ours, theirs)


def one_loop(url: str) -> None:
    """Do what the worker did before its lanes: accounts only when no usage waits."""
    settings = WorkSettings()
    worker = Worker(url, settings, lambda *_, **__: None)
    while True:
        worker.drain()
        time.sleep(settings.wait_s)


def _section(rate: int, lasts_s: float, rivals_s: float, ours: Seen, theirs: Seen) -> Section:
    section = Section(
        f"flood, {rate:,} messages/s",
        [
            f"{rate * PERIOD_S:,} meters send a reading every {PERIOD_S} s for {lasts_s:,.0f} s,",
            f"each with half an hour before it; {_ATTEMPTS} log-ins a second that nobody has, from",
            "one address and from many, beside one honest person's. Sampled once a second.",
            f"The rival, for {rivals_s:,.0f} s: {_RIVAL}.",
            "Behind: since when the oldest reading was sent that its account does not reflect,",
            "from gateway to account; all processes share the machine.",
        ],
    )
    section.figures += [
        Figure("rival's oldest reading behind over ours", "times", [_over(theirs, ours)]),
        Figure("rival's log-in p95 over ours", "times", [_p95(theirs) / _p95(ours)]),
        Figure("oldest stale account, at worst", "s", [max(ours.account_s)], OLDEST_S, "most"),
        Figure("oldest stale usage, at worst", "s", [max(ours.usage_s)], OLDEST_S, "most"),
        Figure("oldest reading behind, at worst", "s", [max(ours.behind_s)], OLDEST_S, "most"),
        Figure("the rival's, at worst", "s", [max(theirs.behind_s)]),
        Figure("p95 of honest log-ins", "s", [_p95(ours)], logins.P95_S, "most"),
        Figure("p95 of the rival's", "s", [_p95(theirs)]),
        Figure("stale account, each second", "s", ours.account_s),
        Figure("stale usage, each second", "s", ours.usage_s),
        Figure("reading behind, each second", "s", ours.behind_s),
        Figure("honest log-in, each", "s", ours.login_s),
        Figure("messages sent", "/s", ours.sent),
        Figure("messages stored and receipted", "/s", ours.receipted),
        Figure("messages refused", "", [ours.refused], 0, "most"),
        Figure("until nothing waited, afterwards", "s", [ours.settled_s]),
        Figure("readings left out of accounts", "", [ours.left], 0, "most"),
        *(Figure(f"processors, {name}", "", [taken]) for name, taken in ours.busy.items()),
        *peaks([ours.peaks_mb], {"collector": 150.0, "worker": 400.0}),
    ]
    return section


def _over(theirs: Seen, ours: Seen) -> float:
    return max(theirs.behind_s) / max(*ours.behind_s, 0.01)


def _p95(seen: Seen) -> float:
    return logins.p95(seen.login_s)


def _flooded(here: Ground, rate: int, lasts_s: float, side: Side) -> Seen:
    """Flood one side, once all that was there before is counted."""
    district = District(PERIOD_S * rate)
    district.fill(here.tables)
    place = here.root / f"{side.__name__.strip('_')}-{rate}"
    with (
        ground.crew(place, broker=here.broker.broker_pid, postgres=here.server.pid) as crew,
        side(here, crew) as url,
    ):
        crew.collect(here.broker, here.tables.logins["collector"])
        _settled_s(here, crew, 0)
        with _sent(here.broker, district, rate, lasts_s) as sent_s, _tried(url, lasts_s) as login_s:
            seen = _watched(here, crew, district, sent_s, lasts_s)
        seen.login_s = login_s.result()
        seen.settled_s = _settled_s(here, crew, int(np.count_nonzero(np.frombuffer(sent_s))))
        seen.left = _left(here, district, sent_s)
        if not any(seen.receipted):
            raise RuntimeError(f"nothing was stored: see {place}")
        seen.peaks_mb = dict(crew.peaks_mb)
        return seen


@contextmanager
def _ours(here: Ground, crew: Crew) -> Iterator[str]:
    """Let our worker and our pages take it; return where one logs in."""
    crew.start("worker", ["work"], {"COMMONWATT_DATABASE_URL": here.tables.logins["worker"]})
    yield logins.served(crew, here.tables.logins["api"])


@contextmanager
def _rivals(here: Ground, crew: Crew) -> Iterator[str]:
    """Let one loop and an unbounded log-in take it."""
    del crew
    program = f"from benchmarks.rush import one_loop; one_loop({here.tables.logins['worker']!r})"
    process = subprocess.Popen([sys.executable, "-c", program])
    try:
        with logins.rival_served() as url:
            yield url
    finally:
        process.kill()
        process.wait(10)


@contextmanager
def _sent(known: services.Running, district: District, rate: int, lasts_s: float) -> Iterator[Any]:
    """Let meters send as long as the block lasts; lend when each message was sent."""
    spawn = multiprocessing.get_context("spawn")
    stop = spawn.Event()
    sent_s = spawn.RawArray("d", int(rate * (lasts_s + _STARTING_S)))
    meters = [district.sent_by(number) for number in range(district.meters)]
    counted = (COUNTED_WH[BEFORE:] / 1000).tolist()
    given = (known.gateway_url, known.mqtt_version, meters, counted, rate, sent_s, stop)
    process = spawn.Process(target=steady, args=given, daemon=True)
    process.start()
    try:
        yield sent_s
    finally:
        stop.set()
        process.join(_STARTING_S)
        process.kill()


@contextmanager
def _tried(url: str, lasts_s: float) -> Iterator[Future[list[float]]]:
    """Let people and strangers log in meanwhile; lend how long people took, once it is over."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        yield pool.submit(logins.besieged, url, lasts_s, _ATTEMPTS)


def _watched(here: Ground, crew: Crew, district: District, sent_s: Any, lasts_s: float) -> Seen:
    """Look once a second until the time is over."""
    seen = Seen()
    began_s = time.monotonic()
    before = dict(crew.busy_s)
    with psycopg.connect(here.tables.admin_url, autocommit=True) as connection:
        last, receipted, sent = began_s, 0, 0
        while time.monotonic() - began_s < lasts_s:
            time.sleep(_EVERY_S)
            usage_s, account_s, messages, seen.refused = connection.execute(_SEEN).fetchone() or ()
            now = time.monotonic()
            seen.usage_s.append(usage_s)
            seen.account_s.append(account_s)
            seen.behind_s.append(_behind_s(here, connection, district, sent_s))
            seen.receipted.append((messages - receipted) / (now - last))
            under_way = int(np.count_nonzero(np.frombuffer(sent_s)))
            seen.sent.append((under_way - sent) / (now - last))
            last, receipted, sent = now, messages, under_way
            crew.tend()
    lasted_s = time.monotonic() - began_s
    seen.busy = {name: (crew.busy_s[name] - then) / lasted_s for name, then in before.items()}
    return seen


def _behind_s(here: Ground, connection: Connection[Any], district: District, sent_s: Any) -> float:
    """Return how long ago the oldest reading was sent that its account does not reflect."""
    now = time.monotonic()
    waits = [
        now - sent_s[number]
        for _, number in _next(here, connection, district)
        if number < len(sent_s) and sent_s[number] > 0
    ]
    return max(waits, default=0.0)


def _next(
    here: Ground, connection: Connection[Any], district: District
) -> Iterator[tuple[int, int]]:
    """Yield each watched meter, and the number of its first message that no account reflects."""
    whose = {number: here.watched[number] for number in district.alone}
    used = dict(connection.execute(_ACCOUNTS, [list(whose.values())]).fetchall())
    for meter, institution in whose.items():
        turn = turns_within(used.get(institution, 0)) + 1 - BEFORE
        yield meter, turn * district.meters + meter


def _settled_s(here: Ground, crew: Crew, sent: int) -> float:
    """Wait until so many messages came and nothing waits, or long enough; return how long."""
    began_s = time.monotonic()
    waits = _WAITING.format(sent=sent)
    while here.tables.ask(waits) and time.monotonic() - began_s < _SETTLED_S:
        crew.tend()
        time.sleep(_EVERY_S)
    return time.monotonic() - began_s


def _left(here: Ground, district: District, sent_s: Any) -> int:
    """Return how many readings of watched meters no account reflects."""
    with psycopg.connect(here.tables.admin_url, autocommit=True) as connection:
        return sum(
            sum(1 for later in range(number, len(sent_s), district.meters) if sent_s[later] > 0)
            for _, number in _next(here, connection, district)
        )

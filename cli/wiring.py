"""Where settings meet the parts: each service is put together here, and nowhere else."""

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager

import psycopg

from actions.access.login import Pool
from actions.actor import SYSTEM, Actor, open_pool, ours
from cli import embedded
from cli.settings import Settings, need
from collector.mqtt import Collector
from collector.routes_file import RoutesFile
from collector.routing import NATIVE, PUSHED, Route, Routing
from collector.settings import CollectorSettings
from metering.errors import InputError, UnavailableError
from storage.connections import MIGRATING, Bounds, opened
from storage.readings.rejects import Retention
from storage.readings.store import Store
from worker.kinds import forgetting
from worker.loop import LANES, Worker, WorkSettings
from worker.usage import Limits

Log = Callable[..., None]


@contextmanager
def away() -> Iterator[None]:
    """Turn a driver's refusals into messages for whoever runs an administrator's command."""
    try:
        with ours():
            try:
                yield
            except psycopg.errors.InsufficientPrivilege as error:
                raise _powerless(str(error.diag.message_primary)) from error
            except psycopg.OperationalError as error:
                raise unreachable(error) from error
    except psycopg.ProgrammingError as error:  # not a URL
        raise _no_url(error) from error


@contextmanager
def operator(settings: Settings) -> Iterator[Actor]:
    """Lend this machine's operator, who acts as the system."""
    settings = embedded.filled(settings, "api")
    url = need(settings.database_url, "database_url")
    with away():
        opened(url, "commonwatt", reading(settings)).close()  # says why not; a pool only waits
    with closing(pool_of(settings, url, 2)) as pool:
        yield Actor(pool, SYSTEM)


def routes(settings: Settings) -> tuple[tuple[Route, ...], RoutesFile | None]:
    """Return the routing table, the file's before our own topic, and the file where there is one.

    InputError names the line of the file that cannot be used.
    """
    if settings.routes_file is None:
        return (NATIVE,), None
    file = RoutesFile(settings.routes_file)
    return (*file.routes(), NATIVE), file


def routing(settings: Settings) -> Routing:
    """Return the table by which kept messages are decoded, those that were pushed too."""
    known, _ = routes(settings)
    return Routing((*known, PUSHED))


def collector(settings: Settings, url: str, broker_url: str, log: Log) -> Collector:
    """Return the collector, with the database as its sink."""
    table, file = routes(settings)
    known = CollectorSettings(
        broker_url,
        routes=table,
        name=settings.collector_name,
        version=settings.broker_version,
        receive_maximum=settings.receive_maximum,
        batch_messages=settings.batch_messages,
        batch_ms=settings.batch_ms,
        write_readings=settings.write_readings,
        share=settings.collector_share,
        session_expiry_s=settings.session_expiry_s,
        ca_file=settings.broker_ca_file,
        certificate_file=settings.broker_certificate_file,
        key_file=settings.broker_key_file,
    )
    return Collector(known, store(settings, url, settings.collector_name), log, file)


def store(settings: Settings, url: str, name: str) -> Store:
    """Return where readings go.

    url: the collector's login. name: whose deliveries are counted together.
    """
    return Store(url, name, ahead_ms=settings.clock_ahead_ms, bounds=writing(settings))


def pool_of(settings: Settings, url: str, most: int) -> Pool:
    """Open so many connections of the application's login."""
    wait_s = settings.database_wait_s
    return open_pool(url, max_size=most, wait_s=wait_s, bounds=reading(settings))


def reading(settings: Settings) -> Bounds:
    """Return the bounds of a session of who reads or acts."""
    lock_s = min(settings.lock_s, settings.statement_s)
    return Bounds(lock_s, settings.statement_s, settings.idle_transaction_s)


def writing(settings: Settings) -> Bounds:
    """Return the bounds of a session of who takes and recomputes readings."""
    lock_s = min(settings.lock_s, settings.write_statement_s)
    return Bounds(lock_s, settings.write_statement_s, settings.idle_transaction_s)


def migrating(settings: Settings) -> Bounds:
    """Return the bounds of a session that changes the schema; another may be at work for long."""
    statement_s = settings.migrate_statement_s
    lock_s = max(settings.lock_s, min(MIGRATING.lock_s, statement_s))
    return Bounds(lock_s, statement_s, settings.idle_transaction_s)


def worker(settings: Settings, url: str, log: Log, only: Collection[str] = ()) -> Worker:
    """Return the worker; `only` some of its lanes, none named is all."""
    if strangers := sorted(set(only) - set(LANES)):
        raise _no_lane(strangers[0])
    limits = Limits(channels=settings.work_channels, readings=settings.work_readings)
    work = WorkSettings(
        limits=limits,
        institutions=settings.work_institutions,
        wait_s=settings.work_wait_s,
        longest_wait_s=settings.work_longest_wait_s,
        bounds=writing(settings),
        columnstore_after_days=settings.convert_after_days,
        lanes=frozenset(only or LANES),
    )
    return Worker(url, work, log)


def plan_nights(settings: Settings, url: str, log: Log, stop: threading.Event) -> None:
    """Say how long refused messages are kept; a database that is away is waited for."""
    keep = Retention(settings.rejects_resolved_days, settings.rejects_waiting_days)
    while not stop.is_set():
        try:
            forgetting.plan(url, keep, writing(settings))
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            log("database.unavailable", error=str(error).strip())
            stop.wait(settings.work_wait_s)
        else:
            break


def _no_lane(lane: str) -> InputError:
    known = ", ".join(LANES)
    return InputError(
        "work.no_lane",
        zh=f"worker 没有“{lane}”这一部分。",
        en=f"The worker has no lane “{lane}”.",
        next_zh=f"--only 可取:{known}。",
        next_en=f"--only takes {known}.",
        where={"field": "--only", "value": lane},
    )


def unreachable(error: psycopg.Error) -> UnavailableError:
    """Return the message for a database that does not answer, or not to this login."""
    lines = str(error).strip().splitlines()
    return UnavailableError(
        "database.unreachable",
        zh=f"无法连接数据库:{lines[0] if lines else error}",
        en=f"The database does not answer: {lines[0] if lines else error}",
        next_zh="请核对 COMMONWATT_DATABASE_URL,并确认数据库已启动。",
        next_en="Check COMMONWATT_DATABASE_URL, and that the database runs.",
    )


def _powerless(message: str) -> InputError:
    return InputError(
        "database.login_too_weak",
        zh=f"该登录的权限不足:{message}",
        en=f"This login may not do that: {message}",
        next_zh="请使用可以建角色并拥有该库的登录。",
        next_en="Use a login that may create roles and owns the database.",
    )


def _no_url(error: Exception) -> InputError:
    return InputError(
        "database.no_url",
        zh=f"数据库地址无效:{error}",
        en=f"This is no database URL: {error}",
        next_zh="写法:postgresql://用户:密码@主机:端口/库名",
        next_en="Write postgresql://user:password@host:port/database",
        where={"field": "COMMONWATT_DATABASE_URL"},
    )

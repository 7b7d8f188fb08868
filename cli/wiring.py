"""Where settings meet the parts: each service is put together here, and nowhere else."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from actions.access.login import Pool
from actions.actor import SYSTEM, Actor, open_pool, ours
from actions.readings.routes_now import kept
from cli import embedded
from cli.broker_files import BrokerFiles, Log
from cli.settings import Settings, need
from collector import pushed
from collector.bounds import MessageBounds
from collector.routes_file import RoutesFile
from collector.routing import NATIVE, PUSHED, Route, Routing
from metering.errors import InputError, UnavailableError
from storage.connections import MIGRATING, Bounds, opened
from storage.readings.large_store import LargeStore
from storage.readings.pushed import PushStore
from storage.readings.store import Store


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
def operator(settings: Settings, *, taking: bool = False) -> Iterator[Actor]:
    """Lend this machine's operator, who acts as the system.

    taking: who may also take messages that wait, where the collector's login is known.
    """
    settings = embedded.filled(settings, "api")
    url = need(settings.database_url, "database_url")
    with away():
        opened(url, "commonwatt", reading(settings)).close()  # says why not; a pool only waits
    sink_url = settings.collector_database_url if taking else None
    with closing(pool_of(settings, url, 2)) as pool:
        broker = settings.gateways_broker or ""
        if not sink_url:
            yield Actor(pool, SYSTEM, broker=broker)
            return
        with closing(store(settings, sink_url, "commands")) as sink:
            yield Actor(pool, SYSTEM, None, sink, routing(settings), broker)


def routing(settings: Settings) -> Routing:
    """Return the file's table before our own topics, by which kept messages are decoded, too.

    InputError names the line of the file that cannot be used.
    """
    file = settings.routes_file
    of_file = RoutesFile(file).routes() if file else ()
    return Routing((*of_file, NATIVE, *pushed.ROUTES), bounds(settings))


def routing_now(settings: Settings, url: str) -> Routing:
    """Return the table as it is known now: what people keep, then the file, then our own topics.

    url: the collector's login.
    """
    file = routing(settings)
    with away(), opened(url, "commonwatt", reading(settings)) as connection:
        return file.after(kept(connection))


def listened(settings: Settings, url: str) -> list[Route]:
    """Return the routes that a broker's topics have, as they are known now."""
    with opened(url, "commonwatt", reading(settings)) as connection:
        table = routing(settings).after(kept(connection))
    return [one for one in table.routes if isinstance(one, Route) and one is not PUSHED]


def bounds(settings: Settings) -> MessageBounds:
    """Return how much one message may be."""
    return MessageBounds(settings.message_bytes, settings.message_readings)


def store(settings: Settings, url: str, name: str) -> Store:
    """Return where readings go.

    url: the collector's login. name: whose deliveries are counted together.
    """
    return Store(url, name, ahead_ms=settings.clock_ahead_ms, bounds=writing(settings))


def push_store(settings: Settings, url: str) -> PushStore:
    """Return where pushed readings go. url: the collector's login."""
    return PushStore(url, "push", ahead_ms=settings.clock_ahead_ms, bounds=writing(settings))


def large_store(settings: Settings, url: str, import_id: int) -> LargeStore:
    """Return where a large file goes. url: the collector's login."""
    # It sorts all of it in a statement, and waits until another that says the same is stored.
    long_s = settings.migrate_statement_s
    bounds = Bounds(long_s, long_s, settings.idle_transaction_s)
    return LargeStore(url, import_id, ahead_ms=settings.clock_ahead_ms, bounds=bounds)


def broker_files(
    settings: Settings,
    url: str,
    folder: Path,
    reload: Callable[[], None],
    log: Log,
    collector: str = "collector",
) -> BrokerFiles:
    """Return what keeps a broker's files. url: the collector's login."""
    return BrokerFiles(
        folder,
        url,
        lambda: listened(settings, url),
        reload,
        bounds=reading(settings),
        log=log,
        collector=collector,
    )


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

"""What `commonwatt doctor` looks at: each check says how it is and what to do."""

import shutil
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import psycopg

from cli import checkup_logins, embedded, services
from cli.demo import database, state
from cli.findings import Check, books, routes_file
from cli.settings import Settings, strangers
from cli.wiring import reading
from metering.errors import EnergyError
from storage import health, migrate
from storage.access import members
from storage.connections import Bounds, opened

_LEAST_FREE_BYTES = 2 * 2**30
_CLOCK_OFF_S = 5.0


def checks(settings: Settings) -> Iterator[Check]:
    """Look at one thing after the other; nothing is changed."""
    yield from _variables()
    yield from routes_file(settings)
    yield _disk(settings)
    database_url, broker_url = settings.database_url, settings.broker_url
    demo = state.of(settings.state, None, once=False).read()
    if database_url is None or broker_url is None:
        seen = services.status(settings.state)
        if seen.record is not None:
            yield from _services(seen.record, str(seen.logs))
        running = seen.record.running if seen.record else None
        if running is not None:
            broker_url = broker_url or running.broker_url
            if database_url is None and running.postgres_pid is not None:
                yield from _embedded(running, demo, reading(settings))
                yield _broker(broker_url)
                return
            database_url = database_url or running.database_url
    yield from _database(database_url, reading(settings))
    yield _broker(broker_url)


def _embedded(
    running: services.Running, demo: state.Memory | None, bounds: Bounds
) -> Iterator[Check]:
    """Look at the databases of the embedded server: the demo's, and one's own."""
    try:
        own = embedded.exists(running)
    except psycopg.Error:
        yield from _database(running.database_url, bounds)  # says why it does not answer
        return
    if demo is not None:  # it keeps its tables in a database of its own
        yield from _database(database.named(running.database_url, demo.database), bounds)
    if own:
        yield from _database(embedded.own(running), bounds)
    elif demo is None:
        yield Check(
            "bad",
            "内置的数据库还没有数据表。",
            "The embedded database has no tables yet.",
            "请运行 commonwatt migrate。",
            "Run commonwatt migrate.",
        )


def _services(record: services.Record, logs: str) -> Iterator[Check]:
    """Say which of the embedded servers fell, and how often."""
    for name in record.down:
        yield Check(
            "bad",
            f"内置的 {name} 已中断(第 {record.restarts[name]} 次),正在重启:{record.trouble}",
            f"The embedded {name} fell (time {record.restarts[name]}) and is being started again: "
            f"{record.trouble}",
            f"请查看 {logs} 中的日志。",
            f"Look at its log in {logs}.",
        )


def _variables() -> Iterator[Check]:
    for name in strangers():
        yield Check(
            "warning",
            f"环境变量 {name} 没有意义。",
            f"{name} means nothing.",
            "可能拼写有误;见 docs/settings.md。",
            "Misspelt, perhaps; see docs/settings.md.",
        )


def _disk(settings: Settings) -> Check:
    folder = settings.state if settings.state.exists() else settings.state.absolute().parent
    free = shutil.disk_usage(folder).free
    zh, en = f"磁盘剩余 {free / 2**30:.1f} GB", f"{free / 2**30:.1f} GB of disk are free"
    if free >= _LEAST_FREE_BYTES:
        return Check("good", zh, en)
    return Check("bad", zh, en, "请腾出至少 2 GB。", "Make room: at least 2 GB.")


def _database(url: str | None, bounds: Bounds) -> Iterator[Check]:
    if url is None:
        yield Check(
            "bad",
            "没有指定数据库,内置的也没有运行。",
            "No database is named, and the embedded one does not run.",
            "请设置 COMMONWATT_DATABASE_URL 或运行 commonwatt services up。",
            "Set COMMONWATT_DATABASE_URL, or run commonwatt services up.",
        )
        return
    try:
        with opened(url, "commonwatt doctor", bounds) as connection:
            yield _clock(connection)
            yield from _schema(connection)
    except psycopg.Error as error:
        message = str(error).strip()
        yield Check(
            "bad",
            f"数据库连接失败:{message}",
            f"The database does not answer: {message}",
            "请核对地址、登录和网络。",
            "Check address, login and network.",
        )


def _clock(connection: psycopg.Connection[tuple[object, ...]]) -> Check:
    """Compare this machine's clock with the database's: readings are judged by both."""
    before = time.time()
    row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    after = time.time()
    theirs = float(str(row[0])) if row else after
    off = max(before - theirs, theirs - after, 0.0)
    zh, en = f"与数据库时钟相差 {off:.1f} 秒", f"The clocks differ by {off:.1f} s"
    if off <= _CLOCK_OFF_S:
        return Check("good", zh, en)
    return Check("bad", zh, en, "请启用网络校时(NTP)。", "Let both machines keep network time.")


def _schema(connection: psycopg.Connection[tuple[object, ...]]) -> Iterator[Check]:
    try:
        engine, version = migrate.engine_of(connection)
        missing = health.missing_migrations(connection)
    except (EnergyError, psycopg.errors.UndefinedTable):
        engine, version, missing = "-", "PostgreSQL", ["0001"]
    if missing:
        yield Check(
            "bad",
            f"数据库缺少 {len(missing)} 个迁移步骤。",
            f"The database lacks {len(missing)} migrations.",
            "请运行 commonwatt migrate。",
            "Run commonwatt migrate.",
        )
        return
    name = connection.info.dbname
    yield Check(
        "good", f"数据库 {name}:{version}({engine})", f"Database {name}: {version} ({engine})"
    )
    try:
        waits = health.backlog(connection)
    except psycopg.errors.InsufficientPrivilege:
        return
    yield from _queues(connection)
    yield from _notifications(connection)
    yield from checkup_logins.openings(connection)
    yield from books(connection)
    yield Check(
        "good",
        f"等待重算:用量 {waits.usage_rows},台账 {waits.account_rows};任务 {waits.task_rows}",
        f"Waiting: usage {waits.usage_rows}, accounts {waits.account_rows}, "
        f"tasks {waits.task_rows}",
    )


def _queues(connection: psycopg.Connection[tuple[object, ...]]) -> Iterator[Check]:
    """Say which queue does not move, and how much was set aside."""
    now = datetime.now(UTC)
    queues = health.queues(connection)
    for one in queues:
        if one.is_stalled(now):
            yield Check(
                "bad",
                f"{one.queue} 队列自 {one.oldest:%Y-%m-%d %H:%M} UTC 起没有进展。",
                f"Nothing moves in the queue of {one.queue} since {one.oldest:%Y-%m-%d %H:%M} UTC.",
                "请确认 commonwatt work 正在运行,并查看其日志。",
                "See that commonwatt work runs, and what its log says.",
            )
    if count := sum(one.set_aside for one in queues):
        yield Check(
            "warning",
            f"{count} 项无法计算,已暂存待核;其余照常。",
            f"{count} could not be computed and were set aside; all else went on.",
            "commonwatt retry --list 列出原因,commonwatt retry 重试。",
            "commonwatt retry --list says why; commonwatt retry has them tried again.",
        )


def _notifications(connection: psycopg.Connection[tuple[object, ...]]) -> Iterator[Check]:
    """Say how full the server's queue of notifications is, which any login can fill."""
    share = health.notify_share(connection)
    if share >= members.NOTIFY_SHARE:
        yield Check(
            "bad",
            f"服务器的通知队列已用 {share:.0%}:有会话在事务中监听。",
            f"The server's queue of notifications is {share:.0%} full: a session listens inside a "
            "transaction.",
            "请确认 commonwatt work 正在运行(它结束成员的会话);其他会话见 pg_stat_activity。",
            "See that commonwatt work runs, which ends members' sessions; look for others in "
            "pg_stat_activity.",
        )


def _broker(url: str | None) -> Check:
    if url is None:
        return Check(
            "bad",
            "没有指定消息代理,内置的也没有运行。",
            "No broker is named, and the embedded one does not run.",
            "请设置 COMMONWATT_BROKER_URL 或运行 commonwatt services up。",
            "Set COMMONWATT_BROKER_URL, or run commonwatt services up.",
        )
    parts = urlsplit(url)
    where = f"{parts.hostname}:{parts.port or 1883}"
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 1883), timeout=5):
            return Check("good", f"消息代理 {where} 可以连接", f"The broker answers on {where}")
    except OSError as error:
        return Check(
            "bad",
            f"消息代理 {where} 无法连接:{error}",
            f"The broker on {where} does not answer: {error}",
            "请核对地址,或运行 commonwatt services up。",
            "Check its address, or run commonwatt services up.",
        )

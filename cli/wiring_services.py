"""The collector and the worker, put together out of settings; `serve` loads neither."""

import threading
from collections.abc import Callable, Collection
from pathlib import Path

import psycopg

from cli import embedded
from cli.current_routes import CurrentRoutes
from cli.routes_watch import AllRoutes, RoutesWatch
from cli.settings import Settings
from cli.wiring import bounds, broker_files, routing, store, writing
from collector.ministry.door import Door, DoorSettings
from collector.ministry.keys import read
from collector.mqtt import Collector
from collector.routes_file import RoutesFile
from collector.routing import NATIVE
from collector.settings import CollectorSettings
from metering.errors import InputError
from storage.readings.rejects import Retention
from worker.kinds import alarms, findings, forecasts, forgetting
from worker.loop import LANES, Worker, WorkSettings
from worker.sending import Outside
from worker.usage import Limits

Log = Callable[..., None]


def collector(
    settings: Settings, url: str, broker_url: str, log: Log, stop: threading.Event
) -> Collector:
    """Return the collector, with the database as its sink.

    What a topic means stands there, so a database that is away is waited for, until told to stop.
    """
    file = RoutesFile(settings.routes_file) if settings.routes_file else None
    source = AllRoutes(RoutesWatch(url, log), file)
    if file is not None:
        source.routes()  # one that cannot be used is told at once
    source.watch.first(stop)
    source.watch.start()
    known = CollectorSettings(
        broker_url,
        routes=(*source.routes(), NATIVE),
        name=settings.collector_name,
        version=settings.broker_version,
        receive_maximum=settings.receive_maximum,
        batch_messages=settings.batch_messages,
        batch_ms=settings.batch_ms,
        write_readings=settings.write_readings,
        share=settings.collector_share,
        bounds=bounds(settings),
        gateway_bytes_per_s=settings.gateway_bytes_per_s,
        gateway_burst_bytes=settings.gateway_burst_bytes,
        reads_blocks=settings.read_blocks,
        session_expiry_s=settings.session_expiry_s,
        ca_file=settings.broker_ca_file,
        certificate_file=settings.broker_certificate_file,
        key_file=settings.broker_key_file,
    )
    return Collector(known, store(settings, url, settings.collector_name), log, source)


def keep_embedded_broker(
    settings: Settings, url: str, broker_url: str, log: Log, stop: threading.Event
) -> None:
    """Keep the files of the embedded broker, beside the collector; of another one nothing."""
    folder = embedded.broker_folder(settings, broker_url)
    if folder is not None:
        kept = broker_files(settings, url, folder, lambda: embedded.reload_broker(settings), log)
        threading.Thread(target=kept.keep, args=[stop], name="broker files", daemon=True).start()


def door(settings: Settings, url: str, where: DoorSettings, keys: Path, log: Log) -> Door:
    """Return the ministry's door, with the database as its sink."""
    watch = RoutesWatch(url, log)
    watch.look()
    watch.start()
    table = CurrentRoutes(lambda: routing(settings), settings.routes_file, watch)
    return Door(where, read(keys), table, store(settings, url, "ministry"), log)


def worker(settings: Settings, url: str, log: Log, only: Collection[str] = ()) -> Worker:
    """Return the worker; `only` some of its lanes, none named is all."""
    if strangers := sorted(set(only) - set(LANES)):
        raise _no_lane(strangers[0])
    hosts = frozenset(one.strip() for one in settings.alarm_hosts.split(",") if one.strip())
    alarms.reach(Outside(settings.mail_url, settings.mail_from, hosts))
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
    """Plan what is done every night; a database that is away is waited for."""
    keep = Retention(settings.rejects_resolved_days, settings.rejects_waiting_days)
    while not stop.is_set():
        try:
            forgetting.plan(url, keep, writing(settings))
            findings.plan(url, writing(settings))
            forecasts.plan(url, writing(settings))
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

"""The served application: API and pages over one pool, closed when the server ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from actions.readings.large_running import LargeFiles
from api.address import Network, networks
from api.app import create_app
from api.settings import ApiSettings
from cli.current_routes import CurrentRoutes
from cli.settings import PREFIX, Settings
from cli.wiring import large_store, pool_of, push_store, routing, store
from dashboards.pages import form_files
from dashboards.pages.app import error_page, router
from dashboards.pages.readings import imports as readings_imports
from dashboards.pages.registry import imports as registry_imports
from metering.errors import InputError


@contextmanager
def application(settings: Settings, url: str) -> Iterator[FastAPI]:
    """Lend the application; it takes readings where the collector's login is known."""
    taking = settings.collector_database_url
    sink = push_store(settings, taking) if taking else None
    file_sink = store(settings, taking, "import") if taking else None
    large = LargeFiles(lambda one: large_store(settings, taking, one)) if taking else None
    pool = pool_of(settings, url, settings.database_pool)
    try:
        app = create_app(
            pool,
            settings=_told(settings),
            sink=sink,
            file_sink=file_sink,
            large_files=large,
            routes=CurrentRoutes(lambda: routing(settings), settings.routes_file),
            extra_routers=[router()],
            large=[*form_files.paths(), registry_imports.PATH, readings_imports.PATH],
            error_page=error_page,
        )
        yield app
    finally:
        if large is not None:
            large.close()
        pool.close()
        for one in (sink, file_sink):
            if one is not None:
                one.close()


def _told(settings: Settings) -> ApiSettings:
    return ApiSettings(
        https=settings.secure,
        large_file_bytes=settings.large_file_bytes,
        push_readings_per_min=settings.push_readings_per_min,
        gateways_broker=settings.gateways_broker or "",
        proxies=_proxies(settings.trusted_proxies),
        forwarded=settings.forwarded_header,
    )


def _proxies(text: str) -> tuple[Network, ...]:
    """Return the proxies that are trusted."""
    try:
        return networks(text)
    except ValueError as error:
        raise InputError(
            "settings.impossible",
            zh=f"设置 {PREFIX}TRUSTED_PROXIES 无效:{error}。",
            en=f"The setting {PREFIX}TRUSTED_PROXIES cannot be used: {error}.",
            next_zh="请写成 10.0.0.0/8,192.0.2.7 的样子。",
            next_en="Write it like 10.0.0.0/8,192.0.2.7.",
            where={"field": f"{PREFIX}TRUSTED_PROXIES"},
        ) from error

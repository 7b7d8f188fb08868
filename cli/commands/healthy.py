"""`commonwatt healthy`: whether a service of this machine does its work, as an exit status."""

import http.client
from typing import Annotated, Final, Literal

import typer

from cli import settings
from cli.services import ports
from cli.services.words import say
from metering.errors import UnavailableError

Service = Literal["collect", "work", "serve"]
_PATHS: Final = {
    "collect": "/metrics",
    "work": "/metrics",
    "serve": "/readyz",
}
# What a collector must say of itself: it has its broker, and its database takes what comes.
_COLLECTS: Final = ("commonwatt_collector_connected 1.0", "commonwatt_collector_sink_away 0.0")
_WAIT_S: Final = 10


def healthy(
    service: Annotated[
        Service, typer.Argument(help=say("哪个服务的命令。", "The command that runs it."))
    ],
) -> None:
    """Ask a service how it is, on the port that its settings name; for probes of containers.

    collect and work answer on COMMONWATT_METRICS_PORT. The exit status is 6 where one is not well.
    """
    known = settings.load()
    port = known.port if service == "serve" else known.metrics_port
    said = _answer(int(settings.need(str(port or ""), "metrics_port")), _PATHS[service])
    missing = [one for one in _COLLECTS if service == "collect" and one not in said.splitlines()]
    if missing:
        raise _unwell(", ".join(missing))


def _answer(port: int, path: str) -> str:
    """Return what a service answers where all is well."""
    connection = http.client.HTTPConnection(ports.HOST, port, timeout=_WAIT_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        said = answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        raise _unwell(f"{ports.HOST}:{port}{path}: {error}") from error
    finally:
        connection.close()
    if answer.status != http.HTTPStatus.OK:
        raise _unwell(f"{ports.HOST}:{port}{path}: {answer.status} {said[:500]}")
    return said


def _unwell(said: str) -> UnavailableError:
    return UnavailableError(
        "service.unwell",
        zh=f"服务不正常:{said}",
        en=f"The service is not well: {said}",
        next_zh="请查看它的日志;commonwatt doctor 检查数据库和消息代理。",
        next_en="Look at its log; commonwatt doctor checks database and broker.",
    )

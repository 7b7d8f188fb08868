"""`commonwatt healthy`: whether a service of this machine does its work, as an exit status."""

from typing import Annotated, Literal

import typer

from cli import probing, settings
from cli.services.words import say
from metering.errors import UnavailableError

Service = Literal["collect", "work", "serve"]


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
    if trouble := probing.wrong(service, int(settings.need(str(port or ""), "metrics_port"))):
        raise _unwell(trouble)


def _unwell(trouble: str) -> UnavailableError:
    return UnavailableError(
        "service.unwell",
        zh=f"服务不正常:{trouble}",
        en=f"The service is not well: {trouble}",
        next_zh="请查看它的日志;commonwatt doctor 检查数据库和消息代理。",
        next_en="Look at its log; commonwatt doctor checks database and broker.",
    )

"""Options that several commands take, each said once."""

from typing import Annotated

import typer

from cli.services.words import say

DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run", help=say("只说明会怎样,不写入。", "Say what would happen; keep nothing.")
    ),
]
ApiUrl = Annotated[
    str | None,
    typer.Option(
        help=say(
            "API 的数据库登录;默认 COMMONWATT_DATABASE_URL。",
            "The API's login; else COMMONWATT_DATABASE_URL.",
        )
    ),
]
CollectorUrl = Annotated[
    str | None,
    typer.Option(
        help=say(
            "采集服务的数据库登录;默认 COMMONWATT_DATABASE_URL。",
            "The collector's login; else COMMONWATT_DATABASE_URL.",
        )
    ),
]
MetricsPort = Annotated[
    int | None, typer.Option(help=say("本机 /metrics 的端口。", "Loopback port of /metrics."))
]
Owned = Annotated[bool, typer.Option(hidden=True)]  # ends with who started it

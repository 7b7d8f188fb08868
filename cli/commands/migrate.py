"""`commonwatt migrate`: bring a database to this version."""

from typing import Annotated, Literal

import typer

from cli import settings
from cli.services.words import say

Engine = Annotated[
    Literal["plain", "timescaledb"] | None,
    typer.Option(
        help=say(
            "首次迁移时选定;默认有 TimescaleDB 就用它。",
            "Chosen at the first migration; by default TimescaleDB where it is installed.",
        )
    ),
]
OwnerUrl = Annotated[
    str | None,
    typer.Option(
        help=say(
            "可建角色、拥有该库的登录;默认 COMMONWATT_DATABASE_URL。",
            "A login that may create roles and owns the database; else COMMONWATT_DATABASE_URL.",
        )
    ),
]
ToTimescaledb = Annotated[
    bool,
    typer.Option(
        "--to-timescaledb",
        help=say(
            "把无 TimescaleDB 的库复制到 COMMONWATT_NEW_DATABASE_URL 指定的新库,逐行核对;"
            "中断后再次运行即可续传。",
            "Copy a plain database into a new one with TimescaleDB, named by "
            "COMMONWATT_NEW_DATABASE_URL; every row is compared, and an end halfway gone on "
            "from by running it again.",
        ),
    ),
]


def migrate(
    engine: Engine = None,
    database_url: OwnerUrl = None,
    to_timescaledb: ToTimescaledb = False,
) -> None:
    """Bring a database to this version: roles, tables, reference values; forward only.

    Passwords of the logins <database>_api, <database>_collector and <database>_worker are set
    where COMMONWATT_API_PASSWORD, COMMONWATT_COLLECTOR_PASSWORD, COMMONWATT_WORKER_PASSWORD are.
    Where no database is named, the embedded one is meant: its logins are kept in the state folder.
    """
    from cli import embedded
    from cli.wiring import away, migrating  # drivers load here: help and mistakes answer at once
    from storage import migrate as steps

    known = settings.load(database_url=database_url)
    if to_timescaledb:
        _copy(known)
        return
    own = embedded.made(known)
    url = settings.need(embedded.filled(known, "owner").database_url, "database_url")
    passwords = own | _passwords(known)
    with away():
        taken = steps.migrate(
            url,
            passwords=passwords,
            engine=engine,
            chunk_days=known.chunk_days,
            zone=known.zone,
            say=lambda name: typer.echo(f"  {name}"),
            bounds=migrating(known),
        )
    typer.echo(
        say(f"已执行 {len(taken)} 个步骤。", f"{len(taken)} steps taken.")
        if taken
        else say("数据库已是最新。", "The database is up to date.")
    )


def _passwords(known: settings.Settings) -> dict[str, str]:
    """Return what the logins of a database are given, by group."""
    found = {
        "api": known.api_password,
        "collector": known.collector_password,
        "worker": known.worker_password,
    }
    return {group: password for group, password in found.items() if password is not None}


def _copy(known: settings.Settings) -> None:
    """Copy a plain database into a new one with TimescaleDB, and say what is left to do."""
    from cli import embedded
    from cli.wiring import away, migrating
    from storage.copying import copy

    url = settings.need(embedded.filled(known, "owner").database_url, "database_url")
    with away():
        copied = copy(
            url,
            settings.need(known.new_database_url, "new_database_url"),
            passwords=_passwords(known),
            chunk_days=known.chunk_days,
            say=lambda line: typer.echo(f"  {line}"),
            bounds=migrating(known),
        )
    typer.echo(
        say(
            f"已复制 {copied.parts} 个部分、{copied.rows} 行,逐行核对一致。"
            "请让各服务改用新库;成员的 Grafana 登录用 commonwatt boards login 重新建立。",
            f"{copied.parts} parts with {copied.rows} rows are copied, each row compared. Let the "
            "services use the new database; make members' logins for Grafana anew with "
            "commonwatt boards login.",
        )
    )

"""`commonwatt migrate`: bring a database to this version."""

from typing import Annotated, Literal

import typer

from cli import settings
from cli.services.words import say


def migrate(
    engine: Annotated[
        Literal["plain", "timescaledb"] | None,
        typer.Option(
            help=say(
                "首次迁移时选定;默认有 TimescaleDB 就用它。",
                "Chosen at the first migration; by default TimescaleDB where it is installed.",
            )
        ),
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            help=say(
                "可建角色、拥有该库的登录;默认 COMMONWATT_DATABASE_URL。",
                "A login that may create roles and owns the database; "
                "else COMMONWATT_DATABASE_URL.",
            )
        ),
    ] = None,
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
    own = embedded.made(known)
    url = settings.need(embedded.filled(known, "owner").database_url, "database_url")
    passwords = own | {
        group: password
        for group in steps.GROUPS
        if (password := getattr(known, f"{group}_password")) is not None
    }
    with away():
        taken = steps.migrate(
            url,
            passwords=passwords,
            engine=engine,
            zone=known.zone,
            say=lambda name: typer.echo(f"  {name}"),
            bounds=migrating(known),
        )
    typer.echo(
        say(f"已执行 {len(taken)} 个步骤。", f"{len(taken)} steps taken.")
        if taken
        else say("数据库已是最新。", "The database is up to date.")
    )

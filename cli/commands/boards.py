"""`commonwatt boards`: the boards for Grafana, as files or over its API, and logins to read by."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import settings
from cli.services.words import say
from metering.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboards.boards.model import Lang
    from dashboards.grafana.publishing import Step

app = typer.Typer(
    help=say(
        "Grafana 看板:导出、发布、只读账号。", "Boards for Grafana: files, publishing, logins."
    ),
    no_args_is_help=True,
)

Langs = Annotated[str, typer.Option("--lang", help="zh / en / both")]
EDITED = 2


@app.command()
def export(
    directory: Path,
    lang: Langs = "both",
    timescaledb: Annotated[
        bool,
        typer.Option(
            "--timescaledb",
            help=say("数据源使用 TimescaleDB。", "The data source has TimescaleDB."),
        ),
    ] = False,
) -> None:
    """Write the boards with the provisioning files of data source and folders."""
    from_extra()
    from dashboards.grafana.files import files, stale

    count = 0
    for old in stale(directory, _langs(lang)):  # Grafana drops a board whose file is gone
        old.unlink()
    for path, text in files(_langs(lang), timescaledb=timescaledb):
        place = directory.joinpath(*path.parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists() or place.read_text(encoding="utf-8") != text:
            place.write_text(text, encoding="utf-8")
        count += 1
    typer.echo(say(f"{directory}:{count} 个文件。", f"{directory}: {count} files."))


@app.command()
def publish(
    url: Annotated[str, typer.Option(help=say("Grafana 的地址。", "Grafana's address."))],
    token_file: Annotated[
        Path, typer.Option(help=say("服务账号令牌所在文件。", "Holds a service account's token."))
    ],
    lang: Langs = "both",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=say("只列出改动。", "Only tell what would change."))
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help=say("覆盖手工改动。", "Also over edits by hand."))
    ] = False,
) -> None:
    """Bring a Grafana to these boards: plan, differences, then the change; again changes nothing.

    Ends with 2 where a board was edited by hand, and then writes none.
    """
    from_extra()
    from dashboards.grafana import publishing
    from dashboards.grafana.client import ClientGrafana

    known = _langs(lang)
    port = ClientGrafana(url, _read(token_file))
    steps = publishing.plan(port, known)
    _tell(steps)
    edited = any(one.change == "edited" for one in steps)
    if dry_run:
        raise typer.Exit(EDITED if edited else 0)
    if edited and not force:
        note = ("有看板被手工改过,未写入任何看板。", "Boards were edited by hand: none is written.")
        typer.echo(say(*note), err=True)
        raise typer.Exit(EDITED)
    written, gone = publishing.apply(port, steps, known, force=force)
    typer.echo(
        say(
            f"已写入 {written} 个看板,删除 {gone} 个不再提供的看板。",
            f"{written} boards written, {gone} that are no longer ours removed.",
        )
    )


def _tell(steps: "Iterable[Step]") -> None:
    """Say of every board what would become of it, and in which parts."""
    for one in steps:
        typer.echo(f"{one.change:<7} {one.uid}  {one.title}")
        for part in one.changed:
            typer.echo(f"          ~ {part}")


@app.command()
def login(
    region: Annotated[str, typer.Argument(help=say("成员的行政区划代码。", "A member's code."))],
    database_url: Annotated[
        str | None,
        typer.Option(
            help=say(
                "可建角色的登录;默认 COMMONWATT_DATABASE_URL。",
                "A login that may create roles; else COMMONWATT_DATABASE_URL.",
            )
        ),
    ] = None,
) -> None:
    """Make or renew the read-only login by which a member's Grafana sees what the member may see.

    It reads the views of schema report and nothing else, however it is asked. Its password is
    made here and shown once, unless COMMONWATT_GRAFANA_PASSWORD is set.
    """
    from cli import embedded
    from cli.wiring import away, reading
    from storage.boards import queries
    from storage.connections import opened

    known = embedded.filled(settings.load(database_url=database_url), "owner")
    url = settings.need(known.database_url, "database_url")
    password = known.grafana_password or secrets.token_urlsafe(24)
    with away(), opened(url, "commonwatt boards login", reading(known)) as connection:
        found = queries.region_of_code(connection, region)
        if found is None:
            raise NotFoundError(
                "boards.no_region",
                zh=f"没有代码为“{region}”的行政区划。",
                en=f"There is no region “{region}”.",
                next_zh="请核对代码。",
                next_en="Check the code.",
                where={"field": "region", "value": region},
            )
        name = queries.make_member_login(connection, region, found, password)
    typer.echo(say(f"账号 {name} 可只读登录。", f"{name} can log in, and only read."))
    if known.grafana_password is None:
        typer.echo(say(f"密码:{password}(只显示这一次)", f"password (shown once): {password}"))


def from_extra() -> None:
    """Say how to get what draws for Grafana, where it is not installed."""
    try:
        import grafana_client  # noqa: F401
        import grafana_foundation_sdk  # noqa: F401
    except ModuleNotFoundError as error:
        raise InputError(
            "boards.no_extra",
            zh="未安装 Grafana 看板所需的软件包。",
            en="What draws boards for Grafana is not installed.",
            next_zh="请运行:pip install -r requirements/grafana.txt。",
            next_en="Run: pip install -r requirements/grafana.txt.",
            where={"field": error.name or "grafana"},
        ) from error


def _langs(lang: str) -> "tuple[Lang, ...]":
    if lang == "both":
        return ("zh", "en")
    if lang == "zh":
        return ("zh",)
    if lang == "en":
        return ("en",)
    raise InputError(
        "boards.no_language",
        zh=f"没有语言“{lang}”。",
        en=f"There is no language “{lang}”.",
        next_zh="请用 zh、en 或 both。",
        next_en="Use zh, en or both.",
        where={"field": "lang"},
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "boards.no_token_file",
            zh=f"无法读取令牌文件 {path}:{error}。",
            en=f"The token file {path} cannot be read: {error}.",
            next_zh="请核对路径和权限。",
            next_en="Check path and rights.",
            where={"file": str(path)},
        ) from error

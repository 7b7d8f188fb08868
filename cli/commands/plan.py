"""`commonwatt plan`: what a planner takes to paper, and snapshots that another server verifies."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import settings
from cli.commands.options import ApiUrl
from cli.services.words import language, say

if TYPE_CHECKING:
    from actions.fields import Lang

app = typer.Typer(
    help=say(
        "指标通知书,分解快照的导出与核验。",
        "Notices of quotas; snapshots of runs, verified anywhere.",
    ),
    no_args_is_help=True,
)


class Form(StrEnum):
    """Of a notice."""

    PDF = "pdf"
    XLSX = "xlsx"


class Language(StrEnum):
    """Of a notice."""

    ZH = "zh"
    EN = "en"


Output = Annotated[
    Path, typer.Option("--output", "-o", help=say("写入的文件。", "The file to write."))
]
As = Annotated[Form, typer.Option("--as", help=say("格式。", "The form."))]
In = Annotated[
    Language | None,
    typer.Option("--lang", help=say("语言;默认终端的语言。", "The language; else the terminal's.")),
]


class Shared(StrEnum):
    """An indicator of which there are quotas."""

    ENERGY = "total_kgce"
    CO2 = "total_kgco2"
    WATER = "total_water_m3"


Of = Annotated[
    Shared | None,
    typer.Option(
        "--indicator",
        help=say("控制指标;默认已有指标中的第一项。", "The indicator; else the first it has."),
    ),
]


@app.callback()
def about() -> None:
    """Take notices to paper, and runs to another server."""


@app.command()
def notice(
    institution: Annotated[int, typer.Argument(help=say("机构编号。", "Id of the institution."))],
    year: Annotated[int, typer.Argument(help=say("年度。", "The year."))],
    output: Output,
    form: As = Form.PDF,
    lang: In = None,
    union: Annotated[
        int | None, typer.Option(help=say("区域联合体编号。", "Id of the union."))
    ] = None,
    indicator: Of = None,
    database_url: ApiUrl = None,
) -> None:
    """Write the notice of an institution's quota: one page that can be checked by hand."""
    from actions.compact.notice_files import file_of
    from actions.compact.notices import quota_notice
    from cli.wiring import operator

    with operator(settings.load(database_url=database_url)) as actor:
        of = None if indicator is None else indicator.value
        found = quota_notice(actor, institution, year, _lang(lang), union, of)
        output.write_bytes(file_of(found, form.value).content)
    typer.echo(say(f"{found.number} → {output}", f"{found.number} → {output}"))


@app.command()
def notices(
    run: Annotated[int, typer.Argument(help=say("分解方案编号。", "Id of the run."))],
    member: Annotated[
        int, typer.Argument(help=say("成员单位的行政区划编号。", "Id of the member's region."))
    ],
    output: Output,
    form: As = Form.PDF,
    lang: In = None,
    database_url: ApiUrl = None,
) -> None:
    """Write all notices of a member as one ZIP, its own first, with a list."""
    from actions.compact.notice_files import bundle
    from cli.wiring import operator

    with operator(settings.load(database_url=database_url)) as actor:
        chunks = bundle(actor, run, member, form.value, _lang(lang))
        with output.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
    typer.echo(say(f"已写入 {output}", f"Wrote {output}"))


@app.command()
def snapshot(
    run: Annotated[int, typer.Argument(help=say("分解方案编号。", "Id of the run."))],
    output: Output,
    database_url: ApiUrl = None,
) -> None:
    """Write a run's snapshot as a file, which `commonwatt plan verify` recomputes anywhere."""
    from actions.compact.snapshot_export import exported
    from cli.wiring import operator

    with operator(settings.load(database_url=database_url)) as actor:
        found = exported(actor, run)
    output.write_bytes(found.content.encode())
    typer.echo(f"{found.sha256} → {output}")


@app.command()
def part(
    run: Annotated[int, typer.Argument(help=say("分解方案编号。", "Id of the run."))],
    output: Output,
    member: Annotated[
        int | None,
        typer.Option(
            help=say("交给哪个成员(行政区划编号)。", "To whom it is handed: a region's id.")
        ),
    ] = None,
    database_url: ApiUrl = None,
) -> None:
    """Write what a member may see of a run: `plan verify` shows that it stands in the run."""
    from actions.compact.snapshot_export import part_exported
    from cli.wiring import operator

    with operator(settings.load(database_url=database_url)) as actor:
        found = part_exported(actor, run, member)
    output.write_bytes(found.content.encode())
    typer.echo(f"{found.sha256} → {output}")


@app.command()
def verify(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            readable=True,
            help=say("由他处导出的快照文件。", "A snapshot file that came from elsewhere."),
        ),
    ],
    digest: Annotated[
        str | None,
        typer.Option(
            help=say(
                "由另一途径得到的摘要,例如通知书或方案页面所印。",
                "The digest that came by another way, such as on a notice or the run's page.",
            )
        ),
    ] = None,
) -> None:
    """Recompute a run from its file alone, without a database; status 1 where anything differs.

    Of a part of a run: whether it leads to the run's root, and its sums hold.
    """
    from cli.verified import verdict

    same, lines = verdict(file.read_bytes(), digest)
    for line in lines:
        typer.echo(line)
    if not same:
        raise typer.Exit(1)


def _lang(asked: Language | None) -> "Lang":
    if asked is not None:
        return "zh" if asked is Language.ZH else "en"
    return "zh" if language() == "zh" else "en"

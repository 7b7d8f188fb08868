"""`commonwatt plan`: what a planner takes to paper: notices of quotas."""

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
    help=say("指标通知书。", "Notices of quotas."),
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


@app.callback()
def about() -> None:
    """Take notices to paper; `commonwatt do notice.issue` numbers them."""


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
    database_url: ApiUrl = None,
) -> None:
    """Write the notice of an institution's quota: one page that can be checked by hand."""
    from actions.compact.notice_files import file_of
    from actions.compact.notices import quota_notice
    from cli.wiring import operator

    with operator(settings.load(database_url=database_url)) as actor:
        found = quota_notice(actor, institution, year, _lang(lang), union)
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


def _lang(asked: Language | None) -> "Lang":
    if asked is not None:
        return "zh" if asked is Language.ZH else "en"
    return "zh" if language() == "zh" else "en"

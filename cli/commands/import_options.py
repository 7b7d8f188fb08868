"""Options of `commonwatt import`, beside the answers to what a file leaves open."""

from pathlib import Path
from typing import Annotated

import typer

from cli.services.words import say

Folder = Annotated[
    Path,
    typer.Argument(
        help=say(
            "含 regions.csv、institutions.csv、channels.csv 的目录,或其 ZIP、XLSX。",
            "Holds regions.csv, institutions.csv and channels.csv, or some of them; or is a "
            "ZIP or XLSX of these.",
        )
    ),
]
Namespace = Annotated[
    str,
    typer.Option(
        help=say("这些机构代码由谁编制。", "Whose codes the institutions carry, by name.")
    ),
]
Readings = Annotated[
    list[Path],
    typer.Argument(
        help=say(
            "CSV、XLSX、ZIP 或 Green Button XML,可为多个文件或目录;列名、编码和格式自动识别。",
            "CSV, XLSX, ZIP or Green Button XML, several of them, or a folder; columns, encoding "
            "and form are recognised.",
        )
    ),
]
AsCorrection = Annotated[
    bool,
    typer.Option(
        "--as-correction",
        help=say(
            "作为您的更正导入:同一时刻以本文件的数值为准。",
            "As your correction: the file counts against what stands.",
        ),
    ),
]
Reason = Annotated[str, typer.Option(help=say("更正理由。", "Why it corrects what stands."))]
Errors = Annotated[
    Path | None,
    typer.Option("--errors", help=say("有误的行存入此工作簿。", "Keeps wrong rows in a workbook.")),
]
WithoutFailed = Annotated[
    bool,
    typer.Option(
        "--without-failed",
        help=say("有误的行不导入,其余照办。", "Leave wrong rows out and import the rest."),
    ),
]
Fresh = Annotated[
    bool,
    typer.Option(
        "--fresh",
        help=say(
            "不采用此前同版式文件的回答。",
            "Without the answers that earlier files of the layout had.",
        ),
    ),
]
CollectorUrl = Annotated[
    str | None,
    typer.Option(
        help=say(
            "采集服务的数据库登录;默认 COMMONWATT_COLLECTOR_DATABASE_URL。",
            "The collector's login; else COMMONWATT_COLLECTOR_DATABASE_URL.",
        )
    ),
]

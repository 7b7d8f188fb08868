"""`commonwatt push`: scripts send readings to a platform, and know what became of them."""

import sys
from pathlib import Path
from typing import IO, Annotated

import typer

from cli import settings
from cli.services.words import say
from metering.errors import InputError, NotFoundError

File = Annotated[
    str,
    typer.Argument(
        metavar="[FILE]",
        help=say(
            "CSV(表头 channel、value,可有 at、unit)或每行一个 JSON 对象;- 读标准输入。",
            "CSV (headings channel, value, perhaps at and unit) or a JSON object a line; - is "
            "standard input.",
        ),
    ),
]
Url = Annotated[
    str | None,
    typer.Option(help=say("平台地址;默认 COMMONWATT_PUSH_URL。", "Else COMMONWATT_PUSH_URL.")),
]
Gateway = Annotated[
    str | None,
    typer.Option(
        help=say(
            "省份/网关;默认 COMMONWATT_PUSH_GATEWAY。",
            "province/gateway; else COMMONWATT_PUSH_GATEWAY.",
        )
    ),
]
Spool = Annotated[
    Path | None,
    typer.Option(
        help=say(
            "发送前先存入此文件夹,应答后删除;下次运行先发送剩余部分。",
            "Keep parts in this folder until they are answered; what is left goes first next time.",
        )
    ),
]
Wait = Annotated[
    float,
    typer.Option(
        min=0,
        help=say("平台不可用时最多等待的秒数。", "Seconds for which the platform may be away."),
    ),
]


def push(
    file: File = "-",
    url: Url = None,
    gateway: Gateway = None,
    spool: Spool = None,
    wait: Wait = 600.0,
) -> None:
    """Send readings; ends with 0 once all are stored, 2 where some were refused, 6 to try later."""
    from cli.push_parts import Outbox, parts
    from cli.pushing import Pushing, Where

    known = settings.load(push_url=url, push_gateway=gateway)
    where = Where(
        known.push_url,
        settings.need(known.push_gateway, "push_gateway"),
        settings.need(known.push_key, "push_key"),
    )
    pushing = Pushing(where, Outbox(spool), lambda line: typer.echo(line, err=True), wait)
    with _opened(file) as lines:
        pushing.run(parts(lines))
    new, old, other = (pushing.counts[name] for name in ("inserted", "duplicates", "revised"))
    typer.echo(
        say(
            f"存入 {new} 个,已有 {old} 个,与已有不同 {other} 个",
            f"{new} stored, {old} were known, {other} stand beside another",
        )
    )
    if refused := pushing.counts["refused"]:
        raise InputError(
            "push.refused",
            zh=f"{refused} 个读数被拒收,原因如上。",
            en=f"{refused} were refused, for the reasons above.",
            next_zh="平台已保留原文,重发无益;请按提示处理。",
            next_en="Their bytes are kept; sending them again does not help: mend what is said.",
        )


def _opened(file: str) -> IO[str]:
    if file == "-":
        return open(sys.stdin.fileno(), encoding="utf-8-sig", errors="replace", closefd=False)
    try:
        return Path(file).open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise NotFoundError(
            "push.no_file",
            zh=f"无法读取文件 {file}:{error.strerror}。",
            en=f"{file} cannot be read: {error.strerror}.",
            next_zh="请核对路径和权限。",
            next_en="Check the path, and whether you may read it.",
            where={"file": file},
        ) from None

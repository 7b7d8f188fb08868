"""`commonwatt codec`: which formats there are, and what a message in one of them says."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import settings
from cli.commands.options import CollectorUrl
from cli.services.words import say
from metering.errors import InputError

if TYPE_CHECKING:
    from collector.codecs import Decode
    from metering.messages import Decoded, Message, Stored

app = typer.Typer(
    no_args_is_help=True,
    help=say("报文格式:列出,或用一条报文试。", "Payload formats: list them, or try a message."),
)
_ARGUMENT = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help=say("一条报文的原始字节;- 读标准输入。", "One message's bytes; - is stdin."),
    ),
]
_CODEC = Annotated[
    str | None,
    typer.Option(
        "--codec", help=say("格式;不写则按现行路由。", "The format; else by the routes of now.")
    ),
]
_TOPIC = Annotated[
    str, typer.Option("--topic", help=say("报文的主题。", "The topic that it came under."))
]
_SET = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help=say("格式的设置,NAME=值(TOML)。", "A setting of the format, NAME=value as TOML."),
    ),
]
_GATEWAY = Annotated[
    str | None,
    typer.Option(
        "--gateway",
        help=say(
            "省份/网关:按数据库说明会存入什么,不写入。",
            "province/gateway: say by the database what would be stored; nothing is kept.",
        ),
    ),
]


@app.command("list")
def list_formats() -> None:
    """List the formats with their settings."""
    from collector.codecs import format_of, names

    for name in names():
        try:
            fields = getattr(format_of(name), "__struct_fields__", ())
            typer.echo(f"{name:<14} {', '.join(fields) or '–'}")
        except InputError as error:
            typer.echo(f"{name:<14} {say(error.zh, error.en)}")


@app.command("try")
def try_one(
    file: _ARGUMENT,
    codec: _CODEC = None,
    topic: _TOPIC = "t",
    set_: _SET = None,
    gateway: _GATEWAY = None,
    database_url: CollectorUrl = None,
) -> None:
    """Decode a message and say what it would store, and why not."""
    from cli import embedded
    from metering.messages import Message

    known = embedded.filled(settings.load(database_url=database_url), "collector")
    now_ms = int(time.time() * 1000)
    decode, whose = _decode_of(known, codec, topic, set_ or [], now_ms)
    message = Message(topic, gateway or whose or "", _bytes(file), now_ms)
    decoded = decode(message)
    _show(decoded)
    if gateway is not None or (whose is not None and known.database_url):
        _show_stored(_tried(known, message, decode), decoded)


def _decode_of(
    known: settings.Settings, codec: str | None, topic: str, given: list[str], now_ms: int
) -> tuple["Decode", str | None]:
    """Return how to decode; by the routes as they hold now also whose topic it is."""
    from cli.wiring import routing, routing_now
    from collector.codecs import configured
    from collector.pushed import settings_said

    if codec is not None:
        return configured(codec, settings_said(given)).decode, None
    url = known.database_url
    table = routing_now(known, url) if url else routing(known)
    if not url:
        typer.echo(say("未指明数据库:仅按路由文件。", "No database is named: by the file alone."))
    if (found := table.route_of(topic, now_ms)) is not None:
        typer.echo(f"{found.topic_filter}: {found.codec} → {table.gateway_of(topic, now_ms)}")
    return table.decode, table.gateway_of(topic, now_ms)


def _bytes(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise InputError(
            "codec.no_file",
            zh=f"无法读取 {file}:{error.strerror}。",
            en=f"{file} cannot be read: {error.strerror}.",
            next_zh="请给出含一条报文的文件,或用 - 读标准输入。",
            next_en="Name a file that holds one message, or - for standard input.",
        ) from error


def _show(decoded: "Decoded") -> None:
    if not decoded.value:
        typer.echo(say("不含读数(如心跳、登录)。", "It tells of no reading, as a heartbeat."))
    units = decoded.unit or [None] * len(decoded.value)
    quality = decoded.quality or [None] * len(decoded.value)
    columns = zip(decoded.channel_key, decoded.at_ms, decoded.value, units, quality, strict=True)
    for key, at_ms, value, unit, bad in columns:
        at = say("到达时刻", "on arrival") if at_ms is None else _shown(at_ms)
        what = bad or f"{value} {unit or say('(通道单位)', '(channel’s unit)')}"
        typer.echo(f"{key}  {at}  {what}")


def _shown(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec='milliseconds')[:-6]}Z"


def _tried(known: settings.Settings, message: "Message", decode: "Decode") -> "Stored":
    from actions.readings.trying import try_message
    from cli.wiring import writing

    url = settings.need(known.database_url, "database_url")
    return try_message(url, message, decode, bounds=writing(known))


def _show_stored(stored: "Stored", decoded: "Decoded") -> None:
    new, old, other = stored.inserted, stored.duplicates, stored.revised
    typer.echo(
        say(
            f"会存入 {new} 个,已有 {old} 个,与已有不同 {other} 个",
            f"{new} would be stored, {old} are known, {other} stand beside another",
        )
    )
    for one in stored.rejected:
        keys = ", ".join(decoded.channel_key[place] for place in one.i) or "–"
        why = one.reason
        typer.echo(f"  {keys}: {say(why.zh, why.en)} {say(why.next_zh, why.next_en)}")

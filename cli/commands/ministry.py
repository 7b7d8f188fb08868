"""`commonwatt ministry`: take the reports of building energy monitoring over TCP."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import settings
from cli.commands.options import CollectorUrl
from cli.services.words import say
from metering.errors import InputError

if TYPE_CHECKING:
    from collector.ministry.tls import Tls


Certificate = Annotated[
    Path | None,
    typer.Option(help=say("TLS 证书(PEM);更新后自动重读。", "For TLS; read again once renewed.")),
]
CertificateKey = Annotated[Path | None, typer.Option(help=say("其私钥(PEM)。", "Its private key."))]
ClientCa = Annotated[
    Path | None,
    typer.Option(
        help=say(
            "签发采集器证书的机构;指定后采集器须出示证书。",
            "Who signs collectors' certificates; with it they have to show one.",
        )
    ),
]


def ministry(
    keys: Annotated[
        Path,
        typer.Option(
            help=say("采集器及其密钥的 TOML 文件。", "A TOML file of collectors and their keys.")
        ),
    ],
    database_url: CollectorUrl = None,
    certificate: Certificate = None,
    certificate_key: CertificateKey = None,
    client_ca: ClientCa = None,
    host: Annotated[str, typer.Option(help=say("监听地址。", "Where it listens."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=say("监听端口。", "The port it listens on."))] = 9700,
) -> None:
    """Take reports in the ministry's XML over TCP; they are acknowledged once they are stored."""
    from cli import logs, running, wiring_services
    from collector.ministry.door import DoorSettings

    tls = _tls(certificate, certificate_key, client_ca)
    known = settings.load(database_url=database_url)
    url = settings.need(known.database_url, "database_url")
    log = logs.begin_levelled("ministry")
    door = wiring_services.door(known, url, DoorSettings(host, port, tls=tls), keys, log)
    door.run(running.until_stopped())


def _tls(certificate: Path | None, key: Path | None, client_ca: Path | None) -> "Tls | None":
    from collector.ministry.tls import Tls

    if certificate is not None and key is not None:
        return Tls(certificate, key, client_ca)
    if (certificate, key, client_ca) == (None, None, None):
        return None
    raise InputError(
        "ministry.half_tls",
        zh="TLS 需要同时指定 --certificate 和 --certificate-key。",
        en="TLS wants both --certificate and --certificate-key.",
        next_zh="请补上缺少的选项,或去掉这些选项。",
        next_en="Name the other one too, or leave them out.",
        where={"field": "--certificate"},
    )

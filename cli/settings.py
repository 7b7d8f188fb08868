"""Settings: read once, from variables that begin with COMMONWATT_, and passed down as arguments."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import SettingsConfigDict

from cli.outside_settings import OutsideSettings
from metering.errors import InputError

PREFIX: Final = "COMMONWATT_"
_FROM_FILE: Final = "_FILE"
# Read by other parts of the program than this one.
_ELSEWHERE: Final = {"COMMONWATT_LANG", "COMMONWATT_STATE", "COMMONWATT_TEST_DATABASE_URL"}


def _counted(value: object) -> object:
    """Return a variable's digits as a number, for choices among numbers."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


class Settings(OutsideSettings):
    """What an operator may set; every queue, batch and wait has its limit here.

    Any of them can be given in a file instead: COMMONWATT_DATABASE_URL_FILE names the file that
    holds what COMMONWATT_DATABASE_URL would say.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    state: Path = Field(Path(".commonwatt"), description="folder of data, ports, logs, passwords")
    lang: Literal["zh", "en"] | None = Field(None, description="of messages; else from LANG")

    database_url: str | None = Field(
        None,
        description="PostgreSQL. For collect, work, serve: that process's own login. For migrate "
        "and demo: a login that may create roles and owns (demo: may create) the database",
    )
    collector_database_url: str | None = Field(
        None,
        description="serve, import readings: the collector's login, for readings that come over "
        "HTTP or by file",
    )
    new_database_url: str | None = Field(
        None,
        description="migrate --to-timescaledb: the new database, by a login that no policy hides "
        "rows from",
    )
    api_password: str | None = Field(None, description="migrate: gives the login of the API one")
    collector_password: str | None = Field(None, description="migrate: and that of the collector")
    worker_password: str | None = Field(None, description="migrate: and that of the worker")
    grafana_password: str | None = Field(
        None,
        description="boards login: gives a member's login for Grafana one, instead of a new one",
    )
    database_pool: int = Field(8, ge=1, le=100, description="serve: connections at most")
    database_wait_s: float = Field(10, gt=0, le=300, description="for a free connection")
    lock_s: float = Field(
        30, ge=0.1, le=3600, description="waiting for somebody else's lock at most, in any session"
    )
    statement_s: float = Field(
        30, ge=0.1, le=3600, description="one statement of who reads, forms and commands at most"
    )
    write_statement_s: float = Field(
        600,
        ge=1,
        le=86_400,
        description="collect, work, import readings, replay-rejected: one statement at most",
    )
    migrate_statement_s: float = Field(
        21_600,
        ge=60,
        le=604_800,
        description="migrate, demo: one statement at most; of a large import, too",
    )
    idle_transaction_s: float = Field(
        120, ge=1, le=3600, description="a transaction that does nothing is ended, in any session"
    )

    zone: str | None = Field(
        None,
        description="migrate: the civil zone of days that belong to no meter, such as those of "
        "grants and rosters, from now on; Asia/Shanghai where nobody has set one. A region may "
        "state its own",
    )

    broker_url: str | None = Field(None, description="mqtt://user:password@host:port")
    broker_version: Annotated[Literal[4, 5], BeforeValidator(_counted)] = Field(
        5, description="MQTT 5, or 4 for what is called 3.1.1"
    )

    collector_name: str = Field(
        "main", pattern=r"^[A-Za-z0-9_-]{1,32}$", description="its fixed client id; one each"
    )
    collector_share: str = Field(
        "",
        pattern=r"^[A-Za-z0-9_-]{0,32}$",
        description="name of the shared subscription, where several collectors work",
    )
    receive_maximum: int = Field(
        4000, ge=20, le=65_535, description="messages not yet acknowledged; twice a batch's"
    )
    batch_messages: int = Field(2000, ge=1, le=30_000, description="of a batch at most")
    batch_ms: int = Field(100, ge=1, le=60_000, description="a batch waits for more, at most")
    gateway_bytes_per_s: int = Field(
        2**20,
        ge=1024,
        le=2**30,
        description="collect: of one gateway while messages pile up and others wait behind it; "
        "what is beyond is set aside",
    )
    gateway_burst_bytes: int = Field(2**25, ge=2**16, le=2**40, description="collect: more at once")
    read_blocks: bool = Field(
        True, description="collect: false lets paho read each packet, which is four times slower"
    )
    message_bytes: int = Field(
        64 * 1024,
        ge=1024,
        le=2**20,
        description="collect, serve: of a message at most; a longer one is set aside",
    )
    message_readings: int = Field(
        1000, ge=1, le=20_000, description="and readings of one; it is set aside with its reason"
    )
    clock_ahead_s: int = Field(
        600,
        ge=60,
        le=86_400,
        description="collect, serve, import readings: a reading farther ahead of its arrival is "
        "set aside",
    )
    write_readings: int = Field(20_000, ge=1, le=1_000_000, description="of a transaction, about")
    session_expiry_s: int = Field(
        14 * 86_400, ge=60, le=365 * 86_400, description="the broker keeps messages so long"
    )
    gateways_broker: str | None = Field(
        None,
        description="serve: where gateways reach the broker, as mqtts://host:port; shown with "
        "their passwords",
    )
    broker_ca_file: Path | None = Field(None, description="mqtts: authority of the broker")
    broker_certificate_file: Path | None = Field(None, description="mqtts: our certificate")
    broker_key_file: Path | None = Field(None, description="mqtts: our key")

    routes_file: Path | None = Field(
        None,
        description="collect, serve, replay-rejected: TOML that says which topics are whose, in "
        "which format; routes kept on the platform come before it, our own topics after it. "
        "collect reads it again when it changes, and at SIGHUP",
    )

    rejects_resolved_days: int = Field(
        90,
        ge=7,
        le=3650,
        description="work: refused messages that were taken later are kept so long",
    )
    rejects_waiting_days: int = Field(
        730,
        ge=30,
        le=36_500,
        description="work: and those that still wait, with the list of unbound keys",
    )
    chunk_days: int | None = Field(
        None,
        ge=1,
        le=366,
        description="migrate, with TimescaleDB: days in a chunk of readings and of hours that "
        "begins from now on; unset leaves it as it is, 30 at first",
    )
    convert_after_days: int = Field(
        60,
        ge=1,
        le=3650,
        description="work, with TimescaleDB: a chunk goes into columnstore so long after its end; "
        "few readings come later",
    )
    work_channels: int = Field(200, ge=1, le=10_000, description="of a transaction at most")
    work_readings: int = Field(
        300_000, ge=1000, le=1_000_000, description="of a transaction at most"
    )
    work_institutions: int = Field(500, ge=1, le=10_000, description="rebuilt together at most")
    work_wait_s: float = Field(0.5, gt=0, le=60, description="between looks when nothing waits")
    work_longest_wait_s: float = Field(30, gt=0, le=600, description="for a database that is away")

    host: str = Field("127.0.0.1", description="serve: where they listen")
    port: int = Field(8460, ge=1, le=65_535, description="serve: its port")
    pages_url: str = Field(
        "http://127.0.0.1:8460", description="demo --join: where people reach the pages"
    )
    secure: bool = Field(False, description="serve: reached over https; cookies then say so")
    trusted_proxies: str = Field(
        "",
        description="serve: addresses or networks of proxies, with commas between; behind "
        "these, and no others, a request's address is the one they name",
    )
    forwarded_header: Literal["X-Forwarded-For", "Forwarded"] = Field(
        "X-Forwarded-For", description="where those proxies name it"
    )
    metrics_port: int | None = Field(
        None, ge=1, le=65_535, description="collect, work: loopback port of /metrics"
    )

    push_url: str = Field("http://127.0.0.1:8460", description="push: where the platform is")
    push_gateway: str | None = Field(None, description="push: province/gateway")
    push_key: str | None = Field(None, description="push: the gateway's key")
    push_readings_per_min: int = Field(
        60_000,
        ge=60,
        le=100_000_000,
        description="serve: what one gateway may push over HTTP; a minute's at once; counted by "
        "each process, so where several serve, a gateway may push as much to each",
    )
    large_file_bytes: int = Field(
        8 * 2**30,
        ge=1 << 20,
        le=2**40,
        description="serve: a large file of readings at most, as it comes; it lies in TMPDIR until "
        "it is stored",
    )

    @property
    def clock_ahead_ms(self) -> int:
        """How far a reading may be ahead of its arrival."""
        return self.clock_ahead_s * 1000


def load(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Return the settings; what is `given` (not None) on the command line counts most."""
    known = os.environ if environment is None else environment
    values = {name: value for name, value in given.items() if value is not None}
    values = _from_files(known) | values
    try:
        return Settings(**values)
    except ValidationError as error:
        raise _bad(error) from None


def need(value: str | None, name: str) -> str:
    """Return a setting that this command cannot do without."""
    if value:
        return value
    variable = f"{PREFIX}{name.upper()}"
    raise InputError(
        "settings.missing",
        zh=f"缺少设置 {variable}。",
        en=f"The setting {variable} is missing.",
        next_zh=f"请设置该环境变量(或 {variable}{_FROM_FILE};说明见 docs/settings.md),"
        "或用 commonwatt services up 启动内置服务。",
        next_en=f"Set that variable (or {variable}{_FROM_FILE}; see docs/settings.md), or start "
        "the embedded services: commonwatt services up.",
        where={"field": variable},
    )


def strangers(environment: Mapping[str, str] | None = None) -> list[str]:
    """Return variables that look like ours and mean nothing: misspelt, most likely."""
    known = os.environ if environment is None else environment
    ours = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    files = {f"{name}{_FROM_FILE}" for name in ours}
    return sorted({n for n in known if n.startswith(PREFIX)} - ours - files - _ELSEWHERE)


def _from_files(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what files say, unless the variable itself is set."""
    values = {}
    for name in Settings.model_fields:
        variable = f"{PREFIX}{name.upper()}"
        path = environment.get(variable + _FROM_FILE)
        if path and variable not in environment:
            try:
                values[name] = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise InputError(
                    "settings.no_file",
                    zh=f"{variable}{_FROM_FILE} 指定的文件 {path} 无法读取:{error}。",
                    en=f"{variable}{_FROM_FILE} names {path}, which cannot be read: {error}.",
                    next_zh="请核对路径和权限。",
                    next_en="Check path and rights.",
                    where={"field": f"{variable}{_FROM_FILE}"},
                ) from error
    return values


def _bad(error: ValidationError) -> InputError:
    """Return the first complaint; values stay out, for they may be secrets."""
    first = error.errors(include_input=False, include_url=False)[0]
    variable = f"{PREFIX}{'_'.join(str(part) for part in first['loc']).upper()}"
    return InputError(
        "settings.impossible",
        zh=f"设置 {variable} 无效:{first['msg']}。",
        en=f"The setting {variable} cannot be used: {first['msg']}.",
        next_zh="请更正该环境变量或选项;说明见 docs/settings.md。",
        next_en="Mend the variable or option; docs/settings.md says what it may be.",
        where={"field": variable},
    )

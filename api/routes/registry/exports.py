"""The registry as files, for whoever may import one."""

import tempfile
from collections.abc import Iterator
from typing import IO, Annotated, Any, Final, Literal, cast

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from actions.registry.export import export_registry
from actions.workbooks import MEDIA_TYPE
from api.auth import CurrentActor

router = APIRouter(prefix="/api/v1/exports", tags=["institutions"])

REGISTRY: Final = "/api/v1/exports/registry"
_IN_MEMORY: Final = 1 << 20  # bytes; larger files are on disk
_AT_ONCE: Final = 1 << 16
_MEDIA: Final = {"zip": "application/zip", "xlsx": MEDIA_TYPE}
_ANSWER: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The files that docs/registry-files.md describes. X-Rows says how many rows "
        "they hold, X-Without-Code how many institutions this keeper has no code for.",
        "content": {
            media: {"schema": {"type": "string", "format": "binary"}} for media in _MEDIA.values()
        },
    }
}


@router.get("/registry", response_model=None, responses=_ANSWER, summary="The registry as files")
def get_registry(
    actor: CurrentActor,
    namespace: Annotated[
        str, Query(max_length=100, description="Whose codes the institutions carry.")
    ] = "import",
    form: Annotated[
        Literal["zip", "xlsx"], Query(alias="format", description="CSV in a ZIP, or a workbook.")
    ] = "zip",
    bom: Annotated[bool, Query(description="Begin CSV with a byte order mark, for Excel.")] = False,
) -> Response:
    """Return what is known of regions, institutions and channels, and what held on other days.

    Imported where it came from it changes nothing; imported into an empty installation it goes out
    equal again.
    """
    file = cast(IO[bytes], tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - sent later
    try:
        done = export_registry(actor, file, form, namespace, bom=bom)
    except BaseException:
        file.close()
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="registry.{form}"',
        "Content-Length": str(file.tell()),
        "Cache-Control": "no-store",
        "X-Rows": str(sum(done.rows.values())),
        "X-Without-Code": str(done.without_code),
    }
    return StreamingResponse(_sent(file), media_type=_MEDIA[form], headers=headers)


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_AT_ONCE):
            yield chunk

"""Files that a page hands out."""

from typing import Final

from fastapi import Response

from actions.workbooks import CSV_TYPE, MEDIA_TYPE

_TYPES: Final = {"csv": CSV_TYPE, "xlsx": MEDIA_TYPE}


def attached(body: bytes, name: str) -> Response:
    """Return a file, CSV or XLSX by its name, that is kept nowhere on the way."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, 200, headers, _TYPES[name.rpartition(".")[2]])

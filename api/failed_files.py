"""How the failed rows of a file are asked for and given, the same for every import."""

from typing import Annotated, Literal

from fastapi import Query, Request
from fastapi.responses import Response

from actions.fields import Lang
from actions.workbooks import MEDIA_TYPE
from api.problems import lang_of

FailedForm = Annotated[
    Literal["json", "xlsx"],
    Query(
        alias="format",
        description="How wrong rows are told: xlsx holds them alone, to be mended and sent again.",
    ),
]
WithoutFailed = Annotated[
    bool, Query(description="Leave rows out that are wrong, and take the others.")
]


def failed_file(body: bytes, name: str) -> Response:
    """Return failed rows as the answer to a file that was not taken."""
    headers = {"Content-Disposition": f'attachment; filename="{name}-errors.xlsx"'}
    return Response(body, 422, headers, MEDIA_TYPE)


def lang_of_failed(request: Request) -> Lang:
    """Return in which language the reasons are said."""
    return "en" if lang_of(request.headers.get("accept-language")) == "en" else "zh"

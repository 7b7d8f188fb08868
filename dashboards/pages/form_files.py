"""A page for every action that takes a file of rows: checked, or done as a whole, or mended."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Response
from starlette.datastructures import FormData, UploadFile

from actions.catalogue import declared
from actions.declared import Action
from actions.desk import denied
from actions.file_columns import template
from actions.files import Taken, errors_workbook, take
from actions.rights import holds
from actions.sheets import MEDIA_TYPE
from dashboards.pages.sending import FileWriter, SentFile
from dashboards.pages.visit import Reader, Visit
from metering.errors import InputError

Kind = type[Action[Any, Any]]
_SHOWN = 100  # wrong rows on the page; the workbook holds them all


def router(kinds: Iterable[Kind] | None = None) -> APIRouter:
    """Return the pages of all actions, or of these."""
    routes = APIRouter(include_in_schema=False)
    for kind in declared().values() if kinds is None else kinds:
        _add(routes, kind)
    return routes


def paths() -> list[str]:
    """Return the addresses that take files."""
    return [f"/do/{code}/file" for code in declared()]


def _add(routes: APIRouter, kind: Kind) -> None:
    path = f"/do/{kind.about.code}/file"

    def get_page(visit: Reader) -> Response:
        _must_hold(visit, kind)
        if "template" in visit.request.query_params:
            return _workbook(template(kind, visit.lang), f"{kind.about.code}.xlsx")
        return _page(visit, kind)

    def post_page(visit: FileWriter, form: SentFile) -> Response:
        return _sent(visit, kind, form)

    routes.add_api_route(path, get_page, methods=["GET"])
    routes.add_api_route(path, post_page, methods=["POST"])


def _must_hold(visit: Visit, kind: Kind) -> None:
    with visit.desk.look() as connection:
        if not holds(connection, kind.about.right):
            raise denied(kind.about.code)


def _sent(visit: Visit, kind: Kind, form: FormData) -> Response:
    sent, step = form.get("file"), form.get("step")
    body = sent.file.read() if isinstance(sent, UploadFile) else b""
    if not body:
        return _page(visit, kind, status=422, error=visit.say("file_missing"))
    try:
        taken = take(visit.desk, kind, body, dry_run=step != "do")
    except InputError as error:
        return _page(visit, kind, status=422, error=error.text(visit.lang))
    if taken.wrong and step == "errors":
        return _workbook(errors_workbook(taken, visit.lang), f"{kind.about.code}-errors.xlsx")
    done = step == "do" and not taken.wrong
    return _page(visit, kind, status=422 if taken.wrong else 200, taken=taken, ended=done)


def _page(
    visit: Visit,
    kind: Kind,
    *,
    status: int = 200,
    taken: Taken | None = None,
    ended: bool = False,
    error: str = "",
) -> Response:
    return visit.page(
        "form_file.html",
        status=status,
        about=kind.about,
        taken=taken,
        shown=taken.wrong[:_SHOWN] if taken else [],
        ended=ended,
        error=error,
    )


def _workbook(body: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, 200, headers, MEDIA_TYPE)

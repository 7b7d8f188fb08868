"""Files of rows for every declared action: a template, and a route that takes them as a whole."""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from actions.catalogue import by_file
from actions.declared import Action
from actions.doing import acting
from actions.file_rows import MOST_ROWS
from actions.file_templates import template
from actions.files import FileResult, errors_workbook, take
from actions.undoing import take_back
from actions.workbooks import CSV_TYPE, MEDIA_TYPE
from api.again import logged_in_again, parameters_of
from api.auth import CurrentActor
from api.failed_files import FailedForm, WithoutFailed, failed_file, lang_of_failed
from api.fields import Id
from api.late import LateRoute
from api.problems import FieldProblem, problem_of
from metering.errors import InputError

Kind = type[Action[Any, Any]]

_DRY = Annotated[bool, Query(description="Check every row and change nothing.")]
_EMPTY = Annotated[Literal["xlsx", "csv"], Query(alias="format", description="Of the template.")]
_MOST_TOLD: Final = 1_000  # the workbook holds them all
_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string"}}, MEDIA_TYPE: {}},
        "description": "A header of field names, or of their labels in either language, and a row "
        f"for each time it is to be done; at most {MOST_ROWS}. UTF-8 with or without mark, GBK, "
        "or a workbook's first sheet.",
    }
}


class FileDone(BaseModel):
    """What became of a file of rows."""

    dry_run: bool
    rows: int
    done: int = Field(description="Of a dry run: how many would be.")
    left_out: int = Field(description="Rows that are wrong, left out as was asked.")
    file_id: int | None = Field(
        description="For POST /imports/ID/undo, within 31 days; null: it cannot be taken back."
    )


class FileUndone(BaseModel):
    """What became of taking a file back."""

    dry_run: bool
    rows: int = Field(description="That were taken back; of a dry run, that could be.")


def paths() -> list[str]:
    """Return the addresses that take files."""
    return [f"/api/v1/imports/{code}" for code in by_file()]


def router() -> APIRouter:
    """Return the routes of every declared action."""
    routes = APIRouter(route_class=LateRoute)
    for path, kind in zip(paths(), by_file().values(), strict=True):
        _add(routes, path, kind)
    routes.add_api_route(
        "/api/v1/imports/{file_id}/undo",
        _undo,
        methods=["POST"],
        name="file_undo",
        summary="Take back a file of rows",
        response_model=FileUndone,
        tags=["imports"],
    )
    return routes


def _add(routes: APIRouter, path: str, kind: Kind) -> None:
    about, name = kind.about, kind.about.code.replace(".", "_")
    routes.add_api_route(
        path,
        _template(kind),
        methods=["GET"],
        name=f"{name}_template",
        summary=f"{about.en}: template of a file",
        response_class=Response,
        responses={
            200: {"content": {MEDIA_TYPE: {}, CSV_TYPE: {}}, "description": "An empty file."}
        },
        tags=["imports"],
    )
    routes.add_api_route(
        path,
        _endpoint(kind),
        methods=["POST"],
        name=f"{name}_rows",
        summary=f"{about.en}: a file of rows",
        response_model=FileDone,
        tags=["imports"],
        openapi_extra={
            **_BODY,
            **parameters_of(kind),
            "x-action": about.code,
            "x-right": about.right.value,
        },
    )


def _template(kind: Kind) -> Callable[..., Response]:
    def endpoint(actor: CurrentActor, request: Request, form: _EMPTY = "xlsx") -> Response:
        """Return an empty file with the columns, labelled in the language asked for.

        The workbook has a guide, and the values to choose from; rows that begin with `# ` are
        left out when it is sent back.
        """
        with actor.look() as connection:
            body = template(kind, lang_of_failed(request), acting(actor, connection), form)
        if form == "csv":
            return _file(body, f"{kind.about.code}.csv", 200, CSV_TYPE)
        return _file(body, f"{kind.about.code}.xlsx", 200)

    return endpoint


async def _content(request: Request, _actor: CurrentActor) -> bytes:
    """Return the body once it is known who sends it."""
    return await request.body()


def _endpoint(kind: Kind) -> Callable[..., Any]:
    def endpoint(
        request: Request,
        actor: CurrentActor,
        content: Annotated[bytes, Depends(_content)],
        dry_run: _DRY = False,
        without_failed: WithoutFailed = False,
        form: FailedForm = "json",
        again: logged_in_again(kind) = False,  # type: ignore[valid-type]
    ) -> Any:
        """Do every row of a file in one transaction, or none; each wrong row is told.

        A time without offset is civil time where the object stands, as in the forms.
        """
        taken = take(
            actor, kind, content, dry_run=dry_run, again=again, without_failed=without_failed
        )
        if not taken.wrong or taken.done:
            return FileDone(
                dry_run=dry_run, rows=taken.rows, done=taken.done, file_id=taken.undo,
                left_out=taken.rows - taken.done,
            )  # fmt: skip
        if form == "xlsx":
            return failed_file(errors_workbook(taken, lang_of_failed(request)), kind.about.code)
        return _refused(taken, lang_of_failed(request))

    return endpoint


def _undo(actor: CurrentActor, file_id: Id, dry_run: _DRY = False) -> FileUndone:
    """Take back every row of a file in one transaction, or none."""
    return FileUndone(dry_run=dry_run, rows=take_back(actor, file_id, dry_run=dry_run))


def _refused(taken: FileResult, lang: Literal["zh", "en"]) -> Response:
    errors = [
        FieldProblem(
            field=f"row.{one.number}{'.' if one.path else ''}{one.path}",
            message=one.say(lang),
            message_zh=one.say("zh"),
            message_en=one.say("en"),
        )
        for one in taken.wrong[:_MOST_TOLD]
    ]
    count = len({one.number for one in taken.wrong})
    error = InputError(
        "import.wrong_rows",
        zh=f"{taken.rows} 行中有 {count} 行有误,全部未办理。",
        en=f"Rows: {taken.rows}; wrong: {count}. None was done.",
        next_zh="请改正这些行后重新提交整个文件。",
        next_en="Put them right and send the whole file again.",
        where={"rows": taken.rows, "wrong": count},
    )
    problem = problem_of(error, lang, errors=errors)
    return JSONResponse(problem.model_dump(mode="json"), 422, media_type="application/problem+json")


def _file(body: bytes, name: str, status: int, media_type: str = MEDIA_TYPE) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, status, headers, media_type)

"""A page for every action that takes a file of rows: checked, or done as a whole, or mended."""

from fastapi import APIRouter, Response
from starlette.datastructures import FormData, UploadFile

from actions.access.login import LockedError
from actions.access.turnstile import BusyError
from actions.actor import denied
from actions.catalogue import by_file, declared
from actions.doing import acting
from actions.fields import input_kind
from actions.file_templates import template
from actions.files import FileResult, errors_workbook, take
from actions.refusals import AgainError
from actions.rights import holds
from actions.uploads import Upload, keep, waiting
from dashboards.pages.attaching import attached
from dashboards.pages.named_actions import Kind, NamedByFile
from dashboards.pages.sending import FileWriter, SentFile
from dashboards.pages.viewer import Reader, Viewer, auth_of
from metering.errors import InputError, NotFoundError

router = APIRouter(include_in_schema=False)

_SHOWN = 100  # wrong rows on the page; the workbook holds them all


def paths() -> list[str]:
    """Return the addresses that take files, scans of forms among them; below one with a slash."""
    scanning = [code for code, kind in declared().items() if takes_scans(kind)]
    forms = [path for code in scanning for path in (f"/do/{code}", f"/do/{code}/")]
    return [*forms, *(f"/do/{code}/file" for code in by_file())]


def takes_scans(kind: Kind) -> bool:
    """Return whether a form of an action takes files itself."""
    return any(input_kind(info) == "scan" for info in kind.model_fields.values())


@router.get("/do/{code}/file")
def get_page(viewer: Reader, kind: NamedByFile) -> Response:
    """Return the page that takes a file, or the template of one."""
    _must_hold(viewer, kind)
    if "template" in viewer.request.query_params:
        return _template(viewer, kind, viewer.request.query_params["template"])
    return _page(viewer, kind)


@router.post("/do/{code}/file")
def post_page(viewer: FileWriter, form: SentFile, kind: NamedByFile) -> Response:
    """Check a file, or do it, or return the workbook of what is wrong in it."""
    return _sent(viewer, kind, form)


def _template(viewer: Viewer, kind: Kind, form: str) -> Response:
    form = "csv" if form == "csv" else "xlsx"
    with viewer.actor.look() as connection:
        body = template(kind, viewer.lang, acting(viewer.actor, connection), form)
    return attached(body, f"{kind.about.code}.{form}")


def _must_hold(viewer: Viewer, kind: Kind) -> None:
    with viewer.actor.look() as connection:
        if not holds(connection, kind.about.right):
            raise denied(kind.about.code)


def _sent(viewer: Viewer, kind: Kind, form: FormData) -> Response:
    step, upload = str(form.get("step", "")), None
    try:
        upload = _upload(viewer, form)
    except NotFoundError as error:
        return _page(viewer, kind, status=422, error=error.text(viewer.lang))
    if upload is None:
        return _page(viewer, kind, status=422, error=viewer.say("file_missing"))
    does, rest = step in {"do", "do_rest"}, step == "do_rest"
    try:
        again = does and _logged_in_again(viewer, kind, form)
        taken = take(
            viewer.actor, kind, upload.body, dry_run=not does, again=again, without_failed=rest
        )
    except (InputError, AgainError, LockedError, BusyError) as error:
        return _page(viewer, kind, status=422, error=error.text(viewer.lang), upload=upload)
    if taken.wrong and step == "errors":
        return attached(errors_workbook(taken, viewer.lang), f"{kind.about.code}-errors.xlsx")
    ended = does and bool(taken.done or not taken.wrong)
    status = 422 if taken.wrong and not ended else 200
    return _page(viewer, kind, status=status, taken=taken, ended=ended, upload=upload)


def _upload(viewer: Viewer, form: FormData) -> Upload | None:
    """Return the file that was chosen, or else the one that waits; None where there is neither."""
    sent, number = form.get("file"), str(form.get("upload", ""))
    if isinstance(sent, UploadFile) and (body := sent.file.read()):
        return keep(viewer.actor, (sent.filename or "file")[:200], body)
    return waiting(viewer.actor, int(number)) if number.isdecimal() and len(number) < 18 else None


def _logged_in_again(viewer: Viewer, kind: Kind, form: FormData) -> bool:
    if not kind.about.log_in_again:
        return False
    assert viewer.session is not None
    password = str(form.get("again", ""))
    auth_of(viewer.request).again(viewer.request, viewer.session, password)
    return True


def _page(
    viewer: Viewer,
    kind: Kind,
    *,
    status: int = 200,
    taken: FileResult | None = None,
    ended: bool = False,
    error: str = "",
    upload: Upload | None = None,
) -> Response:
    return viewer.page(
        "form_file.html",
        status=status,
        about=kind.about,
        taken=taken,
        shown=taken.wrong[:_SHOWN] if taken else [],
        ended=ended,
        error=error,
        left=taken.rows - taken.done if taken and ended else 0,
        rest=_rest(taken) if taken and not ended else 0,
        upload=upload,
    )


def _rest(taken: FileResult) -> int:
    """Return how many rows would go in without those that are wrong."""
    return taken.rows - len({one.row for one in taken.wrong}) if taken.wrong else 0

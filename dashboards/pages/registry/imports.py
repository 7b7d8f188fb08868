"""A registry by upload: tried, looked at with notes and faults by row, then confirmed as it is."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from actions.desk import denied
from actions.registry.importing import Count, Registered, register
from actions.registry.uploaded import packed, read_upload
from actions.rights import Right, holds
from actions.uploads import Upload, keep, waiting
from dashboards.pages.registry.problems import problems_of, problems_workbook
from dashboards.pages.sending import FilesWriter, SentFiles
from dashboards.pages.visit import Reader, Visit
from metering.errors import EnergyError, InputError, NotFoundError

router = APIRouter(include_in_schema=False)

PATH = "/imports/registry"
_MOST_SHOWN = 200


@router.get("/imports")
def get_imports(visit: Reader) -> Response:
    """Return the page of what can be imported."""
    with visit.desk.look() as connection:
        registry = holds(connection, Right.REGISTER, "access.administers()")
        readings = holds(connection, Right.CORRECT_READINGS)
    return visit.page("registry/imports.html", registry=registry, readings=readings)


@router.get(PATH)
def get_form(visit: Reader) -> Response:
    """Return the page that asks for the files."""
    _must_hold(visit)
    return _page(visit)


@router.post(PATH)
def post_form(visit: FilesWriter, form: SentFiles) -> Response:
    """Try what was chosen, or do what was tried."""
    _must_hold(visit)
    namespace = str(form.get("namespace", "")).strip() or "import"
    try:
        upload = _upload(visit, form)
    except NotFoundError as error:
        return _page(visit, namespace, status=422, error=error)
    if upload is None:
        return _page(visit, namespace, status=422, missing=True)
    step = form.get("step")
    try:
        said = read_upload(upload.name, upload.body, namespace)
        done = register(visit.desk, said, dry_run=step != "do")
    except InputError as error:
        if step == "errors":
            return problems_workbook(visit, problems_of(visit, error), "registry")
        return _page(visit, namespace, status=422, upload=upload, error=error)
    if step == "do":
        counts = (done.regions, done.institutions, done.channels)
        query = "-".join(f"{one.made}.{one.changed}.{one.unchanged}" for one in counts)
        return RedirectResponse(f"{PATH}?imported={query}", 303)
    return _page(visit, namespace, upload=upload, done=done)


def _upload(visit: Visit, form: FormData) -> Upload | None:
    """Return the file that waits, or keep what was chosen; None where nothing was."""
    number = str(form.get("upload", ""))
    chosen = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    files = [(one.filename or "", one.file.read()) for one in chosen]
    if any(body for _, body in files):
        return keep(visit.desk, *packed(files))
    return waiting(visit.desk, int(number)) if number.isdecimal() and len(number) < 18 else None


def _must_hold(visit: Visit) -> None:
    with visit.desk.look() as connection:
        if not holds(connection, Right.REGISTER, "access.administers()"):
            raise denied("registry.import")


def _page(
    visit: Visit,
    namespace: str = "import",
    *,
    status: int = 200,
    upload: Upload | None = None,
    done: Registered | None = None,
    error: EnergyError | None = None,
    missing: bool = False,
) -> Response:
    problems = problems_of(visit, error) if error else []
    return visit.page(
        "registry/import_registry.html",
        status=status,
        namespace=namespace,
        upload=upload,
        tried=done,
        imported=_imported(visit),
        problems=problems[:_MOST_SHOWN],
        count=len(problems),
        missing=missing,
    )


def _imported(visit: Visit) -> list[Count]:
    """Return what the address says was imported: regions, institutions, channels."""
    said = visit.request.query_params.get("imported", "")
    parts = [part.split(".") for part in said.split("-")]
    whole = len(parts) == 3 and all(
        len(part) == 3 and all(n.isdecimal() and len(n) < 9 for n in part) for part in parts
    )
    return [Count(*(int(n) for n in part)) for part in parts] if whole else []

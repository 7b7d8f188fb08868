"""A registry by upload: tried, looked at with notes and faults by row, then confirmed as it is."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from actions.actor import denied
from actions.registry.file_template import registry_template
from actions.registry.importing import Count, Registered, register
from actions.registry.uploaded import packed, read_upload
from actions.rights import Right, holds
from actions.uploads import Upload, keep, waiting
from dashboards.pages.attaching import attached
from dashboards.pages.registry.problems import problems_of, problems_workbook
from dashboards.pages.sending import FilesWriter, SentFiles
from dashboards.pages.viewer import Reader, Viewer
from metering.errors import EnergyError, InputError, NotFoundError

router = APIRouter(include_in_schema=False)

PATH = "/imports/registry"
_MOST_SHOWN = 200


@router.get("/imports")
def get_imports(viewer: Reader) -> Response:
    """Return the page of what can be imported."""
    with viewer.actor.look() as connection:
        registry = holds(connection, Right.REGISTER, "access.administers()")
        readings = holds(connection, Right.CORRECT_READINGS)
    return viewer.page("registry/imports.html", registry=registry, readings=readings)


@router.get(PATH)
def get_form(viewer: Reader) -> Response:
    """Return the page that asks for the files."""
    _must_hold(viewer)
    if "template" in viewer.request.query_params:
        return attached(registry_template(viewer.lang), "registry.xlsx")
    return _page(viewer)


@router.post(PATH)
def post_form(viewer: FilesWriter, form: SentFiles) -> Response:
    """Try what was chosen, or do what was tried."""
    _must_hold(viewer)
    namespace = str(form.get("namespace", "")).strip() or "import"
    try:
        upload = _upload(viewer, form)
    except NotFoundError as error:
        return _page(viewer, namespace, status=422, error=error)
    if upload is None:
        return _page(viewer, namespace, status=422, missing=True)
    step = form.get("step")
    try:
        rows = read_upload(upload.name, upload.body, namespace)
        done = register(viewer.actor, rows, dry_run=step != "do")
    except InputError as error:
        if step == "errors":
            return problems_workbook(viewer, problems_of(viewer, error), "registry")
        return _page(viewer, namespace, status=422, upload=upload, error=error)
    if step == "do":
        counts = (done.regions, done.institutions, done.channels)
        query = "-".join(f"{one.made}.{one.changed}.{one.unchanged}" for one in counts)
        return RedirectResponse(f"{PATH}?imported={query}", 303)
    return _page(viewer, namespace, upload=upload, done=done)


def _upload(viewer: Viewer, form: FormData) -> Upload | None:
    """Return the file that waits, or keep what was chosen; None where nothing was."""
    number = str(form.get("upload", ""))
    chosen = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    files = [(one.filename or "", one.file.read()) for one in chosen]
    if any(body for _, body in files):
        return keep(viewer.actor, *packed(files))
    return waiting(viewer.actor, int(number)) if number.isdecimal() and len(number) < 18 else None


def _must_hold(viewer: Viewer) -> None:
    with viewer.actor.look() as connection:
        if not holds(connection, Right.REGISTER, "access.administers()"):
            raise denied("registry.import")


def _page(
    viewer: Viewer,
    namespace: str = "import",
    *,
    status: int = 200,
    upload: Upload | None = None,
    done: Registered | None = None,
    error: EnergyError | None = None,
    missing: bool = False,
) -> Response:
    problems = problems_of(viewer, error) if error else []
    return viewer.page(
        "registry/import_registry.html",
        status=status,
        namespace=namespace,
        upload=upload,
        tried=done,
        imported=_imported(viewer),
        problems=problems[:_MOST_SHOWN],
        count=len(problems),
        missing=missing,
    )


def _imported(viewer: Viewer) -> list[Count]:
    """Return what the address says was imported: regions, institutions, channels."""
    value = viewer.request.query_params.get("imported", "")
    parts = [part.split(".") for part in value.split("-")]
    whole = len(parts) == 3 and all(
        len(part) == 3 and all(n.isdecimal() and len(n) < 9 for n in part) for part in parts
    )
    return [Count(*(int(n) for n in part)) for part in parts] if whole else []

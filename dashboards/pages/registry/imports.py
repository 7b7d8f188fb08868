"""A registry by upload: tried, looked at with notes and faults by row, then confirmed as it is."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from actions.registry.export import keepers
from actions.registry.failed import Tables, failed_registry, register_rest
from actions.registry.file_template import registry_template
from actions.registry.files import read_tables
from actions.registry.importing import Count, Registered, must_register, register
from actions.registry.uploaded import packed, uploaded_tables
from actions.registry.values import KINDS
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
_MOST_KEEPERS = 20


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
    must_register(viewer.actor)
    if "template" in viewer.request.query_params:
        return attached(registry_template(viewer.lang), "registry.xlsx")
    return _page(viewer)


@router.post(PATH)
def post_form(viewer: FilesWriter, form: SentFiles) -> Response:
    """Try what was chosen, or do what was tried."""
    must_register(viewer.actor)
    namespace = str(form.get("namespace", "")).strip() or "import"
    try:
        upload = _upload(viewer, form)
    except NotFoundError as error:
        return _page(viewer, namespace, status=422, error=error)
    if upload is None:
        return _page(viewer, namespace, status=422, missing=True)
    step = str(form.get("step", ""))
    rest = step == "check_rest" or form.get("rest") == "1"
    try:
        tables = uploaded_tables(upload.name, upload.body)
        if step == "errors":
            return _failed(viewer, tables, namespace)
        done = _taken(viewer, tables, namespace, dry_run=step != "do", rest=rest)
    except InputError as error:
        return _page(viewer, namespace, status=422, upload=upload, error=error)
    if step == "do":
        query = "-".join(
            f"{kind}.{one.made}.{one.changed}.{one.unchanged}"
            for kind, one in done.counts().items()
        )
        return RedirectResponse(f"{PATH}?imported={query}&left={done.left_out}", 303)
    return _page(viewer, namespace, upload=upload, done=done, rest=rest)


def _taken(
    viewer: Viewer, tables: Tables, namespace: str, *, dry_run: bool, rest: bool
) -> Registered:
    """Have the files taken, or their rows that do not fail, or only try."""
    if rest:
        return register_rest(viewer.actor, tables, namespace, dry_run=dry_run)
    return register(viewer.actor, read_tables(tables, namespace), dry_run=dry_run)


def _failed(viewer: Viewer, tables: Tables, namespace: str) -> Response:
    """Return the rows that fail as a workbook; where a file fails as a whole, what is wrong."""
    body, problems = None, []
    try:
        body = failed_registry(viewer.actor, tables, namespace, viewer.lang)
    except InputError as error:
        problems = problems_of(viewer, error)
    if body is None:
        return problems_workbook(viewer, problems, "registry")
    return attached(body, "registry-errors.xlsx")


def _upload(viewer: Viewer, form: FormData) -> Upload | None:
    """Return the file that waits, or keep what was chosen; None where nothing was."""
    number = str(form.get("upload", ""))
    chosen = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    files = [(one.filename or "", one.file.read()) for one in chosen]
    if any(body for _, body in files):
        return keep(viewer.actor, *packed(files))
    return waiting(viewer.actor, int(number)) if number.isdecimal() and len(number) < 18 else None


def _page(
    viewer: Viewer,
    namespace: str = "import",
    *,
    status: int = 200,
    upload: Upload | None = None,
    done: Registered | None = None,
    error: EnergyError | None = None,
    missing: bool = False,
    rest: bool = False,
) -> Response:
    left = viewer.request.query_params.get("left", "")
    problems = problems_of(viewer, error) if error else []
    return viewer.page(
        "registry/import_registry.html",
        status=status,
        namespace=namespace,
        keepers=keepers(viewer.actor)[:_MOST_KEEPERS],
        upload=upload,
        tried=done,
        imported=_imported(viewer),
        problems=problems[:_MOST_SHOWN],
        count=len(problems),
        missing=missing,
        rest=rest,
        left=int(left) if left.isdecimal() and len(left) < 9 else 0,
    )


def _imported(viewer: Viewer) -> dict[str, Count]:
    """Return what the address says was imported, by kind."""
    parts = [one.split(".") for one in viewer.request.query_params.get("imported", "").split("-")]
    if not all(_is_count(part) for part in parts):
        return {}
    return {kind: Count(*(int(n) for n in numbers)) for kind, *numbers in parts}


def _is_count(part: list[str]) -> bool:
    return (
        len(part) == 4 and part[0] in KINDS and all(n.isdecimal() and len(n) < 9 for n in part[1:])
    )

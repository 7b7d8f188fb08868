"""Files of the registry that people bring, taken as a whole, or without the rows that fail."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from actions.registry.failed import Tables, failed_registry, register_rest
from actions.registry.files import read_tables
from actions.registry.importing import must_register, register
from actions.registry.uploaded import uploaded_tables
from actions.registry.values import ProblemsError, Registered
from api.auth import CurrentActor
from api.failed_files import FailedForm, WithoutFailed, failed_file, lang_of_failed
from api.fields import Shown
from api.late import LateRoute

router = APIRouter(route_class=LateRoute, prefix="/api/v1/imports", tags=["imports"])

REGISTRY: Final = "/api/v1/imports/registry"  # takes larger bodies than the others


class CountShown(Shown):
    """What became of the rows of one kind."""

    made: int
    changed: int
    unchanged: int


class NoteShown(Shown):
    """What a person should look at, although it is taken."""

    code: str
    zh: str
    en: str


class RegisteredShown(Shown):
    """What an import of the registry did, or in a dry run would do."""

    regions: CountShown
    institutions: CountShown
    channels: CountShown
    notes: list[NoteShown]
    left_out: int = Field(description="Rows that are wrong, left out as was asked.")
    exchanges: CountShown
    settings: CountShown
    keys: CountShown
    shares: CountShown


class RegistryAnswer(BaseModel):
    """Said after the commit, or after the rehearsal."""

    dry_run: bool
    done: RegisteredShown


async def _file(request: Request, _actor: CurrentActor) -> bytes:
    """Return the body once it is known who sends it."""
    return await request.body()


@router.post(
    "/registry",
    summary="Import a registry",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/zip": {}},
            "description": "regions.csv, institutions.csv and channels.csv, and what holds of "
            "channels from other days on: exchanges.csv, settings.csv, keys.csv, shares.csv; or "
            "some of them: a ZIP of these, an XLSX with sheets of these names, or one CSV that "
            "`name` names.",
        }
    },
    response_model=RegistryAnswer,
)
def post_registry(
    request: Request,
    actor: CurrentActor,
    content: Annotated[bytes, Depends(_file)],
    name: Annotated[str, Query(max_length=200, description="The file's, for messages.")] = "file",
    namespace: Annotated[
        str, Query(max_length=100, description="Whose codes the institutions carry.")
    ] = "import",
    dry_run: Annotated[bool, Query(description="Say what would happen; keep nothing.")] = False,
    without_failed: WithoutFailed = False,
    form: FailedForm = "json",
) -> Any:
    """Register regions, institutions and channels in one transaction; again changes nothing."""
    must_register(actor)
    tables = uploaded_tables(name, content)
    try:
        done = _taken(actor, tables, namespace, dry_run=dry_run, rest=without_failed)
    except ProblemsError:
        if form != "xlsx":
            raise
        body = failed_registry(actor, tables, namespace, lang_of_failed(request))
        if body is None:
            raise
        return failed_file(body, "registry")
    return RegistryAnswer(dry_run=dry_run, done=RegisteredShown.model_validate(done))


def _taken(
    actor: CurrentActor, tables: Tables, namespace: str, *, dry_run: bool, rest: bool
) -> Registered:
    if rest:
        return register_rest(actor, tables, namespace, dry_run=dry_run)
    return register(actor, read_tables(tables, namespace), dry_run=dry_run)

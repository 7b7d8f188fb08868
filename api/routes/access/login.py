"""Logging in and out, and who one is."""

from datetime import date, datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from actions.access.login import log_in, log_out
from actions.access.persons import list_grants
from api.auth import CurrentActor, LoggedIn, WithAuth
from api.fields import Shown
from api.late import LateRoute

router = APIRouter(route_class=LateRoute, prefix="/api/v1", tags=["log-in"])


class Credentials(BaseModel):
    """What a log-in takes."""

    login: str = Field(max_length=64)
    password: str = Field(max_length=200)
    bearer: bool = Field(
        False, description="Return the token for the header Authorization instead of a cookie."
    )


class SessionShown(BaseModel):
    """A new session."""

    login: str
    name: str
    lang: str
    csrf: str = Field(description="Send it as X-CSRF-Token with every change made by cookie.")
    expires: datetime
    token: str | None = Field(None, description="Only where `bearer` was asked for.")


class GrantShown(Shown):
    """What a user may see and do."""

    role: str
    scope: str
    region_id: int | None
    department_line: str | None
    institution_id: int | None
    valid_from: date | None
    valid_to: date | None


class Me(BaseModel):
    """Who is logged in."""

    login: str
    name: str
    lang: str
    csrf: str
    grants: list[GrantShown]


@router.post(
    "/login",
    summary="Log in",
    responses={429: {"description": "Wait first: Retry-After says how long."}},
)
def post_login(
    credentials: Credentials, request: Request, response: Response, auth: WithAuth
) -> SessionShown:
    """Open a session; after repeated failures, or too many at once, 429 with Retry-After."""
    opened = log_in(
        auth.pool,
        credentials.login,
        credentials.password,
        failures=auth.failures,
        address=auth.address(request),
        lasts=auth.settings.session,
        device=auth.device(request),
    )
    if not credentials.bearer:
        auth.let_in(response, opened)
    return SessionShown(
        login=opened.session.login,
        name=opened.session.name,
        lang=opened.session.lang,
        csrf=opened.csrf,
        expires=opened.expires,
        token=opened.token if credentials.bearer else None,
    )


@router.post("/logout", status_code=204, summary="Log out")
def post_logout(request: Request, response: Response, auth: WithAuth, _session: LoggedIn) -> None:
    """End the session that the request carries."""
    bearer, cookie = auth.tokens(request)
    log_out(auth.pool, bearer or cookie or "")
    if bearer is None:
        auth.let_out(response)


@router.get("/me", summary="Who is logged in")
def get_me(session: LoggedIn, actor: CurrentActor) -> Me:
    """Return the user with what it may see and do."""
    grants = [GrantShown.model_validate(one) for one in list_grants(actor, session.user_id)]
    return Me(
        login=session.login,
        name=session.name,
        lang=session.lang,
        csrf=session.csrf,
        grants=grants,
    )

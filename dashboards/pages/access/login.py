"""Logging in and out by a form; only one that this server gave out is taken."""

import hmac
import secrets
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from actions.access.login import LockedError, LoginError, log_in, log_out, session_of
from actions.access.turnstile import BusyError
from dashboards.pages.viewer import auth_of, stranger
from metering.errors import EnergyError

router = APIRouter(include_in_schema=False)

_NOTICES: Final = {(True, False): "logged_out", (False, True): "password_changed"}
_HALF_A_DAY_S: Final = 43_200


@router.get("/login")
def get_login(
    request: Request,
    next: str = "/",  # noqa: A002
    out: bool = False,
    changed: bool = False,
) -> Response:
    """Return the form, or go on where somebody is logged in already."""
    if auth_of(request).session(request) is not None:
        return RedirectResponse(local(next), 303)
    return _form(request, next, notice_key=_NOTICES.get((out, changed)))


@router.post("/login")
def post_login(
    request: Request,
    login: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    form: Annotated[str, Form(max_length=100)] = "",
    next: Annotated[str, Query(max_length=2000)] = "/",  # noqa: A002
) -> Response:
    """Open a session; a form from elsewhere carries no token that matches the cookie."""
    auth = auth_of(request)
    given = request.cookies.get(_cookie(request), "")
    if not given or not hmac.compare_digest(given.encode(), form.encode()):
        return _form(request, next, login=login, notice_key="login_stale", status=403)
    try:
        opened = log_in(
            auth.pool,
            login.strip(),
            password,
            failures=auth.failures,
            address=auth.address(request),
            lasts=auth.settings.session,
            device=auth.device(request),
        )
    except (LoginError, LockedError, BusyError) as error:
        status = 401 if isinstance(error, LoginError) else 429
        return _form(request, next, login=login, error=error, status=status)
    answer = RedirectResponse(local(next), 303)
    auth.let_in(answer, opened)
    answer.delete_cookie(_cookie(request), secure=auth.settings.https, httponly=True)
    return answer


@router.post("/logout")
def post_logout(request: Request, csrf: Annotated[str, Form(max_length=100)] = "") -> Response:
    """End the session whose token the form carries."""
    auth = auth_of(request)
    token = auth.tokens(request)[1] or ""
    session = session_of(auth.pool, token)
    if session is None:
        return RedirectResponse("/login", 303)
    if not hmac.compare_digest(session.csrf.encode(), csrf.encode()):
        return RedirectResponse("/", 303)
    log_out(auth.pool, token)
    answer = RedirectResponse("/login?out=true", 303)
    auth.let_out(answer)
    return answer


def local(address: str) -> str:
    """Return an address of this server, the first page for any other."""
    parts = urlsplit(address) if address.isprintable() else None
    if parts is None or parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return "/"
    if address.startswith("//") or "\\" in address:
        return "/"
    return address


def _form(
    request: Request,
    following: str,
    *,
    login: str = "",
    notice_key: str | None = None,
    error: EnergyError | None = None,
    status: int = 200,
) -> Response:
    viewer = stranger(request)
    token = request.cookies.get(_cookie(request)) or secrets.token_urlsafe(24)
    answer = viewer.page(
        "login.html",
        status=status,
        token=token,
        next=local(following),
        login=login,
        notice=viewer.say(notice_key) if notice_key else "",
        error=error.text(viewer.lang) if error else "",
    )
    answer.set_cookie(
        _cookie(request),
        token,
        max_age=_HALF_A_DAY_S,
        secure=auth_of(request).settings.https,
        httponly=True,
        samesite="strict",
    )
    if status == 429 and error is not None:
        answer.headers["Retry-After"] = str(error.where.get("wait_s", 5))
    return answer


def _cookie(request: Request) -> str:
    return "__Host-commonwatt-form" if auth_of(request).settings.https else "cw_form"

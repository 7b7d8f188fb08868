"""Who stands behind a request: a session by cookie or bearer token, and the actor of it."""

import hmac
from datetime import date
from functools import cached_property
from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, Request, Response
from fastapi.security import APIKeyCookie, HTTPBearer

from actions.access.login import (
    DEVICE,
    Failures,
    LoginError,
    Opened,
    Pool,
    log_in_again,
    session_of,
)
from actions.actor import SYSTEM, Actor, DeniedError
from actions.routes import OURS, Routes
from api.address import address_of
from api.settings import ApiSettings
from storage import days
from storage.access.people import Session

CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

# For the description of the API; `Auth` reads the headers itself.
_bearer = HTTPBearer(auto_error=False, description="The token of POST /api/v1/login.")
_cookie = APIKeyCookie(
    name="cw_session",
    auto_error=False,
    description=f"Set by POST /api/v1/login; changes also need {CSRF_HEADER}. "
    "Over HTTPS its name is __Host-commonwatt.",
)


class Auth:
    """Knows sessions; the pages beside the API enter by it too."""

    def __init__(
        self,
        pool: Pool,
        settings: ApiSettings,
        failures: Failures,
        today: date | None,
        sink: object | None = None,
        routes: Routes = OURS,
    ) -> None:
        self.pool = pool
        self.settings = settings
        self.failures = failures
        self.today = today
        self.sink = sink
        self.routes = routes

    @cached_property
    def zone(self) -> str:
        """The zone of days that belong to no meter; asked once, for only `migrate` sets it."""
        with Actor(self.pool, SYSTEM).look() as connection:
            return days.zone(connection)

    def session(self, request: Request) -> Session | None:
        """Return whose request this is; a change by cookie must carry the session's token."""
        bearer, _ = self.tokens(request)
        session = self.known(request)
        if session is not None and bearer is None and request.method not in _SAFE:
            sent = request.headers.get(CSRF_HEADER, "")
            if not hmac.compare_digest(sent.encode(), session.csrf.encode()):
                raise _forged()
        return session

    def known(self, request: Request) -> Session | None:
        """Return whose request this is, for what is only shown: no change may rest on it."""
        bearer, cookie = self.tokens(request)
        return session_of(self.pool, bearer or cookie or "")

    def actor(self, request: Request) -> Actor | None:
        """Return whoever is logged in, as an actor."""
        session = self.session(request)
        return None if session is None else self.actor_of(session)

    def actor_of(self, session: Session) -> Actor:
        """Return whose session this is, as an actor."""
        who, broker = f"user:{session.user_id}", self.settings.gateways_broker
        return Actor(self.pool, who, self.today, self.sink, self.routes, broker)

    def again(self, request: Request, session: Session, password: str) -> None:
        """Ask once more for the password of who is logged in; AgainError where it is not theirs."""
        log_in_again(
            self.pool,
            session.login,
            password,
            failures=self.failures,
            address=self.address(request),
            device=self.device(request),
        )

    def system_actor(self) -> Actor:
        """Return the actor by whom counts are made that name nobody."""
        return Actor(self.pool, SYSTEM, self.today)

    def address(self, request: Request) -> str | None:
        """Return where a request comes from, None where a trusted proxy does not say."""
        return address_of(request, self.settings.proxies, self.settings.forwarded)

    def tokens(self, request: Request) -> tuple[str | None, str | None]:
        """Return the token of the header and that of the cookie."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        bearer = token.strip() if scheme.lower() == "bearer" else None
        return bearer, request.cookies.get(self.settings.cookie)

    def device(self, request: Request) -> str:
        """Return what a browser from which somebody logged in before shows."""
        return request.cookies.get(self._device_cookie, "")

    def let_in(self, response: Response, opened: Opened) -> None:
        """Give the browser its session, and what it shows at the next log-in."""
        response.set_cookie(
            self.settings.cookie,
            opened.token,
            max_age=int(self.settings.session.total_seconds()),
            path="/",
            secure=self.settings.https,
            httponly=True,
            samesite="lax",
        )
        response.set_cookie(
            self._device_cookie,
            opened.device,
            max_age=int(DEVICE.total_seconds()),
            path="/",
            secure=self.settings.https,
            httponly=True,
            samesite="strict",
        )

    @property
    def _device_cookie(self) -> str:
        return "__Host-commonwatt-device" if self.settings.https else "cw_device"

    def let_out(self, response: Response) -> None:
        """Take the browser's session away."""
        response.delete_cookie(
            self.settings.cookie,
            path="/",
            secure=self.settings.https,
            httponly=True,
            samesite="lax",
        )


def auth_of(request: Request) -> Auth:
    """Return who lets people in."""
    auth = request.app.state.auth
    assert isinstance(auth, Auth)
    return auth


def session_needed(
    request: Request,
    auth: Annotated[Auth, Depends(auth_of)],
    _bearer: Annotated[object, Depends(_bearer)],
    _cookie: Annotated[object, Depends(_cookie)],
) -> Session:
    """Return who is logged in, or ask to log in."""
    session = auth.session(request)
    if session is None:
        raise LoginError(
            "login.needed",
            zh="请先登录,或登录已过期。",
            en="Nobody is logged in, or the session has ended.",
            next_zh="请通过 POST /api/v1/login 登录。",
            next_en="Log in with POST /api/v1/login.",
        )
    return session


def actor_needed(
    session: Annotated[Session, Depends(session_needed)],
    auth: Annotated[Auth, Depends(auth_of)],
) -> Actor:
    """Return whoever is logged in, as an actor."""
    return auth.actor_of(session)


WithAuth = Annotated[Auth, Depends(auth_of)]
LoggedIn = Annotated[Session, Depends(session_needed)]
CurrentActor = Annotated[Actor, Depends(actor_needed)]


PASSWORD_HEADER = "X-Password"  # noqa: S105 - its name


def password_of(request: Request) -> str:
    """Return the password that a program sends once more; never written down."""
    return unquote(request.headers.get(PASSWORD_HEADER, ""), errors="replace")[:200]


def _forged() -> DeniedError:
    return DeniedError(
        "csrf.missing",
        zh=f"缺少或错误的 {CSRF_HEADER}。",
        en=f"{CSRF_HEADER} is missing or wrong.",
        next_zh="请随更改请求发送登录时返回的 csrf 值。",
        next_en="Send the `csrf` of the log-in along with every change.",
    )

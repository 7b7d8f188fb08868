"""Who enters the console: nobody without a session, no socket from another origin; a strict policy.

NiceGUI needs `unsafe-eval`; inline scripts run only with the nonce of their answer.
"""

import secrets
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards.pages.visit import Doorway
from storage.access.people import Session

_OPEN: Final = ("/login", "/logout", "/_nicegui/", "/assets/", "/healthz")
_SOCKET: Final = "/_nicegui_ws/"
_PAGE: Final = "x-nicegui-content"
_YEAR_S: Final = 365 * 86_400


class Gate:
    """The outermost application: asks for a session before anything else is looked at."""

    def __init__(self, app: ASGIApp, doorway: Doorway, origin: str | None = None) -> None:
        self._app = app
        self._doorway = doorway
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith(_SOCKET) and not self._at_home(Headers(scope=scope)):
            await self._refuse(scope, receive, send, Response("foreign origin", 403))
            return
        session = None
        if not path.startswith(_OPEN):
            session = await run_in_threadpool(self._session, scope)
            if session is None:
                await self._refuse(scope, receive, send, _to_login(scope))
                return
        scope.setdefault("state", {})["session"] = session
        await self._app(scope, receive, send)

    def _session(self, scope: Scope) -> Session | None:
        """Return whose request or socket this is; sockets carry cookies as requests do."""
        if scope["type"] == "http":
            return self._doorway.session(Request(scope))
        seen = {"type": "http", "method": "GET", "path": scope["path"], "query_string": b""}
        return self._doorway.session(Request(seen | {"headers": scope["headers"]}))

    def _at_home(self, headers: Headers) -> bool:
        """Whether a socket is opened by a page of this very address."""
        origin = headers.get("origin", "")
        if self._origin is not None:
            return origin == self._origin
        return bool(origin) and urlsplit(origin).netloc == headers.get("host", "")

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, answer: Response) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await answer(scope, receive, send)


class Dressed:
    """Gives pages their policy with a nonce, and remembers the language that is asked for."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = b""
        lang = _asked(scope)

        async def dressed(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                _guard(headers)
                if lang:
                    headers.append("set-cookie", self._cookie(lang))
                if _PAGE not in headers or "content-encoding" in headers:
                    await send(message)
                else:
                    start = message
                return
            if start is None:
                await send(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body", False):
                await _send_page(send, start, body)

        await self._app(scope, receive, dressed)

    def _cookie(self, lang: str) -> str:
        cookie: SimpleCookie = SimpleCookie()
        cookie["cw_lang"] = lang
        said = cookie["cw_lang"]
        said["path"], said["max-age"], said["samesite"], said["httponly"] = (
            "/",
            _YEAR_S,
            "lax",
            True,
        )
        said["secure"] = self._secure
        return said.OutputString()


async def _send_page(send: Send, start: Message, body: bytes) -> None:
    nonce = secrets.token_urlsafe(16)
    body = body.replace(b"<script", f'<script nonce="{nonce}"'.encode())
    headers = MutableHeaders(scope=start)
    headers["content-length"] = str(len(body))
    headers["content-security-policy"] = (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
        "frame-ancestors 'none'"
    )
    await send(start)
    await send({"type": "http.response.body", "body": body})


def _guard(headers: MutableHeaders) -> None:
    headers.setdefault("x-content-type-options", "nosniff")
    headers.setdefault("referrer-policy", "same-origin")
    headers.setdefault("x-frame-options", "DENY")


def _asked(scope: Scope) -> str:
    said = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[-1]
    return said if said in ("zh", "en") else ""


def _to_login(scope: Scope) -> Response:
    if scope["type"] != "http" or scope["method"] != "GET":
        return Response("not logged in", 401)
    query = scope["query_string"].decode("latin-1")
    asked = scope["path"] + (f"?{query}" if query else "")
    return RedirectResponse(f"/login?next={quote(asked, safe='')}", 303)

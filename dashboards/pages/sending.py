"""Who sends a form: only one of ours, from a page of ours, in a session that still holds."""

import hmac
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData

from actions.access.login import LoginError, session_of
from actions.actor import DeniedError
from dashboards.pages.viewer import Viewer, auth_of, stranger

_MOST_FIELDS = 2000
_MOST_SCANS = 5


async def form_of(request: Request) -> FormData:
    """Return what a form sent, of a bounded number of fields, a few of them scans."""
    return await request.form(max_fields=_MOST_FIELDS, max_files=_MOST_SCANS)


async def file_of(request: Request) -> FormData:
    """Return what a form with one file sent."""
    return await request.form(max_fields=20, max_files=1)


async def files_of(request: Request) -> FormData:
    """Return what a form with some files sent."""
    return await request.form(max_fields=20, max_files=5)


async def readings_of(request: Request) -> FormData:
    """Return what a form with files of readings sent."""
    return await request.form(max_fields=120, max_files=100)


Sent = Annotated[FormData, Depends(form_of)]
SentFile = Annotated[FormData, Depends(file_of)]
SentFiles = Annotated[FormData, Depends(files_of)]
ReadingsForm = Annotated[FormData, Depends(readings_of)]


def writer(request: Request, form: Sent) -> Viewer:
    """Return the viewer who sends a form; refuse one from elsewhere."""
    return _writer(request, form)


def file_writer(request: Request, form: SentFile) -> Viewer:
    """Return the viewer who sends a file in a form."""
    return _writer(request, form)


def files_writer(request: Request, form: SentFiles) -> Viewer:
    """Return the viewer who sends some files in a form."""
    return _writer(request, form)


def readings_writer(request: Request, form: ReadingsForm) -> Viewer:
    """Return the viewer who sends files of readings in a form."""
    return _writer(request, form)


Writer = Annotated[Viewer, Depends(writer)]
FileWriter = Annotated[Viewer, Depends(file_writer)]
FilesWriter = Annotated[Viewer, Depends(files_writer)]
ReadingsWriter = Annotated[Viewer, Depends(readings_writer)]


def _writer(request: Request, form: FormData) -> Viewer:
    auth = auth_of(request)
    session = session_of(auth.pool, auth.tokens(request)[1] or "")
    if session is None:
        raise LoginError(
            "login.needed",
            zh="登录已过期,内容未提交。",
            en="The session has ended; nothing was sent.",
            next_zh="请重新登录后再填写。",
            next_en="Log in and fill the form in again.",
        )
    token = str(form.get("csrf", ""))
    ours = hmac.compare_digest(token.encode(), session.csrf.encode())
    if not ours or _elsewhere(request):
        raise DeniedError(
            "form.forged",
            zh="此表单不是由本站页面提交的。",
            en="This form was not sent from a page of this site.",
            next_zh="请从本站页面重新填写。",
            next_en="Open the form here and fill it in again.",
        )
    return stranger(request, session)


def _elsewhere(request: Request) -> bool:
    """Return whether the browser says that another site's page sent it."""
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")

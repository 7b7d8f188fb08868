"""Changing one's own password: the old one is asked for, and neither is kept or logged."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from actions.access.login import LockedError
from actions.access.persons import change_own_password
from actions.access.turnstile import BusyError
from actions.refusals import AgainError
from dashboards.pages.sending import Sent, Writer
from dashboards.pages.viewer import Reader, Viewer, auth_of
from metering.errors import EnergyError, InputError

router = APIRouter(include_in_schema=False)


@router.get("/me/password")
def get_password(viewer: Reader) -> Response:
    """Return the form."""
    return viewer.page("access/password.html", errors={}, status=200)


@router.post("/me/password")
def post_password(viewer: Writer, form: Sent) -> Response:
    """Change it; all sessions end, this one too, so one logs in with the new one."""
    old, new, repeated = (str(form.get(name, "")) for name in ("old", "new", "repeated"))
    assert viewer.session is not None
    if new != repeated:
        return _refused(viewer, {"repeated": viewer.say("password_differs")}, 422)
    try:
        auth_of(viewer.request).again(viewer.request, viewer.session, old)
        change_own_password(viewer.actor, viewer.session.login, new)
    except (AgainError, LockedError, BusyError) as error:
        return _refused(viewer, _beside("old", error, viewer), _status(error))
    except InputError as error:
        return _refused(viewer, _beside("new", error, viewer), 422)
    answer = RedirectResponse("/login?changed=true", 303)
    auth_of(viewer.request).let_out(answer)
    return answer


def _status(error: EnergyError) -> int:
    return 422 if isinstance(error, AgainError) else 429


def _beside(field: str, error: EnergyError, viewer: Viewer) -> dict[str, str]:
    return {field: error.text(viewer.lang)}


def _refused(viewer: Viewer, errors: dict[str, str], status: int) -> Response:
    return viewer.page("access/password.html", errors=errors, status=status)

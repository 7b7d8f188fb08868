"""Changing one's own password: the old one is asked for, and neither is kept or logged."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from actions.access.login import LockedError
from actions.access.persons import change_own_password
from actions.access.turnstile import BusyError
from actions.refusals import AgainError
from dashboards.pages.sending import Sent, Writer
from dashboards.pages.visit import Reader, Visit, doorway_of
from metering.errors import EnergyError, InputError

router = APIRouter(include_in_schema=False)


@router.get("/me/password")
def get_password(visit: Reader) -> Response:
    """Return the form."""
    return visit.page("access/password.html", errors={}, status=200)


@router.post("/me/password")
def post_password(visit: Writer, form: Sent) -> Response:
    """Change it; all sessions end, this one too, so one logs in with the new one."""
    old, new, repeated = (str(form.get(name, "")) for name in ("old", "new", "repeated"))
    assert visit.session is not None
    if new != repeated:
        return _refused(visit, {"repeated": visit.say("password_differs")}, 422)
    try:
        doorway_of(visit.request).again(visit.request, visit.session, old)
        change_own_password(visit.desk, visit.session.login, new)
    except (AgainError, LockedError, BusyError) as error:
        return _refused(visit, _beside("old", error, visit), _status(error))
    except InputError as error:
        return _refused(visit, _beside("new", error, visit), 422)
    answer = RedirectResponse("/login?changed=true", 303)
    doorway_of(visit.request).let_out(answer)
    return answer


def _status(error: EnergyError) -> int:
    return 422 if isinstance(error, AgainError) else 429


def _beside(field: str, error: EnergyError, visit: Visit) -> dict[str, str]:
    return {field: error.text(visit.lang)}


def _refused(visit: Visit, errors: dict[str, str], status: int) -> Response:
    return visit.page("access/password.html", errors=errors, status=status)

"""The password once more, where an action asks for it: in a header, checked as a log-in is."""

from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request

from actions.declared import Action
from api.auth import PASSWORD_HEADER, LoggedIn, WithAuth, password_of

_HEADER: Final = {
    "name": PASSWORD_HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "format": "password"},
    "description": "The password of who is logged in, once more: UTF-8, percent-encoded. Not asked "
    "for in a dry run; 403 `login.again_needed` without it, `login.again_wrong` where it is wrong.",
}


def logged_in_again(kind: type[Action[Any, Any]]) -> Any:
    """Return the dependency that says whether the password was given once more, and right."""
    return Annotated[bool, Depends(_checked if kind.about.log_in_again else _not_asked)]


def parameters_of(kind: type[Action[Any, Any]]) -> dict[str, Any]:
    """Return the header as the description of the API has it, nothing where none is asked."""
    return {"parameters": [_HEADER]} if kind.about.log_in_again else {}


def responses_of(kind: type[Action[Any, Any]]) -> dict[int | str, dict[str, Any]]:
    """Return how a password that was wrong too often is answered."""
    told: dict[int | str, dict[str, Any]] = {
        429: {"description": "Wait first: Retry-After says how long."}
    }
    return told if kind.about.log_in_again else {}


def _not_asked() -> bool:
    return False


def _checked(
    request: Request,
    auth: WithAuth,
    session: LoggedIn,
    dry_run: Annotated[bool, Query(include_in_schema=False)] = False,
) -> bool:
    if dry_run:
        return False
    auth.again(request, session, password_of(request))
    return True

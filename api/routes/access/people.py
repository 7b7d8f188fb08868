"""Who may see and do what, for administrators; everybody else finds themselves alone."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from actions.access.users import Grant, grants_of_all, list_users
from api.doorway import AtDesk
from api.tables import TABLE_ANSWER, AsWished, models_of

router = APIRouter(prefix="/api/v1", tags=["log-in"])


class PersonShown(BaseModel):
    """A person or program that may log in, unless ended."""

    user_id: int
    login: str
    name: str
    ended_at: datetime | None
    grants: list[str] = Field(description="Role, scope, and the id or code that the scope names.")


@router.get("/people", response_model=list[PersonShown], responses=TABLE_ANSWER, summary="People")
def get_people(desk: AtDesk, wish: AsWished) -> list[PersonShown] | Response:
    """Return the people whom the reader may know, with what they may see and do."""
    grants = grants_of_all(desk)
    items = [
        PersonShown(
            user_id=one.user_id,
            login=one.login,
            name=one.name,
            ended_at=one.ended_at,
            grants=[_said(grant) for grant in grants.get(one.user_id, [])],
        )
        for one in list_users(desk)
    ]
    return models_of(items, PersonShown, "people", wish, None) if wish.table else items


def _said(grant: Grant) -> str:
    of = grant.region_id or grant.department_line or grant.union_id or grant.institution_id
    return " ".join(str(one) for one in (grant.role, grant.scope, of) if one is not None)

"""Pages of people: one person with grants and acts, and oneself."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from actions.access.grant_words import words_of
from actions.access.people_table import trail_of
from actions.access.persons import AuditEntry, person
from actions.access.things import GRANT
from actions.catalogue import declared
from actions.things import PERSON
from dashboards.pages.offers import offered
from dashboards.pages.viewer import Reader, Viewer

Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
Before = Annotated[int | None, Query(ge=1, le=2**62)]

router = APIRouter(include_in_schema=False)


@router.get("/people/{user_id}")
def get_person(viewer: Reader, user_id: Id, before: Before = None) -> Response:
    """Return the page of one person: for administrators, and for oneself."""
    return _page(viewer, user_id, before, own=False)


@router.get("/me")
def get_me(viewer: Reader, before: Before = None) -> Response:
    """Return one's own page."""
    assert viewer.session is not None
    return _page(viewer, viewer.session.user_id, before, own=True)


def _page(viewer: Viewer, user_id: int, before: int | None, *, own: bool) -> Response:
    found = person(viewer.actor, user_id, before)
    return viewer.page(
        "access/person.html",
        found=found,
        own=own,
        trail=trail_of(found.user.login),
        acts=[one.about for one in offered(viewer, PERSON, user_id)],
        grants=[
            (one, words_of(one).say(viewer.lang), offered(viewer, GRANT, one.grant_id))
            for one in found.grants
        ],
        entries=[(one, _name(viewer, one)) for one in found.entries],
    )


def _name(viewer: Viewer, entry: AuditEntry) -> str:
    """Return what an act is called; by its code where it is not declared."""
    kind = declared().get(entry.act)
    return kind.about.words.say(viewer.lang) if kind else entry.act

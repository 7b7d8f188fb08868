"""Reading institutions: the list that a reader may see, and everything dated about one."""

from dataclasses import dataclass

from actions.actor import Actor
from actions.fields import Acting, Words
from actions.figures import not_found
from metering.errors import NotFoundError
from storage.pages import Page, check_size, cursor_of, key_of
from storage.registry import institutions
from storage.registry.institutions import (
    Affiliation,
    Fact,
    Institution,
    InstitutionFilter,
    Location,
)

__all__ = [
    "InstitutionDetail",
    "InstitutionFilter",
    "institution",
    "institution_name",
    "list_institutions",
]


@dataclass(frozen=True, slots=True)
class InstitutionDetail:
    """One institution: today's facts, and all that is known of other days."""

    institution: Institution
    facts: list[Fact]
    affiliations: list[Affiliation]
    locations: list[Location]


def list_institutions(
    actor: Actor,
    wanted: InstitutionFilter | None = None,
    *,
    after: str | None = None,
    limit: int = 100,
) -> Page[Institution]:
    """Return institutions in order of their permanent id."""
    check_size(limit, 1000)
    (last,) = key_of(after, 0)
    with actor.look() as connection:
        found = institutions.listed(
            connection, wanted or InstitutionFilter(), after=int(last), most=limit + 1
        )
    more = len(found) > limit
    rows = found[:limit]
    return Page(rows, cursor_of(rows[-1].institution_id) if more else None)


def institution(actor: Actor, institution_id: int) -> InstitutionDetail:
    """Return one institution with its dated facts; missing area or persons stay missing."""
    with actor.look() as connection:
        today = institutions.one(connection, institution_id)
        if today is None:
            raise no_institution(institution_id)
        return InstitutionDetail(
            today,
            institutions.facts(connection, institution_id),
            institutions.affiliations(connection, institution_id),
            institutions.locations(connection, institution_id),
        )


def no_institution(institution_id: int) -> NotFoundError:
    """Return the answer for an institution that this reader does not see."""
    return not_found("公共机构", "institution", {"institution_id": institution_id})


def institution_name(at: Acting, institution_id: int) -> Words | None:
    """Return what an institution is called, None where the actor does not see it."""
    key = ("institution", institution_id)
    if key not in at.known:
        one = institutions.one(at.connection, institution_id)
        known = one is not None and (one.name_zh or one.name_en)
        at.known[key] = Words(one.name_zh or one.name_en or "", one.name_en or one.name_zh or "") \
            if one is not None and known else None  # fmt: skip
    found: Words | None = at.known[key]
    return found

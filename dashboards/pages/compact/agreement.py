"""A version of an agreement: its clauses in words, who has signed, and what it changes."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Response

from actions.compact.agreement_words import (
    AGREEMENT_STATES,
    CLAUSES,
    GRADES,
    TERM_WORDS,
    in_words,
    told,
)
from actions.compact.agreements import AgreementDetail, agreement_of
from actions.compact.things import AGREEMENT, MEMBER
from compact.agreements import State
from compact.clauses import Clause
from dashboards.pages.offers import offers_of
from dashboards.pages.viewer import Reader, Viewer
from storage.compact.agreements import SignatureRow
from storage.compact.memberships import MembershipRow

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """A clause as the page writes it; terms: what each is called and says."""

    name: str
    binds: bool
    terms: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PartyLine:
    """A party with its signature, None where there is none in this round."""

    seat: MembershipRow
    name: str
    signature: SignatureRow | None


@router.get("/agreements/{agreement_id}")
def get_agreement(
    agreement_id: Annotated[int, Path(ge=1, le=2**31 - 1)], viewer: Reader
) -> Response:
    """Return the page of one version."""
    found = agreement_of(viewer.actor, agreement_id)
    row, lang = found.agreement, viewer.lang
    return viewer.page(
        "compact/agreement.html",
        row=row,
        union=found.union,
        name=AGREEMENT.name(row, lang),
        grade=GRADES[row.grade].say(lang),
        state=AGREEMENT_STATES[State(row.state)].say(lang),
        clauses=[_clause(viewer, one) for one in row.said.clauses],
        parties=[_party(viewer, found, one) for one in found.parties],
        before=None if found.before is None else AGREEMENT.name(found.before, lang),
        changes=[[words.say(lang) for words in told(one)] for one in found.changes],
        offers=offers_of(viewer, AGREEMENT, agreement_id),
    )


def _clause(viewer: Viewer, one: Clause) -> ClauseLine:
    terms = [
        (TERM_WORDS[name][0].say(viewer.lang), in_words(name, value).say(viewer.lang))
        for name, value in one.terms.items()
    ]
    return ClauseLine(CLAUSES[one.kind].say(viewer.lang), one.binds, terms)


def _party(viewer: Viewer, found: AgreementDetail, seat: MembershipRow) -> PartyLine:
    return PartyLine(seat, MEMBER.name(seat, viewer.lang), found.signature_of(seat.region_id))

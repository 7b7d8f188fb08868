"""One commitment as its page shows it: what is asked, and all that was said of it."""

from dataclasses import dataclass

from actions.actor import Actor
from actions.compact.commitment_things import COMMITMENT
from actions.figures import not_found
from storage.compact import commitments, unions
from storage.compact.commitments import CommitmentRow, WordRow
from storage.compact.unions import UnionRow


@dataclass(frozen=True, slots=True)
class CommitmentDetail:
    """A commitment with its union and its words, the first one first."""

    commitment: CommitmentRow
    union: UnionRow
    words: list[WordRow]


def commitment_of(actor: Actor, commitment_id: int) -> CommitmentDetail:
    """Return a commitment that the reader sees."""
    with actor.look() as connection:
        found = commitments.one(connection, commitment_id)
        union = next(iter(unions.listed(connection, found.union_id)), None) if found else None
        if found is None or union is None:
            words = COMMITMENT.words
            raise not_found(words.zh, words.en, {"commitment_id": commitment_id})
        return CommitmentDetail(found, union, commitments.words(connection, commitment_id))

"""Reconciling the books, declared once: books, second log and runs compared to the gram."""

from pydantic import BaseModel, Field

from actions.compact.book_words import DIFFERENCES
from actions.compact.things import UNION
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, plain
from actions.rights import Right
from storage.compact import second_log
from storage.compact.second_log import Reconciliation
from storage.compact.unions import UnionRow


class BooksReconciled(BaseModel):
    """What a comparison came to."""

    reconciliation_id: int
    lines: int = Field(description="Lines of the second log.")
    entries: int = Field(description="Entries that they hold.")
    differences: int = Field(description="What differed; those accounts rest.")


class ReconcileBooks(Action[UnionRow, BooksReconciled]):
    """Compare a union's books with the second log, the runs and their snapshots, to the gram.

    Accounts that differ rest until a person has looked. Every night this happens by itself.
    """

    about = About(
        code="books.reconcile",
        on=UNION,
        right=Right.PLAN,
        path="/unions/{on}/reconciliations",
        tag="books",
        zh="对账",
        en="Reconcile the books",
        done=("已对账。", "The books are reconciled."),
    )

    @classmethod
    def where_to(cls, on: UnionRow, result: BooksReconciled) -> str:
        """Return the page of what was found."""
        return f"/reconciliations?union={on.union_id}"

    def foresee(self, on: UnionRow, at: Acting) -> list[Effect]:
        """Return what a comparison would find."""
        found = second_log.reconcile(at.connection, on.union_id)
        effects = [
            Effect("lines", Words("独立日志", "Lines of the second log"), None, _n(found.lines)),
            Effect("entries", Words("分录", "Entries"), None, _n(found.entries)),
            Effect(
                "differences",
                Words("差异", "Differences"),
                None,
                _n(found.differences),
                warns=found.differences > 0,
            ),
        ]
        effects += [
            Effect(one.code, DIFFERENCES[one.code], None, plain(one.what))
            for one in _named(found, at)
        ]
        return effects

    def do(self, on: UnionRow, at: Acting) -> BooksReconciled:
        """Compare, and let what differs rest."""
        found = second_log.reconcile(at.connection, on.union_id)
        at.told.update(lines=found.lines, differences=found.differences)
        return BooksReconciled(
            reconciliation_id=found.reconciliation_id,
            lines=found.lines,
            entries=found.entries,
            differences=found.differences,
        )


def _named(found: Reconciliation, at: Acting) -> list[second_log.Difference]:
    if not found.differences:
        return []
    of = found.reconciliation_id
    return second_log.differences(at.connection, found.union_id, of=of, most=20)


def _n(number: int) -> Words:
    return plain(f"{number:,}")

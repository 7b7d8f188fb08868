"""What was moved since a quota was issued, from the figure issued to what is held now."""

from collections.abc import Sequence
from decimal import Decimal

from actions.compact.book_words import KINDS
from actions.compact.notice_parts import kg
from actions.compact.notice_words import say
from actions.compact.quotas import Explained
from actions.fields import Lang
from actions.figures import civil
from actions.printed import Block, Cell, Figure
from storage.compact.movements import Moved


def moved_block(found: Explained, since: Sequence[Moved], lang: Lang) -> Block | None:
    """Return the movements one by one, None where the account is as it was issued.

    What the reader does not see of them is one line, so that the lines add up.
    """
    quota, issued_g = found.quota, found.share.amount_g
    unseen = quota.amount_g - issued_g - sum(one.amount_g for one in since)
    if not since and not unseen:
        return None
    rows: list[list[Cell]] = [[say("moved_issued", lang), None, kg(issued_g)]]
    rows += [
        [
            f"{KINDS[one.kind].say(lang)} {one.movement_id} · {one.reason}",
            civil(one.since, lang),
            Figure(Decimal(one.amount_g) / 1000, signed=True),
        ]
        for one in since
    ]
    if unseen:
        rows.append([say("moved_unseen", lang), None, Figure(Decimal(unseen) / 1000, signed=True)])
    rows.append([say("moved_now", lang), None, kg(quota.amount_g)])
    unit = found.facts.unit
    head = [say(name, lang, unit=unit) for name in ("moved_what", "moved_when", "moved_amount")]
    return Block(say("moved_since", lang), head, rows, foot=True)

"""The table of movements of the books, and of whom givers trust."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from actions.compact import book_words as words
from actions.compact.columns import amount, of_indicator
from actions.compact.members_table import OfUnion
from actions.compact.movement_things import movement_name
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id
from actions.registry.named import either, institution_columns
from actions.tables import Column, Filter, Table, attribute, page_of
from actions.things import every_union
from storage.compact import movements, trust
from storage.compact.book_refusals import said
from storage.compact.movements import MovementFilter, MovementRow
from storage.compact.trust import TrustRow
from storage.pages import Page, key_of


class _State(StrEnum):
    PROPOSED = "proposed"
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    ENDED = "ended"


class WhichMovements(Filter):
    """Which movements are wanted."""

    union: Id | None = field(zh="区域联合体", en="Union", choices=every_union, default=None)
    institution: Id | None = field(zh="机构编号", en="Institution", default=None)
    state: _State | None = field(zh="状态", en="State", names=words.MOVEMENT_STATES, default=None)


def _ask(at: Acting, asked: WhichMovements, after: str | None, limit: int) -> Page[MovementRow]:
    (before,) = key_of(after, 2**31 - 1)
    wanted = MovementFilter(asked.union, asked.institution, asked.state)
    found = movements.listed(at.connection, wanted, before=int(before), most=limit + 1)
    return page_of(found, limit, lambda one: (one.movement_id,))


def _trusted(at: Acting, asked: OfUnion) -> Iterable[TrustRow]:
    return trust.listed(at.connection, asked.union)


def ended_as(row: MovementRow, lang: Lang) -> str:
    """Return how far it is; of one that ended, why."""
    state = words.MOVEMENT_STATES[row.state].say(lang)
    refusal = said(row.code) if row.code else None
    if refusal is None:
        return state
    why = refusal.zh if lang == "zh" else refusal.en
    return f"{state}:{why}" if lang == "zh" else f"{state}: {why}"


MOVEMENTS: Final = Table[MovementRow, WhichMovements](
    code="movements",
    path="/movements",
    page="/movements",
    words=Words("指标变动", "Movements of quota"),
    about="What was to enter the books beside runs, newest first: who proposed and approved it, "
    "how far it is, and of what ended, by which code.",
    tag="books",
    columns=(
        attribute("movement_id", "编号", "Id", "whole", apart=True),
        attribute("union_id", "区域联合体编号", "Union id", "whole", apart=True),
        Column(
            "kind",
            Words("变动", "Movement"),
            lambda row: row.kind,
            shown=movement_name,
            link=lambda row: f"/movements/{row.movement_id}",
        ),
        attribute("year", "年度", "Year", "whole", shown=lambda row, lang: str(row.year)),
        *institution_columns(),
        attribute("taker_id", "调入机构编号", "Taker id", "whole", apart=True),
        either("taker", "调入机构", "Taker"),
        attribute("member_id", "成员单位编号", "Member id", "whole", apart=True),
        *of_indicator(),
        amount("amount", "数额", "Amount", lambda row: row.amount_g),
        attribute(
            "into_pool",
            "转入共用池",
            "Into the pool",
            "flag",
            apart=True,
            hint=("否为自共用池调出;其他变动为空", "No: out of the pool; empty of other movements"),
        ),
        Column(
            "state",
            Words("状态", "State"),
            lambda row: row.state,
            shown=ended_as,
            look=lambda row: (
                "tag ok"
                if row.state == "done"
                else "tag warn"
                if row.state in ("proposed", "waiting")
                else "tag"
            ),
        ),
        attribute("code", "未能入账代码", "Code of the end", apart=True),
        attribute("due_at", "入账时间", "Due", "instant", apart=True),
        attribute("reason", "理由", "Reason", apart=True),
        attribute("made_at", "提出时间", "Proposed", "instant"),
        attribute("since", "最近办理", "Last deed", "instant", apart=True),
        attribute("reverses", "撤销的核销编号", "Reverses", "whole", apart=True),
    ),
    filter=WhichMovements,
    unasked=("institution",),
    ask=_ask,
    empty=Words("没有指标变动。", "There is no movement."),
)
TRUSTED: Final = Table[TrustRow, OfUnion](
    code="trusted_takers",
    path="/trusted-takers",
    page="/trusted-takers",
    words=Words("可信名单", "Trusted lists"),
    about="To whom holders' transfers wait no longer than the agreement's delay.",
    tag="books",
    columns=(
        attribute("union_id", "区域联合体编号", "Union id", "whole", apart=True),
        *institution_columns(),
        attribute("taker_id", "调入机构编号", "Taker id", "whole", apart=True),
        either("taker", "调入机构", "Taker"),
        attribute("valid_from", "自", "Since", "day"),
        attribute("valid_to", "至", "Until", "day"),
        attribute("source", "依据", "Source"),
    ),
    filter=OfUnion,
    every=_trusted,
    entered_by="trust.add",
    enters=(("union_id", "union"), ("taker_id", "taker")),
    empty=Words("名单为空。", "Nobody is listed."),
)

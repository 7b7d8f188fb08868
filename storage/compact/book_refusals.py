"""What the books and their second log refuse, in words that people can act on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import Connection

from metering.errors import ConflictError

# By constraint: code, what is wrong, and what to do; each in zh and en.
_SAID: Final[Mapping[str, tuple[str, str, str, str, str]]] = {
    "sums_to_zero": (
        "books.not_zero", "各分录合计不为零。", "The entries do not sum to zero.",
        "请补上对应的分录。", "Add the entry on the other side.",
    ),
    "never_below_zero": (
        "books.not_enough", "账簿户余额不足。", "An account does not hold that much.",
        "请减少数额,或先补足余额;余额见“账簿户”。",
        "Move less, or let more come in first; the table of book accounts has the balances.",
    ),
    "beyond_target": (
        "books.beyond_target", "下达总量(含预留)超出节能目标允许的总量。",
        "What is issued, reserve included, would exceed what the target allows.",
        "请改用不超出目标的方案,或先退回预留指标。",
        "Issue a run within the target, or let the reserve be smaller.",
    ),
    "as_the_run_says": (
        "books.not_as_the_run_says", "下达数额与分解方案不符。",
        "What is issued is not what the run says.",
        "请重新下达该方案;如仍不符,请运行对账。",
        "Issue the run again; where it still differs, reconcile the books.",
    ),
    "run_altered": (
        "books.run_altered", "分解方案的数据与存档时不一致。",
        "The run is not what it was when it was kept.",
        "请运行对账,并重新分解。", "Reconcile the books, and keep a run anew.",
    ),
    "account_state": (
        "books.account_rests", "所涉账簿户受限、暂停或已关闭。",
        "An account of it is restricted, blocked or closed.",
        "请查看账簿户状态;对账差异须先有人核实。",
        "See the accounts' states; what a reconciliation found is looked at by a person first.",
    ),
    "year_closed": (
        "books.year_closed", "该年度账簿已关闭。", "The books of that year are closed.",
        "请改用未关闭的年度。", "Choose a year that is open.",
    ),
    "holder_unknown": (
        "books.holder_unknown", "没有该持有单位。", "There is no such holder.",
        "请核对机构编号。", "Check the institution's id.",
    ),
    "run_is_released": (
        "run.not_released", "有成员单位尚未同意向其机构下达。",
        "A member has not let the run be issued to its institutions.",
        "请该成员办理“同意向本成员机构下达”(quota.release)。",
        "Let its own people do it on its page: quota.release.",
    ),
    "cause_has_ground": (
        "books.no_ground", "入账须有分解方案或已办理的变动。",
        "Nothing enters the books but a run's quotas and a movement that is done.",
        "请通过办理事项入账。", "Use the actions of the books.",
    ),
    "movement_follows": (
        "movement.not_now", "该变动现在的状态不允许此操作。",
        "A movement in this state does not allow it.",
        "请查看该变动的状态。", "Look at how far the movement is.",
    ),
    "movement_second": (
        "action.second_person", "须由另一人办理。", "Another person must do this.",
        "请由同一机关的另一人办理。", "Let another person of the same authority do it.",
    ),
    "no_clause": (
        "movement.no_clause", "现行协议没有相应的约束性条款。",
        "No clause that binds in the agreement in force allows it.",
        "请先在协议中约定(结转、预借、欠额系数或调剂条款)。",
        "Agree on it first: banking, borrowing, the factor on a shortfall, or transfers.",
    ),
    "beyond_limit": (
        "movement.beyond_limit", "超出协议约定的比例。", "It is more than the agreement allows.",
        "请减少数额;比例见现行协议。", "Move less; the agreement in force states the share.",
    ),
    "reversal_late": (
        "cover.reversal_late", "核销已满 14 天,不能再撤销。",
        "Fourteen days have passed since the cover.",
        "如年度数据有误,请通过重新核定更正。", "Where the figure was wrong, have it restated.",
    ),
    "reversal_of": (
        "cover.reversal_of", "撤销须针对一次已入账的核销,数额相同。",
        "A reversal takes back the whole of a cover that is done.",
        "请从该次核销办理撤销。", "Reverse it from the cover itself.",
    ),
    "movement_reverses_key": (
        "cover.reversed_already", "该次核销已经撤销过。", "This cover was reversed already.",
        "如需再次核销,请重新办理。", "Cover again, if that is what is wanted.",
    ),
    "account_follows": (
        "account.not_now", "账簿户现在的状态不允许此操作。",
        "An account in this state does not allow it.",
        "请查看账簿户状态。", "Look at the account's state.",
    ),
    "still_differs": (
        "account.still_differs", "最近一次对账仍有差异。",
        "The last reconciliation still differs there.",
        "请先更正差异,再运行对账(commonwatt reconcile)。",
        "Mend the difference and reconcile again: commonwatt reconcile.",
    ),
    "account_not_empty": (
        "account.not_empty", "账簿户仍有余额或仍在暂停。",
        "The account holds something still, or is blocked.",
        "请先转出余额,或先核实差异。", "Move what it holds, or have the difference looked at.",
    ),
    "leg_fits": (
        "movement.leg_fits", "该变动不能有这样的分录。", "This movement has no such entry.",
        "请核对账簿户和年度。", "Check accounts and years.",
    ),
    "year_not_over": (
        "books.year_not_over", "该年度尚未结束。", "That year is not over.",
        "请在年度结束后关闭账簿。", "Close its books once it is over.",
    ),
    "period_not_over": (
        "books.period_not_over", "该年度所在的考核周期尚未结束，年度余额还要用于期末核销。",
        "The period to which that year belongs is not over: what is left of it covers the rest.",
        "请在考核周期结束后关闭账簿。", "Close its books once the period is over.",
    ),
    "year_reversible": (
        "books.year_reversible", "该年度有核销未满 14 天,仍可撤销。",
        "A cover of that year can still be reversed.",
        "请在核销满 14 天后关闭账簿。", "Close the books once 14 days have passed since it.",
    ),
    "year_not_empty": (
        "books.year_not_empty", "该年度还有余额未失效。", "Something of that year has not expired.",
        "请通过关闭年度账簿办理,余额一并失效。",
        "Close the year's books by their action: what is left expires.",
    ),
    "book_year_closed_pkey": (
        "books.year_closed", "该年度账簿已关闭。", "The books of that year are closed.",
        "无需操作。", "Nothing is to be done.",
    ),
    "movement_begins": (
        "movement.whose", "须说明是谁的变动。", "Whose movement it is must be said.",
        "请指明机构或成员单位。", "Name the institution or the member.",
    ),
}  # fmt: skip


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what the books refuse into words; what they do not know goes on as it is."""
    try:
        yield
    except psycopg.IntegrityError as error:
        raise said(error.diag.constraint_name or "", error.diag.message_primary or "") or (
            error
        ) from error


def said(constraint: str, detail: str = "") -> ConflictError | None:
    """Return the refusal of a constraint; None where the books have none of that name."""
    if constraint not in _SAID:
        return None
    code, zh, en, next_zh, next_en = _SAID[constraint]
    where = {"constraint": constraint} | ({"detail": detail} if detail else {})
    return ConflictError(code, zh=zh, en=en, next_zh=next_zh, next_en=next_en, where=where)


def settle(connection: Connection[Any]) -> None:
    """Let the books and their log check now what they would check at the transaction's end."""
    with in_words():
        connection.execute("SET CONSTRAINTS storage.sums_to_zero IMMEDIATE")
        connection.execute("SET CONSTRAINTS storage.sums_to_zero DEFERRED")

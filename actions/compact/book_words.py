"""What the books call their kinds, accounts and states, in both languages."""

from collections.abc import Mapping
from typing import Final

from actions.compact.target_words import INDICATORS
from actions.fields import Words

KINDS: Final[Mapping[str, Words]] = {
    "issue": Words("下达", "issue"),
    "reserve": Words("预留", "reserve"),
    "adjustment": Words("调整", "adjustment"),
    "return": Words("退回", "return of an excess"),
    "transfer": Words("调剂", "transfer"),
    "bank": Words("结转", "bank"),
    "borrow": Words("预借", "borrow"),
    "pool": Words("共用池", "pool"),
    "rebalance": Words("年中平衡", "rebalancing"),
    "carry": Words("欠额结转", "carried shortfall"),
    "cover": Words("核销", "cover"),
    "reversal": Words("撤销核销", "reversal of a cover"),
    "expiry": Words("到期失效", "expiry"),
    "roster_change": Words("机构变更", "roster change"),
}
# By whether the pool takes.
POOLED: Final[Mapping[bool, Words]] = {
    True: Words("转入共用池", "into the pool"),
    False: Words("自共用池调入", "out of the pool"),
}
ACCOUNTS: Final[Mapping[str, Words]] = {
    "holder": Words("持有单位", "holder"),
    "covered": Words("已核销", "covered"),
    "reserve": Words("预留指标", "reserve"),
    "pool": Words("共用池", "pool"),
    "union": Words("联合体", "union"),
    "expired": Words("已失效", "expired"),
}
ACCOUNT_STATES: Final[Mapping[str, Words]] = {
    "open": Words("正常", "open"),
    "restricted": Words("部分业务受限", "restricted"),
    "blocked": Words("对账暂停", "blocked"),
    "closed": Words("已关闭", "closed"),
}
MOVEMENT_STATES: Final[Mapping[str, Words]] = {
    "proposed": Words("待另一人批准", "proposed"),
    "waiting": Words("等待期内", "waiting"),
    "done": Words("已入账", "done"),
    "refused": Words("未批准", "refused"),
    "cancelled": Words("已撤回", "cancelled"),
    "ended": Words("未能入账", "ended"),
}
DEEDS: Final[Mapping[str, Words]] = {
    "propose": Words("提出", "proposed"),
    "approve": Words("批准", "approved"),
    "refuse": Words("不批准", "refused"),
    "cancel": Words("撤回", "taken back"),
    "do": Words("入账", "entered into the books"),
    "end": Words("未能入账", "ended"),
}
COVERS: Final[Mapping[str, Words]] = {
    "a": Words("已核销", "covered"),
    "b": Words("超出待处理", "short"),
    "c": Words("缺年度数据", "a year's figure missing"),
    "excluded": Words("不纳入", "excluded"),
    "not_applicable": Words("尚无已结束的年度", "not applicable"),
}
DIFFERENCES: Final[Mapping[str, Words]] = {
    "line_altered": Words("日志行被改动", "a line of the log is altered"),
    "chain_broken": Words("日志链断开", "the log's chain is broken"),
    "head_differs": Words("与已公布的链尾不符", "a published head differs"),
    "entry_missing": Words("账簿缺分录", "an entry is missing in the books"),
    "entry_not_logged": Words("分录未入日志", "an entry is not in the log"),
    "entry_differs": Words("分录与日志不符", "an entry differs from the log"),
    "cause_differs": Words("事由与日志不符", "a cause differs from the log"),
    "balance_differs": Words("余额与日志不符", "a balance differs from the log"),
    "not_zero": Words("合计不为零", "a cause does not sum to zero"),
    "run_differs": Words("与分解方案不符", "an account differs from its run"),
    "snapshot_altered": Words("方案快照被改动", "a snapshot is altered"),
    "run_altered": Words("分解方案的数据被改动", "a run's rows are altered"),
    "movement_differs": Words("指标变动与日志不符", "a movement differs from the log"),
    "in_force_differs": Words("现行方案与账簿不符", "the run in force differs from the books"),
}


def account_words(indicator: str | None) -> Words:
    """Return what a holder's account of an indicator is called; of none, all of the books."""
    if indicator is None:
        return Words("账簿", "The books")
    of = INDICATORS[indicator]
    return Words(f"账簿户({of.zh})", f"Book account ({of.en})")

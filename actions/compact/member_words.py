"""What steps, states and deeds of a member's seat are called."""

from typing import Final

from actions.fields import Words
from compact.memberships import Deed, Standing, Step

STEPS: Final = {
    Step.OBSERVER: Words("观察成员", "observer"),
    Step.SHADOW: Words("试算成员", "shadow member"),
    Step.FULL: Words("正式成员", "full member"),
}
STANDINGS: Final = {
    Standing.PROPOSED: Words("待答复", "to answer"),
    Standing.DECLINED: Words("未加入", "declined"),
    Standing.OBSERVER: STEPS[Step.OBSERVER],
    Standing.SHADOW: STEPS[Step.SHADOW],
    Standing.FULL: STEPS[Step.FULL],
    Standing.LEFT: Words("已退出", "left"),
}
# What each may expect of runs, quotas and pages.
MEANINGS: Final = {
    Step.OBSERVER: Words(
        "可看联合体的结果,不参与计算,没有指标",
        "sees the union's results; is in no run and has no quotas",
    ),
    Step.SHADOW: Words(
        "参与试算,可核查基数;不下达指标,不影响其他成员",
        "is computed in trials and reviews its bases; nothing is issued, others are not affected",
    ),
    Step.FULL: Words(
        "签署的协议已生效:参与分解,指标可下达",
        "party to the agreement in force: shares the target, quotas are issued",
    ),
}
DEEDS: Final = {
    Deed.PROPOSE: Words("被邀请", "was proposed"),
    Deed.ACCEPT: Words("加入", "joined"),
    Deed.DECLINE: Words("谢绝", "declined"),
    Deed.STEP: Words("转入试算", "goes on as a shadow member"),
    Deed.FULL: Words("所签协议生效,成为正式成员", "is a full member by the agreement in force"),
    Deed.NOTICE: Words("通知退出", "gave notice"),
    Deed.STAY: Words("撤回退出通知", "took its notice back"),
}
LEVELS: Final = {
    "province": Words("省级", "province"),
    "city": Words("市级", "city"),
    "capital": Words("省会(首府)", "capital"),
    "county": Words("县级", "county"),
}

"""What actions are about, in words, in the order in which pages group them.

An action says its topic by the tag that the API's description has too; one whose tag has no words
here stands under its room, so that a new resource needs none.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from actions.declared import Action
from actions.fields import Words

TOPICS: Final[Mapping[str, Words]] = {
    "accounts": Words("能源台账", "Accounts"),
    "bills": Words("账单与填报", "Bills and typed figures"),
    "submissions": Words("年报", "Submissions"),
    "duties": Words("日常工作", "Duties of the year"),
    "findings": Words("发现与告警", "Findings and alarms"),
    "corrections": Words("更正读数", "Corrections of readings"),
    "meters and channels": Words("表计与通道", "Meters and channels"),
    "imports": Words("读数文件", "Files of readings"),
    "institutions": Words("机构名录", "Roster of institutions"),
    "checks": Words("抽查", "Spot checks"),
    "factors": Words("折标系数与排放因子", "Coefficients and factors"),
    "unions and targets": Words("联合体与目标", "Unions and targets"),
    "runs and quotas": Words("指标分解与下达", "Runs and quotas"),
    "books": Words("指标账簿", "Quota books"),
    "commitments": Words("任务分工", "Commitments"),
    "sharing": Words("共享约定", "Sharing"),
    "rejects and gateways": Words("网关与拒收", "Gateways and rejects"),
    "operations": Words("运行", "Operations"),
    "people": Words("人员与授权", "People and grants"),
    "regions": Words("行政区划", "Regions"),
}
ROOMS: Final[Mapping[str, Words]] = {
    "access": Words("人员", "People"),
    "registry": Words("机构与计量", "Institutions and meters"),
    "readings": Words("读数", "Readings"),
    "accounts": Words("台账", "Accounts"),
    "compact": Words("区域协同", "Unions"),
    "boards": Words("看板", "Boards"),
}


def by_topic(
    kinds: Iterable[type[Action[Any, Any]]],
) -> list[tuple[Words, list[type[Action[Any, Any]]]]]:
    """Return actions under the words of what they are about."""
    found: dict[Words, list[type[Action[Any, Any]]]] = {}
    for kind in kinds:
        found.setdefault(_topic(kind), []).append(kind)
    order = [*TOPICS.values(), *ROOMS.values()]
    return sorted(found.items(), key=lambda one: order.index(one[0]))


def _topic(kind: type[Action[Any, Any]]) -> Words:
    return TOPICS.get(kind.about.tag) or ROOMS[kind.__module__.split(".")[1]]

"""The table of runs: each a proposal, in force or superseded."""

from collections.abc import Iterable
from typing import Final

from actions.compact.columns import of_indicator, withheld
from actions.compact.disclosure import withheld_words
from actions.compact.things import every_target
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id
from actions.tables import Column, Filter, Table, attribute
from actions.things import every_union
from storage.compact import runs
from storage.compact.runs import RunRow

_STATES: Final = {
    "proposal": Words("草案", "proposal"),
    "in_force": Words("有效", "in force"),
    "superseded": Words("已被新方案取代", "superseded by a later run"),
}


class WhichRuns(Filter):
    """Of which union or target runs are wanted."""

    union: Id | None = field(zh="区域联合体", en="Union", choices=every_union, default=None)
    target: Id | None = field(zh="节能目标", en="Target", choices=every_target, default=None)


def _runs(at: Acting, asked: WhichRuns) -> Iterable[RunRow]:
    found = runs.listed(at.connection, union_id=asked.union, target_id=asked.target)
    return sorted(found, key=lambda one: (one.target_id, -one.version))


def _version(row: RunRow, lang: Lang) -> str:
    return Words(f"第 {row.version} 版", f"Version {row.version}").say(lang)


RUNS: Final = Table[RunRow, WhichRuns](
    code="runs",
    path="/runs",
    words=Words("分解方案", "Runs"),
    about="The runs of the unions that the reader sees, by target, the newest version first; the "
    "quotas of a run hold once it is issued.",
    tag="runs and quotas",
    columns=(
        attribute("run_id", "编号", "Id", "whole", apart=True),
        attribute("target_id", "节能目标编号", "Target id", "whole", apart=True),
        attribute("union_id", "区域联合体编号", "Union id", "whole", apart=True),
        attribute(
            "version",
            "版本",
            "Version",
            "whole",
            shown=_version,
            link=lambda row: f"/runs/{row.run_id}",
        ),
        attribute("rule", "规则", "Rule"),
        attribute(
            "state",
            "状态",
            "State",
            shown=lambda row, lang: _STATES[row.state].say(lang),
            look=lambda row: "tag ok" if row.state == "in_force" else "tag",
            hint=("草案、有效或已被取代", "proposal, in_force or superseded"),
        ),
        attribute("quotas", "机构数", "Quotas", "whole"),
        *of_indicator(),
        withheld("base", "基期", "Base", lambda row: row.base_g),
        withheld("total", "用能指标合计", "Quotas together", lambda row: row.total_g),
        attribute(
            "sha256",
            "快照摘要",
            "Digest",
            shown=lambda row, lang: row.sha256[:12],
            look="code",
            hint=("快照的 SHA-256", "SHA-256 of the snapshot's bytes"),
        ),
        attribute(
            "root",
            "快照的根",
            "Root",
            apart=True,
            hint=("快照任何部分都通向它", "To which every part of the snapshot leads"),
        ),
        attribute("made_at", "生成时间", "Made", "instant", apart=True),
        attribute(
            "issued_as",
            "下达方式",
            "Issued as",
            apart=True,
            hint=("草案为空", "issue or adjustment; null while a proposal"),
        ),
        attribute("issued_at", "下达时间", "Issued", "instant", apart=True),
        attribute(
            "in_force",
            "有效年份",
            "In force for",
            "wholes",
            apart=True,
            hint=("以此方案为准的年份", "The years for which it is the run in force"),
        ),
        attribute(
            "without_base",
            "无基期机构",
            "Without base",
            "whole",
            apart=True,
            hint=("因无基期而无指标", "Institutions that have no quota for want of a base"),
        ),
        attribute(
            "left_out",
            "不列入机构",
            "Left out",
            "whole",
            apart=True,
            hint=("由规划人员不列入", "Institutions that a planner left out"),
        ),
        attribute(
            "covers",
            "合计所含",
            "What the sums hold",
            "counts",
            only="programs",
            hint=(
                "机构数和各类月数",
                (
                    "What the sums hold and lack: institutions, months by what they rest on, and "
                    "how many have no base, are left out, or lack area or class. null where the "
                    "sums are withheld, and of runs made before this was kept"
                ),
            ),
        ),
        Column(
            "withheld",
            Words("不予显示", "Withheld"),
            lambda row: withheld_words(base=row.base_g, total=row.total_g),
            only="programs",
            hint=Words(
                "哪些数字会推算出受限机构",
                "In words, which figures would tell of a restricted institution",
            ),
        ),
    ),
    filter=WhichRuns,
    every=_runs,
    size=1000,
)

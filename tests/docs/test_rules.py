"""The list of allocation rules in docs is what their files say.

`.venv/bin/python -m tests.docs.test_rules` writes it anew; its diff belongs to the commit.
"""

from collections.abc import Iterator
from pathlib import Path

from compact.parameters import By, Kind, Parameter
from compact.rules import rules
from compact.ruling import AllocationRule, Reach

LIST = Path("docs/rules.md")
HEAD = """# Rules of allocation 分解规则

How a target is shared, made from the files in `compact/rules/`; this page is written by
`python -m tests.docs.test_rules`. A rule is one file: put there, it is on the page that compares
rules, in the form and command that keep a run (`run.make`), in the API
(`POST /api/v1/targets/1/compare`), in `commonwatt solve` and here. Every amount is in whole grams
and exact: at each parent λ is worked out anew over all institutions below it, shares are floored,
and what is left goes by largest fraction, so that every level sums to the one above.

一条规则就是 `compact/rules/` 中的一个文件,放入即可用于比较页面、存档表单、接口、命令行算例和本页。
数量一律为整克,逐级精确相加。
"""
_REACH = {
    Reach.UNION: ("按目标总量分解", "The target's cap of the year is shared."),
    Reach.MEMBER: ("成员总量由规则给出", "Each member's cap is the rule's own."),
    Reach.INSTITUTION: ("各机构数量由规则给出", "Each institution's amount is the rule's own."),
}
_BY = {By.ALL: "", By.CLASS: " (每类机构 by class)", By.MEMBER: " (每个成员 by member)"}


def written() -> str:
    """Return the page."""
    return "\n".join([HEAD, *(line for one in rules() for line in _of(one))])


def _of(rule: type[AllocationRule]) -> Iterator[str]:
    about, reach = rule.about, _REACH[rule.reach]
    yield f"## {about.text('zh')} · {about.text('en')}\n"
    yield f"{about.explained('zh')}{reach[0]}。\n"
    yield f"{about.explained('en')} {reach[1]}\n"
    yield f"Source 出处: {about.source}\n"
    if rule.cases:
        yield f"`commonwatt solve`: {', '.join(f'`{name}`' for name in rule.cases)}\n"
    yield "| field | 中文 | English | limits |"
    yield "|---|---|---|---|"
    for one in rule.parameters():
        zh, en = (f"{one.text(lang)} ({one.hint(lang)})" for lang in ("zh", "en"))
        yield f"| `{one.field_name}` | {zh} | {en} | {_limits(one)}{_BY[one.by]} |"
    yield ""


def _limits(one: Parameter) -> str:
    if one.kind is Kind.CHOICE:
        return ", ".join(f"`{choice.code}` {choice.zh} {choice.en}" for choice in one.choices)
    if one.kind is Kind.BANDS:
        return "code 代码"
    most = "" if one.most is None else f"{one.most:f}"
    default = one.typed(one.default) if one.by is By.ALL else one.typed_each
    told = "" if default is None else f"; {default:f} 默认 by default"
    return f"{one.least:f}–{most} {one.unit}".strip() + told


def test_the_list_of_rules_is_current():
    assert LIST.read_text(encoding="utf-8") == written(), "python -m tests.docs.test_rules"


if __name__ == "__main__":
    LIST.write_text(written(), encoding="utf-8")

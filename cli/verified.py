"""What `commonwatt plan verify` says of a snapshot's file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from actions.compact.rules import rule_with_reach
from actions.compact.target_words import fall_of
from cli.services.words import say
from compact.notices import in_thousands
from compact.runs import Run
from compact.snapshot_files import Verified, verified
from compact.snapshot_parts import PART, VerifiedPart, verified_part


def verdict(raw: bytes, digest: str | None) -> tuple[bool, list[str]]:
    """Return whether nothing differs in a file of a run, or of a part of one, and all lines."""
    if PART.encode() in raw:
        part = verified_part(raw, digest)
        return part.same, list(told_of_part(part, given=digest is not None))
    found = verified(raw, digest)
    return found.same, list(told(found, given=digest is not None))


def told(found: Verified, *, given: bool) -> Iterator[str]:
    """Yield the lines: what the file holds, and whether it recomputes; given: a digest to meet."""
    if found.sha256 is not None:
        yield f"sha256  {found.sha256}"
    if found.run is not None:
        yield from _run(found.run, found.about)
    if found.same:
        yield say(
            "一致:由文件本身重算,逐字节相同。",
            "EQUAL: recomputed from the file alone, the same bytes.",
        )
        if not given:
            yield say(
                "请将摘要与由另一途径得到的相比(通知书、方案页面、独立日志),或用 --digest 给出。",
                "Compare the digest with one that came by another way (a notice, the run's page, "
                "the second log), or give it by --digest.",
            )
        return
    yield from _differs(found)


def told_of_part(found: VerifiedPart, *, given: bool) -> Iterator[str]:
    """Yield the same of a part: to which root it leads, and how much of the run it shows."""
    if found.root is not None:
        yield f"root  {found.root}"
        yield _pair(found.about.get("union"), "")
        yield say(
            f"所示 {found.institutions} 家机构;全部 {found.leaves} 个部分中可见 {found.shown} 个。",
            f"It shows {found.institutions} institutions; {found.shown} of {found.leaves} leaves.",
        )
    if not found.same:
        yield from _differs(found)
        return
    yield say(
        "一致:所示各部分通向这个根,合计相符。",
        "EQUAL: all that it shows leads to this root, and its sums hold.",
    )
    if not given:
        yield say(
            "请将根与由另一途径得到的相比(方案页面、其他成员),或用 --digest 给出。",
            "Compare the root with one that came by another way (the run's page, another member), "
            "or give it by --digest.",
        )


def _differs(found: Verified | VerifiedPart) -> Iterator[str]:
    yield say("不一致:", "DIFFERS:")
    yield from (f"- {say(one.zh, one.en)}" for one in found.differences)
    if found.more:
        yield say(f"- 另有 {found.more} 处。", f"- and {found.more} more.")


def _run(run: Run, about: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was shared among whom, computed anew; names are as the file's maker has them."""
    problem, made = run.problem, run.allocation
    yield _pair(about.get("union"), say(f"联合体 {problem.union}", f"union {problem.union}"))
    fall = fall_of(problem.target)
    yield _pair(about.get("target"), say(fall.zh, fall.en))
    rule = rule_with_reach(problem.method.payload)
    yield say(f"规则 {rule.zh}", f"rule {rule.en}")
    many, base, total = len(made.quotas), in_thousands(made.base_g), in_thousands(made.total_g)
    unit = problem.target.indicator.unit_shown
    yield say(
        f"{many} 家机构;基期 {base},指标 {total} {unit}",
        f"{many} institutions; base {base}, quotas {total} {unit}",
    )
    yield from _members(run, about)


def _members(run: Run, about: Mapping[str, Any]) -> Iterator[str]:
    names, unit = about.get("regions"), run.problem.target.indicator.unit_shown
    for node in run.allocation.nodes:
        region = node.key.partition("/region:")[2]
        if region.isdigit() and int(region) in run.problem.members:
            named = names.get(region) if isinstance(names, dict) else None
            code, *pair = named if isinstance(named, list) and len(named) == 3 else ("-", "", "")
            yield f"  {code}  {_pair(pair, region)}  {in_thousands(node.amount_g)} {unit}"


def _pair(names: object, otherwise: str) -> str:
    """Return a name that the file gives in Chinese and English, in the reader's language."""
    if isinstance(names, Sequence) and len(names) == 2 and all(isinstance(n, str) for n in names):
        return say(*names) or otherwise
    return otherwise

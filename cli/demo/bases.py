"""How the demo answers for its bases: odd months are estimated, others confirmed, with reasons."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from actions.actor import Actor
from actions.compact.base_words import HOWS, STATES, in_words, told
from actions.compact.bases import OPEN, BaseLine, Finding, Review, histories, review
from actions.compact.decide_bases import ConfirmBases, LeaveOutBases, Which
from actions.compact.estimate_base import EstimateBase, Way
from actions.declared import Action
from cli.services.words import language, say
from compact.bases import CarrierMonth, YearMonth, month_span
from compact.targets import State
from metering.errors import InsufficientDataError

_MOST_SHOWN: Final = 5
_WAYS: Final = (Way.YEAR_AFTER, Way.YEAR_BEFORE, Way.LIKE_DAYS)
_STEPS: Final = {Way.YEAR_AFTER: 1, Way.YEAR_BEFORE: -1}
# What its people write they write in Chinese, in whichever language the demo is started.
_NOTHING_ODD: Final = "演示:未发现异常。"
_NO_BASE: Final = "演示:没有可用的基期数据。"
_LOOKED_AT: Final = "演示:异常月份已估算或如实保留,其余按计量。"
_REPLACED: Final = frozenset({"missing", "partial", "beyond"})
Act = Callable[[Action[Any, Any], int], object]


def answer(actor: Actor, target_id: int, tell: Callable[[str], None], act: Act) -> None:
    """Review a target's bases, show what moves most, and answer for every one.

    actor: who looks. act: does an action on the target.

    What is missing or beyond three times the other year takes the other year's figure, else that
    of like days; who has nothing is left out; the rest is confirmed as it is.
    """
    found = review(actor, target_id)
    for line in shown(found):
        tell(line)
    left = [one for one in found.lines if one.state == OPEN]
    known = histories(actor, target_id, [one.institution_id for one in left])
    for one in left:
        carriers = known[one.institution_id].carriers if one.institution_id in known else {}
        _answer(act, target_id, one, carriers)
    act(ConfirmBases(which=Which.REST, reason=_NOTHING_ODD), target_id)
    after = review(actor, target_id)
    many = sum(len(one.acts) for one in after.lines)
    tell(
        say(
            f"  估算 {many} 个月,待核查 {after.open} 家。",
            f"  {many} months estimated, {after.open} bases left open.",
        )
    )


def shown(found: Review) -> Iterator[str]:
    """Yield the lines of a review, those that move most first."""
    lang = language()
    odd = [one for one in found.lines if one.findings]
    yield say(
        f"  基数核查:{len(odd)} 家有异常,按对总量的影响排列:",
        f"  Review of bases: {len(odd)} are odd, by what they move in the total:",
    )
    for one in odd[:_MOST_SHOWN]:
        name = (one.name_zh if lang == "zh" else one.name_en) or str(one.institution_id)
        year = one.base.year if one.base is not None else None
        worst = max(one.findings, key=lambda finding: finding.effect_g)
        state = in_words(STATES[one.state], lang)
        yield f"  {one.effect_g / 1000:>12,.0f} kgce  {name}: {told(worst, year, lang)} [{state}]"
    if len(odd) > _MOST_SHOWN:
        more = len(odd) - _MOST_SHOWN
        yield say(f"  ……另有 {more} 家", f"  … and {more} more")


def _answer(
    act: Act,
    target_id: int,
    one: BaseLine,
    carriers: Mapping[str, Mapping[YearMonth, CarrierMonth]],
) -> None:
    if one.base is None or one.base.total_g <= 0:
        left = LeaveOutBases(institutions=[one.institution_id], reason=_NO_BASE)
        act(left, target_id)
        return
    for finding in one.findings:
        if finding.mark.code in _REPLACED and finding.mark.month and finding.mark.carrier:
            months = carriers.get(finding.mark.carrier, {})
            _estimate(act, target_id, one, finding, months)
    these = ConfirmBases(which=Which.THESE, institutions=[one.institution_id], reason=_LOOKED_AT)
    act(these, target_id)


def _estimate(
    act: Act,
    target_id: int,
    one: BaseLine,
    finding: Finding,
    months: Mapping[YearMonth, CarrierMonth],
) -> None:
    """Estimate a month by the first way for which something is measured; else it stays as it is."""
    assert one.base is not None
    at = one.base.year, finding.mark.month or 1
    for how in _WAYS:
        if not _may_do(how, months, at):
            continue
        reason = f"演示:该月异常,取{HOWS[how.value][0]}。"
        try:
            wanted = EstimateBase(
                institution=one.institution_id,
                month=month_span(at)[0],
                carrier=finding.mark.carrier,
                how=how,
                reason=reason,
            )
            act(wanted, target_id)
        except InsufficientDataError:
            continue
        return


def _may_do(how: Way, months: Mapping[YearMonth, CarrierMonth], at: YearMonth) -> bool:
    """Return whether anything is known by which a way could go, to ask for no other."""
    if how is Way.LIKE_DAYS:
        first, until = month_span(at, beside=1)
        near = [one for (y, m), one in months.items() if first <= month_span((y, m))[0] < until]
        return any(one.quanta is not None for one in near)
    other = months.get((at[0] + _STEPS[how], at[1]))
    return other is not None and other.state is not State.MISSING

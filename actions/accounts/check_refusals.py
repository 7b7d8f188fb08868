"""What is refused of checks, with the culprit and the next step."""

from datetime import date
from decimal import Decimal

from metering.errors import ConflictError, InputError
from storage.accounts.check_plans import PlanRow, RuleRow
from storage.accounts.checks import SheetRow


def year_to_come(year: int) -> InputError:
    """Return the refusal of a year that has not begun."""
    return InputError(
        "check.year",
        zh=f"{year} 年尚未开始。",
        en=f"{year} has not begun.",
        next_zh="请填写本年或以前的年度。",
        next_en="Name this year or an earlier one.",
        where={"field": "year", "value": year},
    )


def too_small(share: Decimal, least: RuleRow) -> InputError:
    """Return the refusal of a share below the rule's."""
    bound = f"{Decimal(least.millionths) / 10_000:f}"
    return InputError(
        "check.share",
        zh=f"抽查比例 {share}% 低于下限 {bound}%({least.name_zh})。",
        en=f"A share of {share} % is below the least of {bound} % ({least.source}).",
        next_zh=f"请填写不低于 {bound} 的比例。",
        next_en=f"Check at least {bound} %.",
        where={"field": "share", "value": str(share)},
    )


def seed_known(day: date) -> InputError:
    """Return the refusal of a seed that may be known already."""
    return InputError(
        "check.seed_known",
        zh=f"种子公布日 {day} 不晚于今天,种子可能已为人所知。",
        en=f"The seed's day, {day}, is not after today: somebody may know the seed.",
        next_zh="请选用以后才公布的数。",
        next_en="Take a figure that is published later.",
        where={"field": "seed_day", "value": day.isoformat()},
    )


def nobody() -> ConflictError:
    """Return the refusal of an empty roster."""
    return ConflictError(
        "check.nobody",
        zh="该范围内没有您可核查的机构。",
        en="There is no institution that you check.",
        next_zh="请核对行政区划和主管部门。",
        next_en="Look again at the region and the line.",
        where={"field": "region"},
    )


def drawn_already(on: PlanRow) -> ConflictError:
    """Return the refusal of a second draw."""
    return ConflictError(
        "check.drawn",
        zh=f"该抽查已按种子“{on.seed}”抽取。",
        en=f"This check has been drawn by the seed “{on.seed}”.",
        next_zh="如需另行抽取,请另定方案(check.plan)。",
        next_en="To draw others, plan another check: check.plan.",
        where={"field": "seed", "plan": on.plan_id},
    )


def not_public(on: PlanRow) -> ConflictError:
    """Return the refusal of a draw before the seed's day."""
    return ConflictError(
        "check.not_public",
        zh=f"种子({on.seed_from})于 {on.seed_day} 公布。",
        en=f"The seed ({on.seed_from}) becomes public on {on.seed_day}.",
        next_zh="请在当天或以后抽取。",
        next_en="Draw on that day or later.",
        where={"field": "seed", "plan": on.plan_id},
    )


def other_roster(on: PlanRow) -> ConflictError:
    """Return the refusal of who does not see the whole roster that was frozen."""
    return ConflictError(
        "check.roster",
        zh="您所见的名录与冻结的不一致:部分机构不在您的权限内。",
        en="The roster that you see is not the one that was frozen: you see a part of it.",
        next_zh=f"请由制定方案的人({on.planned_by})或同等权限的人抽取。",
        next_en=f"Let it be drawn by whoever planned it ({on.planned_by}), or with like rights.",
        where={"field": "seed", "plan": on.plan_id},
    )


def other_year(on: SheetRow) -> InputError:
    """Return the refusal of months outside the year that is checked."""
    return InputError(
        "check.months",
        zh=f"所填月份不在核查年度 {on.year} 年内,或前后颠倒。",
        en=f"These months are not in {on.year}, the year that is checked, or not in order.",
        next_zh=f"请填写 {on.year}-01 至 {on.year}-12 之间的月份。",
        next_en=f"Name months from {on.year}-01 to {on.year}-12.",
        where={"field": "from_", "sheet": on.sheet_id},
    )


def other_meter(on: SheetRow, channel: int) -> InputError:
    """Return the refusal of another institution's meter."""
    return InputError(
        "check.meter",
        zh=f"计量通道 {channel} 不属于该机构。",
        en=f"Channel {channel} is no meter of this institution.",
        next_zh="请从核查表页面上的表计进入。",
        next_en="Begin from a meter on the sheet's page.",
        where={"field": "channel", "value": channel, "sheet": on.sheet_id},
    )


def nothing_seen(on: SheetRow) -> ConflictError:
    """Return the refusal of a conclusion from nothing."""
    return ConflictError(
        "check.empty",
        zh="该核查表还没有登记任何核查数。",
        en="Nothing is recorded on this sheet.",
        next_zh="请先登记所见(check.fact、check.use、check.reading)。",
        next_en="Record what was seen first: check.fact, check.use, check.reading.",
        where={"sheet": on.sheet_id},
    )


def day_needed(wrong: int) -> InputError:
    """Return the refusal of a finding without a day until when it is corrected."""
    return InputError(
        "check.due",
        zh=f"有 {wrong} 项有差错,须填写更正期限。",
        en=f"{wrong} figures are wrong: say until when they are corrected.",
        next_zh="请填写今天以后的日期。",
        next_en="Name a day after today.",
        where={"field": "due_on"},
    )


def no_day_needed() -> InputError:
    """Return the refusal of a day where nothing is wrong."""
    return InputError(
        "check.no_due",
        zh="没有差错,无需更正期限。",
        en="Nothing is wrong: there is no day until when it is corrected.",
        next_zh="请清空该项。",
        next_en="Leave it open.",
        where={"field": "due_on"},
    )


def not_restated(on: SheetRow) -> ConflictError:
    """Return the refusal of a re-check while the locked year says something else."""
    return ConflictError(
        "check.restate",
        zh=f"{on.year} 年台账已更正,但锁定的数尚未更正。",
        en=f"The accounts of {on.year} are corrected, what is locked of them is not.",
        next_zh="请先更正锁定的台账(year.restate)并核验(year.verify)。",
        next_en="Restate the locked year first (year.restate) and verify it (year.verify).",
        where={"sheet": on.sheet_id},
    )


def not_filled_anew(on: SheetRow) -> ConflictError:
    """Return the refusal of a re-check while the submission says something else."""
    return ConflictError(
        "check.submission",
        zh=f"{on.year} 年年报仍是更正前的数。",
        en=f"The submission of {on.year} still says what was found wrong.",
        next_zh="请退回或重新开启年报(submission.return、submission.reopen),重新填报。",
        next_en="Send the submission back or reopen it (submission.return, submission.reopen), "
        "and let it be filled in anew.",
        where={"sheet": on.sheet_id},
    )

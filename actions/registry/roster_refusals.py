"""How changes of the roster are refused: which institution, and which other change or fact."""

from datetime import date

from metering.errors import ConflictError, InputError
from storage.registry.roster_values import ChangeRow, NewChange, Standing, Term


def left(one: Standing, change: NewChange) -> ConflictError:
    """Return the refusal of who has left the roster already."""
    return ConflictError(
        "roster.left_already",
        zh=f"{_zh(one)}已自 {one.left_on} 起退出名录(变更 {one.left_by}),"
        f"不能在 {change.day} 的变更中出现。",
        en=f"{_en(one)} left the roster on {one.left_on} by change {one.left_by}: it can have no "
        f"part in one of {change.day}.",
        next_zh="请核对机构;那次变更有误的,先撤回。",
        next_en="Look at the institution again; take that change back first if it was wrong.",
        where={"institution_id": one.institution_id, "change_id": one.left_by},
    )


def before_founding(one: Standing, change: NewChange) -> InputError:
    """Return the refusal of a day on which it was not there."""
    return InputError(
        "roster.before_founding",
        zh=f"{_zh(one)}自 {one.founded} 起才在名录,{change.day} 不在其后。",
        en=f"{_en(one)} is on the roster since {one.founded}: {change.day} is not after that.",
        next_zh="请核对生效日期,或先登记该机构的隶属。",
        next_en="Look at the day again, or register to whom it belonged before.",
        where={"field": "day", "institution_id": one.institution_id, "founded": str(one.founded)},
    )


def later(one: Standing, change: NewChange) -> ConflictError:
    """Return the refusal of a change before another that names the same institution."""
    return ConflictError(
        "roster.changed_later",
        zh=f"{_zh(one)}在 {one.later_on} 已有变更 {one.later_by},本变更({change.day})须在其后。",
        en=f"{_en(one)} has change {one.later_by} of {one.later_on}: this one of {change.day} must "
        "come after it.",
        next_zh="请核对日期;必要时先撤回那次变更,再按顺序办理。",
        next_en="Look at the days again; take that change back first, and record both in order.",
        where={"field": "day", "institution_id": one.institution_id, "change_id": one.later_by},
    )


def account_changes_later(term: Term, day: date) -> ConflictError:
    """Return the refusal of a change where shares of a channel are dated after it."""
    return ConflictError(
        "roster.account_changes_later",
        zh=f"计量通道 {term.channel_id} 在机构 {term.institution_id} 的份额自 {term.valid_from} 起"
        f"{'' if term.valid_to is None else f'至 {term.valid_to} 止'},与 {day} 的变更矛盾。",
        en=f"The share of channel {term.channel_id} in institution {term.institution_id} holds "
        f"from {term.valid_from}{'' if term.valid_to is None else f' until {term.valid_to}'}: that "
        f"contradicts a change of {day}.",
        next_zh="请先更正份额的起止日期。",
        next_en="Correct from when until when the share counts first.",
        where={"channel_id": term.channel_id, "institution_id": term.institution_id},
    )


def moves_later(who: int, day: date) -> ConflictError:
    """Return the refusal of a move before another one."""
    return ConflictError(
        "roster.moves_later",
        zh=f"机构 {who} 在 {day} 之后已登记了其他隶属。",
        en=f"Institution {who} is registered as belonging elsewhere after {day}.",
        next_zh="请核对日期,或先更正后来的隶属。",
        next_en="Look at the day again, or correct the later affiliation first.",
        where={"field": "day", "institution_id": who},
    )


def into_itself(who: int) -> InputError:
    """Return the refusal of a merger or a split after which all is as it was."""
    return InputError(
        "roster.into_itself",
        zh=f"机构 {who} 只承继其自身,名录和台账都不会有任何变化。",
        en=f"Institution {who} would succeed itself alone: roster and accounts would stay as they "
        "are.",
        next_zh="请另填至少一家机构;机构改隶属的用“改变隶属”,不再存在的用“撤销”。",
        next_en="Name at least one other institution; one that belongs elsewhere is moved, one "
        "that ends is closed.",
        where={"field": "successors", "institution_id": who},
    )


def no_move(who: int, day: date) -> ConflictError:
    """Return the refusal of a move to where it is."""
    return ConflictError(
        "roster.no_move",
        zh=f"机构 {who} 在 {day} 的隶属与所填相同。",
        en=f"Institution {who} belongs there on {day} already.",
        next_zh="请核对行政区划、级别和主管部门。",
        next_en="Look at region, level and department line again.",
        where={"institution_id": who},
    )


def stands_on_it(change: ChangeRow, why_zh: str, why_en: str) -> ConflictError:
    """Return the refusal to take a change back on which something else stands."""
    return ConflictError(
        "roster.stands_on_it",
        zh=f"变更 {change.change_id} 不能撤回:{why_zh}",
        en=f"Change {change.change_id} cannot be taken back: {why_en}",
        next_zh="请先处理后来的事项,或登记一项相反的新变更。",
        next_en="Settle what came later first, or record a new change that goes the other way.",
        where={"change_id": change.change_id},
    )


def _zh(one: Standing) -> str:
    return f"“{one.name_zh or one.name_en or ''}”({one.institution_id})"


def _en(one: Standing) -> str:
    return f"“{one.name_en or one.name_zh or ''}” ({one.institution_id})"


def says_nothing_new(who: int, day: date) -> InputError:
    """Return the refusal of a change after which all is as before."""
    return InputError(
        "roster.nothing_new",
        zh=f"机构 {who} 在 {day} 已如此登记。",
        en=f"Institution {who} is registered so on {day} already.",
        next_zh="请核对所填内容和日期。",
        next_en="Check what is stated, and the day.",
        where={"institution_id": who},
    )

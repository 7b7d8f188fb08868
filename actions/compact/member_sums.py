"""What a change of bases moves: the base itself, its member's sum, how many share the target."""

from collections.abc import Sequence

from actions.compact.base_lines import LEFT_OUT, BaseLine, lines_of
from actions.compact.base_words import STATES
from actions.compact.target_words import whole_words
from actions.declared import Effect
from actions.fields import Acting, Words, plain
from storage.compact import bases, unions
from storage.compact.targets import TargetRow


def all_lines(at: Acting, kept: TargetRow) -> list[BaseLine]:
    """Return the lines of all bases that the actor plans, as they are now."""
    return lines_of(at.connection, kept, bases.institutions(at.connection, kept.union_id))


def of_base(before: BaseLine, after: BaseLine) -> Effect:
    """Return an institution's base with its state, before and after."""
    return Effect("base", Words("该机构基期", "Its base"), _base(before), _base(after))


def of_members(
    at: Acting, kept: TargetRow, before: Sequence[BaseLine], changed: Sequence[BaseLine]
) -> list[Effect]:
    """Return each member's sum, of institutions that the actor sees, and how many share the target.

    before: all lines; changed: those that change, as they would be.
    """
    new = {one.institution_id: one for one in changed}
    after = [new.get(one.institution_id, one) for one in before]
    names = {one.region_id: one for one in unions.members(at.connection, kept.union_id)}
    found = []
    for member in sorted({one.member_id for one in changed}):
        one = names.get(member)
        zh = (one and one.name_zh) or str(member)
        en = (one and one.name_en) or str(member)
        was, now = _of(member, before), _of(member, after)
        words = Words(f"{zh}的基期合计(您可查看的机构)", f"Base of {en}, of those that you see")
        sums = [whole_words(_sum_g(some), kept.target.indicator) for some in (was, now)]
        found.append(Effect("member_base", words, sums[0], sums[1]))
        if len(was) != len(now):
            many = Words(f"{zh}参与分解的机构", f"Institutions of {en} that share the target")
            found.append(Effect("institutions", many, plain(str(len(was))), plain(str(len(now)))))
    return found


def _of(member: int, lines: Sequence[BaseLine]) -> list[BaseLine]:
    return [one for one in lines if one.member_id == member and one.seen and _shares(one)]


def _sum_g(lines: Sequence[BaseLine]) -> int:
    return sum(one.base.total_g for one in lines if one.base is not None)


def _shares(line: BaseLine) -> bool:
    """Return whether an institution shares the target: it has a base and is not left out."""
    return line.base is not None and line.base.total_g > 0 and line.state != LEFT_OUT


def _base(line: BaseLine) -> Words:
    amount = whole_words(None if line.base is None else line.base.total_g, line.indicator).en
    zh, en = STATES[line.state]
    return Words(f"{amount}({zh})", f"{amount} ({en})")

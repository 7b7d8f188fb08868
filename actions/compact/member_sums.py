"""What a change of one base moves: the base itself, its member's sum, how many share the target."""

from collections.abc import Sequence
from dataclasses import dataclass

from actions.compact.base_lines import LEFT_OUT, BaseLine, lines_of
from actions.compact.base_words import STATES
from actions.compact.target_words import kgce
from actions.declared import Effect
from actions.fields import Acting, Words, plain
from storage.compact import bases
from storage.compact.targets import Kept


@dataclass(frozen=True, slots=True)
class MemberSum:
    """The bases of a member's institutions that the actor sees, less those left out. [g]"""

    base_g: int
    institutions: int

    def effects(self, before: BaseLine, after: BaseLine) -> list[Effect]:
        """Return sum and number before and after one base of it changes."""
        base_g = self.base_g - counted_g(before) + counted_g(after)
        number = self.institutions - shares(before) + shares(after)
        words = Words("成员基期合计(您可查看的机构)", "The member's base, of those that you see")
        found = [Effect("member_base", words, kgce(self.base_g), kgce(base_g))]
        if number != self.institutions:
            many = Words("参与分解的机构", "Institutions that share the target")
            was, now = plain(str(self.institutions)), plain(str(number))
            found.append(Effect("institutions", many, was, now))
        return found


def of_member(at: Acting, kept: Kept, member_id: int) -> MemberSum:
    """Return the sum of a member's bases as they are now."""
    lines = lines_of(at.connection, kept, bases.institutions(at.connection, kept.union_id))
    return summed([one for one in lines if one.member_id == member_id])


def summed(lines: Sequence[BaseLine]) -> MemberSum:
    """Return the sum of some bases, of those that the actor sees."""
    seen = [one for one in lines if one.seen]
    return MemberSum(sum(map(counted_g, seen)), sum(map(shares, seen)))


def of_base(before: BaseLine, after: BaseLine) -> Effect:
    """Return an institution's base with its state, before and after."""
    return Effect("base", Words("该机构基期", "Its base"), _base(before), _base(after))


def counted_g(line: BaseLine) -> int:
    """Return what a base adds to its member's sum; one that is left out adds nothing."""
    return line.base.total_g if line.base is not None and shares(line) else 0


def shares(line: BaseLine) -> bool:
    """Return whether an institution shares the target: it has a base and is not left out."""
    return line.base is not None and line.base.total_g > 0 and line.state != LEFT_OUT


def _base(line: BaseLine) -> Words:
    amount = kgce(None if line.base is None else line.base.total_g).en
    zh, en = STATES[line.state]
    return Words(f"{amount}({zh})", f"{amount} ({en})")

"""Withdrawing a factor that somebody stated, declared once."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from actions.declared import About, Action, Effect
from actions.fields import Acting, Option, Words, field, plain
from actions.kinds import Line
from actions.registry.factor_fields import span
from actions.rights import Right
from storage.registry import factors
from storage.registry.factors import Factor


class FactorWithdrawn(BaseModel):
    """A factor that is known no more."""

    factor: str


def called(one: Factor) -> str:
    """Return by what a factor is asked for: its list and its row."""
    return f"{one.of}:{one.id}"


def every_stated(at: Acting) -> Sequence[Option]:
    """Return what people have stated."""
    return [Option(called(one), _words(one)) for one in factors.stated(at.connection)]


class WithdrawFactor(Action[None, FactorWithdrawn]):
    """Withdraw a factor that somebody stated; what came with the program holds there again."""

    about = About(
        code="factor.withdraw",
        right=Right.ADMINISTER,
        path="/factors/withdraw",
        tag="factors",
        zh="撤回登记的系数或因子",
        en="Withdraw a stated factor",
        done=("已撤回;台账重新折算。", "Withdrawn; accounts are converted anew."),
    )

    factor: Annotated[str, Field(max_length=64)] = field(
        zh="系数或因子", en="Factor", choices=every_stated, examples=["coefficient:12"]
    )
    reason: Line = field(zh="原因", en="Reason", examples=["typed a digit too many"])

    def foresee(self, on: None, at: Acting) -> list[Effect]:
        """Return what was stated, and what will hold on its first day."""
        one = self._it(at)
        factors.withdraw(at.connection, one.of, one.id)
        after = [
            each
            for each in factors.of_key(at.connection, one.of, one.key)
            if each.valid_from is None
            or one.valid_from is None
            or each.valid_from <= one.valid_from < (each.valid_to or one.valid_from.max)
        ]
        value = plain(f"{after[0].value:f}") if after else Words("未登记", "none")
        return [Effect("factor", _words(one), plain(f"{one.value:f}"), value)]

    def do(self, on: None, at: Acting) -> FactorWithdrawn:
        """Withdraw it; that it was stated stays on record."""
        one = self._it(at)
        factors.withdraw(at.connection, one.of, one.id)
        return FactorWithdrawn(factor=self.factor)

    @classmethod
    def where_to(cls, on: None, result: FactorWithdrawn) -> str:
        """Return the lists of what was published."""
        return "/published"

    def _it(self, at: Acting) -> Factor:
        return next(one for one in factors.stated(at.connection) if called(one) == self.factor)


def _words(one: Factor) -> Words:
    key, days = " ".join(one.key), span(one)
    return Words(
        f"{key} {one.value:f} {days.zh}({one.document or '—'})",
        f"{key} {one.value:f} {days.en} ({one.document or '—'})",
    )

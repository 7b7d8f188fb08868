"""What a rule takes, said once: forms, API, commands and snapshots are derived from it."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from compact.bands import Band
from compact.targets import MILLION
from metering.errors import InputError

_PERCENT: Final = MILLION // 100


class Kind(StrEnum):
    """What a value is: how people type it, and how a snapshot keeps it."""

    SHARE = "share"  # typed in percent, kept in millionths
    FACTOR = "factor"  # typed as a number, kept in millionths
    NUMBER = "number"  # a decimal, kept as such
    CHOICE = "choice"  # one of some words
    BANDS = "bands"  # the rows of a published rule by bands, typed as its code


class By(StrEnum):
    """What a value is given for, each with its own."""

    ALL = "all"
    CLASS = "class"  # of institutions: a code
    MEMBER = "member"  # of the union: its region's id


@dataclass(frozen=True, slots=True)
class Choice:
    """A word that may be chosen, and what it says to people."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a rule takes.

    least, most, step: as people type it. default: as it is kept; None may be left open.
    each: of a class or member that is not named, None where that has none.
    """

    name: str
    kind: Kind
    by: By
    zh: str
    en: str
    unit: str
    hint_zh: str
    hint_en: str
    least: Decimal
    most: Decimal | None
    default: Any
    choices: tuple[Choice, ...] = ()
    each: Any = None
    step: Decimal = Decimal(1)

    @property
    def field_name(self) -> str:
        """The name by which API and forms ask for it: a share says that it is in percent."""
        return f"{self.name}_percent" if self.kind is Kind.SHARE else self.name

    def text(self, lang: str) -> str:
        """Return its label."""
        return self.zh if lang.startswith("zh") else self.en

    def hint(self, lang: str) -> str:
        """Return what a person should know who fills it in."""
        return self.hint_zh if lang.startswith("zh") else self.hint_en

    def kept(self, typed: Any) -> Any:
        """Return what was typed as it is kept, a mapping where each class or member has its own."""
        if self.by is By.ALL or typed is None:
            return self._kept(typed)
        key = int if self.by is By.MEMBER else str
        return {key(one): self._kept(value) for one, value in dict(typed).items()}

    def typed(self, kept: Any) -> Any:
        """Return what is kept as people type it."""
        if isinstance(kept, Mapping) and self.by is not By.ALL:
            return {one: self._typed(value) for one, value in kept.items()}
        return self._typed(kept)

    @property
    def typed_each(self) -> Any:
        """What holds of a class or member that is not named, as people type it."""
        return self._typed(self.each)

    def payload(self, kept: Any) -> Any:
        """Return what is kept as JSON writes it: ids are keys and so text, decimals are text."""
        if self.by is not By.ALL:
            return {str(one): _plain(value) for one, value in kept.items()}
        if self.kind is Kind.BANDS:
            return [one.row for one in kept]
        return _plain(kept)

    def from_payload(self, payload: Any) -> Any:
        """Return what JSON says as it is kept."""
        if self.by is not By.ALL:
            key = int if self.by is By.MEMBER else str
            return {key(one): self._from_plain(value) for one, value in payload.items()}
        return self._from_plain(payload)

    def check(self, kept: Any) -> None:
        """Refuse what lies outside the limits, or is no choice."""
        values = kept.values() if self.by is not By.ALL else [kept]
        for value in values:
            if value is not None:
                self._check(value)

    def _kept(self, typed: Any) -> Any:
        if typed is None or typed == "":
            return None
        if self.kind in (Kind.CHOICE, Kind.BANDS):
            return typed
        number = _decimal(self, typed)
        if self.kind is Kind.SHARE:
            return int(number * _PERCENT)
        return int(number * MILLION) if self.kind is Kind.FACTOR else number

    def _typed(self, kept: Any) -> Any:
        if kept is None or self.kind in (Kind.CHOICE, Kind.BANDS, Kind.NUMBER):
            return kept
        return Decimal(kept) / (_PERCENT if self.kind is Kind.SHARE else MILLION)

    def _from_plain(self, payload: Any) -> Any:
        if self.kind is Kind.BANDS:
            return tuple(Band.of(row) for row in payload)
        return Decimal(payload) if self.kind is Kind.NUMBER and payload is not None else payload

    def _check(self, value: Any) -> None:
        if self.kind is Kind.CHOICE:
            if value not in {one.code for one in self.choices}:
                raise self.wrong("不在可选范围内", "is none of its choices")
            return
        if self.kind is Kind.BANDS:
            return
        typed = self._typed(value)
        if isinstance(typed, Decimal) and not typed.is_finite():
            raise self.wrong("应为有限数", "must be a finite number")
        if typed < self.least or (self.most is not None and typed > self.most):
            most = "" if self.most is None else f"{self.most:f}"
            span = f"{self.least:f}–{most} {self.unit}".strip()
            raise self.wrong(f"应在 {span} 内", f"must lie within {span}")

    def wrong(self, zh: str, en: str) -> InputError:
        """Return the error that it cannot be so, and why."""
        return InputError(
            f"method.bad_{self.name}",
            zh=f"{self.zh}{zh}。",
            en=f"{self.en} {en.strip()}.",
            next_zh=f"请在该规则下填写或改正“{self.zh}”。",
            next_en=f"Enter it under that rule, as “{self.en}”.",
            where={"field": self.field_name},
        )


def parameter(
    default: Any = None,
    *,
    kind: Kind,
    zh: str,
    en: str,
    by: By = By.ALL,
    unit: str = "",
    hint: tuple[str, str] = ("", ""),
    least: str = "0",
    most: str | None = None,
    choices: tuple[Choice, ...] = (),
    each: Any = None,
    step: str = "1",
) -> Any:
    """Declare a field of a rule with its words and limits; hint: zh and en."""
    about = {
        "kind": kind, "by": by, "zh": zh, "en": en, "unit": unit, "hint_zh": hint[0],
        "hint_en": hint[1], "least": Decimal(least),
        "most": None if most is None else Decimal(most), "choices": choices,
        "each": each, "step": Decimal(step),
    }  # fmt: skip
    if by is By.ALL:
        return field(default=default, metadata=about | {"default": default})
    return field(default_factory=dict, metadata=about | {"default": {}})


def share(
    default: int | None, *, zh: str, en: str, most: str = "1000", hint: tuple[str, str] = ("", "")
) -> Any:
    """Declare a share of an institution's base, typed in percent."""
    return parameter(default, kind=Kind.SHARE, zh=zh, en=en, unit="%", most=most, hint=hint)


def floor_share() -> Any:
    """Declare the least of its base that an institution gets; nothing unless somebody says so."""
    hint = ("至少为基期的百分之几。", "The least of its base that anybody gets.")
    return share(0, zh="下限(占基期)", en="Floor, of the base", hint=hint)


def ceiling_share() -> Any:
    """Declare the most of its base that an institution gets; no limit unless somebody says one."""
    hint = ("至多为基期的百分之几;不填则不限。", "The most of its base; empty for no limit.")
    return share(None, zh="上限(占基期)", en="Ceiling, of the base", hint=hint)


def parameters_of(owner: type) -> tuple[Parameter, ...]:
    """Return what a rule takes, in the order of its file."""
    return tuple(_read(one) for one in fields(owner) if "kind" in one.metadata)


def _read(one: Field[Any]) -> Parameter:
    return Parameter(name=one.name, **one.metadata)


def _decimal(owner: Parameter, typed: Any) -> Decimal:
    try:
        return typed if isinstance(typed, Decimal) else Decimal(str(typed))
    except InvalidOperation:
        raise owner.wrong("应为数字", "must be a number") from None


def _plain(value: Any) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value

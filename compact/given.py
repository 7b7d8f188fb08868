"""What a case gives, read as exact numbers; an error names the case and the field."""

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import inf
from typing import Any, Final, TypeVar

from analytics.exact import Exact
from metering.errors import InputError

_MOST_DIGITS: Final = 300  # before or behind the point: more is a slip, and slow
_T = TypeVar("_T")


class Given:
    """The fields of one case."""

    def __init__(
        self,
        case: str,
        fields: Mapping[str, Any],
        published: Callable[[str], Sequence[Sequence[Any]]] | None = None,
        within: str = "",
    ) -> None:
        """Read the fields of a case, or of an object in it.

        published: the rows of a published rule, by its code.
        within: what errors write before the name of a field.
        """
        self.case = case
        self.fields = fields
        self._within = within
        self._asked: set[str] = set()
        self._inside: list[Given] = []
        self._published = published

    def refuse_others(self, names: Collection[str] = ()) -> None:
        """Refuse fields that nobody asked for, here or inside: misspelt, or of another rule.

        names: fields that only tell something to people.
        """
        for name in self.fields:
            if name not in self._asked and name not in names:
                known, name = ", ".join(sorted(self._asked)), self._within + name
                raise InputError(
                    "solve.field_unknown",
                    zh=f"案例 {self.case}:此规则不使用字段 {name}。",
                    en=f"Case {self.case}: this rule does not know the field {name}.",
                    next_zh=f"请删除或改正;此处用到的字段:{known}。",
                    next_en=f"Leave it out or correct it; used here are {known}.",
                    where={"case": self.case, "field": name},
                )
        for one in self._inside:
            one.refuse_others()

    def __contains__(self, name: str) -> bool:
        self._asked.add(name)
        return self.fields.get(name) is not None

    def number(self, name: str) -> Fraction:
        """Return a number."""
        return self._exact(name, self._there(name))

    def whole(self, name: str) -> int:
        """Return a number without a fraction."""
        value = self.number(name)
        if value.denominator != 1:
            raise self._wrong(name, "应为整数", "must be a whole number")
        return value.numerator

    def wholes(self, name: str) -> list[int]:
        """Return a list of numbers without a fraction."""
        found = self.numbers(name)
        for place, value in enumerate(found):
            if value.denominator != 1:
                raise self._wrong(f"{name}[{place}]", "应为整数", "must be a whole number")
        return [value.numerator for value in found]

    def numbers(self, name: str, count: int | None = None) -> list[Fraction]:
        """Return a list of numbers, as many as asked."""
        return self._list(name, count, self._exact)

    def blanks(self, name: str) -> list[Fraction | None]:
        """Return a list of numbers in which null stands for what nobody knows."""
        return self._list(name, None, lambda at, one: None if one is None else self._exact(at, one))

    def floats(self, name: str, count: int | None = None) -> list[float]:
        """Return a list of numbers, at least one, as a statistic takes them."""
        if not (found := [float(one) for one in self.numbers(name, count)]):
            raise self._wrong(name, "不得为空", "must not be empty")
        return found

    def matrix(self, name: str) -> list[list[float]]:
        """Return rows of equal length, at least one of at least one number."""
        rows = self._list(name, None, self._row)
        if not rows or not rows[0] or len({len(row) for row in rows}) > 1:
            raise self._wrong(name, "各行应等长且不为空", "must have rows of one length, not empty")
        return rows

    def words(self, name: str) -> list[str]:
        """Return a list of words."""
        return self._list(name, None, self._word)

    def flags(self, name: str, count: int) -> list[bool]:
        """Return a list of true and false, as many as asked."""
        return self._list(name, count, self._flag)

    def each(self, name: str, count: int) -> list[Fraction]:
        """Return a list of numbers, or one number for all."""
        if isinstance(self._there(name), list):
            return self.numbers(name, count)
        return [self.number(name)] * count

    def bounds(self, name: str, count: int) -> list[Fraction | None]:
        """Return floors or ceilings: one each, one for all, or none at all."""
        if name not in self:
            return [None] * count
        if isinstance(self.fields[name], list):
            return self._list(name, count, self._bound)
        return [self._bound(name, self.fields[name])] * count

    def keys(self, name: str, count: int) -> list[Any] | None:
        """Return what breaks ties: all text or all numbers; None where nothing is given."""
        if name not in self:
            return None
        found = self._list(name, count, self._key)
        if len({isinstance(key, str) for key in found}) > 1:
            raise self._wrong(name, "应全为文字或全为数字", "must be all text or all numbers")
        return found

    def table(self, name: str) -> dict[str, Fraction]:
        """Return numbers by name, in the order of the file."""
        return {
            key: self._exact(f"{name}.{key}", value) for key, value in self._object(name).items()
        }

    def decimal(self, name: str) -> Fraction:
        """Return a number, which may be written as text so that no program's float spoils it."""
        return self._of_text(name, self._there(name))

    def decimals(self, name: str, count: int | None = None) -> list[Fraction]:
        """Return a list of numbers that may be written as text."""
        return self._list(name, count, self._of_text)

    def word(self, name: str, otherwise: str | None = None) -> str:
        """Return a word; `otherwise` where there is none."""
        found = otherwise if otherwise is not None and name not in self else self._there(name)
        return self._word(name, found)

    def rows(self, name: str) -> Sequence[Sequence[Any]]:
        """Return the rows of a published rule, by its code."""
        found = self._published(self.word(name)) if self._published is not None else ()
        if not found:
            raise self._wrong(name, "不是已发布规则的代码", "is no code of a published rule")
        return found

    def inside(self, name: str) -> "Given":
        """Return the fields of an object inside; its names are written with a point."""
        fields = {f"{name}.{key}": value for key, value in self._object(name).items()}
        self._inside.append(Given(self.case, fields))
        return self._inside[-1]

    def one(self, name: str) -> "Given":
        """Return an object with fields of its own."""
        self._inside.append(self._object_of(name, self._there(name)))
        return self._inside[-1]

    def objects(self, name: str) -> list["Given"]:
        """Return the objects of a list, each with fields of its own."""
        return self._list(name, None, self._object_of)

    def hold(self, name: str, values: Sequence[Exact], most: Exact | None = None) -> None:
        """Refuse a value below zero, or above the most there may be; a list names the place."""
        for place, value in enumerate(values):
            if value < 0 or (most is not None and value > most):
                at = f"{name}[{place}]" if isinstance(self.fields.get(name), list) else name
                if most is None:
                    raise self._wrong(at, "不得为负", "must not be negative")
                raise self._wrong(at, f"应在 0 与 {most} 之间", f"must be between 0 and {most}")

    def refuse(self, name: str, zh: str, en: str) -> InputError:
        """Return the error that a field cannot be used, and why."""
        return self._wrong(name, zh, en)

    def _there(self, name: str) -> Any:
        if name not in self:
            name = self._within + name
            raise InputError(
                "solve.field_missing",
                zh=f"案例 {self.case} 缺少字段 {name}。",
                en=f"Case {self.case} has no field {name}.",
                next_zh="请按已知答案文件中同名规则的写法补充。",
                next_en="Add it, as a case of the same rule among the known answers has it.",
                where={"case": self.case, "field": name},
            )
        return self.fields[name]

    def _object(self, name: str) -> Mapping[str, Any]:
        return self._object_of(name, self._there(name)).fields

    def _object_of(self, name: str, value: Any) -> "Given":
        if not isinstance(value, dict):
            raise self._wrong(name, "应为对象", "must be an object")
        return Given(self.case, value, within=f"{self._within}{name}.")

    def _list(self, name: str, count: int | None, read: Callable[[str, Any], _T]) -> list[_T]:
        found = self._there(name)
        if not isinstance(found, list):
            raise self._wrong(name, "应为数组", "must be a list")
        if count is not None and len(found) != count:
            raise self._wrong(
                name,
                f"应有 {count} 项,现有 {len(found)} 项",
                f"must have {count}, not {len(found)}",
            )
        return [read(f"{name}[{place}]", one) for place, one in enumerate(found)]

    def _bound(self, name: str, value: Any) -> Fraction | None:
        return None if value is None or value == inf else self._exact(name, value)

    def _word(self, name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise self._wrong(name, "应为文字", "must be text")
        return value

    def _row(self, name: str, value: Any) -> list[float]:
        if not isinstance(value, list):
            raise self._wrong(name, "应为数组", "must be a list")
        return [float(self._exact(f"{name}[{place}]", one)) for place, one in enumerate(value)]

    def _flag(self, name: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self._wrong(name, "应为 true 或 false", "must be true or false")
        return value

    def _key(self, name: str, value: Any) -> str | Fraction:
        return value if isinstance(value, str) else self._exact(name, value)

    def _exact(self, name: str, value: Any) -> Fraction:
        if isinstance(value, Fraction):
            return value
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self._wrong(name, "应为有限数", "must be a finite number")
        number = Decimal(value)
        if not number.is_finite() or (number and abs(number.adjusted()) > _MOST_DIGITS):
            raise self._wrong(name, "过大或过小", "is too great or too small")
        return Fraction(value)

    def _of_text(self, name: str, value: Any) -> Fraction:
        if isinstance(value, str):
            try:
                value = Decimal(value)
            except InvalidOperation:
                raise self._wrong(name, "应为数字", "must be a number") from None
        return self._exact(name, value)

    def _wrong(self, name: str, zh: str, en: str) -> InputError:
        name = self._within + name
        return InputError(
            "solve.field_wrong",
            zh=f"案例 {self.case} 的字段 {name} {zh}。",
            en=f"Field {name} of case {self.case} {en}.",
            next_zh="请改正该字段后重新计算。",
            next_en="Correct the field and solve again.",
            where={"case": self.case, "field": name},
        )


def columns_of(given: Given, names: Sequence[str]) -> list[list[Fraction]]:
    """Return several lists of equal length; the first says how many."""
    first = given.numbers(names[0])
    return [first, *(given.numbers(name, len(first)) for name in names[1:])]

"""A file of cases, each with its rule and what it gives, and what each comes to."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any, Final

from actions.solving import (
    aiming,
    bending,
    comparing,
    converting,
    covering,
    dividing,
    gaming,
    projecting,
    quality,
    savings,
    scoring,
    settling,
    terms,
    weighing,
)
from analytics.bounds import BoundsError, InfeasibleError
from compact.given import Given
from metering.errors import EnergyError, InputError

RULES: Final[dict[str, Callable[[Given], dict[str, Any]]]] = {
    rule: solver
    for topic in (
        dividing,
        terms,
        converting,
        comparing,
        covering,
        aiming,
        weighing,
        quality,
        savings,
        projecting,
        scoring,
        bending,
        gaming,
        settling,
    )
    for rule, solver in topic.RULES.items()
}

_KNOWN: Final = {"id", "rule", "given", "expect", "tolerance", "basis", "source", "note"}
_SAID: Final = ("how", "note")  # words for people
_TOTALS: Final = ("total", "saving_total")
_LOST: Final = Fraction(1, 10**12)  # of a total: what figures written by a program's floats lose


@dataclass(frozen=True, slots=True)
class Answer:
    """What a case comes to, in plain JSON values; `error` says in words why it has no answer."""

    id: Any
    result: dict[str, Any]
    error: EnergyError | None = None


def read(text: str | bytes) -> list[Any]:
    """Return the cases of a file: a list, or an object with `cases`; decimals stay exact."""
    try:
        content = json.loads(text, parse_float=Decimal, object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as wrong:
        raise _no_cases(f"({wrong})") from wrong
    cases = content.get("cases") if isinstance(content, dict) else content
    if not isinstance(cases, list):
        raise _no_cases("")
    return cases


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; of a field that stands twice nobody knows which one is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"“{twice}” ×2")
    return found


def solve_all(cases: Sequence[Any]) -> list[Answer]:
    """Return an answer to each case, in order; one that cannot be solved stops no other."""
    return [solve(case, place) for place, case in enumerate(cases, 1)]


def solve(case: Any, place: int = 1) -> Answer:
    """Return the answer to one case; `place` names it where it has no id."""
    name: Any = case.get("id") if isinstance(case, dict) else None
    name = f"#{place}" if name is None else plain(name)
    try:
        return Answer(name, plain(_solved(case, str(name))))
    except EnergyError as error:
        return Answer(name, _refusal(error), error)
    except OverflowError:
        great = Given(str(name), {}).refuse(
            "given", "所给数值的结果过大", "comes to numbers too great to print"
        )
        return Answer(name, _refusal(great), great)


def _solved(case: Any, name: str) -> dict[str, Any]:
    if not isinstance(case, dict):
        raise Given(name, {}).refuse("given", "应在对象内", "must stand in an object")
    fields = Given(name, case)
    rule = case.get("rule")
    solver = RULES.get(rule) if isinstance(rule, str) else None
    if solver is None:
        raise InputError(
            "solve.unknown_rule",
            zh=f"案例 {name} 的规则 {rule} 不存在。",
            en=f"Case {name}: there is no rule {rule}.",
            next_zh=f"可用规则:{'、'.join(sorted(RULES))}。",
            next_en=f"There are {', '.join(sorted(RULES))}.",
            where={"case": name, "field": "rule"},
        )
    given = case.get("given")
    if not isinstance(given, dict):
        raise fields.refuse("given", "应为对象", "must be an object")
    for field in case.keys() - _KNOWN:
        raise fields.refuse(str(field), "不是案例的字段", "is no field of a case")
    asked = Given(name, given, _published)
    try:
        result = solver(asked)
    except InfeasibleError as error:
        if error.short_by > _LOST * abs(error.bound):
            raise
        met = {field: error.bound for field in _TOTALS if field in given}
        asked = Given(name, given | met, _published)
        result = solver(asked)
    asked.refuse_others(_SAID)
    return result


def _published(code: str) -> Sequence[Sequence[Any]]:
    """Return the rows of a rule by bands as it ships; the library is read only where one asks."""
    from storage.registry.bands import shipped

    found = shipped().get(code)
    return found.bands if found else ()


def _refusal(error: EnergyError) -> dict[str, Any]:
    """Return an error in the shape of a result: the last word of its code, and what is missing."""
    result: dict[str, Any] = {"error": error.code.rpartition(".")[2]}
    if isinstance(error, InfeasibleError):
        result["short_by"] = plain(error.short_by)
    if isinstance(error, BoundsError):
        result["names"] = error.where["names"]
    return result


def plain(value: Any) -> Any:
    """Return a value as JSON writes it: whole numbers whole, others as the nearest float."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, Decimal | Fraction):
        exact = Fraction(value)
        return exact.numerator if exact.denominator == 1 else float(exact)
    if isinstance(value, float) and not isfinite(value):
        raise OverflowError
    return value


def _no_cases(why: str) -> InputError:
    return InputError(
        "solve.no_cases",
        zh=f"文件不是案例列表{why}。",
        en=f"The file holds no list of cases {why}".strip() + ".",
        next_zh='请按 [{"id": …, "rule": …, "given": {…}}] 书写。',
        next_en='Write it as [{"id": …, "rule": …, "given": {…}}].',
    )

"""Answers to what a file leaves open, from the plain texts in which every door sends them."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, get_args, get_type_hints

from collector.files.answers import Answers
from collector.files.months import month_of, year_of
from metering.errors import InputError
from metering.unit_names import unit_of

_PAIRS: Final = ("columns", "same")
_MOST_LENGTH_S: Final = 31 * 86_400
_MOST: Final = 200  # characters of an answer, and pairs of a list
NAMES: Final = tuple(one.name for one in fields(Answers))


def choices_of(name: str) -> tuple[str, ...]:
    """Return what an answer may be, nothing where it is free."""
    hint: Any = get_type_hints(Answers).get(name)
    options = (inner for one in (hint, *get_args(hint)) for inner in get_args(one))
    return tuple(one for one in options if isinstance(one, str))


def answers_of(given: Mapping[str, str | Sequence[str]]) -> Answers:
    """Return answers by their names; empty ones are not given. InputError names a bad one.

    `columns` (or `column`) and `same` are lists of LEFT=RIGHT.
    """
    found: dict[str, Any] = {}
    for said, value in given.items():
        name = "columns" if said == "column" else said
        if name in _PAIRS:
            found[name] = found.get(name, {}) | _pairs(
                name, [value] if isinstance(value, str) else value
            )
        elif isinstance(value, str) and value.strip():
            found[name] = _one(name, value.strip())
    return Answers(**found)


def _one(name: str, value: str) -> str | int:
    choices = choices_of(name)
    if len(value) > _MOST or (choices and value not in choices):
        raise _bad(name, value, ", ".join(choices))
    if name == "length_s":
        if not (value.isascii() and value.isdigit() and 0 < int(value[:9]) <= _MOST_LENGTH_S):
            raise _bad(name, value, f"1–{_MOST_LENGTH_S}")
        return int(value)
    if name == "month" and month_of(value) is None and year_of(value) is None:
        raise _bad(name, value, "2025-01, 2025")
    if name == "unit":
        unit = unit_of(value)
        if unit is None:
            raise _bad(name, value, "kWh, MWh, Wh, MJ, GJ, m3, L, kg, t")
        return unit
    return value


def _pairs(name: str, values: Sequence[str]) -> dict[str, str]:
    found = {}
    for value in values[:_MOST]:
        if not value.strip():
            continue
        left, mark, right = value.rpartition("=")
        if not mark or not left.strip() or not right.strip():
            raise _bad(name, value, "A=B")
        found[left.strip()] = right.strip()
    return found


def _bad(name: str, value: str, choices: str) -> InputError:
    return InputError(
        "import.bad_answer",
        zh=f"{name} 不能是“{value[:80]}”。",
        en=f"{name} cannot be “{value[:80]}”.",
        next_zh=f"可填写:{choices}。",
        next_en=f"Write one of: {choices}.",
        where={"field": name, "value": value[:80]},
    )

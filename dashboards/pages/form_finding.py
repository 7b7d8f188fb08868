"""Choosing among more options than a form lists: a page that finds one and returns with it."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from actions.fields import Acting, Option, input_kind
from actions.kinds import row_of
from actions.options import options_like

_MOST_FOUND: Final = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """Some options of a field; more: there are others."""

    options: list[Option]
    more: bool


def field_at(model: type[BaseModel], path: str) -> FieldInfo | None:
    """Return a field by its path, such as members.0.region; None where no choice is there."""
    first, _, rest = path.partition(".")
    info = model.model_fields.get(first)
    if info is None:
        return None
    if rest and input_kind(info) == "rows":
        return field_at(row_of(info), rest.partition(".")[2])
    return info if not rest and input_kind(info) in ("choice", "several") else None


def find(info: FieldInfo, at: Acting, text: str) -> Finding:
    """Return the first options that a text means."""
    found = options_like(info, at, text.strip()[:100], _MOST_FOUND + 1)
    return Finding(found[:_MOST_FOUND], len(found) > _MOST_FOUND)


def with_value(
    model: type[BaseModel], values: dict[str, Any], path: str, value: str
) -> dict[str, Any]:
    """Return the values with one more chosen, or one chosen instead of another."""
    first, _, rest = path.partition(".")
    info = model.model_fields[first]
    if not rest:
        if input_kind(info) != "several":
            return values | {first: value}
        chosen = [one for one in values.get(first, []) if one != value]
        return values | {first: [*chosen, value]}
    place, _, deeper = rest.partition(".")
    rows = [dict(one) for one in values.get(first) or [{}]]
    if place.isdecimal() and int(place) < len(rows):
        rows[int(place)] = with_value(row_of(info), rows[int(place)], deeper, value)
    return values | {first: rows}

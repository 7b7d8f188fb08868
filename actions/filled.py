"""What people filled in, as pairs of name and text, put together as an action's model takes it."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from pydantic import BaseModel

from actions.declared import Action
from actions.fields import input_kind
from actions.kinds import row_of

_MOST_ADDRESS: Final = 1500  # characters that every browser and proxy passes on
_PLACE: Final = re.compile(r"^(\w+)\.(\d{1,3})\.(\w+)$")


def filled(
    pairs: Iterable[tuple[str, str]], model: type[BaseModel], *, form: bool = False
) -> dict[str, Any]:
    """Return the values by field; what was left open is left out, and unknown names are ignored.

    A field of a row is named members.0.region; rows that are all empty say nothing where there
    need be none. form: a box that is not ticked sends nothing, and
    means no.
    """
    values: dict[str, Any] = {}
    rows: dict[str, dict[int, dict[str, str]]] = {}
    for name, raw in pairs:
        text, info = raw.strip(), model.model_fields.get(name.partition(".")[0])
        if info is None:
            continue
        if (place := _PLACE.match(name)) is not None:
            row = rows.setdefault(place[1], {}).setdefault(int(place[2]), {})
            row |= {place[3]: text} if text else {}
        elif text and input_kind(info) == "several":
            values.setdefault(name, []).append(text)
        elif text:
            values[name] = text
    for name, found in rows.items():
        some = [found[place] for place in sorted(found)]
        if any(some) or model.model_fields[name].is_required():
            values[name] = some
    if form:
        flags = (name for name, info in model.model_fields.items() if input_kind(info) == "flag")
        values |= {name: "false" for name in flags if name not in values}
    return values


def pairs_of(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the pairs that say these values again."""
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        if not isinstance(value, list):
            found.append((name, str(value)))
            continue
        for place, one in enumerate(value):
            if isinstance(one, dict):
                found += [(f"{name}.{place}.{key}", str(text)) for key, text in one.items()]
            else:
                found.append((name, str(one)))
    return found


def written(values: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """Return values of fields as people would fill them in; what is left open is left out."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        kind = input_kind(model.model_fields[name])
        if value is None:
            continue
        if kind == "rows":
            row = row_of(model.model_fields[name])
            found[name] = [written(dict(one), row) for one in value]
        elif kind == "several":
            found[name] = [_text(one) for one in value]
        else:
            found[name] = f"{value:%Y-%m}" if kind == "month" else _text(value)
    return found


def address_of(action: Action[Any, Any], on: int | None) -> str:
    """Return the address of an action's form with its fields filled in; empty where too long."""
    fields = {name: value for name, value in action if value != _default(action, name)}
    query = urlencode(pairs_of(written(fields, type(action))))
    place = f"/do/{action.about.code}" + ("" if on is None else f"/{on}")
    address = f"{place}?{query}" if query else place
    return address if len(address) <= _MOST_ADDRESS else ""


def _default(action: Action[Any, Any], name: str) -> Any:
    return type(action).model_fields[name].default


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)

"""What people filled in, as pairs of name and text, put together as an action's model takes it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel

from actions.fields import asked_as

_PLACE: Final = re.compile(r"^(\w+)\.(\d{1,3})\.(\w+)$")


def filled(
    pairs: Iterable[tuple[str, str]], model: type[BaseModel], *, form: bool = False
) -> dict[str, Any]:
    """Return the values by field; what was left open is left out, and unknown names are ignored.

    A field of a row is named members.0.region. form: a box that is not ticked sends nothing, and
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
        elif text and asked_as(info) == "several":
            values.setdefault(name, []).append(text)
        elif text:
            values[name] = text
    for name, found in rows.items():
        values[name] = [found[place] for place in sorted(found)]
    if form:
        flags = (name for name, info in model.model_fields.items() if asked_as(info) == "flag")
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

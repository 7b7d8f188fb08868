"""Fields of forms that people fill in wrongly: read with a message that names the field."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from nicegui import ui

from dashboards.console.seat import Seat


def decimal_of(seat: Seat, field: ui.input | ui.number, what: str) -> Decimal | None:
    """Return a field as a decimal; tell and return None where it is none."""
    try:
        value = Decimal(str(field.value).replace(",", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        ui.notify(seat.say("bad_number", what=what), type="warning")
        return None
    return value


def filled(seat: Seat, fields: Mapping[str, ui.input | ui.select]) -> bool:
    """Whether nothing is left open; tell what is."""
    missing = [name for name, field in fields.items() if field.value in (None, "", [])]
    if missing:
        ui.notify(seat.say("needs", what="、".join(missing)), type="warning")
    return not missing


def text_field(label: str, value: str = "", *, hint: str = "", most: int = 200) -> ui.input:
    """Return a field for a line of text."""
    field = ui.input(label, value=value).props(f"outlined dense maxlength={most}")
    return field.props(f'hint="{hint}"') if hint else field


def choice(
    label: str, options: Mapping[Any, str], value: object = None, *, several: bool = False
) -> ui.select:
    """Return a field for one or several of some options."""
    if value is None and not several:
        value = next(iter(options), None)
    long = len(options) > 8
    made = ui.select(dict(options), label=label, value=value, multiple=several, with_input=long)
    return made.props("outlined dense options-dense" + (" use-chips" if several else ""))

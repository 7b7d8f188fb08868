"""Why a quota differs from that of the year before, in a sentence for each factor."""

from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from psycopg import Connection

from actions.accounts.decomposition import Decomposition, Effect, quota_change
from actions.compact.factor_names import factor_name
from actions.compact.notice_parts import kg
from actions.compact.notice_words import say
from actions.fields import Lang
from actions.printed import Block, Cell, Figure
from metering.errors import EnergyError
from storage.compact.books import Quota

_PLACES: Final = 6
_PERCENT: Final = 1
_KNOWN: Final = {"base": "of_base", "multiplier": "of_multiplier"}


def change_block(connection: Connection[Any], quota: Quota, lang: Lang) -> Block | None:
    """Return the change since the year before, None where that had no quota."""
    since = quota.year - 1
    try:
        with connection.transaction():
            found = quota_change(
                connection, quota.institution_id, quota.year, since, quota.union_id, quota.indicator
            )
    except EnergyError:
        return None
    rows: list[list[Cell]] = [_row(one, lang) for one in found.effects]
    whole = Figure(Decimal(found.after_g - found.before_g) / 1000, signed=True, of="sum")
    rows.append(
        [say("change_sum", lang, unit=found.unit), kg(found.before_g), kg(found.after_g), whole]
    )
    head = (say("factor", lang), str(since), str(quota.year), say("effect", lang, unit=found.unit))
    notes = [*in_sentences(found, lang), say("lmdi", lang)]
    return Block(say("change", lang, since=since), head, rows, notes=notes, foot=True)


def in_sentences(found: Decomposition, lang: Lang) -> list[str]:
    """Return the change, and what each factor did to it, in plain words."""
    moved = found.after_g - found.before_g
    name = "change_none" if not moved else "change_up" if moved > 0 else "change_down"
    percent = f"{abs(Decimal(moved)) / (found.before_g or 1) * 100:.{_PERCENT}f} %"
    first = say(
        name, lang, since=found.since, kg=kg(abs(moved)).text, percent=percent, unit=found.unit
    )
    return [first, *(_sentence(one, found.unit, lang) for one in found.effects)]


def _sentence(one: Effect, told_in: str, lang: Lang) -> str:
    called = _called(one.factor, lang)
    if not one.effect_g:
        return say("effect_none", lang, factor=called)
    unit = f" {one.unit}" if one.unit else ""
    return say(
        "effect_up" if one.effect_g > 0 else "effect_down",
        lang,
        factor=called,
        before=f"{_number(one.before, one.unit)}{unit}",
        after=f"{_number(one.after, one.unit)}{unit}",
        kg=kg(abs(one.effect_g)).text,
        unit=told_in,
    )


def _row(one: Effect, lang: Lang) -> list[Cell]:
    before, after = (_decimal(value) for value in (one.before, one.after))
    places = _places(one.unit)
    return [
        _called(one.factor, lang),
        Figure(before, places),
        Figure(after, places),
        Figure(Decimal(one.effect_g) / 1000, signed=True),
    ]


def _called(factor: str, lang: Lang) -> str:
    known = _KNOWN.get(factor)
    return (
        say(known, lang) if known else say("of_factor", lang, called=factor_name(factor).say(lang))
    )


def _number(value: Fraction, unit: str) -> str:
    return f"{_decimal(value):,.{_places(unit)}f}"


def _places(unit: str) -> int:
    return 3 if unit else _PLACES


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)

"""What may be chosen in a field: listed, or searched where there is too much to list."""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from pydantic.fields import FieldInfo

from actions.fields import Acting, Option, Searched, Words, field_words
from actions.kinds import enum_of

MOST_LISTED: Final = 500  # more are searched


def options_of(info: FieldInfo, at: Acting) -> Sequence[Option]:
    """Return the values that a choice may have; each field asks once in a transaction.

    Nothing where they are searched.
    """
    words = field_words(info)
    if isinstance(words.choices, Searched):
        return ()
    if words.choices is None:
        return [Option(one, words.names.get(one, Words(one, one))) for one in enum_of(info)]
    if words.choices not in at.known:
        at.known[words.choices] = words.choices(at)
    found: Sequence[Option] = at.known[words.choices]
    return found


def is_searched(info: FieldInfo, at: Acting) -> bool:
    """Return whether a choice has more options than are listed."""
    searched = isinstance(field_words(info).choices, Searched)
    return searched or len(options_of(info, at)) > MOST_LISTED


def option_of(info: FieldInfo, at: Acting, value: str) -> Option | None:
    """Return the option of a value, None where it is none of them."""
    choices = field_words(info).choices
    if isinstance(choices, Searched):
        if (choices, value) not in at.known:
            at.known[choices, value] = choices.named(at, value)
        named: Option | None = at.known[choices, value]
        return named
    by_value = at.known.setdefault((choices, "by value"), {}) if choices else {}
    if not by_value:
        by_value |= {one.value: one for one in options_of(info, at)}
    return by_value.get(value)


def options_like(info: FieldInfo, at: Acting, text: str, most: int) -> list[Option]:
    """Return some of the options whose words or value hold a text."""
    choices = field_words(info).choices
    if isinstance(choices, Searched):
        return list(choices.find(at, text))[:most]
    wanted = text.casefold()
    found = (
        one
        for one in options_of(info, at)
        if wanted in f"{one.value} {one.words.zh} {one.words.en}".casefold()
    )
    return list(islice(found, most))

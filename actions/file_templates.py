"""The template of a file whose rows are actions: its columns as the action declares them."""

from collections.abc import Iterator
from typing import Final

from pydantic.fields import FieldInfo

from actions.fields import (
    Acting,
    FieldWords,
    Lang,
    Option,
    Words,
    field_words,
    input_kind,
)
from actions.file_columns import Kind, row_columns
from actions.options import is_searched, options_of
from actions.templates import Blank, BlankSheet, template_csv, template_workbook

_TITLE: Final = Words("填写", "Rows")
_OBJECT: Final = Words("编号,可在其列表中查到", "its id, as its list shows it")
_SEVERAL: Final = Words("多个值以分号分隔", "several values with semicolons between")
_EXAMPLES: Final = {
    "flag": "true", "whole": "12", "number": "12.5", "instant": "2026-03-01 10:30",
    "day": "2026-03-01", "month": "2026-03",
}  # fmt: skip


def template(kind: Kind, lang: Lang, at: Acting | None = None, form: str = "xlsx") -> bytes:
    """Return an empty file with the columns of an action. at: whose choices are listed."""
    sheet = BlankSheet(_TITLE.say(lang), list(_columns(kind, lang, at)))
    return template_csv(sheet) if form == "csv" else template_workbook([sheet], lang)


def _columns(kind: Kind, lang: Lang, at: Acting | None) -> Iterator[Blank]:
    if kind.about.on is not None:
        yield Blank(kind.about.on.words.say(lang), _OBJECT.say(lang), "12", needed=True)
    for info in kind.model_fields.values():
        if input_kind(info) != "rows":
            label = field_words(info).label.say(lang)
            yield _column(label, info, lang, at, needed=info.is_required())
        else:
            for label, inner in row_columns(info, lang):
                yield _column(label, inner, lang, at, needed=False)


def _column(label: str, info: FieldInfo, lang: Lang, at: Acting | None, *, needed: bool) -> Blank:
    values = _values(info, at)
    return Blank(
        label, _meaning(field_words(info), input_kind(info), lang), _example(info, values),
        needed=needed, values=() if input_kind(info) == "several" else values,
    )  # fmt: skip


def _meaning(words: FieldWords, kind: str, lang: Lang) -> str:
    parts = [words.hint.say(lang) if words.hint else "", words.unit]
    parts.append(_SEVERAL.say(lang) if kind == "several" else "")
    return "; ".join(filter(None, parts))


def _values(info: FieldInfo, at: Acting | None) -> list[Option]:
    """Return all values of a choice that are not too many to list."""
    if input_kind(info) not in {"choice", "several"}:
        return []
    ids = field_words(info).called is not None
    if at is None or ids or is_searched(info, at):
        return []
    return list(options_of(info, at))


def _example(info: FieldInfo, values: list[Option]) -> str:
    if info.examples:
        return str(info.examples[0])
    return values[0].value if values else _EXAMPLES.get(input_kind(info), "")

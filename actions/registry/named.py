"""Columns of tables that name an institution: its id for programs, its name for people."""

from collections.abc import Callable
from typing import Any

from actions.fields import Lang, Words
from actions.tables import Column


def in_words(zh: str | None, en: str | None, lang: Lang) -> str:
    """Return a name in the reader's language, else in the other one; empty where there is none."""
    return ((zh or en) if lang == "zh" else (en or zh)) or ""


def institution_columns(
    of: Callable[[Any], Any] = lambda row: row, *, link: Callable[[Any], str] | None = None
) -> tuple[Column, ...]:
    """Return the columns of an institution that a row has: id, and both names for programs.

    of: what has institution_id, name_zh and name_en; the row itself, if not said.
    """

    def page(row: Any) -> str:
        return f"/institutions/{of(row).institution_id}" if of(row).institution_id else ""

    return (
        Column(
            "institution_id",
            Words("机构", "Institution"),
            lambda row: of(row).institution_id,
            "whole",
            named=lambda row, lang: in_words(of(row).name_zh, of(row).name_en, lang),
            link=link or page,
        ),
        Column(
            "name_zh",
            Words("中文名称", "Name, Chinese"),
            lambda row: of(row).name_zh,
            only="programs",
        ),
        Column(
            "name_en",
            Words("英文名称", "Name, English"),
            lambda row: of(row).name_en,
            only="programs",
        ),
    )


def either(stem: str, zh: str, en: str, name: str = "") -> Column:
    """Return a column of a name that rows have as STEM_zh and STEM_en, for people alone."""

    def shown(row: Any, lang: Lang) -> str:
        return in_words(getattr(row, f"{stem}_zh"), getattr(row, f"{stem}_en"), lang)

    return Column(name or f"{stem}_name", Words(zh, en), shown=shown, only="people")


def number(name: str, zh: str, en: str, **more: Any) -> Column:
    """Return a column of a decimal that rows have under its name."""

    def value(row: Any) -> str | None:
        found = getattr(row, name)
        return None if found is None else format(found, "f")

    return Column(name, Words(zh, en), value, "number", **more)

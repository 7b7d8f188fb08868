"""The columns of a file whose rows are actions: named as fields are, in either language."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from pydantic.fields import FieldInfo

from actions.declared import Action
from actions.fields import Lang, field_words, input_kind
from actions.kinds import row_of
from actions.tables import TABLES
from metering.errors import InputError
from storage.seed_files import rows

Kind = type[Action[Any, Any]]
LANGS: Final[tuple[Lang, Lang]] = ("zh", "en")
_MOST_ROWS: Final = 50  # of a field that is a list of rows


def pairs_of_row(kind: Kind, names: Sequence[str], row: Sequence[str]) -> list[tuple[str, str]]:
    """Return a row's values by field."""
    written = _values_of_senders(kind.about.code)
    return [
        (name, written.get((name, part.strip()), part))
        for name, text in zip(names, row, strict=False)
        for part in _parts(kind, name, text)
        if name not in ("on", "")  # a column that an export has beside
    ]


def _columns(kind: Kind, lang: Lang) -> Iterator[str]:
    if kind.about.on is not None:
        yield kind.about.on.words.say(lang)
    for info in kind.model_fields.values():
        label = field_words(info).label.say(lang)
        if input_kind(info) != "rows":
            yield label
        else:
            yield from (name for name, _ in row_columns(info, lang))


def row_columns(info: FieldInfo, lang: Lang) -> Iterator[tuple[str, FieldInfo]]:
    """Return the columns of the first row of a field that is a list of rows."""
    label = field_words(info).label.say(lang)
    for one in row_of(info).model_fields.values():
        yield f"{label} 1 {field_words(one).label.say(lang)}", one


def names_of(kind: Kind, header: Sequence[str]) -> list[str]:
    """Return which field each column is: by its name, or its label in either language."""
    known: dict[str, str] = {}
    for name, info in kind.model_fields.items():
        label = field_words(info).label
        if input_kind(info) == "rows":
            known |= _of_rows(name, info)
        else:
            known |= dict.fromkeys((name, label.zh, label.en), name)
    if kind.about.on is not None:
        thing = kind.about.on
        known |= dict.fromkeys((thing.code, thing.words.zh, thing.words.en), "on")
    while header and not header[-1].strip():
        header = header[:-1]
    exported = _of_export(kind, header)
    senders = _of_senders(kind.about.code)
    found = exported or [known.get(one.strip(), senders.get(one.strip(), "")) for one in header]
    pairs = zip(header, found, strict=True)
    strange = [
        one for one, name in pairs if not exported and not name and one.strip() not in senders
    ]
    ours = {name for name, info in kind.model_fields.items() if info.is_required()}
    ours |= {"on"} if kind.about.on is not None else set()
    missing = sorted(ours - {one.partition(".")[0] for one in found})
    if strange or missing or len(set(found)) < len(found) - max(found.count("") - 1, 0):
        raise _wrong_header(kind, strange, missing)
    return found


def _of_export(kind: Kind, header: Sequence[str]) -> list[str]:
    """Return which field each column of a table is that went out; empty where it is none of ours.

    A column that is no field is passed over: it says what the row is of, in other words.
    """
    heads = [one.strip() for one in header]
    for table in TABLES.values():
        names = {one.name for one in table.columns if one.for_programs}
        if table.entered_by != kind.about.code or set(heads) != names:
            continue
        on = f"{kind.about.on.code}_id" if kind.about.on else ""
        meant = [dict(table.enters).get(one, one) for one in heads]
        return ["on" if one == on else one if one in kind.model_fields else "" for one in meant]
    return []


@cache
def _of_senders(act: str) -> dict[str, str]:
    """Return which field each heading is that suppliers write; empty where it is passed over."""
    told = rows("file_headings.csv")
    return {row["heading"]: row["field"] for row in told if row["act"] == act}


@cache
def _values_of_senders(act: str) -> dict[tuple[str, str], str]:
    """Return the value that a field has where suppliers write a word of their own."""
    told = rows("file_values.csv")
    return {(row["field"], row["text"]): row["value"] for row in told if row["act"] == act}


def _of_rows(name: str, info: FieldInfo) -> dict[str, str]:
    """Return the columns of a field that is a list of rows, such as members.0.region, by header."""
    label = field_words(info).label
    known: dict[str, str] = {}
    for inner, each in row_of(info).model_fields.items():
        words = field_words(each).label
        for place in range(_MOST_ROWS):
            path = f"{name}.{place}.{inner}"
            zh, en = (f"{label.say(lang)} {place + 1} {words.say(lang)}" for lang in LANGS)
            known |= dict.fromkeys((path, zh, en), path)
    return known


def _wrong_header(kind: Kind, strange: list[str], missing: list[str]) -> InputError:
    wrong_ones, none = "、".join(strange) or "–", ", ".join(missing) or "–"
    zh, en = "、".join(_columns(kind, "zh")), ", ".join(_columns(kind, "en"))
    return InputError(
        "import.columns",
        zh=f"表头不对:未知的列 {wrong_ones};缺少的列 {none}。",
        en=f"The header is wrong: unknown columns {wrong_ones}; missing columns {none}.",
        next_zh=f"各列为:{zh};每列一次。",
        next_en=f"Its columns are {en}; each once.",
        where={"unknown": strange, "missing": missing},
    )


def _parts(kind: Kind, name: str, text: str) -> list[str]:
    """Return the values of a cell: several are written with semicolons between."""
    info = kind.model_fields.get(name)
    several = info is not None and input_kind(info) == "several"
    return text.replace(";", ";").split(";") if several else [text]

"""Where something in a file is at fault, and how that is said: file, sheet, line, column, text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from collector.files.report_words import REPORTS
from collector.files.streamed_words import STREAMED
from collector.files.words import CELLS, WHOLE
from metering.errors import InputError

_SHOWN = 80  # characters of what was read
_PARTS = {"header": "列名", "row": "整行"}
_SAID = (CELLS, WHOLE, STREAMED, REPORTS)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file; column is its heading, or what the field is called where there is none."""

    file: str
    sheet: str = ""
    line: int = 0
    column: str = ""

    def at(self, line: int, column: str = "") -> "Place":
        """Return a cell of the same table."""
        return replace(self, line=line, column=column)

    def said(self) -> tuple[str, str]:
        """Return it in Chinese and English."""
        zh = en = printable(self.file)
        if self.sheet:
            sheet = printable(self.sheet)
            zh, en = f"{zh} 工作表“{sheet}”", f"{en}, sheet “{sheet}”"
        if self.line:
            zh, en = f"{zh} 第 {self.line} 行", f"{en}, line {self.line}"
        if self.column:
            column = printable(self.column)
            zh, en = f"{zh},{_PARTS.get(column, column)}", f"{en}, {column}"
        return zh, en

    def where(self, value: str) -> dict[str, Any]:
        """Return it for programs."""
        where: dict[str, Any] = {"file": printable(self.file), "line": self.line}
        where["field"] = printable(self.column)
        sheet = {"sheet": printable(self.sheet)} if self.sheet else {}
        return where | sheet | {"value": value}


class CellError(Exception):
    """A cell, or a whole part of a file, that cannot be used; `refusal` says where."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code, value)
        self.code = code
        self.value = value


class SeveralError(InputError):
    """Refusals or questions of one table together; it says what the first of them says."""

    def __init__(self, each: Sequence[InputError]) -> None:
        one = each[0]
        super().__init__(
            one.code, zh=one.zh, en=one.en, next_zh=one.next_zh, next_en=one.next_en,
            where=one.where,
        )  # fmt: skip
        self.each = each


class Choice(NamedTuple):
    """One answer to a question: what is sent, and what it means."""

    value: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a file leaves open: the answer's name, what each choice would mean, and where it is."""

    answer: str
    code: str
    zh: str
    en: str
    choices: Sequence[Choice]


def printable(text: str) -> str:
    """Return a text as it can be shown: headings and names of files may hold anything."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else "�" for one in text)


def shown(value: str) -> str:
    """Return what was read, short and printable."""
    return printable(value[:_SHOWN])


def refusal(error: CellError, place: Place, rows: int = 1) -> InputError:
    """Return it as people should read it. rows: how many have the same."""
    words = next(said[error.code] for said in _SAID if error.code in said)
    value = shown(error.value)
    zh, en = place.said()
    return InputError(
        f"file.{error.code}",
        zh=f"{zh}{_more(rows)[0]}:" + words.zh.format(value),
        en=f"{en}{_more(rows)[1]}: " + words.en.format(value),
        next_zh=words.next_zh,
        next_en=words.next_en,
        where=place.where(value) | ({"rows": rows} if rows > 1 else {}),
    )


def asked(question: Question, place: Place, value: str, rows: int = 1) -> InputError:
    """Return a question as people should read it; answered, the file is read again."""
    value = shown(value)
    zh, en = place.said()
    said = _options(question)
    ways_zh = ";".join(f"{way}:{one.zh}" for way, one in zip(said, question.choices, strict=True))
    ways_en = "; ".join(f"{way}: {one.en}" for way, one in zip(said, question.choices, strict=True))
    return InputError(
        f"file.{question.code}",
        zh=f"{zh}{_more(rows)[0]}:" + question.zh.format(value),
        en=f"{en}{_more(rows)[1]}: " + question.en.format(value),
        next_zh=f"请选择:{ways_zh}。",
        next_en=f"Choose: {ways_en}.",
        where=place.where(value)
        | {
            "rows": rows,
            "question": question.answer,
            "choices": [one._asdict() for one in question.choices],
        },
    )


def _options(question: Question) -> list[str]:
    """Return how each choice is written as an option; of one column its name stands once."""
    option = f"--{question.answer.replace('_', '-')}"
    names = {one.value.partition("=")[0] for one in question.choices if "=" in one.value}
    if len(names) > 1 or len(question.choices) < 3:
        return [f"{option} {one.value}" for one in question.choices]
    first, *others = (one.value for one in question.choices)
    return [
        f"{option} {first}",
        *(one if "=" not in one else one[one.index("=") :] for one in others),
    ]


def _more(rows: int) -> tuple[str, str]:
    return (f"等 {rows} 行", f" and {rows - 1} more") if rows > 1 else ("", "")

"""The files of `seed/`, row by row, as far as each row's source bears what it claims."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from importlib import resources
from typing import Final

from metering.errors import InputError
from storage.editions import ALWAYS, FOR_GOOD

Row = dict[str, str]

EVIDENCE: Final = ("yes", "secondary", "no")
_ADDRESS: Final = re.compile(r"[\w-]+\.[a-z]{2,}/\S|\w+\.(?:json|csv)\b|〔\d{4}〕|No\.\s?\d")


def rows(name: str) -> Iterator[Row]:
    """Return a file's rows; one that claims more than its source bears is refused."""
    text = resources.files("storage").joinpath("seed", name).read_text(encoding="utf-8-sig")
    for line, row in enumerate(csv.DictReader(io.StringIO(text, newline="")), 2):
        for wrong in faults(row):
            raise _refused(name, line, *wrong)
        yield row


def faults(row: Row) -> Iterator[tuple[str, str]]:
    """Return what is wrong with what a row says about where it comes from, zh and en."""
    grade, document = row["verified"], row["document"]
    if grade not in EVIDENCE:
        yield f"verified 为“{grade}”", f"verified is “{grade}”, not yes, secondary or no"
    if not row["source"]:
        yield "没有来源", "there is no source"
    if "public code" in f"{row['source']} {row.get('notes', '')}".lower():
        yield "“公开代码”不是来源", "“public code” is no source"
    if grade == "yes" and not (document and row["clause"]):
        yield "已核实须有文件和条款", "verified needs a document and a clause"
    if grade == "secondary" and not (document or _ADDRESS.search(row["source"])):
        yield "二手来源须有文件或地址", "a secondary source needs a document or an address"
    if "valid_from" in row:
        try:
            if not first_day(row) < last_day(row):
                yield "有效期为空", "it holds on no day"
        except ValueError:
            yield "日期应写成 2026-01-31", "a day is written 2026-01-31"


def first_day(row: Row) -> date:
    """Return from when on a row holds; always where its document gives no day."""
    return date.fromisoformat(row["valid_from"]) if row["valid_from"] else ALWAYS


def last_day(row: Row) -> date:
    """Return the day before which a row holds."""
    return date.fromisoformat(row["valid_to"]) if row["valid_to"] else FOR_GOOD


def _refused(name: str, line: int, zh: str, en: str) -> InputError:
    return InputError(
        "seed.bad_row",
        zh=f"{name} 第 {line} 行:{zh}。",
        en=f"{name}, line {line}: {en}.",
        next_zh="请补上文件、条款和来源,或把 verified 降为 secondary 或 no。",
        next_en="State document, clause and source, or let verified be secondary or no.",
        where={"file": name, "line": line},
    )

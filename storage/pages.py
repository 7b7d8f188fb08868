"""Where a page of rows ends and the next begins: bounded sizes, opaque cursors."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from metering.errors import InputError

Row = TypeVar("Row")
Key = int | str

NEWEST: Final = 2**63 - 1  # before which a list begins whose ids fall
MOST_ROWS: Final = 50_000  # of one page, whatever is asked


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows in a fixed order, and where the others begin.

    next: the cursor of the following page; None where this is the last.
    """

    rows: Sequence[Row]
    next: str | None


def cursor_of(*key: Key) -> str:
    """Return what names a row's place in its order."""
    text = json.dumps(key, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def key_of(cursor: str | None, *start: Key) -> tuple[Key, ...]:
    """Return the place after which a page begins; `start` where there is no cursor yet."""
    if cursor is None:
        return start
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        key = None
    if not isinstance(key, list) or not _like(key, start):
        raise _bad_cursor()
    return tuple(key)


def count_of(cursor: str | None) -> int:
    """Return how many rows come before a page of a list that is counted through."""
    (begun,) = key_of(cursor, 0)
    if int(begun) < 0:
        raise _bad_cursor()
    return int(begun)


def _bad_cursor() -> InputError:
    return InputError(
        "page.bad_cursor",
        zh="分页游标无效。",
        en="The page cursor is not one of ours.",
        next_zh="请从第一页重新开始,并原样使用返回的 next。",
        next_en="Begin with the first page, and use `next` as it came.",
        where={"field": "after"},
    )


def check_size(limit: int, most: int = MOST_ROWS) -> int:
    """Return the size of a page, or say what it may be."""
    if not 1 <= limit <= most:
        raise InputError(
            "page.bad_size",
            zh=f"每页行数应为 1 至 {most},而不是 {limit}。",
            en=f"A page holds 1 to {most} rows, not {limit}.",
            next_zh="请调整 limit,并用 next 逐页读取。",
            next_en="Change `limit`, and follow `next` page by page.",
            where={"field": "limit", "value": limit},
        )
    return limit


def _like(key: list[Key], start: tuple[Key, ...]) -> bool:
    """Return whether a cursor's parts are of the kinds that its order has."""
    return len(key) == len(start) and all(
        type(part) is type(first) and not _huge(part)
        for part, first in zip(key, start, strict=True)
    )


def _huge(part: Key) -> bool:
    return isinstance(part, int) and abs(part) >= 2**63

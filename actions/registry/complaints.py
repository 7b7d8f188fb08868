"""Complaints about rows of a registry, each with file, line and field."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from actions.registry.values import (
    NewChannel,
    NewExchange,
    NewInstitution,
    NewKey,
    NewRegion,
    NewSetting,
    NewShare,
)
from metering.errors import InputError

History = NewExchange | NewSetting | NewKey | NewShare
Row = NewRegion | NewInstitution | NewChannel | History
R = TypeVar("R", bound=Row)

_OURS: Final = "collector/"  # its topics
_GATEWAY: Final = re.compile(r"[^/+#\s]+/[^/+#\s]+")
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2100, 1, 1, tzinfo=UTC)


def problem(
    row: Row,
    field: str,
    code: str,
    words: tuple[str, str],
    then: tuple[str, str],
) -> InputError:
    """Return a complaint that names file, line and field.

    words, then: what is wrong and the next step, each zh and en.
    """
    value = getattr(row, field, None)
    where: dict[str, Any] = {"field": field, "value": str(value)}
    zh = en = field
    if row.place is not None:
        where |= {"file": row.place.file, "line": row.place.line}
        zh = f"{row.place.file} 第 {row.place.line} 行,{field}"
        en = f"{row.place.file}, line {row.place.line}, {field}"
    return InputError(
        code,
        zh=f"{zh}:{words[0]}",
        en=f"{en}: {words[1]}",
        next_zh=then[0],
        next_en=then[1],
        where=where,
    )


def unknown(row: Row, field: str, known: Iterable[str] = ()) -> InputError:
    """Return the complaint about a code that nothing stands for."""
    value = getattr(row, field)
    choice = ", ".join(sorted(known))
    return problem(
        row,
        field,
        "import.unknown_code",
        (f"未知的代码“{value}”。", f"there is no “{value}”."),
        (
            f"可填写:{choice}。" if choice else "请核对代码,或先登记它。",
            f"Write one of: {choice}." if choice else "Check the code, or register it first.",
        ),
    )


def twice(
    rows: Iterable[R], key: Callable[[R], Hashable | None], field: str
) -> Iterator[InputError]:
    """Find rows that say the same thing again: which of them would hold?"""
    seen: dict[Hashable, R] = {}
    for row in rows:
        if (row_key := key(row)) is None:
            continue
        if (first := seen.get(row_key)) is None:
            seen[row_key] = row
        else:
            zh, en = "前面已有同样的一行", "is in an earlier row already"
            if first.place is not None:
                zh, en = (
                    f"与第 {first.place.line} 行重复",
                    f"is the same as line {first.place.line}",
                )
            parts = row_key if isinstance(row_key, tuple) else (row_key,)
            shown = "/".join(str(part) for part in parts if part is not None)
            yield problem(
                row,
                field,
                "import.said_twice",
                (f"“{shown}”{zh}。", f"“{shown}” {en}."),
                ("请删去其中一行。", "Remove one of the two."),
            )


def filled(row: Row, *fields: str) -> Iterator[InputError]:
    """Find texts that are empty, or hold what no text may."""
    for name in fields:
        text = getattr(row, name)
        if not text or "\0" in text:
            yield problem(
                row,
                name,
                "import.empty_field",
                ("不能为空。", "must not be empty."),
                ("请填写。", "Fill it in."),
            )


def one_of(row: Row, field: str, choice: Iterable[str]) -> Iterator[InputError]:
    """Find a code that is none of those there are."""
    if getattr(row, field) not in choice:
        yield unknown(row, field, choice)


def between(
    row: Row, field: str, least: float | Decimal, most: float | Decimal
) -> Iterator[InputError]:
    """Find a number beyond its bounds."""
    value = getattr(row, field)
    if value is not None and not least <= value <= most:
        yield problem(
            row,
            field,
            "import.out_of_bounds",
            (f"{value} 超出 {least} 至 {most}。", f"{value} is outside {least} to {most}."),
            ("请核对数值和单位。", "Check the value and its unit."),
        )


def gateway_named(row: NewChannel | NewKey) -> Iterator[InputError]:
    """Find what is no gateway's name."""
    if not _GATEWAY.fullmatch(row.gateway) or row.gateway.startswith(_OURS):
        yield problem(
            row,
            "gateway",
            "import.bad_gateway",
            (f"“{row.gateway}”不是采集网关名。", f"“{row.gateway}” is no gateway."),
            (
                "请写成 省份/网关,不含空格和 + #;collector/ 为采集服务专用。",
                "Write province/gateway, without spaces, + or #; collector/ is our own.",
            ),
        )


def instant_within(row: Row, field: str) -> Iterator[InputError]:
    """Find an instant without its zone, or out of bounds."""
    at: datetime | None = getattr(row, field)
    if at is None:
        return
    if at.tzinfo is None:
        yield problem(
            row,
            field,
            "import.naive_time",
            (f"“{at}”没有时区。", f"“{at}” has no time zone."),
            ("请写明,例如 2026-01-01T00:00+08:00。", "State it: 2026-01-01T00:00+08:00."),
        )
    elif not _FIRST <= at < _LAST or at.microsecond % 1000:
        yield problem(
            row,
            field,
            "import.out_of_bounds",
            (
                f"{at} 不在 1970 至 2100 年之间,或不是整毫秒。",
                f"{at} is not within 1970 to 2100, or not a whole millisecond.",
            ),
            ("请核对时间。", "Check the time."),
        )

"""What is wrong with an import, as far as its rows say so by themselves."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from actions.registry.values import NewChannel, NewInstitution, NewRegion, Registry
from metering.channels import Kind, Setting
from metering.errors import InputError
from metering.institutions import check_credit_code
from metering.units import quanta_per_unit, units_of

Row = NewRegion | NewInstitution | NewChannel
R = TypeVar("R", NewRegion, NewInstitution, NewChannel)

REGION_KINDS: Final = (
    "nation",
    "province",
    "city",
    "county",
    "township",
    "development_zone",
    "corps",
)
LEVELS: Final = ("central", "provincial", "city", "county", "township")
_OURS: Final = "collector/"  # its topics
_GATEWAY: Final = re.compile(r"[^/+#\s]+/[^/+#\s]+")
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_MOST_PER_UNIT: Final = 1_000_000_000


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


def check_rows(registry: Registry) -> list[InputError]:
    """Return what is wrong with rows that can be judged without the database."""
    return [
        *_each(registry.regions, _region),
        *_circles(registry.regions),
        *_each(registry.institutions, _institution),
        *_each(registry.channels, _channel),
        *_twice(registry.regions, lambda row: row.code, "code"),
        *_twice(registry.institutions, lambda row: row.code, "code"),
        *_twice(registry.institutions, lambda row: row.credit_code, "credit_code"),
        *_twice(registry.channels, lambda r: (r.institution, r.meter, r.channel), "channel"),
        *_twice(registry.channels, lambda row: (row.gateway, row.key), "key"),
    ]


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


def unit(row: NewChannel, quantum: str) -> InputError | None:
    """Return the complaint about a unit in which this carrier is not counted, or not that way."""
    per_unit = quanta_per_unit(row.unit, row.kind, quantum)
    if per_unit is None:
        kind, choice = row.kind.name.lower(), ", ".join(units_of(row.kind, quantum))
        words = (
            f"{row.carrier} 的 {kind} 通道不能用单位“{row.unit}”。",
            f"{row.carrier} on a {kind} channel is not counted in “{row.unit}”.",
        )
        then = (f"可用单位:{choice}。", f"Write one of: {choice}.")
        return problem(row, "unit", "import.bad_unit", words, then)
    try:
        setting_of(row, quantum)
    except InputError as error:
        words, then = (error.zh, error.en), (error.next_zh, error.next_en)
        return problem(row, str(error.where.get("field", "factor")), error.code, words, then)
    return None


def setting_of(row: NewChannel, quantum: str) -> Setting:
    """Return the setting of a row; its factor is the ratio and what lies between the quanta."""
    counted = row.ratio * (quanta_per_unit(row.unit, row.kind, quantum) or 1) / row.per_unit
    return Setting(
        counted.numerator, row.period_s, row.max_per_hour, row.wraps_at, counted.denominator
    )


def _each(rows: Iterable[R], check: Callable[[R], Iterator[InputError]]) -> list[InputError]:
    return [found for row in rows for found in check(row)]


def _twice(
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
            shown = "/".join(map(str, row_key)) if isinstance(row_key, tuple) else row_key
            yield problem(
                row,
                field,
                "import.said_twice",
                (f"“{shown}”{zh}。", f"“{shown}” {en}."),
                ("请删去其中一行。", "Remove one of the two."),
            )


def _circles(rows: Iterable[NewRegion]) -> Iterator[InputError]:
    """Find regions that lie in themselves."""
    parents = {row.code: row.parent_code for row in rows}
    for row in rows:
        above, steps = row.parent_code, 0
        while above is not None and above != row.code and steps <= len(parents):
            above, steps = parents.get(above), steps + 1
        if above is not None and above == row.code:
            yield problem(
                row,
                "parent_code",
                "import.region_in_itself",
                ("该区划成了自己的下级。", "this region lies in itself."),
                ("请核对上级代码。", "Check the codes of the parents."),
            )


def _filled(row: Row, *fields: str) -> Iterator[InputError]:
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


def _one_of(row: Row, field: str, choice: Iterable[str]) -> Iterator[InputError]:
    if getattr(row, field) not in choice:
        yield unknown(row, field, choice)


def _between(
    row: Row, field: str, least: float | Decimal, most: float | Decimal
) -> Iterator[InputError]:
    value = getattr(row, field)
    if value is not None and not least <= value <= most:
        yield problem(
            row,
            field,
            "import.out_of_bounds",
            (f"{value} 超出 {least} 至 {most}。", f"{value} is outside {least} to {most}."),
            ("请核对数值和单位。", "Check the value and its unit."),
        )


def _region(row: NewRegion) -> Iterator[InputError]:
    yield from _filled(row, "code", "name_zh", "name_en", "source")
    yield from _one_of(row, "kind", REGION_KINDS)
    if row.kind != "nation":
        yield from _filled(row, "parent_code")


def _institution(row: NewInstitution) -> Iterator[InputError]:
    yield from _filled(row, "code", "name_zh", "name_en", "source")
    yield from _one_of(row, "level", LEVELS)
    if row.credit_code is not None:
        try:
            check_credit_code(row.credit_code)
        except InputError as error:
            words, then = (error.zh, error.en), (error.next_zh, error.next_en)
            yield problem(row, "credit_code", error.code, words, then)
    yield from _between(row, "area_m2", Decimal("0.01"), Decimal(10**9))
    yield from _between(row, "persons", 0, 10**8)
    yield from _between(row, "latitude", -90, 90)
    yield from _between(row, "longitude", -180, 180)


def _channel(row: NewChannel) -> Iterator[InputError]:
    yield from _filled(row, "institution", "meter", "channel", "key", "name_zh", "name_en")
    yield from _between(row, "per_unit", 1, _MOST_PER_UNIT)
    yield from _between(row, "share_millionths", -1_000_000, 1_000_000)
    if row.wraps_at is not None and row.kind is not Kind.REGISTER:
        yield problem(
            row,
            "wraps_at",
            "import.wraps_without_register",
            ("只有 register 通道才会翻转。", "only a register starts again from 0."),
            ("请留空。", "Leave it empty."),
        )
    if row.net and row.kind is Kind.REGISTER:
        yield problem(
            row,
            "net",
            "import.net_on_register",
            (
                "register 通道的用量由止码相减得出,net 不起作用。",
                "the use of a register is the difference of its values: net has no effect.",
            ),
            (
                "请留空;正反向电量分别登记为两个通道,反向占比填 -1。",
                "Leave it empty; register import and export as two channels, export with share -1.",
            ),
        )
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
    for name in ("since", "valid_from"):
        yield from _instant(row, name)


def _instant(row: NewChannel, field: str) -> Iterator[InputError]:
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

"""What is wrong with an import, as far as its rows say so by themselves."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Final

from actions.registry.complaints import (
    R,
    between,
    filled,
    gateway_named,
    instant_within,
    one_of,
    problem,
    twice,
    unknown,
)
from actions.registry.values import NewChannel, NewInstitution, NewRegion, Registry
from metering.channels import Kind, Setting
from metering.errors import InputError
from metering.institutions import check_credit_code
from metering.units import quanta_per_unit, units_of

__all__ = ["check_rows", "problem", "setting_of", "unit", "unknown"]

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
_MOST_PER_UNIT: Final = 1_000_000_000


def check_rows(registry: Registry) -> list[InputError]:
    """Return what is wrong with rows that can be judged without the database."""
    return [
        *_each(registry.regions, _region),
        *_circles(registry.regions),
        *_each(registry.institutions, _institution),
        *_each(registry.channels, _channel),
        *twice(registry.regions, lambda row: (row.code, row.valid_from), "code"),
        *twice(registry.institutions, lambda row: (row.code, row.valid_from), "code"),
        *twice(_first_of_each(registry.institutions), lambda row: row.credit_code, "credit_code"),
        *twice(registry.channels, lambda r: (r.institution, r.meter, r.channel), "channel"),
        *twice(registry.channels, lambda row: (row.gateway, row.key) if row.key else None, "key"),
    ]


def _first_of_each(rows: Iterable[NewInstitution]) -> list[NewInstitution]:
    """Return the first row in which each institution has each of its credit codes."""
    found: dict[tuple[str, str | None], NewInstitution] = {}
    for row in rows:
        found.setdefault((row.code, row.credit_code), row)
    return list(found.values())


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


def _region(row: NewRegion) -> Iterator[InputError]:
    yield from filled(row, "code", "name_zh", "name_en", "source")
    yield from one_of(row, "kind", REGION_KINDS)
    if row.kind != "nation":
        yield from filled(row, "parent_code")


def _institution(row: NewInstitution) -> Iterator[InputError]:
    yield from filled(row, "code", "name_zh", "name_en", "source")
    yield from one_of(row, "level", LEVELS)
    if row.credit_code is not None:
        try:
            check_credit_code(row.credit_code)
        except InputError as error:
            words, then = (error.zh, error.en), (error.next_zh, error.next_en)
            yield problem(row, "credit_code", error.code, words, then)
    yield from between(row, "area_m2", Decimal("0.01"), Decimal(10**9))
    yield from between(row, "persons", 0, 10**8)
    yield from between(row, "latitude", -90, 90)
    yield from between(row, "longitude", -180, 180)


def _channel(row: NewChannel) -> Iterator[InputError]:
    yield from filled(row, "institution", "meter", "channel", "name_zh", "name_en")
    if row.gateway or row.key:
        yield from filled(row, "key")
        yield from gateway_named(row)
    yield from between(row, "per_unit", 1, _MOST_PER_UNIT)
    yield from between(row, "share_millionths", -1_000_000, 1_000_000)
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
    for name in ("since", "valid_from"):
        yield from instant_within(row, name)

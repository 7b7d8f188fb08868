"""The kinds of fields that actions have: their types with limits, and what asks for them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(2100, 12, 31, tzinfo=UTC)
_WRITTEN: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?")
_GROUPED: Final = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")


@dataclass(frozen=True, slots=True)
class Control:
    """Which control asks for a type that its Python type does not tell."""

    kind: str


def _placed(value: Any, info: ValidationInfo) -> Any:
    """Read an instant; where the context names a zone, one without offset is civil time there."""
    if isinstance(value, datetime):
        return value
    zone = (info.context or {}).get("zone")
    try:
        at = datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise PydanticCustomError(
            "datetime_parsing", "Write it as 2026-03-01T10:30+08:00"
        ) from None
    return at if at.tzinfo or zone is None else at.replace(tzinfo=ZoneInfo(zone))


def _dashed(text: str) -> str:
    """Return a day or month as ISO writes it, out of 2026/3/1, 2026.3.1 or 2026年3月1日."""
    found = _WRITTEN.fullmatch(text)
    return "-".join(part.zfill(2) for part in found.groups() if part) if found else text


def _civil(value: Any) -> Any:
    """Read a day; a number is none, for nobody writes days since 1970."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(_dashed(str(value).strip()))
    except ValueError:
        raise PydanticCustomError("date_parsing", "Write it as 2026-03-01") from None


def _whole(value: datetime) -> datetime:
    if value.tzinfo is None:  # pydantic's AwareDatetime is no class that a form could know
        raise PydanticCustomError("timezone_aware", "Give an offset, such as +08:00")
    if value.microsecond % 1000:
        raise PydanticCustomError("not_whole_ms", "Give whole milliseconds")
    if not _FIRST <= value <= _LAST:
        raise PydanticCustomError("datetime_range", "Give an instant between 1970 and 2100")
    return value


def _first_of(value: Any) -> Any:
    """Read a month as its first day."""
    if not isinstance(value, str):
        return value
    text = _dashed(value.strip())
    if len(text) == len("202601") and text.isdecimal():
        text = f"{text[:4]}-{text[4:]}"
    try:
        return date.fromisoformat(f"{text}-01" if len(text) == len("2026-01") else text)
    except ValueError:
        raise PydanticCustomError("not_a_month", "Write a month as 2025-01") from None


def ungrouped(text: str) -> str:
    """Return a number without the commas between its thousands; others may be decimal signs."""
    text = text.strip()
    return text.replace(",", "") if _GROUPED.fullmatch(text) else text


def _plain(value: Any) -> Any:
    """Read a number as people group its digits; a comma that groups none may be a decimal sign."""
    if not isinstance(value, str):
        return value
    text = ungrouped(value)
    if "," in text or "_" in text:
        raise PydanticCustomError("decimal_parsing", "Write it as 1234.5 or 1,234.5")
    return text


Instant = Annotated[
    datetime, BeforeValidator(_placed, json_schema_input_type=datetime), AfterValidator(_whole)
]
Day = Annotated[
    Annotated[date, Field(ge=date(1970, 1, 1), le=date(2100, 12, 31))],
    BeforeValidator(_civil, json_schema_input_type=str),
    WithJsonSchema({"type": "string", "format": "date"}),
]
Month = Annotated[
    date,
    BeforeValidator(_first_of),
    Control("month"),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}$", "examples": ["2026-01"]}),
]
Amount = Annotated[
    Annotated[Decimal, Field(ge=0, max_digits=30)],
    BeforeValidator(_plain, json_schema_input_type=str | float),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,30}(\.\d+)?$"}),
]
Signed = Annotated[
    Annotated[Decimal, Field(max_digits=30)],
    BeforeValidator(_plain, json_schema_input_type=str | float),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d{1,30}(\.\d+)?$"}),
]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000),
    Control("text"),
]
Scan = Annotated[  # the SHA-256 of an attachment
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[0-9a-fA-F]{64}$"),
    Control("scan"),
]
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Row(BaseModel):
    """A row of a field that is a list."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_BY_TYPE: Final = (
    (bool, "flag"),
    (StrEnum, "choice"),
    (int, "whole"),
    (Decimal, "number"),
    (datetime, "instant"),
    (date, "day"),
    (str, "line"),
)


def bare(annotation: Any) -> Any:
    """Return an annotation without None and Annotated."""
    if get_origin(annotation) is Annotated:
        return bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        kinds = [one for one in get_args(annotation) if one is not type(None)]
        return bare(kinds[0]) if len(kinds) == 1 else annotation
    return annotation


def kind_of(info: FieldInfo, *, chosen: bool, ids: bool = False) -> str | None:
    """Return how a field is asked for and shown, None where no control can.

    chosen: whether the values come out of a query; ids: or are ids that another page brings.
    """
    kind = bare(info.annotation)
    if get_origin(kind) is list:
        inner = bare(get_args(kind)[0])
        if isinstance(inner, type) and issubclass(inner, Row):
            return "rows"
        return "several" if chosen or ids or _is(inner, StrEnum) else None
    if chosen:
        return "choice" if _is(kind, (int, str)) else None
    told = (one.kind for one in (*_marks(info.annotation), *info.metadata) if _is_control(one))
    return next(told, None) or next((name for base, name in _BY_TYPE if _is(kind, base)), None)


def row_of(info: FieldInfo) -> type[Row]:
    """Return the rows' model of a field that is a list of them."""
    kind: type[Row] = bare(get_args(bare(info.annotation))[0])
    return kind


def enum_of(info: FieldInfo) -> type[StrEnum]:
    """Return the enum out of which a field, or each of its values, is chosen."""
    kind = bare(info.annotation)
    of: type[StrEnum] = bare(get_args(kind)[0]) if get_origin(kind) is list else kind
    return of


def _is(kind: Any, base: type | tuple[type, ...]) -> bool:
    return isinstance(kind, type) and issubclass(kind, base)


def _is_control(mark: Any) -> bool:
    return isinstance(mark, Control)


def _marks(annotation: Any) -> Iterator[Any]:
    """Return what Annotated says, at any depth."""
    if get_origin(annotation) is Annotated:
        yield from annotation.__metadata__
    for one in get_args(annotation):
        if not isinstance(one, str):
            yield from _marks(one)

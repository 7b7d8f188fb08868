"""The types of fields that several resources share: ids, days, months, exact figures."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"(19|20)\d{2}-(0[1-9]|1[0-2])")
_SPACE_FOR_PLUS = re.compile(r" (\d{2}:?\d{2})$")


def _written_out(value: Any) -> date | datetime:
    """Take days and instants as ISO 8601 writes them; a plus that an address lost is put back.

    A time of midnight is still an instant, and needs its offset like any other.
    """
    text = _SPACE_FOR_PLUS.sub(r"+\1", value) if isinstance(value, str) else ""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else datetime.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError(
            "not_a_day", "Write a day as 2025-01-31, or an instant as 2025-01-31T08:00:00+08:00"
        ) from None


def _first_of(value: Any) -> date:
    if not isinstance(value, str) or not _MONTH.fullmatch(value):
        raise PydanticCustomError("not_a_month", "Write a month as 2025-01")
    return date.fromisoformat(f"{value}-01")


Id = Annotated[int, Path(ge=1, le=2**31 - 1)]
IdAsked = Annotated[int, Query(ge=1, le=2**31 - 1)]
Zone = Annotated[
    str, Query(max_length=64, description="IANA zone for showing hours; default the channel's own.")
]
When = Annotated[date | datetime, BeforeValidator(_written_out)]
From = Annotated[
    When | None, Query(alias="from", description="Day or instant with offset; included.")
]
To = Annotated[
    When | None, Query(alias="to", description="Day or instant with offset; not included.")
]
Month = Annotated[
    date,
    BeforeValidator(_first_of),
    WithJsonSchema({"type": "string", "pattern": _MONTH.pattern, "examples": ["2025-01"]}),
]
Code = Annotated[str, Query(max_length=64)]
Exact = Annotated[
    str,
    Field(
        description="An exact decimal number as text, for it may exceed what a double holds.",
        examples=["123456.789"],
    ),
]
Coverage = Annotated[
    float, Field(ge=0, le=1, description="Measured share of the expected time, rounded down.")
]


class Shown(BaseModel):
    """A response whose fields are read off one of our values."""

    model_config = ConfigDict(from_attributes=True)

"""What a file of readings does not say by itself, as parameters of its import."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Query

_LONG = 200


def _named(
    gateway: Annotated[str, Query(max_length=_LONG, description="Where the file has none.")] = "",
    channel: Annotated[str, Query(max_length=_LONG, description="Key, where it has none.")] = "",
    zone: Annotated[
        str, Query(max_length=_LONG, description="Of times without offset; `channel`: its own.")
    ] = "",
    unit: Annotated[str, Query(max_length=_LONG, description="Where the file names none.")] = "",
    column: Annotated[
        list[str] | None, Query(max_length=_LONG, description="HEADING=ROLE, as `Foo=ignore`.")
    ] = None,
    same: Annotated[
        list[str] | None, Query(max_length=_LONG, description="ID IN THE FILE=KEY it stands for.")
    ] = None,
) -> Mapping[str, str | list[str]]:
    return {
        "gateway": gateway, "channel": channel, "zone": zone, "unit": unit,
        "columns": column or [], "same": same or [],
    }  # fmt: skip


def _meant(
    years: Annotated[
        str, Query(max_length=3, description="Of 113/05/01: `roc`, which is 2024.")
    ] = "",
    brackets: Annotated[
        str, Query(max_length=5, description="Whether (5) is -5: `minus`, `mark`.")
    ] = "",
    sheets: Annotated[
        str, Query(max_length=8, description="`readings`: others are left out.")
    ] = "",
    hidden: Annotated[
        str, Query(max_length=5, description="Sheets that a spreadsheet hides: `read`, `leave`.")
    ] = "",
) -> Mapping[str, str]:
    return {"years": years, "brackets": brackets, "sheets": sheets, "hidden": hidden}


def answers_given(
    named: Annotated[Mapping[str, str | list[str]], Depends(_named)],
    meant: Annotated[Mapping[str, str], Depends(_meant)],
    decimal: Annotated[str, Query(max_length=1, description="Before decimals: `.`, `,`.")] = "",
    dates: Annotated[
        str, Query(max_length=3, description="In 03/04/2026: `dmy`, `mdy`; in 25-1-12 also `ymd`.")
    ] = "",
    last_day: Annotated[
        str, Query(max_length=3, description="Whether periods hold their last day: `in`, `out`.")
    ] = "",
    stamp: Annotated[str, Query(max_length=5, description="Of times: `start`, `end`.")] = "",
    month: Annotated[
        str, Query(max_length=9, description="Where it names none: `2025-01`, or a year.")
    ] = "",
    length_s: Annotated[
        str, Query(max_length=9, description="How long the use of a row lasts, seconds.")
    ] = "",
    hour: Annotated[
        str, Query(max_length=6, description="Of the hour that comes twice: `first`, `second`.")
    ] = "",
    rates: Annotated[str, Query(max_length=5, description="`total`, `rates`, `both`.")] = "",
    ratio: Annotated[
        str, Query(max_length=8, description="Values by a multiplier: `asis`, `multiply`.")
    ] = "",
    formulas: Annotated[str, Query(max_length=6, description="`value`, `refuse`.")] = "",
    empty: Annotated[str, Query(max_length=4, description="`skip`: rows without value go.")] = "",
) -> Mapping[str, str | list[str]]:
    """Return answers to what a file leaves open, by name; empty ones are not given."""
    return {
        **named, **meant,
        "decimal": decimal, "dates": dates,
        "last_day": last_day, "stamp": stamp,
        "length_s": length_s, "hour": hour, "rates": rates, "ratio": ratio,
        "formulas": formulas, "empty": empty, "month": month,
    }  # fmt: skip

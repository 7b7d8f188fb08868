"""Readings and usage of many channels and any span as one file, streamed in constant memory."""

import gzip
import io
import re
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from actions.actor import Actor
from actions.fields import Lang
from actions.figures import instant, milliseconds
from actions.readings.bulk import Asked, begin
from actions.readings.bulk_columns import What
from actions.readings.bulk_files import Lines, Shape, write_export
from actions.readings.bulk_forms import Form
from actions.readings.bulk_plan import Key
from actions.workbooks import MEDIA_TYPE
from api.auth import CurrentActor
from api.fields import Code, From, IdAsked, To, Zone
from api.late import LateRoute
from metering.errors import InputError

router = APIRouter(route_class=LateRoute, prefix="/api/v1/exports", tags=["series"])

_AT_ONCE: Final = 1 << 18  # bytes
_MOST_CHANNELS: Final = 1000
_MEDIA: Final[dict[Form, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": MEDIA_TYPE,
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.file",
}
_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "All rows of the filter, in order of month (of usage by day or month: of "
        "year), channel and time. X-As-Of says when it began; nothing later is in it.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            **{
                media: {"schema": {"type": "string", "format": "binary"}}
                for form, media in _MEDIA.items()
                if form != "csv"
            },
        },
    }
}
_KEY: Final = re.compile(r"(\d{1,10})@(\d{4}-\d\d(?:-\d\d.*)?)")
_SPACE_FOR_PLUS: Final = re.compile(r" (\d{2}:?\d{2})$")

Channels = Annotated[
    list[int], Query(alias="channel", max_length=_MOST_CHANNELS, description="These alone.")
]
Format = Annotated[
    Form,
    Query(
        alias="format",
        description="XLSX holds 1,048,575 rows. Parquet and Arrow: numbers as decimal128, instants "
        "as timestamp[us, UTC].",
    ),
]
Shaped = Annotated[
    Shape, Query(description="wide: a column a channel, 1,000 at most, and a line an instant.")
]
Labels = Annotated[
    Lang | None,
    Query(description="For people: headings and names in this language, and how many rows."),
]
Bom = Annotated[bool, Query(description="Begin CSV with a byte order mark, for Excel.")]
Gzip = Annotated[bool, Query(alias="gzip", description="CSV compressed.")]
After = Annotated[
    str | None,
    Query(
        max_length=80,
        description="CSV, long: go on after a row, without headings: its channel_id@at.",
    ),
]


@router.get("/readings", response_model=None, responses=_ANSWER, summary="Readings in bulk")
def get_readings_in_bulk(
    actor: CurrentActor,
    channels: Channels = [],  # noqa: B006 - never changed
    institution: IdAsked | None = None,
    region: IdAsked | None = None,
    carrier: Code | None = None,
    since: From = None,
    until: To = None,
    zone: Zone | None = None,
    form: Format = "csv",
    shape: Shaped = "long",
    labels: Labels = None,
    bom: Bom = False,
    gzipped: Gzip = False,
    after: After = None,
) -> Response:
    """Return the readings that stand, voids left out; the importer takes the file back in."""
    asked = Asked(
        "readings", "hour", tuple(channels), institution, region, carrier, since, until, zone,
        labels,
    )  # fmt: skip
    return _answer(actor, asked, form, shape, bom=bom, gzipped=gzipped, after=after)


@router.get("/usage", response_model=None, responses=_ANSWER, summary="Usage in bulk")
def get_usage_in_bulk(
    actor: CurrentActor,
    grain: Annotated[Literal["hour", "day", "month"], Query()] = "hour",
    channels: Channels = [],  # noqa: B006
    institution: IdAsked | None = None,
    region: IdAsked | None = None,
    carrier: Code | None = None,
    since: From = None,
    until: To = None,
    zone: Zone | None = None,
    form: Format = "csv",
    shape: Shaped = "long",
    labels: Labels = None,
    bom: Bom = False,
    gzipped: Gzip = False,
    after: After = None,
) -> Response:
    """Return the use of channels by hour, day or month, in the carrier's unit."""
    asked = Asked(
        "usage", grain, tuple(channels), institution, region, carrier, since, until, zone, labels
    )
    return _answer(actor, asked, form, shape, bom=bom, gzipped=gzipped, after=after)


def _answer(
    actor: Actor, asked: Asked, form: Form, shape: Shape, *, bom: bool, gzipped: bool,
    after: str | None,
) -> Response:  # fmt: skip
    if form != "csv":
        return _whole(actor, asked, form, shape)
    key = None if after is None else _key(after)
    lines = Lines(actor, begin(actor, asked), shape, bom=bom)
    body = lines.stream(key)
    if gzipped:
        body = _compressed(body)
    headers = _headers(asked.what, lines.export.as_of_ms, "csv.gz" if gzipped else "csv")
    media = "application/gzip" if gzipped else _MEDIA["csv"]
    return StreamingResponse(body, media_type=media, headers=headers)


def _whole(actor: Actor, asked: Asked, form: Form, shape: Shape) -> Response:
    """Return a file that is complete only at its end, and so is written before it is sent."""
    folder = tempfile.TemporaryDirectory(prefix="commonwatt-export-")
    try:
        file = Path(folder.name) / "export"
        done = write_export(actor, asked, file, form, shape)
        source = file.open("rb")
    finally:
        folder.cleanup()  # what is open stays readable
    headers = _headers(asked.what, done.as_of_ms, form) | {"X-Rows": str(done.rows)}
    return StreamingResponse(_sent(source), media_type=_MEDIA[form], headers=headers)


def _sent(source: io.BufferedReader) -> Iterator[bytes]:
    with source:
        while chunk := source.read(_AT_ONCE):
            yield chunk


def _compressed(parts: Iterator[bytes]) -> Iterator[bytes]:
    for part in parts:
        yield gzip.compress(part, compresslevel=1, mtime=0)  # members one after the other are one


def _headers(what: What, as_of_ms: int, ending: str) -> dict[str, str]:
    at = instant(as_of_ms)
    return {
        "Content-Disposition": f'attachment; filename="{what}-{at:%Y%m%dT%H%MZ}.{ending}"',
        "X-As-Of": f"{at:%Y-%m-%dT%H:%M:%SZ}",
    }


def _key(after: str) -> Key:
    found = _KEY.fullmatch(_SPACE_FOR_PLUS.sub(r"+\1", after))
    try:
        if found is None:
            raise ValueError(after)
        text = found[2]
        at = datetime.fromisoformat(f"{text}-01" if len(text) == 7 else text)
        at = datetime.fromisoformat(f"{at.date()}T00:00:00+00:00") if len(text) <= 10 else at
        return Key(int(found[1]), milliseconds(at))
    except (ValueError, TypeError) as error:
        raise InputError(
            "export.no_key",
            zh=f"“{after}”不是某一行的位置。",
            en=f"“{after}” names no row.",
            next_zh="请写成 通道号@时间,如 12@2026-01-31T08:00:00+08:00,取自最后一个完整的行。",
            next_en="Write channel_id@at of the last complete line, as "
            "12@2026-01-31T08:00:00+08:00.",
            where={"field": "after", "value": after},
        ) from error

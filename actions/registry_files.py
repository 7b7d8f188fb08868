"""The registry as people write it: regions.csv, institutions.csv and channels.csv in a folder."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final

from actions.registry_cells import Form, Reader, Row
from actions.registry_values import (
    ALWAYS,
    NewChannel,
    NewInstitution,
    NewRegion,
    ProblemsError,
    Registry,
)
from metering.channels import Kind
from metering.errors import NotFoundError
from metering.institutions import Disclosure

FILES: Final = ("regions.csv", "institutions.csv", "channels.csv")

_REGIONS: Final = Form(
    ("code", "kind", "name_zh", "name_en", "parent_code"),
    ("climate_zone", "grid_region", "is_demo", "valid_from", "source"),
)
_INSTITUTIONS: Final = Form(
    (
        "code",
        "name_zh",
        "name_en",
        "credit_code",
        "class_code",
        "department_line",
        "level",
        "region_code",
        "area_m2",
        "persons",
        "valid_from",
    ),
    ("location_region_code", "disclosure", "latitude", "longitude", "source"),
)
_CHANNELS: Final = Form(
    (
        "institution",
        "meter",
        "channel",
        "carrier",
        "kind",
        "unit",
        "period_s",
        "max_per_hour",
        "wraps_at",
        "zone",
        "since",
        "gateway",
        "key",
        "name_zh",
        "name_en",
    ),
    ("per_unit", "factor", "net", "share", "valid_from", "held_by", "source"),
)


def read(folder: Path, namespace: str = "import") -> Registry:
    """Return what a folder says; everything that cannot be read is raised together."""
    if not any((folder / name).exists() for name in FILES):
        raise NotFoundError(
            "import.no_files",
            zh=f"{folder} 中没有 {', '.join(FILES)}。",
            en=f"There is none of {', '.join(FILES)} in {folder}.",
            next_zh="请指定含有这些文件的目录。",
            next_en="Name the folder that holds them.",
            where={"folder": str(folder)},
        )
    reader = Reader(folder)
    registry = Registry(
        [_region(row) for row in reader.rows("regions.csv", _REGIONS)],
        [_institution(row) for row in reader.rows("institutions.csv", _INSTITUTIONS)],
        [_channel(row) for row in reader.rows("channels.csv", _CHANNELS)],
        namespace,
    )
    if reader.problems:
        raise ProblemsError(reader.problems)
    return registry


def _region(row: Row) -> NewRegion:
    return NewRegion(
        code=row.text("code"),
        kind=row.text("kind"),
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        parent_code=row.optional("parent_code"),
        climate_zone=row.optional("climate_zone"),
        grid_region=row.optional("grid_region"),
        is_demo=row.read("is_demo", _flag, False, _FLAG),
        valid_from=row.read("valid_from", date.fromisoformat, ALWAYS, _DAY),
        source=row.text("source", row.place.file),
        place=row.place,
    )


def _institution(row: Row) -> NewInstitution:
    return NewInstitution(
        code=row.text("code"),
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        credit_code=row.optional("credit_code"),
        class_code=row.optional("class_code"),
        department_line=row.text("department_line"),
        level=row.text("level"),
        region_code=row.text("region_code"),
        location_region_code=row.text("location_region_code", row.text("region_code")),
        area_m2=row.read("area_m2", _decimal, None, _NUMBER),
        persons=row.read("persons", _decimal, None, _NUMBER),
        disclosure=row.read("disclosure", Disclosure, Disclosure.OPEN, _DISCLOSURE),
        valid_from=row.must("valid_from", date.fromisoformat, ALWAYS, _DAY),
        latitude=row.read("latitude", _float, None, _NUMBER),
        longitude=row.read("longitude", _float, None, _NUMBER),
        source=row.text("source", row.place.file),
        place=row.place,
    )


def _channel(row: Row) -> NewChannel:
    per_unit = row.read("per_unit", int, 1000, _WHOLE)

    def quanta(text: str) -> int:
        amount = Fraction(_decimal(text)) * per_unit
        if amount.denominator != 1:
            raise ValueError
        return int(amount)

    millionths = row.read("share", _millionths, 1_000_000, _SHARE)
    return NewChannel(
        institution=row.text("institution"),
        meter=row.text("meter"),
        channel=row.text("channel"),
        carrier=row.text("carrier"),
        kind=row.must("kind", Kind.named, Kind.REGISTER, _KIND),
        unit=row.text("unit"),
        per_unit=per_unit,
        factor=row.read("factor", int, 1, _WHOLE),
        period_s=row.must("period_s", int, 3600, _WHOLE),
        max_per_hour=row.read("max_per_hour", quanta, None, _QUANTA),
        wraps_at=row.read("wraps_at", quanta, None, _QUANTA),
        net=row.read("net", _flag, False, _FLAG),
        zone=row.text("zone"),
        since=row.must("since", _instant, _STAND_IN, _INSTANT),
        gateway=row.text("gateway"),
        key=row.text("key"),
        share_millionths=millionths,
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        valid_from=row.read("valid_from", _instant, None, _INSTANT),
        source=row.text("source", row.place.file),
        place=row.place,
        held_by=row.text("held_by"),
    )


_DAY: Final = ("请写成 2026-01-31。", "Write it as 2026-01-31.")
_NUMBER: Final = ("请填写数字,不带单位和千位逗号。", "Write a number without unit or commas.")
_WHOLE: Final = ("请填写整数。", "Write a whole number.")
_QUANTA: Final = (
    "请按发送单位填写,乘以 per_unit 后须为整数。",
    "Write it in the sender's unit; times per_unit it must be whole.",
)
_SHARE: Final = ("请填写 -1 至 1 的数,最多六位小数。", "Write -1 to 1, with at most six decimals.")
_FLAG: Final = ("请填写 yes 或 no。", "Write yes or no.")
_KIND: Final = ("请填写 register、interval 或 power。", "Write register, interval or power.")
_DISCLOSURE: Final = (
    "请填写 open、restricted 或 off_platform。",
    "Write open, restricted or off_platform.",
)
_INSTANT: Final = (
    "请写明时区,例如 2026-01-01T00:00+08:00。",
    "Write it with its zone, such as 2026-01-01T00:00+08:00.",
)
_STAND_IN: Final = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_FLAGS: Final = dict.fromkeys(("yes", "true", "1", "是"), True) | dict.fromkeys(
    ("no", "false", "0", "否"), False
)


def _flag(text: str) -> bool:
    if text.lower() not in _FLAGS:
        raise ValueError
    return _FLAGS[text.lower()]


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError
    return number


def _float(text: str) -> float:
    return float(_decimal(text))


def _millionths(text: str) -> int:
    share = _decimal(text) * 1_000_000
    if share != share.to_integral_value():
        raise ValueError
    return int(share)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError
    return at

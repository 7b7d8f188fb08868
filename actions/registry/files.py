"""The registry as people write it: regions.csv, institutions.csv and channels.csv in a folder."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Final

from actions.registry.cells import MOST_PROBLEMS, Form, Reader, Row
from actions.registry.columns import FILES
from actions.registry.values import (
    ALWAYS,
    NewChannel,
    NewInstitution,
    NewRegion,
    ProblemsError,
    Registry,
)
from collector.files.delimited import table_of
from collector.files.refusals import Place
from collector.files.sent_back import as_sent
from collector.files.tables import Table
from collector.files.text import Opener
from metering.channels import Kind
from metering.errors import InputError, NotFoundError
from metering.institutions import Disclosure
from metering.units import meant

_FORMS: Final = {
    name: Form(
        tuple(one.name for one in columns if one.needed),
        tuple(one.name for one in columns if not one.needed),
    )
    for name, columns in FILES.items()
}


def read(folder: Path, namespace: str = "import") -> Registry:
    """Return what a folder says; everything that cannot be read is raised together."""
    return read_tables(tables_of(folder), namespace)


def tables_of(folder: Path) -> dict[str, Table]:
    """Return the tables of a folder by the names of their files."""
    if not any((folder / name).exists() for name in FILES):
        raise NotFoundError(
            "import.no_files",
            zh=f"{folder} 中没有 {', '.join(FILES)}。",
            en=f"There is none of {', '.join(FILES)} in {folder}.",
            next_zh="请指定含有这些文件的目录。",
            next_en="Name the folder that holds them.",
            where={"folder": str(folder)},
        )
    paths = {name: folder / name for name in FILES if (folder / name).exists()}
    return {
        name: as_sent(table_of(_opener(path), Place(name), headed=True))
        for name, path in paths.items()
    }


def _opener(path: Path) -> Opener:
    return lambda: path.open("rb")


def read_tables(tables: Mapping[str, Table], namespace: str = "import") -> Registry:
    """Return what tables say, by the names of their files; all that cannot be read is raised."""
    registry, problems = read_all(tables, namespace)
    if problems:
        raise ProblemsError(problems)
    return registry


def read_all(
    tables: Mapping[str, Table], namespace: str, most: int = MOST_PROBLEMS
) -> tuple[Registry, list[InputError]]:
    """Return what tables say with stand-ins for what cannot be read, and all that is wrong.

    most: problems, after which no more is read.
    """
    reader = Reader(tables, most=most)
    registry = Registry(
        [_region(row) for row in reader.rows("regions.csv", _FORMS["regions.csv"])],
        [_institution(row) for row in reader.rows("institutions.csv", _FORMS["institutions.csv"])],
        [_channel(row) for row in reader.rows("channels.csv", _FORMS["channels.csv"])],
        namespace,
    )
    return registry, reader.problems


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
        unit=meant(row.text("unit"), row.text("carrier")),
        per_unit=per_unit,
        ratio=row.read("factor", _ratio, Fraction(1), _RATIO),
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


_MOST_RATIO: Final = 1_000_000
_DAY: Final = ("请写成 2026-01-31。", "Write it as 2026-01-31.")
_NUMBER: Final = ("请填写数字,不带单位和千位逗号。", "Write a number without unit or commas.")
_WHOLE: Final = ("请填写整数。", "Write a whole number.")
_RATIO: Final = (
    "请填写互感器变比,如 80、80/5 或 1.5,分子分母不超过 1000000。",
    "Write the transformers' ratio: 80, 80/5 or 1.5, both parts at most 1000000.",
)
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


def _ratio(text: str) -> Fraction:
    above, _, below = text.partition("/")
    ratio = Fraction(_decimal(above)) / Fraction(_decimal(below) if below else 1)
    if not (0 < ratio.numerator <= _MOST_RATIO >= ratio.denominator):
        raise ValueError
    return ratio


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

"""The registry as people write it: regions.csv, institutions.csv, channels.csv … in a folder."""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeVar

from actions.registry.cells import MOST_PROBLEMS, Form, Reader, Row
from actions.registry.histories_read import exchange, key, setting, share
from actions.registry.parsed import (
    DAY,
    DISCLOSURE,
    FLAG,
    INSTANT,
    KIND,
    NUMBER,
    QUANTA,
    RATIO,
    SHARE,
    STAND_IN,
    WHOLE,
    decimal_of,
    flag_of,
    float_of,
    instant_of,
    millionths_of,
    ratio_of,
)
from actions.registry.registry_files import FILES
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

T = TypeVar("T")

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

    def rows(file: str, read_row: Callable[[Row], T]) -> list[T]:
        return [read_row(row) for row in reader.rows(file, _FORMS[file])]

    registry = Registry(
        rows("regions.csv", _region),
        rows("institutions.csv", _institution),
        rows("channels.csv", _channel),
        namespace,
        rows("exchanges.csv", exchange),
        rows("settings.csv", setting),
        rows("keys.csv", key),
        rows("shares.csv", share),
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
        is_demo=row.read("is_demo", flag_of, False, FLAG),
        valid_from=row.read("valid_from", date.fromisoformat, ALWAYS, DAY),
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
        area_m2=row.read("area_m2", decimal_of, None, NUMBER),
        persons=row.read("persons", decimal_of, None, NUMBER),
        disclosure=row.read("disclosure", Disclosure, Disclosure.OPEN, DISCLOSURE),
        valid_from=row.must("valid_from", date.fromisoformat, ALWAYS, DAY),
        latitude=row.read("latitude", float_of, None, NUMBER),
        longitude=row.read("longitude", float_of, None, NUMBER),
        source=row.text("source", row.place.file),
        place=row.place,
    )


def _channel(row: Row) -> NewChannel:
    per_unit = row.read("per_unit", int, 1000, WHOLE)

    def quanta(text: str) -> int:
        amount = Fraction(decimal_of(text)) * per_unit
        if amount.denominator != 1:
            raise ValueError
        return int(amount)

    millionths = row.read("share", millionths_of, 1_000_000, SHARE)
    return NewChannel(
        institution=row.text("institution"),
        meter=row.text("meter"),
        channel=row.text("channel"),
        carrier=row.text("carrier"),
        kind=row.must("kind", Kind.named, Kind.REGISTER, KIND),
        unit=meant(row.text("unit"), row.text("carrier")),
        per_unit=per_unit,
        ratio=row.read("factor", ratio_of, Fraction(1), RATIO),
        period_s=row.must("period_s", int, 3600, WHOLE),
        max_per_hour=row.read("max_per_hour", quanta, None, QUANTA),
        wraps_at=row.read("wraps_at", quanta, None, QUANTA),
        net=row.read("net", flag_of, False, FLAG),
        zone=row.text("zone"),
        since=row.must("since", instant_of, STAND_IN, INSTANT),
        gateway=row.text("gateway"),
        key=row.text("key"),
        share_millionths=millionths,
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        valid_from=row.read("valid_from", instant_of, None, INSTANT),
        source=row.text("source", row.place.file),
        place=row.place,
        held_by=row.text("held_by"),
    )

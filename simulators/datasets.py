"""Data sets of metered buildings in plain files, read once and checked row by row."""

import csv
import gzip
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from metering.errors import InputError, NotFoundError

HOUR_MS: Final = 3_600_000
METERS: Final = ("meters.csv", "meters.csv.gz")
BUILDINGS: Final = "buildings.csv"
_COLUMNS: Final = ("meter_id", "building_id", "utility", "ts", "value")
_MAX_KWH: Final = 1e9  # in one hour; beyond, a register could not be counted in whole Wh


@dataclass(frozen=True, slots=True)
class Building:
    """What a data set knows of a building; empty is not known.

    zone: the IANA name of its civil time.
    """

    name: str
    site: str
    use: str
    area_m2: str
    zone: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class MeterRows:
    """The hours of one meter in time order; columns of equal length.

    start_ms: of each hour, UTC. used: in that hour. [Wh]
    """

    name: str
    building: Building
    utility: str
    start_ms: NDArray[np.int64]
    used: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.start_ms)


def check(folder: Path) -> None:
    """Say what is missing where a folder is no data set."""
    if not folder.is_dir():
        raise _missing(folder, "dataset.no_folder", "目录", "folder")
    if not (folder / BUILDINGS).is_file():
        raise _missing(folder / BUILDINGS, "dataset.no_buildings", "文件", "file")
    if not any((folder / name).is_file() for name in METERS):
        raise _missing(folder / METERS[0], "dataset.no_meters", "文件", "file")


def read(folder: Path) -> list[MeterRows]:
    """Return the meters of a folder with `meters.csv` or `.csv.gz` and `buildings.csv`, by name.

    `ts` is standard time of the building's zone, never summer time; a row is the use from ts to
    ts + 1 h in kWh. An empty value, like a missing row, is a gap.
    """
    check(folder)
    buildings = _buildings(folder / BUILDINGS)
    path = next(folder / name for name in METERS if (folder / name).is_file())
    with _opened(path) as file:
        meters = _grouped(path, _rows(path, file), buildings)
    if not meters:
        raise _wrong(path, 1, "meter_id", "dataset.empty", "没有任何数据行。", "holds no row.")
    return meters


def standard_offset_ms(zone: str, at: datetime) -> int:
    """Return how far a zone's standard time was ahead of UTC in the year of an instant."""
    about = ZoneInfo(zone)
    offsets = [datetime(at.year, month, 1, 12, tzinfo=about).utcoffset() for month in (1, 7)]
    return min(round(one.total_seconds() * 1000) for one in offsets if one is not None)


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
                yield file
        else:
            with path.open(encoding="utf-8-sig", newline="") as file:
                yield file
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
        raise InputError(
            "dataset.unreadable",
            zh=f"{path.name} 不是可读的 UTF-8 文本:{error}",
            en=f"{path.name} is not readable as UTF-8 text: {error}",
            next_zh="请另存为 UTF-8 编码,或重新下载。",
            next_en="Save it as UTF-8, or get it again.",
            where={"file": str(path)},
        ) from error


def _columns(path: Path, header: Sequence[str], wanted: Sequence[str]) -> list[int]:
    for name in wanted:
        if name not in header:
            raise _wrong(path, 1, name, "dataset.no_column", "缺少这一列。", "is a missing column.")
    return [header.index(name) for name in wanted]


def _rows(path: Path, file: TextIO) -> dict[tuple[str, str, str], tuple[list[int], ...]]:
    """Return by (meter, building, utility) the lines, seconds since 1970 and Wh of its rows.

    The seconds are of the building's standard time.
    """
    reader = csv.reader(file)
    places = _columns(path, next(reader, []), _COLUMNS)
    meter_at, building_at, utility_at, ts_at, value_at = places
    stamps: dict[str, int] = {}  # of meters side by side, most stamps come again
    found: dict[tuple[str, str, str], tuple[list[int], ...]] = {}
    for row in reader:
        line = reader.line_num
        if not row:
            continue
        if len(row) <= max(places):
            raise _wrong(path, line, "value", "dataset.short_row", "列数不足。", "is not there.")
        if not (text := row[value_at].strip()):
            continue
        key = (row[meter_at], row[building_at], row[utility_at])
        if (columns := found.get(key)) is None:
            columns = found[key] = ([], [], [])
        if (stamp := stamps.get(row[ts_at])) is None:
            stamp = stamps[row[ts_at]] = _stamp(path, line, row[ts_at])
        columns[0].append(line)
        columns[1].append(stamp)
        columns[2].append(_watt_hours(path, line, text))
    return found


def _stamp(path: Path, line: int, text: str) -> int:
    """Return a stamp without zone as seconds since 1970 of its own clock."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        at = datetime.min.replace(tzinfo=UTC)
    if at.year < 1970 or at.tzinfo is not None or at.microsecond:
        raise _wrong(
            path,
            line,
            "ts",
            "dataset.bad_time",
            f"“{text}”应为 2016-01-31 13:00:00(标准时,不带时区)。",
            f"is “{text}”, not like 2016-01-31 13:00:00 (standard time, no zone).",
        )
    return int(at.replace(tzinfo=UTC).timestamp())


def _watt_hours(path: Path, line: int, text: str) -> int:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= _MAX_KWH:
        raise _wrong(
            path,
            line,
            "value",
            "dataset.bad_value",
            f"“{text}”应为不小于 0 的千瓦时数。",
            f"is “{text}”; the use of an hour in kWh is a number from 0 up.",
        )
    return round(value * 1000)


def _grouped(
    path: Path,
    found: dict[tuple[str, str, str], tuple[list[int], ...]],
    buildings: dict[str, Building],
) -> list[MeterRows]:
    names: set[str] = set()
    meters = []
    for (name, building, utility), (lines, stamps, used) in sorted(found.items()):
        if building not in buildings:
            zh, en = f"“{building}”不在 {BUILDINGS} 中。", f"“{building}” is not in {BUILDINGS}."
            raise _wrong(path, lines[0], "building_id", "dataset.unknown_building", zh, en)
        if name in names:
            zh, en = (
                f"“{name}”属于两栋楼或两种能源。",
                f"“{name}” is of two buildings or utilities.",
            )
            raise _wrong(path, lines[0], "meter_id", "dataset.two_meters", zh, en)
        names.add(name)
        at = np.array(stamps, np.int64)
        order = np.argsort(at, kind="stable")
        if len(close := np.flatnonzero(np.diff(at[order]) < HOUR_MS // 1000)):
            line = lines[int(order[close[0] + 1])]
            zh, en = "与同一计量表的另一行不足一小时。", "is less than an hour from another row."
            raise _wrong(path, line, "ts", "dataset.overlap", zh, en)
        first = datetime.fromtimestamp(int(at[order[0]]), UTC)
        start_ms = at[order] * 1000 - standard_offset_ms(buildings[building].zone, first)
        meters.append(
            MeterRows(name, buildings[building], utility, start_ms, np.array(used, np.int64)[order])
        )
    return meters


def _buildings(path: Path) -> dict[str, Building]:
    found: dict[str, Building] = {}
    with _opened(path) as file:
        reader = csv.DictReader(file)
        _columns(path, reader.fieldnames or [], ("building_id", "site_id", "iana_tz"))
        for row in reader:
            line = reader.line_num
            name = (row["building_id"] or "").strip()
            if not name or name in found:
                zh, en = f"“{name}”为空或重复。", f"“{name}” is empty or there twice."
                raise _wrong(path, line, "building_id", "dataset.building_twice", zh, en)
            found[name] = Building(
                name=name,
                site=(row["site_id"] or "").strip(),
                use=(row.get("use_class") or "").strip(),
                area_m2=_area(path, line, (row.get("area_m2") or "").strip()),
                zone=_zone(path, line, (row["iana_tz"] or "").strip()),
                latitude=_degrees(path, line, "site_lat", row.get("site_lat")),
                longitude=_degrees(path, line, "site_lng", row.get("site_lng")),
            )
    return found


def _zone(path: Path, line: int, name: str) -> str:
    try:
        offset_ms = standard_offset_ms(name, datetime(2020, 1, 1, tzinfo=UTC))
    except (KeyError, ValueError, OSError):
        zh, en = f"“{name}”不是 IANA 时区名。", f"“{name}” is not an IANA zone."
        raise _wrong(path, line, "iana_tz", "dataset.unknown_zone", zh, en) from None
    if offset_ms % HOUR_MS:
        zh, en = f"“{name}”不在整点上。", f"“{name}” is not on whole hours."
        raise _wrong(path, line, "iana_tz", "dataset.zone_between_hours", zh, en)
    return name


def _area(path: Path, line: int, text: str) -> str:
    if text and not _number(text, 0):
        zh, en = f"“{text}”应为大于 0 的平方米数。", f"“{text}” is not a number of m² above 0."
        raise _wrong(path, line, "area_m2", "dataset.bad_area", zh, en)
    return text


def _degrees(path: Path, line: int, field: str, text: str | None) -> float | None:
    text = (text or "").strip()
    if not text:
        return None
    if not _number(text, -180.0) or float(text) > 180:
        raise _wrong(path, line, field, "dataset.bad_place", f"“{text}”", f"“{text}” is no degree.")
    return float(text)


def _number(text: str, above: float) -> bool:
    try:
        return above < float(text) < math.inf
    except ValueError:
        return False


def _missing(path: Path, code: str, zh: str, en: str) -> NotFoundError:
    return NotFoundError(
        code,
        zh=f"没有{zh} {path}。",
        en=f"There is no {en} {path}.",
        next_zh=f"数据目录须有 {METERS[0]} 或 {METERS[1]},以及 {BUILDINGS}。",
        next_en=f"A data set is a folder with {METERS[0]} or {METERS[1]}, and {BUILDINGS}.",
        where={"file": str(path)},
    )


def _wrong(path: Path, line: int, field: str, code: str, zh: str, en: str) -> InputError:
    return InputError(
        code,
        zh=f"{path.name} 第 {line} 行 {field}:{zh}",
        en=f"{path.name}, line {line}: {field} {en}",
        next_zh="请更正这一行后重试;没有导入任何数据。",
        next_en="Correct the line and try again; nothing was imported.",
        where={"file": str(path), "line": line, "field": field},
    )

"""Columns of files: CSV, packed or not, and Parquet where the extra `arrow` is installed."""

import csv
import gzip
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.moments import Floats, Ints
from metering.errors import InputError, NotFoundError, UnavailableError

DAY_S = 86_400


def content(path: Path) -> str:
    """Return the text of a file, unpacked where its name ends in .gz."""
    try:
        packed = path.read_bytes()
        return (gzip.decompress(packed) if path.suffix == ".gz" else packed).decode("utf-8-sig")
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as wrong:
        raise unusable(path, f"无法读取({wrong})", f"cannot be read ({wrong})") from wrong
    except OSError as wrong:
        raise NotFoundError(
            "baseline.no_file",
            zh=f"无法读取 {path}:{wrong.strerror}。",
            en=f"{path} cannot be read: {wrong.strerror}.",
            next_zh="请核对路径。",
            next_en="Check the path.",
        ) from wrong


def columns(path: Path) -> dict[str, list[str]]:
    """Return a CSV's columns by their names, all as text."""
    rows = [row for row in csv.reader(io.StringIO(content(path), newline="")) if row]
    if not rows or len(set(rows[0])) < len(rows[0]):
        raise unusable(path, "没有表头,或列名重复", "has no header, or a column twice")
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(rows[0]):
            raise unusable(
                path,
                f"第 {number} 行有 {len(row)} 列,表头有 {len(rows[0])} 列",
                f"has {len(row)} columns in line {number} and {len(rows[0])} in its header",
            )
    return {name: [row[place] for row in rows[1:]] for place, name in enumerate(rows[0])}


def numbers(path: Path, name: str, texts: list[str]) -> Floats:
    """Return a column as numbers; NaN where it is empty, NA or null."""
    found = np.full(len(texts), np.nan)
    for place, text in enumerate(texts):
        if (bare := text.strip()) and bare.lower() not in ("na", "nan", "null"):
            try:
                found[place] = float(bare)
            except ValueError:
                line = place + 2
                raise unusable(
                    path,
                    f"第 {line} 行 {name} 不是数字:{bare}",
                    f"has “{bare}” in line {line} of {name}, which is no number",
                ) from None
    return found


def wall_days(texts: list[str]) -> Ints:
    """Return the day since 1970 that stands in each stamp, whatever its offset."""
    known = {text[:10] for text in texts}
    days = {text: (date.fromisoformat(text) - date(1970, 1, 1)).days for text in known}
    return np.array([days[text[:10]] for text in texts], np.int64)


def instants(texts: list[str]) -> Floats:
    """Return seconds since 1970 of stamps with an offset; one without counts as UTC."""
    found = (datetime.fromisoformat(text) for text in texts)
    return np.array([(at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() for at in found])


def by_day(days: Ints, values: Floats) -> tuple[Ints, Floats, Floats]:
    """Return the days that occur, and the sum and mean of the values that each has."""
    known = np.isfinite(values)
    every, place = np.unique(days, return_inverse=True)
    counts = np.bincount(place, known, len(every))
    sums = np.bincount(place, np.where(known, values, 0.0), len(every)).astype(float)
    with np.errstate(invalid="ignore"):
        return every, sums, sums / counts


def parquet(path: Path, names: tuple[str, ...]) -> Mapping[str, NDArray[Any]]:
    """Return columns of a Parquet file; an instant as seconds since 1970."""
    try:
        from arro3.core import DataType
        from arro3.io import read_parquet
    except ImportError as error:
        raise UnavailableError(
            "baseline.no_arrow",
            zh=f"读取 {path.name} 需要 Parquet 支持,本机未安装。",
            en=f"{path.name} is Parquet, and what reads it is not installed here.",
            next_zh="请安装附加组件 commonwatt[arrow](requirements/arrow.txt)。",
            next_en="Install the extra commonwatt[arrow] (requirements/arrow.txt).",
        ) from error
    content_exists(path)
    table, found = read_parquet(str(path)).read_all(), {}
    for name in names:
        column, kind = table[name], str(table.schema.field(name).type)
        if "Timestamp" in kind:
            per = {"(s": 1, "(ms": 10**3, "(us": 10**6, "(µs": 10**6, "(ns": 10**9}
            unit = next(size for text, size in per.items() if text in kind.lower())
            found[name] = column.cast(DataType.int64()).to_numpy() // unit
        elif "Utf8" in kind:
            found[name] = np.array(column.to_pylist(), object)
        else:
            found[name] = np.asarray(column.to_numpy(), float)
    return found


def content_exists(path: Path) -> None:
    """Refuse a file that is not there."""
    if not path.is_file():
        raise NotFoundError(
            "baseline.no_file",
            zh=f"没有文件 {path}。",
            en=f"There is no file {path}.",
            next_zh="该组已知答案引用同级目录中的数据,请一并取得。",
            next_en="These answers are of data in a folder beside them: get that too.",
        )


def unusable(path: Path, zh: str, en: str) -> InputError:
    """Return the error that a file cannot be used, and why."""
    return InputError(
        "baseline.file_wrong",
        zh=f"{path.name} {zh}。",
        en=f"{path.name} {en}.",
        next_zh="请改正该文件;格式见 docs/baselines.md。",
        next_en="Correct the file; docs/baselines.md says how it is written.",
        where={"file": str(path)},
    )

"""Data set folders written by tests."""

import csv
import gzip
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

HEADER = ["meter_id", "building_id", "site_id", "utility", "ts", "value"]
BUILDINGS = """\
building_id,site_id,use_class,area_m2,iana_tz
b1,s1,office,100,Europe/London
b2,s1,office,,America/New_York
"""


def hours(meter: str, values: Sequence[float | None], first: str = "2016-03-26 22:00:00") -> list:
    """Return one row an hour; None leaves a gap."""
    start = datetime.fromisoformat(first)
    building, _, utility = meter.partition("__")
    return [
        [meter, building, "s1", utility, str(start + timedelta(hours=hour)), value]
        for hour, value in enumerate(values)
        if value is not None
    ]


def write(
    folder: Path,
    rows: Sequence[Sequence[object]],
    *,
    buildings: str = BUILDINGS,
    packed: bool = False,
) -> Path:
    """Write a data set, and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ("meters.csv.gz" if packed else "meters.csv")
    with gzip.open(path, "wt", newline="") if packed else path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows)
    (folder / "buildings.csv").write_text(buildings, encoding="utf-8")
    return folder

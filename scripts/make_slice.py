"""Cut the data set that ships with the program out of the public sets it comes from.

    python scripts/make_slice.py FOLDER_OF_DATA_SETS

Needs pyarrow, which the program does not. Values and times stay as they are in the sources.
"""

import csv
import gzip
import io
import sys
from pathlib import Path

import pyarrow.parquet as parquet

SLICE = Path(__file__).parents[1] / "simulators" / "slice"
# site: data set, how many buildings by use, and how many days may be missing of two years.
SITES = {
    "Fox": ("bdg2-public", {"education": 5, "office": 5, "culture_sport": 3, "residence": 1}),
    "Rat": ("bdg2-public", {"office": 4, "public_service": 5, "health": 3, "education": 3}),
    "Cambridge": ("cambridge-estates", {"university": 14}),
}
COLUMNS = ["meter_id", "building_id", "site_id", "utility", "ts", "value"]
KEPT = ["building_id", "site_id", "use_class", "area_m2", "iana_tz", "site_lat", "site_lng"]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def chosen(folder: Path, site: str, uses: dict[str, int]) -> list[str]:
    """Return buildings by use: those with the fewest gaps and zeros, two carriers first."""
    meters: dict[str, list[dict[str, str]]] = {}
    for row in rows_of(folder / "quality.csv"):
        if row["site_id"] == site:
            meters.setdefault(row["building_id"], []).append(row)

    def worth(name: str) -> tuple[int, float, str]:
        loss = max(float(row["gap_pct"]) + float(row["zero_pct"]) / 4 for row in meters[name])
        return -len(meters[name]), loss, name

    found = []
    for use, count in uses.items():
        named = [
            r["building_id"] for r in rows_of(folder / "buildings.csv") if r["use_class"] == use
        ]
        found += sorted((name for name in named if name in meters), key=worth)[:count]
    return found


def main(sources: Path) -> None:
    """Write meters.csv.gz and buildings.csv."""
    out, buildings = io.StringIO(newline=""), []
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for site, (name, uses) in SITES.items():
        keep = set(chosen(sources / name, site, uses))
        buildings += [
            r for r in rows_of(sources / name / "buildings.csv") if r["building_id"] in keep
        ]
        table = parquet.read_table(
            sources / name / "meters.parquet", filters=[("building_id", "in", sorted(keep))]
        )
        values = table["value"].to_numpy()
        columns = [table[column].to_pylist() for column in COLUMNS[:-1]]
        for row, (*names, ts) in enumerate(zip(*columns, strict=True)):
            writer.writerow([*names, ts.strftime("%Y-%m-%d %H:%M:%S"), str(values[row])])
    SLICE.mkdir(exist_ok=True)
    packed = gzip.compress(out.getvalue().encode(), compresslevel=9, mtime=0)
    (SLICE / "meters.csv.gz").write_bytes(packed)
    with (SLICE / "buildings.csv").open("w", encoding="utf-8", newline="") as file:
        table_writer = csv.DictWriter(file, KEPT, extrasaction="ignore", lineterminator="\n")
        table_writer.writeheader()
        table_writer.writerows(buildings)
    print(f"{len(buildings)} buildings, {len(packed) / 1e6:.2f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

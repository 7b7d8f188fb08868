"""Small data sets cut out of the one that ships, for runs of the demo."""

import csv
import gzip
from pathlib import Path

from cli.demo import world


def some(folder: Path, days: dict[str, int]) -> Path:
    """Write so many days of each of these meters, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    left = {meter: 24 * count for meter, count in days.items()}
    with (
        gzip.open(world.shipped() / "meters.csv.gz", "rt", newline="") as file,
        (folder / "meters.csv").open("w", newline="") as cut_file,
    ):
        reader, writer = csv.reader(file), csv.writer(cut_file)
        writer.writerow(next(reader))
        for row in reader:
            if left.get(row[0], 0) > 0:
                left[row[0]] -= 1
                writer.writerow(row)
    (folder / "buildings.csv").write_bytes((world.shipped() / "buildings.csv").read_bytes())
    return folder


def cut(folder: Path, *, meters: int, days: int) -> Path:
    """Write the first days of some meters of every site, gaps included, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    sites: dict[str, int] = {}
    rows: dict[str, list[list[str]]] = {}
    with gzip.open(world.shipped() / "meters.csv.gz", "rt", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        for row in reader:
            if row[0] not in rows:
                sites[row[2]] = sites.get(row[2], 0) + 1
                rows[row[0]] = []
            if sites[row[2]] <= meters and len(rows[row[0]]) < 24 * days:
                rows[row[0]].append(row)
    with (folder / "meters.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for some in rows.values():
            writer.writerows(some)
    (folder / "buildings.csv").write_bytes((world.shipped() / "buildings.csv").read_bytes())
    return folder

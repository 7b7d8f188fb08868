"""Data sets as they are read: standard time, gaps, and mistakes named by file, line and field."""

import random
from datetime import UTC, datetime

import pytest

from metering.errors import EnergyError
from simulators import datasets
from tests.simulators.folders import BUILDINGS, hours, write


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_stamps_are_standard_time_also_in_summer(tmp_path):
    rows = hours("b1__gas", [1.5] * 4) + hours("b2__gas", [2] * 3, "2016-07-01 00:00:00")

    london, new_york = datasets.read(write(tmp_path, rows))

    assert london.start_ms.tolist() == [ms("2016-03-26 22:00") + n * 3_600_000 for n in range(4)]
    assert new_york.start_ms[0] == ms("2016-07-01 05:00")  # five hours in winter and in summer
    assert london.used.tolist() == [1500] * 4


def test_rows_in_any_order_packed_or_not_with_a_mark_of_their_encoding_are_one_set(tmp_path):
    rows = hours("b1__electricity", [1, 2, None, 3]) + hours("b2__electricity", [4, None, 5.0005])
    plain = datasets.read(write(tmp_path / "plain", rows))
    shuffled = random.Random(1).sample(rows, len(rows))
    packed = datasets.read(
        write(tmp_path / "packed", shuffled, buildings="\ufeff" + BUILDINGS, packed=True)
    )

    for one, other in zip(plain, packed, strict=True):
        assert (one.name, one.building) == (other.name, other.building)
        assert one.start_ms.tolist() == other.start_ms.tolist()
        assert one.used.tolist() == other.used.tolist()
    assert plain[0].used.tolist() == [1000, 2000, 3000]
    assert plain[0].building.area_m2 == "100"
    assert plain[1].building.area_m2 == ""


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ("b1__gas,b1,s1,gas,2016-03-26 23:00:00,x", "dataset.bad_value", "value"),
        ("b1__gas,b1,s1,gas,2016-03-26 23:00:00,-1", "dataset.bad_value", "value"),
        ("b1__gas,b1,s1,gas,2016-03-26 23:00:00,nan", "dataset.bad_value", "value"),
        ("b1__gas,b1,s1,gas,26/03/2016 23:00,1", "dataset.bad_time", "ts"),
        ("b1__gas,b1,s1,gas,2016-03-26T23:00:00Z,1", "dataset.bad_time", "ts"),
        ("b1__gas,b1,s1,gas,2016-03-26 22:30:00,1", "dataset.overlap", "ts"),
        ("b1__gas,b2,s1,gas,2016-03-26 23:00:00,1", "dataset.two_meters", "meter_id"),
        ("b3__gas,b3,s1,gas,2016-03-26 23:00:00,1", "dataset.unknown_building", "building_id"),
        ("b1__gas,b1,s1,gas", "dataset.short_row", "value"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_field(tmp_path, row, code, field):
    folder = write(tmp_path, [*hours("b1__gas", [1]), row.split(",")])

    with pytest.raises(EnergyError) as caught:
        datasets.read(folder)

    assert caught.value.code == code
    assert caught.value.where == {"file": str(folder / "meters.csv"), "line": 3, "field": field}
    assert "line 3" in caught.value.text("en")
    assert "第 3 行" in caught.value.text("zh")


@pytest.mark.parametrize(
    ("buildings", "code"),
    [
        (BUILDINGS.replace("Europe/London", "Mars/Base"), "dataset.unknown_zone"),
        (BUILDINGS.replace("Europe/London", "Asia/Kolkata"), "dataset.zone_between_hours"),
        (BUILDINGS.replace("Europe/London", ""), "dataset.unknown_zone"),
        (BUILDINGS.replace(",100,", ",-3,"), "dataset.bad_area"),
        (BUILDINGS.replace("b2", "b1"), "dataset.building_twice"),
        (BUILDINGS.replace("iana_tz", "tz"), "dataset.no_column"),
    ],
)
def test_a_building_that_cannot_be_placed_is_named(tmp_path, buildings, code):
    folder = write(tmp_path, hours("b1__gas", [1]), buildings=buildings)

    with pytest.raises(EnergyError) as caught:
        datasets.read(folder)

    assert caught.value.code == code
    assert caught.value.where["file"] == str(folder / "buildings.csv")


def test_what_is_missing_is_said_before_anything_starts(tmp_path):
    for there, code in (
        ("", "dataset.no_folder"),
        ("set", "dataset.no_buildings"),
        ("set/buildings.csv", "dataset.no_meters"),
    ):
        if there.endswith(".csv"):
            (tmp_path / there).write_text(BUILDINGS)
        elif there:
            (tmp_path / there).mkdir()
        with pytest.raises(EnergyError) as caught:
            datasets.check(tmp_path / "set")
        assert caught.value.code == code


def test_bytes_that_are_no_text_are_refused(tmp_path):
    folder = write(tmp_path, hours("b1__gas", [1]))
    (folder / "meters.csv").write_bytes(b"meter_id,building_id,utility,ts,value\n\xff\xfe,\n")

    with pytest.raises(EnergyError) as caught:
        datasets.read(folder)

    assert caught.value.code == "dataset.unreadable"

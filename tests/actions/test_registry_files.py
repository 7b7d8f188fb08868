"""The registry as people save it: encodings, and every mistake named by file, line and field."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from actions.registry.files import read
from actions.registry.values import ProblemsError, Registry
from metering.channels import Kind
from metering.errors import EnergyError, NotFoundError

INSTITUTIONS = """\
code,name_zh,name_en,credit_code,class_code,department_line,level,region_code,area_m2,persons,valid_from
office-1,示范机关,Demo Office,,GOV,offices,city,demo-x1,1234.5,,2024-01-01
"""
CHANNELS = """\
institution,meter,channel,carrier,kind,unit,period_s,max_per_hour,wraps_at,zone,since,gateway,key,name_zh,name_en,share
office-1,m1,e,electricity,register,kWh,900,250.5,100000,Asia/Shanghai,2024-03-01T00:00+08:00,demo-x/g1,m1.e,总表,Main,0.6
"""


def written(folder: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def complaints(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(ProblemsError) as raised:
        read(folder)
    return [(p.where["file"], p.where["line"], p.where["field"]) for p in raised.value.problems]


def values(registry: Registry) -> tuple[object, ...]:
    return tuple(registry.institutions), tuple(registry.channels)


def test_a_folder_is_read_as_values(tmp_path):
    registry = read(written(tmp_path, institutions=INSTITUTIONS, channels=CHANNELS))

    (office,), (channel,) = registry.institutions, registry.channels
    assert (office.name_zh, office.area_m2, office.persons) == ("示范机关", Decimal("1234.5"), None)
    assert office.valid_from == date(2024, 1, 1)
    assert office.location_region_code == "demo-x1"
    assert (channel.kind, channel.per_unit, channel.ratio) == (Kind.REGISTER, 1000, 1)
    assert (channel.max_per_hour, channel.wraps_at) == (250_500, 100_000_000)
    assert channel.since == datetime(2024, 2, 29, 16, tzinfo=UTC)
    assert channel.share_millionths == 600_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_line_ends_make_no_difference(tmp_path, encoding, end):
    plain = read(written(tmp_path, institutions=INSTITUTIONS, channels=CHANNELS))

    files = {"institutions": INSTITUTIONS, "channels": CHANNELS}
    coded = {name: text.replace("\n", end).encode(encoding) for name, text in files.items()}
    again = read(written(tmp_path, **coded))

    assert values(again) == values(plain)


def test_broken_bytes_name_the_line(tmp_path):
    broken = INSTITUTIONS.encode().replace("机".encode(), b"\xff\xff")

    with pytest.raises(EnergyError) as raised:
        read(written(tmp_path, institutions=broken))

    assert (raised.value.where["file"], raised.value.where["line"]) == ("institutions.csv", 2)
    assert raised.value.next_en


def test_a_broken_place_is_named_in_either_encoding(tmp_path):
    for encoding in ("utf-8", "gbk"):
        broken = (INSTITUTIONS + "\n" * 3).encode(encoding) + b"\xff\n"
        with pytest.raises(EnergyError) as raised:
            read(written(tmp_path, institutions=broken))
        assert raised.value.where["line"] == 6


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("2024-01-01", "1.1.2024", "valid_from"),
        ("2024-01-01", "", "valid_from"),
        ("1234.5", "1,5", ""),
        ("1234.5", "many", "area_m2"),
        ("1234.5", "NaN", "area_m2"),
        ("offices", 'off"ices', None),
    ],
)
def test_a_wrong_cell_names_file_line_and_field(tmp_path, old, new, field):
    changed = INSTITUTIONS.replace(old, new)
    if field is None:  # a quote within a cell is kept: it is no mistake
        assert read(written(tmp_path, institutions=changed)).institutions
        return

    assert complaints(written(tmp_path, institutions=changed)) == [("institutions.csv", 2, field)]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("T00:00+08:00", "T00:00", "since"),
        ("register", "counter", "kind"),
        ("900", "15 min", "period_s"),
        ("250.5", "250.0001", "max_per_hour"),
        (",0.6", ",0.6666666", "share"),
    ],
)
def test_a_wrong_channel_cell_names_file_line_and_field(tmp_path, old, new, field):
    changed = CHANNELS.replace(old, new)

    assert complaints(written(tmp_path, channels=changed)) == [("channels.csv", 2, field)]


def test_all_mistakes_are_said_at_once(tmp_path):
    wrong = INSTITUTIONS + "a,b\n" + INSTITUTIONS.splitlines()[1].replace("2024-01-01", "soon")

    assert complaints(written(tmp_path, institutions=wrong, channels="code\n1\n")) == [
        ("institutions.csv", 3, ""),
        ("institutions.csv", 4, "valid_from"),
        ("channels.csv", 1, ""),
    ]


def test_a_misspelt_column_is_refused(tmp_path):
    changed = INSTITUTIONS.replace("area_m2", "area")

    assert complaints(written(tmp_path, institutions=changed)) == [("institutions.csv", 1, "")]


def test_an_unfinished_quote_is_refused(tmp_path):
    changed = INSTITUTIONS.replace("示范机关", '"示范机关')

    ((file, _, _),) = complaints(written(tmp_path, institutions=changed))
    assert file == "institutions.csv"


def test_a_folder_without_files_is_named(tmp_path):
    with pytest.raises(NotFoundError, match=str(tmp_path)):
        read(tmp_path)

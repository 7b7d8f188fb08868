"""Whatever the bytes are, a file is read or refused with a place and a next step, within bounds.

`COMMONWATT_TEST_ATTEMPTS=100000 pytest tests/collector/files/test_mangled.py --timeout 0` tries
harder, and says how long the slowest attempt took and how much memory all of them.
"""

import gzip
import io
import os
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from functools import partial

import psutil
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collector.files.answers import Answers
from collector.files.limits import Limits
from collector.files.lookalikes import resembling
from collector.files.reading import FileReadings, read
from tests.collector.files import test_as_they_exist as whole
from tests.collector.files.rig import taken

SMALL = Limits(unpacked_bytes=1 << 20, xml_bytes=1 << 20, loose_bytes=1 << 16, cells=5_000,
               strings=1_000, readings=5_000)  # fmt: skip
SEEDS = [
    (whole.HEADER + whole.LINE * 3).encode(),
    (whole.HEADER + whole.LINE).encode("utf-16"),
    whole.STATE_GRID.encode("gbk"),
    whole.SDGE.encode(),
    whole.hours([f"{n}时" for n in range(1, 25)]).encode(),
    (whole.BILLS + "1,2025-04-15,2025-05-15,44160\n").encode(),
    whole.GREEN.format(types=whole.TYPES.format(power=0, uom=72), up=whole.UP).encode(),
    whole.book(("s", whole.SHEET)),
    whole.zipped(a__csv=(whole.HEADER + whole.LINE).encode(), b__csv=b"1,2\n"),
    gzip.compress((whole.HEADER + whole.LINE).encode()),
    ("2025年2月\n表号," + ",".join(f"{n}日" for n in range(1, 32)) + "\nm1" + ",1" * 31).encode(),
    "表号,年份,月份,用电量(kWh)\nm1,2025,1,5\nm1,2025,2月,6\n合计,,,11\n".encode(),
    "表号,2025-01,2025-02,2025-03\nm1,1,2,3\n".encode("gbk"),
    b"entity_id,type,unit,2026-01-05T10:00Z,2026-01-05T11:00Z\na,b,kWh,1,2\n,c,EUR,1,2\n",
    (whole.HEADER.replace("at", "from,at") + "a/b,m,,2026-01-01T00:00Z,1\n").encode(),
    whole.zipped(a__xlsx=whole.book(("s", whole.SHEET), ("t", [["x"]]))),
]
ATTEMPTS = int(os.environ.get("COMMONWATT_TEST_ATTEMPTS", "0"))
LAWS = 4
many = settings(max_examples=max(settings().max_examples, ATTEMPTS // LAWS))
KEYS = [
    "",
    "1.234",
    "1,234",
    "(5)",
    "25-1-12",
    "03/04/2026",
    "合计",
    "=1+1",
    "\x00",
    "1e999",
    "51e999.5",
    "9" * 400,
    "　",
    "२",
]
ANSWERS = st.builds(
    Answers,
    gateway=st.sampled_from([None, "a/b"]),
    channel=st.sampled_from([None, "m"]),
    zone=st.sampled_from([None, "UTC", "America/Chicago"]),
    decimal=st.sampled_from([None, ".", ","]),
    dates=st.sampled_from([None, "ymd", "dmy", "mdy"]),
    brackets=st.sampled_from([None, "minus", "mark"]),
    last_day=st.sampled_from([None, "in"]),
    stamp=st.sampled_from([None, "start"]),
    length_s=st.sampled_from([None, 900]),
    rates=st.sampled_from([None, "rates", "both"]),
    ratio=st.sampled_from([None, "multiply"]),
    empty=st.sampled_from([None, "skip"]),
    month=st.sampled_from([None, "2025-02", "2024"]),
    sheets=st.sampled_from([None, "readings"]),
    columns=st.sampled_from([{}, {"*": "ignore"}]),
)
MOST_S = 10
took_s = [0.0]


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A real file of which pieces are cut, doubled, overwritten or flipped."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        size = draw(st.integers(1, 40))
        kind = draw(st.sampled_from(["cut", "double", "write", "flip", "text"]))
        if kind == "cut":
            del data[at : at + size]
        elif kind == "double":
            data[at:at] = data[at : at + size] * draw(st.integers(1, 5))
        elif kind == "write":
            data[at : at + size] = draw(st.binary(min_size=1, max_size=size))
        elif kind == "flip" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        else:
            data[at:at] = draw(st.sampled_from(KEYS)).encode()
    return bytes(data)


@st.composite
def repacked(draw: st.DrawFn) -> bytes:
    """An archive whole as such, of which the members are not."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        seed = zipfile.ZipFile(io.BytesIO(whole.book(("s", whole.SHEET))))
        for name in seed.namelist():
            data = bytearray(seed.read(name))
            if draw(st.booleans()):
                at = draw(st.integers(0, len(data)))
                data[at : at + draw(st.integers(0, 30))] = draw(st.binary(max_size=30))
            archive.writestr(name, bytes(data))
    return content.getvalue()


def holds(file: FileReadings) -> None:
    """Check what holds of any file."""
    found = file.readings
    assert len(file.line) == len(file.from_ms) == len(file.ratio) == len(found)
    assert found.i.tolist() == list(range(len(found)))
    assert len(found) <= SMALL.readings
    if len(found) and not file.errors:
        assert 0 <= found.at_ms.min() <= found.at_ms.max() <= 4_102_444_800_000 + 172_800_000
        assert bool((abs(found.value) < float("inf")).all())
        for row in (0, len(found) - 1):
            assert file.place(row).said()
    for error in file.errors:
        assert error.where["file"]
        assert error.next_zh
        assert error.next_en
        assert error.text("zh").isprintable() or "\n" in error.text("zh")


def reading(data: bytes, answers: Answers) -> FileReadings:
    began = time.monotonic()
    found = read(
        io.BytesIO(data), "f", received_ms=7, most_readings=5_000, answers=answers, limits=SMALL
    )
    took_s[0] = max(took_s[0], time.monotonic() - began)
    return found


@pytest.fixture(scope="module", autouse=True)
def bounds() -> Iterator[None]:
    """Where attempts are many, say what they took; what a bomb takes is held below."""
    yield
    if ATTEMPTS:
        peak_mb = psutil.Process().memory_info().rss / 1e6
        print(f"\n{ATTEMPTS} attempts: slowest {took_s[0]:.2f} s; with what draws them "
              f"{peak_mb:.0f} MB")  # fmt: skip
        assert took_s[0] < MOST_S


@many
@given(mangled(), ANSWERS)
def test_a_mangled_file_is_read_or_refused_with_a_remedy(data, answers):
    holds(reading(data, answers))


@many
@given(repacked(), ANSWERS)
def test_a_workbook_with_mangled_parts_is_read_or_refused_with_a_remedy(data, answers):
    holds(reading(data, answers))


@many
@given(st.binary(max_size=400), ANSWERS)
@example(b"\xff\xfe\x00\xd8", Answers())
@example((whole.HEADER + whole.LINE.replace("+08:00", "+28:00")).encode(), Answers())
@example(b"+-15,2025-05-15,44160\n", Answers())
@example(b"id,unit,2026-01-05T1,2026-01-05T11:00Z\na,kWh,1,2\n", Answers(stamp="start"))
@example(b"entity_id,unit,2026-01-05T1,2026-01-05T11:00Z\na,kWh,1,2\n", Answers(stamp="start"))
@example(b"\x1f\x8b\x08\x00", Answers())
@example(b"PK\x05\x06" + b"\0" * 18, Answers())
def test_any_bytes_are_read_or_refused_with_a_remedy(data, answers):
    holds(reading(data, answers))


ROW = st.lists(st.sampled_from(KEYS) | st.text(max_size=8), min_size=1, max_size=6)


@many
@given(st.lists(ROW, max_size=12), st.sampled_from(",;\t|"), ANSWERS)
def test_any_table_is_read_or_refused_with_a_remedy(table, separator, answers):
    text = "\n".join(separator.join(row) for row in table)
    holds(reading(("gateway,channel,at,value\n" + text).encode("utf-8", "replace"), answers))
    holds(reading(text.encode("utf-8", "replace"), answers))


@given(mangled())
def test_reading_twice_says_the_same(data):
    once, again = (reading(data, Answers(zone="UTC")) for _ in range(2))

    assert [str(one) for one in once.errors] == [str(one) for one in again.errors]
    assert once.readings.value.tolist() == again.readings.value.tolist()


def sheet_of(inner: str) -> bytes:
    """Return a workbook whose only sheet holds this."""
    seed = zipfile.ZipFile(io.BytesIO(whole.book(("s", whole.SHEET))))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in seed.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            archive.writestr(name, inner if is_sheet else seed.read(name))
    return content.getvalue()


BILLION = (
    "<!DOCTYPE a ["
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "x" * 10}">' for n in range(10))
    + "]>"
)
ROWS = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


def lying() -> bytes:
    """Return an archive that says of a member less than it unpacks to."""
    content = bytearray(whole.zipped(a__csv=b"0" * 50_000_000))
    size = (50_000_000).to_bytes(4, "little")
    while (at := content.find(size)) >= 0:
        content[at : at + 4] = (1000).to_bytes(4, "little")
    return bytes(content)


@pytest.mark.slow
@pytest.mark.parametrize(
    "pack",
    [
        lambda: gzip.compress(b"\0" * 300_000_000, 1),
        lambda: whole.zipped(a__csv=b"1,2\n" * 20_000_000),
        lambda: whole.zipped(**{f"a{n}__csv": b"0" * 3_000_000 for n in range(100)}),
        lying,
        lambda: (BILLION + "<feed xmlns='http://naesb.org/espi'>&l9;</feed>").encode(),
        lambda: sheet_of(BILLION + ROWS + "<row><c t='inlineStr'><is><t>&l9;</t></is></c></row>"),
        lambda: sheet_of(ROWS + '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">'
                 '<c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>'),
        lambda: sheet_of(ROWS + '<row><c r="ALL1"><v>1</v></c></row>' * 20_000 + "</sheetData>"),
        lambda: ("<feed xmlns='http://naesb.org/espi'>" + "<a>" * 1_000_000).encode(),
        lambda: b"a,b\n" + b'"' + b"x" * 50_000_000,
        lambda: b"\n" * 20_000_000,
        lambda: ("时间;数值\n" + "2026-01-01;1.234\n" * 300_000).encode(),
    ],
    ids=[
        "gzip", "zip", "many members", "zip that lies", "entities", "entities in a sheet",
        "two far cells", "wide rows", "deep", "endless quote", "blank lines", "all doubtful",
    ],
)  # fmt: skip
def test_a_bomb_takes_no_more_memory_than_its_bounds(pack):
    content = pack()
    tracemalloc.start()
    file = taken(content, name="bomb", gateway="a/b", channel="m")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert file.errors
    assert all(error.next_en for error in file.errors)
    assert peak < 250 * 2**20, peak >> 20


@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=5))
def test_an_id_that_is_known_resembles_nothing_else(given_id, known):
    assert resembling(given_id, [*known, given_id]) == []
    assert set(resembling(given_id, known)) <= set(known)


def test_ids_that_people_take_for_each_other_are_found():
    find = partial(resembling, known=["00012345", "m01", "1100000000001"])

    assert find("12345") == find("1.2345E+04") == ["00012345"]
    assert find("M01") == find("mO1") == find("m1") == ["m01"]
    assert find("1.1E+12") == ["1100000000001"]
    assert find("m10") == find("12346") == []

"""Files mangled by a seed: bytes, cells, encodings, archives and their members, and bombs."""

import gzip
import io
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from collector.files.answers import Answers
from collector.files.limits import DEFAULT
from collector.files.reading import FileReadings, read
from tests.collector.files import test_as_they_exist as whole
from tests.collector.files import test_forms as forms
from tests.collector.files import test_old_workbooks as olds
from tests.collector.files import test_other_systems as systems
from tests.collector.files import test_shapes_of_exports as shapes
from tests.collector.files.test_mangled import BILLION, KEYS, ROWS, SEEDS, lying, sheet_of

MOST_BYTES: Final = 300 * 10**6
MOST_S: Final = 10.0
_FILES: Final = [
    *SEEDS,
    forms.PAGE.format(charset="utf-8").encode(), forms.PAGE.format(charset="x").encode("gbk"),
    olds.old(("一月", olds.REPORT)), olds.old(("a", olds.REPORT * 20), ("b", olds.REPORT)),
    olds.raw(olds.label(0, 0, b"x"), olds.number(1, 1, 5.0)),
    olds.of_excel(4, *olds.formats(4, b"General", b"yyyy-mm-dd"),
                  *olds.cells_since_3(4, *olds.TABLE)),
    olds.of_excel(2, *olds.formats(2, b"General", b"yyyy-mm-dd"), *olds.cells_of_2(*olds.TABLE)),
    shapes.REGISTERS.encode("gbk"), shapes.HEAT.encode(),
    "電表編號,日期,用電量\nm1,民國113年5月1日,5\nm1,113/05/02,6\n".encode("cp950"),
    forms.WORKBOOK.encode(), forms.LIBRE, "\n".join(forms.RECORDS).encode(),
    f"[{','.join(forms.RECORDS)}]".encode(), systems.STATISTICS.encode(), systems.HISTORY.encode(),
    systems.portfolio(
        systems.bill(222, systems.day(2025, 1, 1), systems.day(2025, 1, 31), 5, "kWh")
    ),
    "表号,时段,用电量\nm1,2026-01-01 00:00~01:00,5\nm1,2025年第一季度,6\n".encode(),
    "表号:m1\n日期,读数\n2026-01-01,5\n\n表号:m2\n日期,读数\n2026-01-01,7\n".encode("gbk"),
    b"gateway,channel,at,value\ndemo-a/g1,k0,2026-01-01T00:00:00Z,5\ndemo-a/g1,k1,2026-01-02T00Z,6\n",
]  # fmt: skip
_BOMBS: Final[list[Callable[[], bytes]]] = [
    lambda: gzip.compress(b"\0" * 300_000_000, 1),
    lambda: whole.zipped(a__csv=b"1,2\n" * 20_000_000),
    lying,
    lambda: (BILLION + "<feed xmlns='http://naesb.org/espi'>&l9;</feed>").encode(),
    lambda: sheet_of(BILLION + ROWS + "<row><c t='inlineStr'><is><t>&l9;</t></is></c></row>"),
    lambda: sheet_of(ROWS + '<row><c r="ALL1"><v>1</v></c></row>' * 20_000 + "</sheetData>"),
    lambda: ("<feed xmlns='http://naesb.org/espi'>" + "<a>" * 1_000_000).encode(),
    lambda: b"a,b\n" + b'"' + b"x" * 50_000_000,
    lambda: b"\n" * 20_000_000,
    lambda: ("<table>" + "<tr><td rowspan=9999 colspan=1999>" * 50_000).encode(),
    lambda: b'[{"a":' + b"[" * 5_000_000,
    lambda: b'{"a": 1}\n' * 3_000_000,
    lambda: forms.ods(["表号", "时间", "读数"], after='<table:table-row table:number-rows-repeated='
                      '"999999"><table:table-cell office:value="1"/></table:table-row>' * 999),
]  # fmt: skip
_ENCODINGS: Final = ("gbk", "utf-16", "utf-16-le", "utf-8-sig", "latin-1", "utf-32", "big5")
_NAMES: Final = ("f.csv", "f.xlsx", "f.xls", "f.zip", "f.csv.gz", "f", "f.xml")


class Judged(NamedTuple):
    """What became of one file, in which time of the processor. [s]"""

    found: FileReadings
    took_s: float


def mangled(seed: int) -> tuple[str, bytes, Answers]:
    """Return a file's name, its bytes, and answers to what it may leave open."""
    draw = Random(seed)
    if seed % 2_000 == 0:
        return "bomb", draw.choice(_BOMBS)(), _answers(draw)
    data = draw.choice(_FILES)
    if data[:2] == b"PK" and draw.random() < 0.6:
        data = _repacked(data, draw)
    for _ in range(draw.choice((0, 0, 1, 1, 2, 4))):
        data = _changed(data, draw)
    if data[:2] != b"PK" and draw.random() < 0.2:
        data = _recoded(data, draw)
    if draw.random() < 0.1:
        data = gzip.compress(data, 1) if draw.random() < 0.5 else whole.zipped(a__csv=data)
        data = _changed(data, draw) if draw.random() < 0.5 else data
    return draw.choice(_NAMES), data, _answers(draw)


def judged(name: str, data: bytes, answers: Answers) -> Judged:
    """Read a file within the product's own bounds; AssertionError where it breaks a law."""
    began_s = time.process_time()
    limits = replace(DEFAULT, readings=200_000)
    found = read(
        io.BytesIO(data), name, received_ms=7, most_readings=200_000, answers=answers, limits=limits
    )
    took_s = time.process_time() - began_s
    assert took_s < MOST_S, f"{took_s:.1f} s"
    for error in found.errors:
        assert error.where["file"]
        assert error.next_zh
        assert error.next_en
    assert found.readings.i.tolist() == list(range(len(found.readings)))
    if len(found.readings) and not found.errors:
        assert bool((abs(found.readings.value) < float("inf")).all())
        assert found.readings.at_ms.min() >= -86_400_000  # of a zone before UTC
        assert found.place(len(found.readings) - 1).said()
    return Judged(found, took_s)


def most_bytes(*, anew: bool = False) -> int:
    """Return the most memory that this process held, since the last time it was asked anew."""
    said = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(line for line in said.splitlines() if line.startswith("VmHWM"))
    if anew:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return int(peak.split()[1]) * 1024


_SAME: Final = {
    one: f"k{n % 3}"
    for n, one in enumerate(
        ("m1", "m2", "m", "1", "222", "223", "sensor.m", "sensor.meter", "sensor.import", "a", "b")
    )
}
_USUAL: Final = Answers(
    gateway="demo-a/g1", zone="Asia/Shanghai", last_day="in", stamp="start", length_s=3600,
    dates="ymd", decimal=".", brackets="minus", empty="skip", sheets="readings", month="2025-02",
    columns={"*": "ignore", "sum": "value"}, same=_SAME,
)  # fmt: skip


def _answers(draw: Random) -> Answers:
    """Return what a person who knows the file would say, or anything at all."""
    one = draw.choice
    if draw.random() < 0.6:
        return replace(
            _USUAL,
            gateway=one(("demo-a/g1", "demo-a/g1", "demo-a/g1", None)),
            channel=one((None, None, None, "k1")),
        )
    return Answers(
        gateway=one((None, "demo-a/g1", "demo-a/g1")), channel=one((None, None, "k0", "k1")),
        zone=one((None, "UTC", "Asia/Shanghai", "America/Chicago")), decimal=one((None, ".", ",")),
        dates=one((None, "ymd", "dmy", "mdy")), brackets=one((None, "minus", "mark")),
        last_day=one((None, "in", "out")), stamp=one((None, "start", "end")),
        length_s=one((None, 900, 3600)), rates=one((None, "rates", "both")),
        ratio=one((None, "multiply")), empty=one((None, "skip")), hour=one((None, "first")),
        month=one((None, "2025-02", "2024")), sheets=one((None, "readings")),
        columns=one(({}, {"*": "ignore"}, {"用电量": "key:k1"})),
        same=one(({}, _SAME)),
    )  # fmt: skip


def _changed(data: bytes, draw: Random) -> bytes:
    """Return bytes of which a piece is cut, doubled, overwritten, flipped, or said otherwise."""
    at, size = draw.randrange(len(data) + 1), draw.randint(1, 40)
    kind = draw.choice(("cut", "double", "write", "flip", "text", "text", "swap", "swap", "end"))
    if kind == "cut":
        return data[:at] + data[at + size :]
    if kind == "double":
        return data[:at] + data[at : at + size] * draw.randint(2, 6) + data[at + size :]
    if kind == "write":
        return data[:at] + draw.randbytes(size) + data[at + size :]
    if kind == "flip" and at < len(data):
        return data[:at] + bytes([data[at] ^ (1 << draw.randrange(8))]) + data[at + 1 :]
    if kind == "swap":
        cells = data.split(b",")
        a, b = draw.randrange(len(cells)), draw.randrange(len(cells))
        cells[a], cells[b] = cells[b], draw.choice(KEYS).encode()
        return b",".join(cells)
    if kind == "end":
        return data[:at]
    return data[:at] + draw.choice(KEYS).encode() + data[at:]


def _recoded(data: bytes, draw: Random) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(draw.choice(_ENCODINGS), "replace")


def _repacked(data: bytes, draw: Random) -> bytes:
    """Return an archive whole as such, of which a member is not."""
    content = io.BytesIO()
    try:
        seed = zipfile.ZipFile(io.BytesIO(data))
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in seed.namelist():
                member = seed.read(name)
                if draw.random() < 0.4:
                    member = _changed(member, draw)
                if draw.random() < 0.95:
                    archive.writestr(name, member)
    except (zipfile.BadZipFile, OSError):
        return data
    return content.getvalue()

"""Several files brought together are read as one: each is named, and all mistakes are told."""

import gzip
import io
import zipfile

import pytest

from collector.files.bundles import together
from collector.files.limits import Limits
from metering.errors import InputError
from tests.collector.files.rig import taken

HEAD = "gateway,channel,at,value\n"
JAN, FEB = HEAD + "a/g,k,2026-01-01T00:00Z,1\n", "网关,通道,时间,读数\na/g,k,2026-02-01T00:00Z,2\n"
BAD = HEAD + "a/g,k,soon,3\n"


def zipped(**files: str) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return whole.getvalue()


def brought(*files: tuple[str, str | bytes], **how):
    whole = io.BytesIO()
    contents = [(n, io.BytesIO(c.encode("gbk") if isinstance(c, str) else c)) for n, c in files]
    name = together(contents, whole, **how)
    assert not any(content.closed for _, content in contents)
    return name, taken(whole.getvalue(), name)


def test_each_file_is_named_alone_and_archives_among_them_are_opened():
    name, file = brought(
        ("jan.csv", JAN), ("old/feb.csv", FEB), ("more.zip", zipped(x_csv=JAN, y_csv=FEB)),
        ("c.csv.gz", gzip.compress(JAN.encode())), ("old/jan.csv", JAN),
    )  # fmt: skip
    assert name == "jan.csv, feb.csv, more.zip … (5)"
    assert not file.errors
    assert [(one.file, one.readings) for one in file.told] == [
        ("jan.csv", 1), ("old/feb.csv", 1), ("more.zip/x.csv", 1), ("more.zip/y.csv", 1),
        ("c.csv", 1), ("old/jan.csv", 1),
    ]  # fmt: skip
    assert file.readings.value.tolist() == [1, 2, 1, 2, 1, 1]


def test_the_mistakes_of_all_are_told_in_one_pass():
    _, file = brought(
        ("jan.csv", BAD), ("feb.csv", FEB), ("scan.pdf", b"%PDF-1.7"), ("jan.csv", BAD)
    )
    assert [(one.where["file"], one.where["line"]) for one in file.errors] == [
        ("jan.csv", 2), ("scan.pdf", 0), ("jan (2).csv", 2),
    ]  # fmt: skip


def test_a_damaged_archive_is_named_and_there_are_not_too_many():
    with pytest.raises(InputError) as caught:
        brought(("jan.csv", JAN), ("more.zip", b"PK\x03\x04 nothing"))
    assert caught.value.where["file"] == "more.zip"
    with pytest.raises(InputError, match="2"):
        brought(("1.csv", JAN), ("2.csv", JAN), ("3.csv", JAN), limits=Limits(members=2))

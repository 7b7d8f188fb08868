"""Text in the pages of Taiwan, Hong Kong and Europe, which GBK would read as something else."""

import pytest

from collector.files.pages_of_text import pages_of
from tests.collector.files.rig import rows, taken

TAIWAN = "電表編號,日期,用電量(度),備註\n一樓,2026-05-01,5,冷氣機房\n"


@pytest.mark.parametrize(
    ("content", "page", "called"),
    [
        (TAIWAN, "cp950", "Big5"),
        (TAIWAN.replace("機房", "機房嘅"), "big5hkscs", "Big5 (HKSCS)"),
        (TAIWAN, "gbk", "GBK (GB 18030)"),
        ("電表編號,日期,用電量\n一樓,2026-05-01,5\n", "cp950", "Big5"),
        ("Zählpunkt;Datum;Verbrauch [kWh]\n一樓;2026-05-01;5\n".replace("一樓", "Büro"), "cp1252",
         "Windows-1252"),
    ],
)  # fmt: skip
def test_which_page_a_text_is_in_is_found_and_told(content, page, called):
    found = rows(content.encode(page), gateway="tw/g", zone="UTC")
    assert [(row.key, row.value) for row in found] in ([("一樓", 5)], [("Büro", 5)])
    file = taken(content.encode(page), gateway="tw/g", zone="UTC")
    assert file.told[0].how["encoding"] == called


@pytest.mark.parametrize(
    "heading", ["日期", "数值", "用电量", "表号", "读数", "备注", "户号", "峰"]
)
def test_a_heading_alone_in_simplified_characters_is_gbk(heading):
    assert pages_of(heading.encode("gbk")) == ["gb18030"]


@pytest.mark.parametrize("unit", ["m³", "m²", "°C"])
def test_what_stands_behind_a_number_is_of_no_chinese_page(unit):
    assert pages_of(f"Volume [{unit}];a".encode("cp1252"))[0] == "cp1252"

"""Every word is there in both languages, is used, and figures are written the same everywhere."""

import re
import string
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards import pages
from dashboards.pages import writing
from dashboards.pages.words import WORDS

HERE = Path(pages.__file__).parent
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_BOTH = {"product", "colon"}
# Put together from a stem and a value: level_city, source_meter, the disclosure classes …
BUILT = re.compile(
    r"(unverified|secondary|outside)_why$|(level|source|kind|scope|status|span|closed|todo|try_as)_|restricted$|off_platform$"
    r"|compare_(corrected|relief_percent|duty_percent)(_why)?$"
    r"|import_(regions|institutions|channels|exchanges|settings|keys|shares)$"
)


@pytest.mark.parametrize("key", sorted(WORDS))
def test_a_word_is_there_in_both_languages(key):
    zh, en = WORDS[key]
    gaps = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (zh, en)]

    assert zh.strip() == zh or key == "colon"
    assert zh
    assert en.strip()
    assert gaps[0] == gaps[1]
    if key not in SAME_IN_BOTH:
        assert CHINESE.search(zh) or zh.isascii()
        assert not CHINESE.search(en) or key == "other_language"


def test_no_word_is_missing_and_none_is_idle():
    text = "".join(
        path.read_text(encoding="utf-8") for path in [*HERE.rglob("*.py"), *HERE.rglob("*.html")]
    )
    asked = set(re.findall(r"\bt\('([a-z0-9_]+)'[,)]", text))
    asked |= set(re.findall(r'say\("([a-z0-9_]+)"[,)]', text))

    assert asked <= set(WORDS)
    idle = {key for key in WORDS if not re.search(rf"""['"]{key}['"]""", text)}
    assert {key for key in idle if not BUILT.match(key)} == set()


def test_templates_say_nothing_of_their_own():
    for path in HERE.rglob("*.html"):
        assert not CHINESE.search(path.read_text(encoding="utf-8")), path.name
    for path in HERE.rglob("*.js"):
        assert not CHINESE.search(path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (None, 0, "–"),
        (0, 0, "0"),
        (1234567, 0, "1,234,567"),
        (Decimal("1234.5"), 0, "1,235"),
        (Decimal("-0.4"), 0, "0"),
        (Decimal("-1234.56"), 1, "-1,234.6"),
        (Decimal("0.005"), 2, "0.01"),
    ],
)
def test_numbers(value, places, text):
    assert writing.number(value, places) == text


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (Decimal(6_428_796), "kWh", ("642.9", "万千瓦时"), ("6.429", "GWh")),
        (Decimal(9_999), "kWh", ("9,999", "千瓦时"), ("9.999", "MWh")),
        (Decimal(12_692), "m3", ("1.269", "万立方米"), ("12,692", "m³")),
        (Decimal(1_012_892), "kgce", ("1,013", "吨标准煤"), ("1,013", "tce")),
        (Decimal("0.5"), "kWh", ("0.5000", "千瓦时"), ("0.5000", "kWh")),
        (None, "kWh", ("–", "千瓦时"), ("–", "kWh")),
        (Decimal(5), "GJ", ("5.000", "GJ"), ("5.000", "GJ")),
    ],
)
def test_headlines_take_the_larger_unit_of_the_language(value, unit, zh, en):
    for lang, (text, name) in (("zh", zh), ("en", en)):
        large = writing.large(value, unit, lang)
        assert (large.text, large.unit) == (text, name)


def test_a_headline_in_a_larger_unit_has_the_plain_one_beside_it():
    assert writing.large(Decimal(6_428_796), "kWh", "zh").plain == "6,428,796 kWh"
    assert writing.large(Decimal(999), "kWh", "zh").plain == ""


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_whole_is_written_only_for_the_whole(measured, due):
    ratio = min(measured, due) * 10_000 // due / 10_000

    assert (writing.percent(ratio) == "100%") == (ratio == 1)


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [(110, 100, "+10.0%"), (95, 100, "−5.0%"), (100, 100, "0.0%"), (None, 100, "–"), (5, 0, "–"),
     (5, None, "–")],
)  # fmt: skip
def test_change_has_a_sign_and_no_answer_without_both(now, before, text):
    values = [None if one is None else Decimal(one) for one in (now, before)]

    assert writing.change(*values) == text

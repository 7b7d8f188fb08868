"""PDFs need a font with Chinese glyphs: of the wheel, else of the system, else it is said."""

import tracemalloc
from datetime import UTC, datetime

import pytest

from actions import pdf
from actions.compact.notice_files import NoticeFile, _Made, _zipped
from actions.compact.notices import Notice
from actions.printed import Block, Figure, Paper
from metering.errors import UnavailableError

AT = datetime(2026, 3, 1, tzinfo=UTC)
PAPER = Paper(
    "zh", "通知书", "津〔2026〕28号", "协能", "机关", "", [("文号", "28")], "1 千克", ["可用。"],
    [Block("算式", ("因素", "数值"), [("基期", Figure(AT.year)), ("λ", None)], foot=True)],
    ["摘要"],
)  # fmt: skip


class OnlyLatin:
    """A typst on a machine with no more than what it brings itself."""

    def __init__(self, *more: str) -> None:
        self._more = more

    def Fonts(self, **_: object) -> "OnlyLatin":  # noqa: N802 - typst's own name
        return self

    def families(self) -> list[str]:
        return ["Libertinus Serif", *self._more]


def test_without_a_font_the_command_that_brings_it_is_said_in_both_languages():
    with pytest.raises(UnavailableError) as missing:
        pdf._with_chinese(OnlyLatin(), None)
    assert missing.value.code == "pdf.no_font"
    for lang in ("zh", "en"):
        assert "--upgrade --target" in missing.value.text(lang)
        assert pdf.WHEEL in missing.value.text(lang)
    # A system's own will do.
    found = pdf._with_chinese(OnlyLatin("Droid Sans Fallback", "WenQuanYi Micro Hei"), None)
    assert found == ["WenQuanYi Micro Hei", "Libertinus Serif"]


def test_the_font_of_the_wheel_is_embedded_and_two_presses_print_the_same_bytes():
    first, second = (pdf.Press().print(PAPER, AT) for _ in range(2))
    assert first == second
    assert b"NotoSansSC" in first
    later = datetime(2027, 3, 1, tzinfo=UTC)
    assert (
        pdf.Press().print(PAPER, later) != first
    )  # the day is the document's own, not the clock's


def test_a_zip_of_any_length_holds_one_file_in_memory_at_a_time():
    notice = Notice(PAPER, "1", None, AT)
    size, many = 100_000, 300
    own = NoticeFile("own.pdf", "application/pdf", bytes(size))
    made = (
        _Made(NoticeFile(f"{n}.pdf", "application/pdf", bytes(size)), AT, (n,)) for n in range(many)
    )
    tracemalloc.start()
    written = sum(map(len, _zipped(notice, own, made)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert written > size * many
    assert peak < size * 10

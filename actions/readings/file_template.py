"""The template of a file of readings, in the documented form."""

from typing import Final

from actions.fields import Lang, Words
from actions.templates import Blank, BlankSheet, template_csv, template_workbook

_COLUMNS: Final = (
    ("gateway", "310000/g-lib", True, Words("省份/采集网关", "province/gateway")),
    ("channel", "e1", True, Words("该采集网关给通道的键", "the gateway's key of the channel")),
    (
        "at",
        "2026-01-31T08:00:00+08:00",
        True,
        Words(
            "示数的时刻,或用量结束的时刻;无时区时须在导入时说明",
            "instant of a register, or end of the use; without offset the import asks for the zone",
        ),
    ),
    ("value", "1234.5", True, Words("示数、用量或功率", "reading, use or power")),
    (
        "unit",
        "kWh",
        False,
        Words("单位;空为通道登记的单位", "unit; empty is that of the channel"),
    ),
)


def readings_template(lang: Lang, form: str = "xlsx") -> bytes:
    """Return an empty file of readings, with a guide in the workbook. form: xlsx or csv."""
    columns = [
        Blank(name, words.say(lang), example, needed=needed)
        for name, example, needed, words in _COLUMNS
    ]
    sheet = BlankSheet(Words("读数", "Readings").say(lang), columns)
    return template_csv(sheet) if form == "csv" else template_workbook([sheet], lang)

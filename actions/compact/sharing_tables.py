"""The tables of what members show each other: their words, and the figures themselves."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from actions.compact.members_table import OfUnion
from actions.compact.set_sharing import EVERYONE, GRAINS, LEVELS, SHOWN, in_words
from actions.fields import Acting, Lang, Words
from actions.tables import Column, Table, attribute
from storage.compact import sharing
from storage.compact.sharing import FigureRow, TermRow

_WITHHELD: Final = Words(
    "不予显示:机构过少或会推算出个别机构", "withheld: too few, or it would tell"
)
_EXACTLY: Final = Decimal("0.001")  # grams and litres
_UNITS: Final = {"total_kgce": "kgce", "total_kgco2": "kgCO2", "water": "m3"}
_WHOLE: Final = Words("合计", "together")


def _terms(at: Acting, asked: OfUnion) -> Iterable[TermRow]:
    return sharing.terms(at.connection, asked.union)


def _figures(at: Acting, asked: OfUnion) -> Iterable[FigureRow]:
    return sharing.figures(at.connection, asked.union)


def _either(zh: str | None, en: str | None, lang: Lang) -> str:
    return ((zh or en) if lang == "zh" else (en or zh)) or ""


def _member(row: Any, lang: Lang) -> str:
    return _either(row.name_zh, row.name_en, lang) or str(row.region_id)


def _receiver(row: TermRow, lang: Lang) -> str:
    if row.with_id is None:
        return EVERYONE.say(lang)
    return _either(row.with_zh, row.with_en, lang) or str(row.with_id)


def _whose(row: FigureRow, lang: Lang) -> str:
    """Return a figure's institution, line, or the member as a whole."""
    if row.institution_id is not None:
        name = _either(row.institution_zh, row.institution_en, lang)
        return name or str(row.institution_id)
    if row.department_line is not None:
        return _either(row.line_zh, row.line_en, lang) or row.department_line
    return _WHOLE.say(lang)


def _period(row: FigureRow) -> str:
    return f"{row.period:%Y}" if row.grain == "year" else f"{row.period:%Y-%m}"


def _amount(row: FigureRow) -> str | None:
    return None if row.amount is None else format(row.amount.quantize(_EXACTLY), "f")


SHARING: Final = Table[TermRow, OfUnion](
    code="sharing",
    path="/sharing",
    page="/sharing",
    words=Words("共享约定", "Sharing terms"),
    about="What members of the reader's unions have stated and revoked, the newest first: which "
    "figure is shown to whom, down to where, of which spans, how much later.",
    tag="sharing",
    columns=(
        Column("name", Words("成员单位", "Member"), shown=_member, only="people"),
        attribute("region_id", "行政区划编号", "Region id", "whole", apart=True),
        attribute(
            "indicator",
            "指标",
            "Figure",
            shown=lambda row, lang: SHOWN[row.indicator].say(lang),
        ),
        Column("receiver", Words("共享对象", "To whom"), shown=_receiver, only="people"),
        attribute(
            "with_id",
            "共享对象编号",
            "To which region",
            "whole",
            apart=True,
            hint=("空为全体成员", "null: every member"),
        ),
        Column(
            "shown",
            Words("内容", "What is shown"),
            lambda row: row.shown,
            "flag",
            shown=lambda row, lang: in_words(row).say(lang),
        ),
        attribute("level", "层级", "Down to", apart=True),
        attribute("grain", "时间粒度", "By", apart=True),
        attribute("lag_months", "滞后月数", "Months later", "whole", apart=True),
        attribute(
            "held_lag_months",
            "生效滞后月数",
            "Months later in effect",
            "whole",
            apart=True,
            hint=("不短于协议规定", "Not less than the agreement asks"),
        ),
        attribute("since", "自何日起", "Since", "day"),
        attribute(
            "holds",
            "有效",
            "Holds",
            "flag",
            look=lambda row: "tag ok" if row.holds and row.shown else "tag",
        ),
        attribute("source", "依据", "Source"),
        attribute("made_at", "记录时间", "Recorded", "instant"),
        attribute("union_id", "区域联合体编号", "Union id", "whole", apart=True),
        attribute("word_id", "编号", "Id", "whole", apart=True),
    ),
    filter=OfUnion,
    every=_terms,
    empty=Words("没有共享约定。", "Nobody has stated any."),
    then=Words(
        "由各成员单位的人员在成员页设定;设定前各成员只知道指标和进度的合计。",
        "A member's own people state them on its page; until then only sums of quotas and progress "
        "are known.",
    ),
)
SHARED: Final = Table[FigureRow, OfUnion](
    code="shared.figures",
    path="/shared-figures",
    page="/shared-figures",
    words=Words("成员共享数据", "Figures that members show"),
    about="What members show to those for whom the reader reads, and the reader's own members as "
    "others see them. Sums of fewer than three institutions, or with one above 85 %, are withheld "
    "together with what would tell of them.",
    tag="sharing",
    columns=(
        Column("name", Words("成员单位", "Member"), shown=_member, only="people"),
        attribute("region_id", "行政区划编号", "Region id", "whole", apart=True),
        Column("whose", Words("范围", "Of"), shown=_whose, only="people"),
        attribute("department_line", "主管部门代码", "Department line", apart=True),
        attribute("institution_id", "机构编号", "Institution", "whole", apart=True),
        attribute(
            "indicator",
            "指标",
            "Figure",
            shown=lambda row, lang: SHOWN[row.indicator].say(lang),
        ),
        Column("period", Words("时间", "Period"), _period),
        Column(
            "amount",
            Words("数量", "Amount"),
            _amount,
            "number",
            unit_of=lambda row: _UNITS[row.indicator],
            blank=_WITHHELD,
            hint=Words("空为不予显示", "null where it is withheld"),
        ),
        attribute(
            "profile",
            "折标系数组",
            "Profile",
            look="code",
            hint=(
                "成员之间按议定的同一组折算",
                "The agreed one, under which all members are counted",
            ),
        ),
        attribute(
            "institutions",
            "机构数",
            "Institutions",
            "whole",
            hint=("用量不为零者", "Those that used any"),
        ),
        attribute(
            "level",
            "层级",
            "Down to",
            apart=True,
            shown=lambda row, lang: LEVELS[row.level].say(lang),
        ),
        attribute(
            "grain",
            "时间粒度",
            "By",
            apart=True,
            shown=lambda row, lang: GRAINS[row.grain].say(lang),
        ),
        attribute("union_id", "区域联合体编号", "Union id", "whole", apart=True),
    ),
    filter=OfUnion,
    every=_figures,
    empty=Words("没有成员向您共享数据。", "No member shows you any figure."),
    then=Words("共享由各成员单位自行设定。", "Each member states by itself what it shows."),
)

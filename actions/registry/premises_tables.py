"""The tables of premises, and of how shared compounds are split."""

from typing import Final

from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id
from actions.registry.institutions import institution_name
from actions.registry.named import in_words, institution_columns
from actions.registry.split_compound import BASES
from actions.registry.state_premises import TENURES
from actions.tables import Column, Filter, Table, attribute, page_of
from storage.pages import Page, key_of
from storage.registry import compounds, premises
from storage.registry.compounds import CompoundRow
from storage.registry.premises import Premises


class WhosePremises(Filter):
    """Whose premises or compounds are wanted."""

    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )


def _premises(at: Acting, asked: WhosePremises, after: str | None, limit: int) -> Page[Premises]:
    who, name, since = key_of(after, 0, "", "")
    found = premises.listed(
        at.connection, most=limit + 1, institution=asked.institution,
        after=(int(who), str(name), str(since)),
    )  # fmt: skip
    return page_of(found, limit, lambda row: (row.institution_id, row.name, f"{row.valid_from}"))


def _splits(at: Acting, asked: WhosePremises, after: str | None, limit: int) -> Page[CompoundRow]:
    one, user, sub = key_of(after, 0, 0, "")
    found = compounds.listed(
        at.connection, most=limit + 1, institution=asked.institution,
        after=(int(one), int(user), str(sub)),
    )  # fmt: skip
    return page_of(found, limit, lambda row: (row.split_id, row.user_id, row.sub_meter))


def _user(row: CompoundRow, lang: Lang) -> str:
    return in_words(row.user_zh, row.user_en, lang) or f"#{row.user_id}"


PREMISES: Final = Table[Premises, WhosePremises](
    code="premises",
    path="/premises",
    page="/premises",
    words=Words("房产使用情况", "Premises"),
    about="What institutions own, rent, borrow and let out, from which day on; of the one asked "
    "for also what others have stated to let to it or to rent from it.",
    tag="institutions",
    columns=(
        *institution_columns(),
        attribute("name", "名称", "Name", called="premises"),
        Column(
            "tenure",
            Words("使用方式", "How it has them"),
            lambda row: row.tenure,
            shown=lambda row, lang: TENURES[row.tenure].say(lang),
        ),
        Column(
            "area_m2",
            Words("建筑面积", "Floor area"),
            lambda row: f"{row.area_m2.normalize():f}",
            "number",
            unit="m²",
        ),
        attribute("other_id", "对方编号", "Other's id", "whole", apart=True),
        Column(
            "other",
            Words("对方", "From or to whom"),
            lambda row: row.other_en or None,
            shown=lambda row, lang: row.other_zh if lang == "zh" else row.other_en,
        ),
        attribute("valid_from", "起始日期", "From", "day"),
        attribute("valid_to", "截止日期(不含)", "Until, not included", "day"),
        attribute("source", "依据", "Evidence"),
        attribute("known_since", "登记时间", "Recorded", "instant", apart=True),
    ),
    filter=WhosePremises,
    ask=_premises,
    empty=Words("没有登记房产使用情况。", "No premises are stated."),
    then=Words("请在机构页面登记。", "State them on the page of the institution."),
)
COMPOUNDS: Final = Table[CompoundRow, WhosePremises](
    code="compound-splits",
    path="/compound-splits",
    page="/compound-splits",
    words=Words("集中办公区分摊", "Splits of shared compounds"),
    about="By what the meters of shared compounds count for whom, from which day on: a part of "
    "what no sub-meter measures as an exact fraction, or a sub-meter.",
    tag="institutions",
    columns=(
        attribute("split_id", "编号", "Id", "whole", apart=True),
        *institution_columns(),
        Column(
            "carrier",
            Words("能源品种", "Carrier"),
            lambda row: row.carrier,
            shown=lambda row, lang: in_words(row.carrier_zh, row.carrier_en, lang),
        ),
        Column(
            "basis",
            Words("分摊依据", "Split by"),
            lambda row: row.basis,
            shown=lambda row, lang: BASES[row.basis].say(lang),
        ),
        Column(
            "user_id",
            Words("使用单位", "Used by"),
            lambda row: row.user_id,
            "whole",
            named=_user,
            link=lambda row: f"/institutions/{row.user_id}" if row.user_zh or row.user_en else "",
        ),
        Column(
            "part",
            Words("其余部分的份额", "Part of the rest"),
            lambda row: f"{row.part}",
            hint=Words("分表以外用能的精确份额", "Of what no sub-meter measures, exactly"),
        ),
        attribute("sub_meter", "分表通道", "Sub-meter"),
        attribute("valid_from", "起始日期", "From", "day"),
        attribute("valid_to", "截止日期(不含)", "Until, not included", "day"),
        attribute("source", "依据", "Source"),
        attribute("known_since", "登记时间", "Recorded", "instant", apart=True),
        attribute("known_by", "登记人", "By", apart=True),
    ),
    filter=WhosePremises,
    ask=_splits,
    empty=Words("没有分摊集中办公区。", "No compound is split."),
    then=Words("请在管理单位的页面办理。", "Split it on the page of its managing body."),
)

"""A submission's forms as a document, and the draft of its report, with why use changed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from psycopg import Connection

from actions.accounts.decomposition import Decomposition, use_change
from actions.accounts.profiles import known_profile
from actions.accounts.submission_things import STATES, Forms, named
from actions.accounts.submissions_table import ACTS, stations
from actions.accounts.survey_table import FORMS, ORIGINS, CellShown, cells_shown
from actions.accounts.survey_words import amount_of, unit_of
from actions.fields import Lang, Words
from actions.figures import civil
from actions.printed import Block, Figure, Paper, numbered
from actions.registry.named import in_words
from metering.errors import EnergyError
from storage.access import people
from storage.accounts import submissions
from storage.accounts.submissions import StepRow, SubmissionRow

PRODUCT: Final = {"zh": "协能 CommonWatt", "en": "CommonWatt 协能"}
_HEADS: Final = (
    Words("代码", "Code"),
    Words("指标", "Cell"),
    Words("单位", "Unit"),
    Words("数值", "Value"),
    Words("来源", "From"),
    Words("依据和说明", "Ground and explanation"),
)
_G_PER_TCE: Final = 10**6
_FACTORS: Final = {
    "area": Words("建筑面积", "floor area"),
    "persons": Words("用能人数", "persons"),
    "area_per_person": Words("人均面积", "area per person"),
    "intensity": Words("单位面积能耗", "energy per floor area"),
}
_TITLE: Final = Words("{year} 年公共机构能源资源消费统计报表",
                      "Forms of the energy and resource survey, {year}")  # fmt: skip
_REPORT: Final = Words("{year} 年能源资源消费情况报告(草稿)",
                       "Report on energy and resources in {year} (draft)")  # fmt: skip


def form_paper(connection: Connection[Any], forms: Forms, lang: Lang) -> Paper:
    """Return the forms of a submission as a document; a submission that is open says so."""
    shown = cells_shown(forms)
    blocks = [
        _block(form, [one for one in shown if one.cell.form == form], lang)
        for form in FORMS
        if any(one.cell.form == form for one in shown)
    ]
    return _paper(connection, forms, lang, _TITLE, blocks)


def report_paper(connection: Connection[Any], forms: Forms, lang: Lang) -> Paper:
    """Return the draft of the yearly report: main figures, what changed, and why, in words."""
    shown = [one for one in cells_shown(forms) if one.filled.amount is not None]
    main = [one for one in shown if one.cell.kind in ("carrier", "coal", "area", "persons")]
    told = [*_reasons(connection, forms, lang)]
    rows = [_changed(one, lang) for one in main]
    heads = (Words("指标", "Figure"), Words("单位", "Unit"), Words("上年", "Year before"),
             Words("本年", "This year"), Words("变化 %", "Change, %"))  # fmt: skip
    blocks = [
        Block(
            Words("主要指标", "Main figures").say(lang), [one.say(lang) for one in heads], rows
        ),
        Block(Words("变化原因", "Why it changed").say(lang), (), (), lead=told),
        Block(Words("填报说明", "What was explained").say(lang), (), (),
              lead=_explained(shown, lang)),
    ]  # fmt: skip
    return _paper(connection, forms, lang, _REPORT, blocks)


def _paper(
    connection: Connection[Any], forms: Forms, lang: Lang, title: Words, blocks: Sequence[Block]
) -> Paper:
    steps = submissions.steps(connection, forms.of.submission_id)
    digest = forms.sha256 or Words("尚未填报", "not filled in yet").say(lang)
    return Paper(
        lang=lang,
        title=title.say(lang, year=forms.of.year),
        number=f"{forms.of.year}-{forms.of.institution_id}-{forms.of.round}",
        above=PRODUCT[lang],
        to=named(forms.of, lang),
        state=STATES[forms.of.state].say(lang),
        told=_signed(connection, steps, lang),
        headline="",
        meaning=[],
        blocks=numbered(blocks, lang),
        foot=[Words("摘要 SHA-256:{sha}", "Digest, SHA-256: {sha}").say(lang, sha=digest)],
    )


def _signed(
    connection: Connection[Any], steps: Sequence[StepRow], lang: Lang
) -> list[tuple[str, str]]:
    """Return who signed as what, of the round that stands."""
    mine = [one for one in steps if steps and one.round == steps[-1].round]
    called = people.called(connection, {one.made_by for one in mine})
    return [
        (
            " ".join(
                (ACTS[one.act].say(lang), *([stations([one.station], lang)] if one.station else []))
            ),
            f"{called[one.made_by]} {civil(one.made_at, lang)}",
        )
        for one in mine
    ]


def _block(form: str, shown: Sequence[CellShown], lang: Lang) -> Block:
    rows = [
        (
            one.cell.code,
            in_words(one.name_zh, one.name_en, lang),
            unit_of(one.cell.unit, lang),
            None if one.filled.amount is None else Figure(one.filled.amount, 2),
            ORIGINS[one.filled.origin].say(lang) if one.filled.origin else "",
            "; ".join(filter(None, (one.reason, one.forms.words.get(one.cell.code)))),
        )
        for one in shown
    ]
    return Block(FORMS[form].say(lang), [one.say(lang) for one in _HEADS], rows)


def _changed(one: CellShown, lang: Lang) -> tuple[str | Figure | None, ...]:
    before = one.forms.before.get(one.cell.code)
    change = None if one.change is None else Figure(Decimal(str(one.change)) * 100, 1, signed=True)
    assert one.filled.amount is not None
    return (
        in_words(one.name_zh, one.name_en, lang),
        unit_of(one.cell.unit, lang),
        None if before is None else Figure(before, 2),
        Figure(one.filled.amount, 2),
        change,
    )


def _reasons(connection: Connection[Any], forms: Forms, lang: Lang) -> list[str]:
    """Return why metered energy changed, a sentence for each factor; or why that is not known."""
    try:
        found = _change(connection, forms.of)
    except EnergyError as error:
        return [error.text(lang)]
    told = [_because(found, place, lang) for place in range(len(found.effects))]
    return [_whole(found, lang), *told]


def _change(connection: Connection[Any], one: SubmissionRow) -> Decomposition:
    profile = known_profile(connection, None)
    return use_change(connection, one.institution_id, one.year, one.year - 1, profile)


def _whole(found: Decomposition, lang: Lang) -> str:
    change = found.after_g - found.before_g
    share = f"{100 * change / found.before_g:+.1f} %" if found.before_g else "–"
    return Words(
        "两年同日都有计量的部分:综合能耗由 {before} tce 变为 {after} tce({share}),其中:",
        "Of the days that both years measured, energy went from {before} to {after} tce ({share}):",
    ).say(lang, before=_tce(found.before_g), after=_tce(found.after_g), share=share)


def _because(found: Decomposition, place: int, lang: Lang) -> str:
    one = found.effects[place]
    rose = one.after > one.before
    moved = Words("上升" if rose else "下降", "rose" if rose else "fell")
    if one.after == one.before:
        moved = Words("不变", "stayed")
    share = f"{float(one.after / one.before - 1):+.1%}" if one.before else "–"
    more = Words("增加", "more") if one.effect_g > 0 else Words("减少", "less")
    return Words(
        "{factor}{moved}({share}),使能耗{more} {tce} tce。",
        "{factor} {moved} ({share}), which made it {tce} tce {more}.",
    ).say(
        lang,
        factor=_FACTORS[one.factor].say(lang),
        moved=moved.say(lang),
        share=share,
        more=more.say(lang),
        tce=_tce(abs(one.effect_g)),
    )


def _explained(shown: Sequence[CellShown], lang: Lang) -> list[str]:
    told = [
        f"{one.cell.code} {in_words(one.name_zh, one.name_en, lang)} "
        f"{amount_of(one.filled.amount)} {unit_of(one.cell.unit, lang)}: {said}"
        for one in shown
        if (said := one.forms.words.get(one.cell.code))
    ]
    return told or [Words("无。", "Nothing.").say(lang)]


def _tce(grams: int) -> str:
    return f"{Decimal(grams) / _G_PER_TCE:,.3f}"

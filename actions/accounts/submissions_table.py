"""Tables of submissions: where each stands and for whom it waits, its steps, progress by region."""

from dataclasses import dataclass
from typing import Final

from actions.accounts.submission_filling import Year
from actions.accounts.submission_things import STATES, STATIONS, State
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id
from actions.registry.institutions import institution_name
from actions.registry.named import either, institution_columns
from actions.tables import Column, Filter, Table, attribute, page_of
from storage.accounts import submissions
from storage.accounts.submissions import ProgressRow, StepRow, SubmissionRow
from storage.pages import Page, key_of

_AT_A_TIME: Final = 1_000
_LOOKS: Final = {"returned": "tag warn", "received": "tag ok"}
ACTS: Final = {
    "fill": Words("填报", "filled in"),
    "take_back": Words("撤回填报", "taken back"),
    "review": Words("复核", "reviewed"),
    "send_back": Words("内部退回", "sent back"),
    "approve": Words("审定", "approved"),
    "receive": Words("接收", "received"),
    "return": Words("退回", "returned"),
    "reopen": Words("重新开启", "reopened"),
}
_NEXT: Final = {
    "open": ("submission.fill", Words("填报", "Fill it in")),
    "returned": ("submission.fill", Words("重新填报", "Fill it in anew")),
    "filled": ("submission.review", Words("复核", "Review it")),
    "reviewed": ("submission.approve", Words("审定", "Approve it")),
    "approved": ("submission.receive", Words("接收", "Receive it")),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A submission, and whether its next step is the reader's."""

    row: SubmissionRow
    mine: bool


class WhichSubmissions(Filter):
    """Which submissions are wanted."""

    year: Year | None = field(zh="年度", en="Year", default=None)
    state: State | None = field(zh="状态", en="State", names=STATES, default=None)
    mine: bool = field(zh="只看待我办理的", en="Only what waits for me", default=False)
    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )


def _ask(at: Acting, asked: WhichSubmissions, after: str | None, limit: int) -> Page[Shown]:
    (last,) = key_of(after, 0)
    found: list[Shown] = []
    while True:
        rows = submissions.listed(
            at.connection,
            year=asked.year,
            state=asked.state,
            institution_id=asked.institution,
            after=int(last),
            most=_AT_A_TIME if asked.mine else limit + 1,
        )
        mine = submissions.wait_for_me(at.connection, [one.submission_id for one in rows])
        shown = [Shown(one, one.submission_id in mine) for one in rows]
        found += [one for one in shown if one.mine or not asked.mine]
        if len(found) > limit or not asked.mine or len(rows) < _AT_A_TIME:
            return page_of(found, limit, lambda one: one.row.submission_id)
        last = rows[-1].submission_id


def stations(codes: list[str], lang: Lang) -> str:
    """Return authorities in words."""
    return ("、" if lang == "zh" else ", ").join(STATIONS[one].say(lang) for one in codes)


def _stands(shown: Shown, lang: Lang) -> list[str]:
    told = [STATES[shown.row.state].say(lang)]
    if shown.row.awaited:
        told.append(Words("待:", "waits for: ").say(lang) + stations(shown.row.awaited, lang))
    if shown.row.locked:
        told.append(Words("台账已锁定", "accounts locked").say(lang))
    return told


def _file(form: str, zh: str, en: str) -> Column:
    return Column(
        form,
        Words(zh, en),
        shown=lambda one, lang: form.upper(),
        link=lambda one: f"/submissions/{one.row.submission_id}/file?format={form}",
        only="page",
    )


SUBMISSIONS: Final = Table[Shown, WhichSubmissions](
    code="submissions",
    path="/submissions",
    page="/submissions",
    words=Words("年报", "Submissions of the year"),
    about="Submissions of the institutions that the reader sees: where each stands, which "
    "authorities have received it, which are awaited, and whether its next step is the reader's.",
    tag="submissions",
    columns=(
        Column(
            "submission_id",
            Words("年报", "Submission"),
            lambda one: one.row.submission_id,
            "whole",
            link=lambda one: f"/submissions/cells?submission={one.row.submission_id}",
        ),
        *institution_columns(lambda one: one.row),
        Column("year", Words("年度", "Year"), lambda one: str(one.row.year)),
        Column(
            "state",
            Words("状态", "State"),
            lambda one: one.row.state,
            shown=_stands,
            look=lambda one: _LOOKS.get(one.row.state, "tag"),
        ),
        Column(
            "next",
            Words("待我办理", "Waits for me"),
            shown=lambda one, lang: f"{_NEXT[one.row.state][1].say(lang)} ›" if one.mine else "",
            link=lambda one: f"/do/{_NEXT[one.row.state][0]}/{one.row.submission_id}"
            if one.mine
            else "",
            only="page",
        ),
        Column("mine", Words("待我办理", "Waits for me"), lambda one: one.mine, "flag", apart=True),
        Column("round", Words("轮次", "Round"), lambda one: one.row.round, "whole", apart=True),
        Column(
            "received",
            Words("已接收", "Received by"),
            lambda one: one.row.received,
            "several",
            shown=lambda one, lang: stations(one.row.received, lang),
        ),
        Column("awaited", Words("待接收", "Awaited"), lambda one: one.row.awaited, "several",
               only="programs"),
        Column("locked", Words("台账已锁定", "Locked"), lambda one: one.row.locked, "flag",
               only="programs"),
        Column("moved_at", Words("最近办理", "Last step"), lambda one: one.row.moved_at, "instant"),
        _file("pdf", "报表", "Forms"),
        _file("zip", "全套", "Pack"),
        Column(
            "steps",
            Words("办理记录", "Steps"),
            shown=lambda one, lang: Words("查看", "See them").say(lang),
            link=lambda one: f"/submissions/steps?submission={one.row.submission_id}",
            only="page",
        ),
    ),
    filter=WhichSubmissions,
    unasked=("institution",),
    ask=_ask,
    actions=("submission.open", "submission.rule"),
    empty=Words("没有年报。", "No submissions here."),
    then=Words("请先开启一个年度的年报,或放宽条件。", "Open those of a year, or ask for more."),
    hint=Words(
        "填报、复核、审定之后,由县、市、省逐级接收;退回的写明理由。接收后锁定台账。",
        "Filled in, reviewed and approved, a submission is received by county, city and province "
        "one after the other, or returned with a reason; afterwards the year is locked.",
    ),
)  # fmt: skip


class WhichSteps(Filter):
    """Of which submission the steps are wanted."""

    submission: Id | None = field(
        zh="年报编号",
        en="Submission",
        hint=("不填为最近的年报", "Left open: the newest"),
        default=None,
    )


def _steps(at: Acting, asked: WhichSteps) -> list[StepRow]:
    chosen = asked.submission or submissions.newest(at.connection, stepped=True)
    return submissions.steps(at.connection, chosen) if chosen else []


STEPS: Final = Table[StepRow, WhichSteps](
    code="submission-steps",
    path="/submission-steps",
    page="/submissions/steps",
    words=Words("年报办理记录", "Steps of a submission"),
    about="Who did what with a submission, when and why, in order.",
    tag="submissions",
    columns=(
        attribute("step_id", "编号", "Id", "whole", apart=True),
        attribute("round", "轮次", "Round", "whole"),
        Column(
            "act",
            Words("办理", "Act"),
            lambda one: one.act,
            shown=lambda one, lang: ACTS[one.act].say(lang),
        ),
        Column(
            "station",
            Words("层级", "As"),
            lambda one: one.station,
            shown=lambda one, lang: STATIONS[one.station].say(lang) if one.station else "",
        ),
        Column(
            "after",
            Words("办理后", "Then"),
            lambda one: one.after,
            shown=lambda one, lang: STATES[one.after].say(lang),
        ),
        attribute("reason", "理由", "Reason"),
        attribute("made_at", "时间", "At", "instant"),
        attribute("made_by", "办理人", "By"),
    ),
    filter=WhichSteps,
    unasked=("submission",),
    every=_steps,
    empty=Words("尚未办理。", "Nothing was done yet."),
)


class WhichProgress(Filter):
    """Of which year the progress is wanted."""

    year: Year | None = field(zh="年度", en="Year", default=None)


def _progress(at: Acting, asked: WhichProgress) -> list[ProgressRow]:
    return submissions.progress(at.connection, asked.year)


PROGRESS: Final = Table[ProgressRow, WhichProgress](
    code="submission-progress",
    path="/submission-progress",
    page="/submissions/progress",
    words=Words("年报进度", "Progress of submissions"),
    about="How many submissions stand where, by year, region and department line.",
    tag="submissions",
    columns=(
        Column("year", Words("年度", "Year"), lambda one: str(one.year)),
        attribute("region_id", "行政区划编号", "Region", "whole", only="programs"),
        either("region", "行政区划", "Region"),
        attribute("department_line", "主管部门代码", "Line", only="programs"),
        either("line", "主管部门", "Department line"),
        attribute("opened", "已开启", "Opened", "whole"),
        attribute("not_filled", "未填报", "Not filled in", "whole"),
        attribute("returned", "其中被退回", "Of which sent back", "whole"),
        attribute("inside", "机构内办理中", "Inside institutions", "whole"),
        attribute("approved", "已审定待接收", "To be received", "whole"),
        attribute("received", "已接收", "Received", "whole"),
    ),
    filter=WhichProgress,
    every=_progress,
    empty=Words("没有年报。", "No submissions here."),
)

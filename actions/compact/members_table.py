"""The tables of members' seats in unions, and of the versions of agreements."""

from collections.abc import Iterable
from typing import Final

from actions.compact.agreement_words import AGREEMENT_STATES, GRADES
from actions.compact.member_words import LEVELS, STANDINGS
from actions.compact.things import AGREEMENT, MEMBER
from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id
from actions.tables import Column, Filter, Table, attribute
from actions.things import every_union
from compact.agreements import State
from compact.memberships import Standing
from storage.compact import agreements, memberships
from storage.compact.agreements import AgreementRow
from storage.compact.memberships import MembershipRow


class OfUnion(Filter):
    """Of which union rows are wanted."""

    union: Id | None = field(zh="区域联合体", en="Union", choices=every_union, default=None)


def _seats(at: Acting, asked: OfUnion) -> Iterable[MembershipRow]:
    return memberships.listed(at.connection, asked.union)


def _versions(at: Acting, asked: OfUnion) -> Iterable[AgreementRow]:
    return agreements.listed(at.connection, asked.union)[::-1]


def _state(row: MembershipRow, lang: Lang) -> list[str]:
    """Return what the member is; below it, when it leaves, or what waits for it."""
    lines = [STANDINGS[Standing(row.state)].say(lang)]
    if row.sits and row.seat.leaves:
        lines.append(Words("最后一日 {day}", "leaves after {day}").say(lang, day=row.day))
    if row.agreement_id is not None and row.sits:
        waits = Words("协议待签署", "is to sign the agreement")
        prepared = Words("签署待另一人确认", "its signature waits for a second person")
        lines.append((prepared if row.signature_id else waits).say(lang))
    return lines


def _look(row: MembershipRow) -> str:
    if row.state == Standing.FULL:
        return "tag ok"
    return "tag warn" if row.state == Standing.PROPOSED else "tag"


MEMBERS: Final = Table[MembershipRow, OfUnion](
    code="members",
    path="/members",
    words=Words("成员单位", "Members"),
    about="The seats in unions that the reader sees: who was proposed, has joined at which step, "
    "declined or left, and whose signature an agreement waits for.",
    tag="unions and targets",
    columns=(
        attribute("membership_id", "编号", "Id", "whole", apart=True),
        attribute("union_id", "区域联合体编号", "Union id", "whole", apart=True),
        attribute("region_id", "行政区划编号", "Region id", "whole", apart=True),
        Column(
            "name",
            Words("成员单位", "Member"),
            shown=MEMBER.name,
            link=lambda row: f"/members/{row.membership_id}",
            only="people",
        ),
        Column("name_zh", Words("中文名称", "Chinese"), lambda row: row.name_zh, only="programs"),
        Column("name_en", Words("英文名称", "English"), lambda row: row.name_en, only="programs"),
        Column(
            "level",
            Words("类别", "Kind"),
            lambda row: row.level,
            shown=lambda row, lang: LEVELS[row.level].say(lang),
        ),
        Column(
            "state",
            Words("状态", "State"),
            lambda row: row.state,
            shown=_state,
            look=_look,
            hint=Words(
                "待答复、未加入、观察、试算、正式或已退出",
                "proposed, declined, observer, shadow, full or left",
            ),
        ),
        Column(
            "day",
            Words("日期", "Day"),
            lambda row: row.day,
            "day",
            hint=Words("自该日起;通知退出者为最后一日", "Since then; of who gave notice the last"),
        ),
        attribute("deed", "最近一次办理", "Last deed", only="programs"),
        Column("source", Words("依据", "Source"), lambda row: row.source),
        Column(
            "agreement_id",
            Words("待签署的协议", "Agreement to sign"),
            lambda row: row.agreement_id,
            "whole",
            only="programs",
        ),
    ),
    filter=OfUnion,
    every=_seats,
    size=1000,
)
AGREEMENTS: Final = Table[AgreementRow, OfUnion](
    code="agreements",
    path="/agreements",
    words=Words("协议", "Agreements"),
    about="The versions of the agreements of unions that the reader sees, the newest first; "
    "/agreements/{agreement_id} has one with its text and signatures.",
    tag="unions and targets",
    columns=(
        attribute("agreement_id", "编号", "Id", "whole", apart=True),
        attribute("union_id", "区域联合体编号", "Union id", "whole", apart=True),
        Column(
            "version",
            Words("版本", "Version"),
            lambda row: row.version,
            "whole",
            shown=AGREEMENT.name,
            link=lambda row: f"/agreements/{row.agreement_id}",
        ),
        Column(
            "grade",
            Words("协议等级", "Grade"),
            lambda row: row.grade,
            shown=lambda row, lang: GRADES[row.grade].say(lang),
        ),
        Column(
            "state",
            Words("状态", "State"),
            lambda row: row.state,
            shown=lambda row, lang: AGREEMENT_STATES[State(row.state)].say(lang),
            look=lambda row: "tag ok" if row.state == State.IN_FORCE else "tag",
            hint=Words(
                "草案、待签署、生效、已由新版本代替、已撤回或已终止",
                "draft, proposed, in_force, amended, withdrawn or ended",
            ),
        ),
        Column(
            "signed",
            Words("已签署", "Signed"),
            lambda row: f"{len(row.signed_by)}/{len(row.members)}",
        ),
        Column("since", Words("生效日期", "In force since"), lambda row: row.since, "day"),
        attribute("sha256", "文本摘要", "Digest of the text", apart=True),
        Column("source", Words("依据", "Source"), lambda row: row.source),
    ),
    filter=OfUnion,
    every=_versions,
    size=1000,
)

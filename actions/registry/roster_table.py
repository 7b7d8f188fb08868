"""The table of changes of the roster: who went where, by which document."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from actions.fields import Acting, Lang, Words, field
from actions.kinds import Id
from actions.registry.institutions import institution_name
from actions.registry.roster_words import KINDS
from actions.registry.undo_roster import UndoChange
from actions.tables import Column, Filter, Table, attribute
from compact.succession import STAYS, Change
from storage.registry import institutions, roster
from storage.registry.roster_values import ChangeRow


class WhichChanges(Filter):
    """Which changes are wanted."""

    kind: Change | None = field(zh="变更", en="Change", names=KINDS, default=None)
    institution: Id | None = field(
        zh="机构编号", en="Institution id", called=institution_name, default=None
    )


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """A change with what the institutions are called that the reader sees."""

    one: ChangeRow
    names: dict[int, tuple[str | None, str | None]]

    def lines(self, lang: Lang) -> list[str]:
        """What of whom went to whom, a line each."""
        if self.one.kind in STAYS:
            return [self._name(who, lang) for who in self.one.predecessors]
        return [
            f"{self._name(old, lang)} → {self._name(new, lang) if new else '–'}"
            + (f" ({number}/{whole})" if number != whole else "")
            for old, new, number, whole in self.one.parts
        ]

    def _name(self, who: int, lang: Lang) -> str:
        zh, en = self.names.get(who, (None, None))
        return ((zh or en) if lang == "zh" else (en or zh)) or f"#{who}"


def _every(at: Acting, asked: WhichChanges) -> Iterable[ChangeShown]:
    found = [
        one
        for one in roster.listed(at.connection)[::-1]
        if asked.kind in (None, one.kind)
        and (asked.institution is None or asked.institution in one.institutions)
    ]
    whom = sorted({who for one in found for who in one.institutions})
    names = institutions.names(at.connection, whom)
    return [ChangeShown(one, names) for one in found]


def _parts(row: ChangeShown) -> list[str]:
    return [f"{old} {new or '-'} {number}/{whole}" for old, new, number, whole in row.one.parts]


ROSTER: Final = Table[ChangeShown, WhichChanges](
    code="roster-changes",
    path="/roster-changes",
    words=Words("名录变更", "Changes of the roster"),
    about="Institutions that merged, split, moved, closed, were founded, or have another name, "
    "code or class: from which day, by which document, and what of whom went to whom as an exact "
    "fraction; those taken back too, the newest first.",
    tag="institutions",
    columns=(
        attribute("one.change_id", "编号", "Id", "whole", called="change_id", apart=True),
        Column(
            "kind",
            Words("变更", "Change"),
            lambda row: row.one.kind,
            shown=lambda row, lang: KINDS[row.one.kind].say(lang),
        ),
        attribute("one.day", "生效日期", "From", "day", called="day"),
        Column(
            "parts",
            Words("承继", "Who succeeds whom"),
            _parts,
            "several",
            shown=lambda row, lang: row.lines(lang),
            hint=Words("原机构、承继机构与份额", "Predecessor, successor and share; - is nobody"),
        ),
        attribute("one.document_number", "文号", "Document number", called="document_number"),
        attribute("one.reason", "事由", "Reason", called="reason"),
        attribute("one.known_since", "登记时间", "Recorded", "instant", called="known_since"),
        attribute("one.known_by", "登记人", "By", called="known_by", apart=True),
        attribute(
            "one.known_until", "撤回时间", "Taken back", "instant", called="known_until", apart=True
        ),
        Column(
            "undo",
            Words("撤回", "Take back"),
            shown=lambda row, lang: (
                Words("已撤回", "taken back") if row.one.known_until else Words("撤回", "Take back")
            ).say(lang),
            link=lambda row: (
                "" if row.one.known_until else f"/do/{UndoChange.about.code}/{row.one.change_id}"
            ),
            only="page",
        ),
    ),
    filter=WhichChanges,
    every=_every,
    page="/roster",
    actions=("institution.found", "region.redraw"),
    empty=Words("没有名录变更。", "Nothing has changed on the roster."),
    then=Words(
        "在机构页面办理:并入其他机构、分立、改变隶属、更名或撤销。",
        "Open an institution: merge others into it, split, move, rename or close it.",
    ),
)

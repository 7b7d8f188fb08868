"""The table of what people said of a channel's readings: by whom, when, why, and until when."""

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from actions.fields import Acting, Lang, Words, field
from actions.figures import civil, in_units, instant
from actions.kinds import Id
from actions.readings.evidence_words import OCCURRED
from actions.readings.undo_correction import UndoCorrection
from actions.registry.meters import no_channel
from actions.tables import Column, Filter, Table, page_of
from storage.access import people
from storage.pages import Page, key_of
from storage.readings import amendments
from storage.readings.amendments import Correction
from storage.registry import meters
from storage.registry.meters import Channel

_EXCHANGE: Final = Words("登记了换表", "an exchange was recorded")


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A correction with its channel, who made it, and whether the reader can take it back."""

    one: Correction
    channel: Channel
    by: str
    may: bool


class WhichCorrections(Filter):
    """Of which channel corrections are wanted, and whether of those that hold alone."""

    channel_id: Id = field(zh="通道", en="Channel")
    holds: bool = field(zh="仅有效的", en="Only those that hold", default=False)


def _ask(at: Acting, asked: WhichCorrections, after: str | None, limit: int) -> Page[CorrectionRow]:
    found = meters.channels(at.connection, [asked.channel_id])
    if not found:
        raise no_channel(asked.channel_id)
    (last,) = key_of(after, 0)
    said = amendments.newest(
        at.connection,
        asked.channel_id,
        holds=asked.holds,
        before=int(last) or None,
        most=limit + 1,
    )
    page = page_of(said, limit, lambda row: row[0].id)
    names = people.called(at.connection, {one.known_by for one, _ in page.rows})
    rows = [
        CorrectionRow(one, found[0], names.get(one.known_by, one.known_by), may)
        for one, may in page.rows
    ]
    return Page(rows, page.next)


def _what(row: CorrectionRow, lang: Lang) -> str:
    one = row.one
    zh, en = OCCURRED.get(one.kind, (_EXCHANGE.zh, _EXCHANGE.en))
    words = zh if lang == "zh" else en
    file = f"{':' if lang == 'zh' else ': '}{one.file} ({one.readings})" if one.file else ""
    return f"{words}{file} #{one.id}"


def _when(row: CorrectionRow, lang: Lang) -> str:
    zone = ZoneInfo(row.channel.zone)
    first, last = (
        f"{instant(ms).astimezone(zone):%Y-%m-%d %H:%M:%S}"
        for ms in (row.one.at_ms, row.one.last_ms)
    )
    return first if first == last else f"{first} – {last}"


def _state(row: CorrectionRow, lang: Lang) -> list[str]:
    until = row.one.known_until
    if until is None:
        return [Words("有效", "holds").say(lang)]
    return [Words("已撤销", "taken back").say(lang), civil(until, lang)]


CORRECTIONS: Final = Table[CorrectionRow, WhichCorrections](
    code="corrections",
    path="/channels/{channel_id}/corrections",
    words=Words("更正记录", "Corrections"),
    about="What people said of a channel's readings, the newest first; what was taken back stays, "
    "with the time that it was.",
    tag="corrections",
    columns=(
        Column(
            "kind",
            Words("更正", "Correction"),
            lambda row: row.one.kind,
            shown=_what,
            hint=Words("固定代码", "A stable code"),
        ),
        Column(
            "id",
            Words("编号", "Id"),
            lambda row: row.one.id,
            "whole",
            apart=True,
            hint=Words(
                "作废或更正的读数以此为序号",
                "The seq of the reading of rank 1 that a void or set value is",
            ),
        ),
        Column(
            "channel_id",
            Words("通道", "Channel"),
            lambda row: row.one.channel_id,
            "whole",
            apart=True,
            named=lambda row, lang: (
                f"{row.channel.meter or row.channel.meter_id} · {row.channel.code}"
            ),
        ),
        Column(
            "at",
            Words("读数时间", "Instant"),
            lambda row: instant(row.one.at_ms),
            "instant",
            shown=_when,
            hint=Words("文件的首个读数", "Of a file: its first reading"),
        ),
        Column(
            "last",
            Words("末个读数", "Last reading"),
            lambda row: instant(row.one.last_ms) if row.one.kind == "file" else None,
            "instant",
            apart=True,
            hint=Words("仅文件有", "Of a file alone"),
        ),
        Column(
            "value",
            Words("数值", "Value"),
            lambda row: in_units(row.one.value, row.channel.per_unit),
            "number",
            unit_of=lambda row: row.channel.unit,
            hint=Words("更正的读数,或认定的用量", "Of set and use, in the channel's unit"),
        ),
        Column("unit", Words("单位", "Unit"), lambda row: row.channel.unit, apart=True),
        Column("reason", Words("依据", "Why"), lambda row: row.one.source),
        Column(
            "known_by",
            Words("由谁", "By whom"),
            lambda row: row.one.known_by,
            shown=lambda row, lang: [row.by, civil(row.one.known_since, lang)],
        ),
        Column(
            "known_since",
            Words("登记时间", "Recorded"),
            lambda row: row.one.known_since,
            "instant",
            apart=True,
        ),
        Column(
            "known_until",
            Words("撤销时间", "Taken back"),
            lambda row: row.one.known_until,
            "instant",
            apart=True,
            hint=Words("空为有效", "null: it holds"),
        ),
        Column(
            "readings",
            Words("读数个数", "Readings"),
            lambda row: row.one.readings,
            "whole",
            apart=True,
            hint=Words("仅文件有", "Of a file: how many of the channel it corrects"),
        ),
        Column(
            "file_id",
            Words("文件编号", "File"),
            lambda row: row.one.file_id,
            "whole",
            apart=True,
            hint=Words("可按此整体撤销", "By which it is undone whole"),
        ),
        Column("file", Words("文件", "File name"), lambda row: row.one.file, apart=True),
        Column(
            "state",
            Words("状态", "State"),
            only="page",
            shown=_state,
            look=lambda row: "tag" if row.one.known_until else "tag ok",
        ),
        Column(
            "undo",
            Words("撤销", "Take back"),
            only="page",
            shown=lambda row, lang: f"{Words('撤销', 'Take back').say(lang)} ›" if row.may else "",
            link=lambda row: f"/do/{UndoCorrection.about.code}/{row.one.id}" if row.may else "",
        ),
    ),
    filter=WhichCorrections,
    ask=_ask,
    size=100,
    empty=Words("该通道没有更正。", "Nobody has corrected anything of this channel."),
    then=Words(
        "作废、更正、确认或恢复读数,均在此留有记录。",
        "Readings that are made void, set, confirmed or reinstated stand here, with who did it "
        "and why.",
    ),
)

"""The table of files of readings that were imported, with the way to take them back."""

from typing import Final

from actions.fields import Acting, Lang, Words, field
from actions.readings.undo_import import UndoImport
from actions.tables import Column, Filter, Table, attribute, page_of
from storage.pages import Page, key_of
from storage.readings import reading_files
from storage.readings.reading_files import ReadingFile


class WhichFiles(Filter):
    """Whether only those are wanted that can be taken back."""

    open: bool = field(zh="只看可撤销的", en="Only those that can be taken back", default=False)


def _ask(at: Acting, asked: WhichFiles, after: str | None, limit: int) -> Page[ReadingFile]:
    (last,) = key_of(after, 0)
    found = reading_files.listed(
        at.connection, only_open=asked.open, before=int(last) or None, most=limit + 1
    )
    return page_of(found, limit, lambda one: one.id)


def _undo(row: ReadingFile, lang: Lang) -> str:
    if row.undone_at is not None:
        return Words("已撤销", "taken back").say(lang)
    if row.taken_back is not None:
        n = f"{row.taken_back:,}"
        return Words(f"正在撤销:{n} 个读数", f"being taken back: {n} readings").say(lang)
    return f"{Words('撤销', 'Take back').say(lang)} ›" if row.open else ""


READING_FILES: Final = Table[ReadingFile, WhichFiles](
    code="reading-files",
    path="/imports/files",
    page="/imports/files",
    words=Words("导入的读数文件", "Files of readings"),
    about="Files of readings that said something new, the last first: one's own, and those of "
    "channels that one sees. For 24 hours each can be taken back.",
    tag="imports",
    columns=(
        attribute("id", "编号", "Id", "whole"),
        attribute("name", "文件", "File"),
        attribute("made_at", "导入时间", "When", "instant"),
        attribute("made_by", "导入人", "Who", apart=True),
        attribute("readings", "新读数", "New readings", "whole"),
        Column("channels", Words("通道", "Channels"), lambda row: len(row.channels), "whole"),
        attribute("first", "最早读数", "First reading", "instant"),
        attribute("last", "最晚读数", "Last reading", "instant"),
        attribute("taken_back", "正在撤销的读数", "Being taken back", "whole", apart=True),
        attribute("undone_at", "撤销时间", "Taken back", "instant", apart=True),
        attribute("undone_by", "撤销人", "Taken back by", apart=True),
        Column(
            "open",
            Words("可撤销", "Can be taken back"),
            lambda row: row.open,
            "flag",
            only="programs",
        ),
        Column(
            "undo",
            Words("撤销", "Take back"),
            only="page",
            shown=_undo,
            link=lambda row: f"/do/{UndoImport.about.code}/{row.id}" if row.open else "",
            right=UndoImport.about.right,
        ),
    ),
    filter=WhichFiles,
    ask=_ask,
    empty=Words("近期没有导入读数文件。", "No file of readings was imported lately."),
)

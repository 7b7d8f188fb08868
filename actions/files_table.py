"""The table of files whose rows were done, each of which may be taken back as one act."""

from typing import Final

from actions.declared import ACTIONS
from actions.fields import Acting, Lang, Words
from actions.tables import Column, Filter, Table, attribute, page_of
from storage import file_done
from storage.file_done import FileRow
from storage.pages import NEWEST, Page, key_of


class WhichFiles(Filter):
    """All files that the reader may know of."""


def _ask(at: Acting, asked: WhichFiles, after: str | None, limit: int) -> Page[FileRow]:
    (before,) = key_of(after, NEWEST)
    found = file_done.listed(at.connection, before=int(before), most=limit + 1)
    return page_of(found, limit, lambda one: one.id)


def _called(row: FileRow, lang: Lang) -> str:
    kind = ACTIONS.get(row.act)
    return kind.about.words.say(lang) if kind else row.act


FILES_DONE: Final = Table[FileRow, WhichFiles](
    code="files-done",
    path="/imports/files",
    page="/imports/files",
    words=Words("已办理的文件", "Files that were done"),
    about="Files of rows that the reader had done, newest first; an administrator sees all. For 31 "
    "days each can be taken back: POST /imports/{file_id}/undo.",
    tag="imports",
    columns=(
        attribute("id", "编号", "Id", "whole", link=lambda row: f"/do/files/{row.id}"),
        attribute("act", "办理事项", "What was done", shown=_called),
        attribute("rows", "行数", "Rows", "whole"),
        attribute("at", "时间", "When", "instant"),
        attribute("actor", "办理人", "Done by", named=lambda row, lang: row.by_name),
        attribute("undone_at", "撤销时间", "Taken back", "instant"),
        Column(
            "sha256",
            Words("SHA-256", "SHA-256"),
            lambda row: row.sha256.hex(),
            apart=True,
            hint=Words("文件的摘要", "Of the file"),
        ),
    ),
    filter=WhichFiles,
    ask=_ask,
    empty=Words("没有您可以查看的文件。", "There is no file that you may see."),
    then=Words(
        "用文件一次办理多项之后,文件列在这里,31 天内可整体撤销。",
        "A file of rows that was done is listed here; for 31 days it can be taken back as a whole.",
    ),
)

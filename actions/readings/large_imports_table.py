"""The table of large files of readings: how far each is, and what became of it."""

from enum import StrEnum
from typing import Final

from actions.fields import Acting, Words, field
from actions.tables import Column, Filter, Table, attribute, page_of
from storage.pages import NEWEST, Page, key_of
from storage.readings import imports
from storage.readings.imports import LargeImportRow

_STATES: Final = {
    "received": Words("正在读取", "being read"),
    "read": Words("正在入库", "being stored"),
    "stored": Words("已入库,等待计入台账", "stored; the accounts are being made"),
    "in_accounts": Words("已计入台账", "in the accounts"),
    "refused": Words("有误,未导入", "refused; nothing was kept"),
    "interrupted": Words("已中断,请重新发送", "interrupted; send it again"),
}
_LOOKS: Final = {"in_accounts": "tag ok", "refused": "tag warn", "interrupted": "tag warn"}


class LargeStates(StrEnum):
    """How far a large file is."""

    RECEIVED = "received"
    READ = "read"
    STORED = "stored"
    IN_ACCOUNTS = "in_accounts"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"


class WhichLarge(Filter):
    """Which large files are wanted."""

    state: LargeStates | None = field(zh="状态", en="State", names=_STATES, default=None)


def _ask(at: Acting, asked: WhichLarge, after: str | None, limit: int) -> Page[LargeImportRow]:
    (before,) = key_of(after, NEWEST)
    found = imports.listed(at.connection, state=asked.state, before=int(before), most=limit + 1)
    return page_of(found, limit, lambda one: one.id)


LARGE_IMPORTS: Final = Table[LargeImportRow, WhichLarge](
    code="large-imports",
    path="/imports/readings",
    page="/imports/readings/large",
    words=Words("大文件", "Large files"),
    about="The large files of readings that the reader sent, newest first; an administrator sees "
    "all. Handles are kept for 90 days; queues are asked for one file alone, by its id.",
    tag="imports",
    columns=(
        attribute("id", "编号", "Id", "whole", apart=True),
        attribute("name", "文件", "File", link=lambda row: f"/imports/readings/{row.id}"),
        attribute("made_at", "发送时间", "Sent", "instant"),
        attribute("made_by", "发送人", "Sent by", named=lambda row, lang: row.by_name),
        attribute(
            "state",
            "状态",
            "State",
            shown=lambda row, lang: _STATES[row.state].say(lang),
            look=lambda row: _LOOKS.get(row.state, "tag"),
        ),
        attribute("bytes", "字节数", "Bytes", "whole"),
        attribute("bytes_read", "已读字节", "Bytes read", "whole", apart=True),
        attribute("rows_read", "已读行数", "Rows read", "whole"),
        attribute("rows_stored", "已入库行数", "Rows stored", "whole"),
        attribute("channels", "通道数", "Channels", "whole", apart=True),
        attribute("file_id", "撤销编号", "Id to take it back by", "whole", apart=True),
        attribute("first", "最早读数", "First reading", "instant", apart=True),
        attribute("last", "最晚读数", "Last reading", "instant", apart=True),
        Column(
            "counts", Words("结果", "Counts"), lambda row: dict(row.counts), "counts", apart=True
        ),
        attribute("error_count", "错误", "Errors", "whole"),
        attribute("stored_at", "入库时间", "Stored at", "instant", apart=True),
        attribute("ended_at", "结束时间", "Ended at", "instant", apart=True),
        attribute("sha256", "SHA-256", "SHA-256", apart=True, hint=("文件的摘要", "Of the file")),
    ),
    filter=WhichLarge,
    ask=_ask,
    hint=Words(
        "任意长度的读数文件(CSV:gateway,channel,at,value),由程序发送:"
        "commonwatt import large big.csv.gz --wait,或 POST /api/v1/imports/readings/large。",
        "Files of readings of any length (CSV: gateway,channel,at,value) are sent by programs: "
        "commonwatt import large big.csv.gz --wait, or POST /api/v1/imports/readings/large.",
    ),
    empty=Words("尚未发送过大文件。", "None was sent yet."),
)

"""What is said of a file that cannot be read, or not in one way only: zh, en and the next step."""

from typing import Final, NamedTuple


class Words(NamedTuple):
    """A sentence about what was read, `{}`, and what to do about it."""

    zh: str
    en: str
    next_zh: str
    next_en: str


CELLS: Final[dict[str, Words]] = {
    "bad_time": Words(
        "“{}”不是可识别的时间。",
        "“{}” is not a time.",
        "请写成 2026-01-31 08:00、2026/1/31 8:00、2026年1月31日 8时,"
        "或带时区的 ISO 8601(精确到毫秒)。",
        "Write it like 2026-01-31 08:00 or 2026/1/31 8:00, or as ISO 8601 with an offset, to the "
        "millisecond.",
    ),
    "time_in_seconds": Words(
        "“{}”像是秒数。",
        "“{}” looks like seconds.",
        "请使用毫秒数,即秒数的 1000 倍。",
        "Write milliseconds, a thousand times as many.",
    ),
    "old_number": Words(
        "“{}”不是日期;当作毫秒数则早于 2001 年。",
        "“{}” is no date, and as milliseconds it would be before 2001.",
        "请写成 2026-01-31 08:00;毫秒数有 13 位。",
        "Write it like 2026-01-31 08:00; milliseconds have 13 digits.",
    ),
    "bad_month": Words(
        "“{}”不是可识别的月份,或缺少年份。",
        "“{}” is not a month, or its year is not said.",
        "请写成 2025-01 或 2025年1月。",
        "Write it like 2025-01.",
    ),
    "bad_year": Words(
        "“{}”不是年份。",
        "“{}” is not a year.",
        "请写成 2025。",
        "Write it like 2025.",
    ),
    "no_such_day": Words(
        "该月没有这一天,却有值“{}”。",
        "The month has no such day, but the value “{}”.",
        "请核对月份,或删去该值。",
        "Check the month, or drop the value.",
    ),
    "no_such_hour": Words(
        "“{}”在该时区不存在(夏令时拨快)。",
        "“{}” does not exist in that zone: clocks were put forward.",
        "请核对时间和时区。",
        "Check the time and the zone.",
    ),
    "not_a_number": Words(
        "“{}”不是数。",
        "“{}” is not a number.",
        "请只写数字,不带单位;没有读数的行请删去,或选择略过空值(--empty skip)。",
        "Write digits without a unit; where nothing was read, drop the row, or have empty ones "
        "left out (--empty skip).",
    ),
    "bad_group": Words(
        "“{}”中的千位分隔符不成组。",
        "“{}” has separators that do not part thousands.",
        "请去掉千位分隔符。",
        "Write it without separators.",
    ),
    "two_signs": Words(
        "“{}”与其他行的小数点写法不同。",
        "“{}” has another decimal sign than other rows.",
        "请统一小数点,或导入时说明。",
        "Use one decimal sign, or name it at the import.",
    ),
    "two_orders": Words(
        "“{}”与其他行的日月顺序不同。",
        "“{}” has day and month in another order than other rows.",
        "请统一写成 2026-01-31。",
        "Write days like 2026-01-31.",
    ),
    "bad_key": Words(
        "通道键“{}”为空、过长或含不可见字符。",
        "The channel key “{}” is empty, too long, or cannot be shown.",
        "请填写采集网关给该通道的键,至多 200 字。",
        "Write the gateway's key of the channel, at most 200 characters.",
    ),
    "spoiled_id": Words(
        "编号“{}”已被表格软件改写成数。",
        "“{}” is an id that a spreadsheet has rewritten as a number.",
        "请把该列设为文本后重新填写;或说明它是哪个编号(--same 写法=编号)。",
        "Format the column as text and enter it again, or say which id it is (--same READ=ID).",
    ),
    "bad_gateway": Words(
        "采集网关“{}”的写法不对。",
        "“{}” does not name a gateway.",
        "请写成“省代码/采集网关”,例如 demo-a/g1。",
        "Write province/gateway, such as demo-a/g1.",
    ),
    "bad_seq": Words(
        "序号“{}”不是 1 至 2^53 的整数。",
        "The sequence number “{}” is not a whole number from 1 to 2^53.",
        "请改正,或留空。",
        "Correct it, or leave it empty.",
    ),
    "bad_ratio": Words(
        "倍率“{}”不是正数。",
        "The multiplier “{}” is not a positive number.",
        "请填写倍率,如 40。",
        "Write the multiplier, such as 40.",
    ),
    "bad_duration": Words(
        "“{}”不是可识别的时长。",
        "“{}” is not a length of time.",
        "请写成 Hour、15 min、PT15M 或秒数。",
        "Write Hour, 15 min, PT15M or seconds.",
    ),
    "unknown_unit": Words(
        "未知的单位“{}”。",
        "There is no unit “{}”.",
        "请填写 kWh、MWh、Wh、MJ、GJ、m3、L、kg、t 或其中文名。",
        "Write kWh, MWh, Wh, MJ, GJ, m3, L, kg or t.",
    ),
    "backwards": Words(
        "时段的终点“{}”不晚于起点。",
        "The period ends at “{}”, which is not after its start.",
        "请核对起止时间。",
        "Check both times.",
    ),
    "row": Words(
        "该行不完整或格式有误({})。",
        "The row is cut short or malformed ({}).",
        "请核对该行的列数与引号。",
        "Check the number of its fields, and its quotes.",
    ),
    "spreadsheet_error": Words(
        "单元格是错误值“{}”。",
        "The cell holds the error “{}”.",
        "请改正公式,或删去该行。",
        "Mend the formula, or drop the row.",
    ),
}

WHOLE: Final[dict[str, Words]] = {
    "empty": Words(
        "文件为空。{}",
        "The file is empty.{}",
        "请提供带列名的表格,如 gateway,channel,at,value。",
        "Bring a table whose first line names the columns, such as gateway,channel,at,value.",
    ),
    "unknown_column": Words(
        "有未知的列:{}。",
        "It has unknown columns: {}.",
        "请说明各列的含义,或忽略它们(--column 列名=ignore)。",
        "Say what they hold, or leave them out (--column NAME=ignore).",
    ),
    "double_column": Words(
        "列名重复:{}。",
        "A column is named twice: {}.",
        "每列只保留一次;channel 与 key 是同一列。",
        "Keep each once; channel and key are the same.",
    ),
    "missing_column": Words(
        "缺少列:{}。",
        "Columns are missing: {}.",
        "请补上;采集网关和通道也可在导入时指定,其他列可用 --column 列名=含义 说明。",
        "Add them; gateway and channel can be named at the import, others by --column NAME=ROLE.",
    ),
    "no_header": Words(
        "找不到列名,首行是“{}”。",
        "No row names the columns; the first row is “{}”.",
        "请在首行写列名,如 时间、数值。",
        "Name the columns in the first row, such as time, value.",
    ),
    "too_many_rows": Words(
        "超过 {} 个读数。",
        "It holds more than {} readings.",
        "请拆分成几个文件分别导入。",
        "Split it and import the parts.",
    ),
    "too_wide": Words(
        "超过 {} 列。",
        "It has more than {} columns.",
        "请拆分后导入。",
        "Split it and import the parts.",
    ),
    "too_many_cells": Words(
        "工作簿内容超过 {} 项。",
        "The workbook holds more than {} items.",
        "请拆分成几个工作簿,或另存为 CSV。",
        "Split the workbook, or save it as CSV.",
    ),
    "two_gateways": Words(
        "文件已有采集网关一列,又另外指定了 {}。",
        "The file has a gateway column, and {} was named as well.",
        "请只用其中之一。",
        "Use one of them.",
    ),
    "two_channels": Words(
        "文件已有通道一列,又另外指定了 {}。",
        "The file has a channel column, and {} was named as well.",
        "请只用其中之一。",
        "Use one of them.",
    ),
    "broken_encoding": Words(
        "文字不是 UTF-8、UTF-16、GBK 或 Big5 编码。{}",
        "The text is not in UTF-8, UTF-16, GBK or Big5.{}",
        "请另存为 UTF-8 编码的 CSV 文件。",
        "Save it as CSV in UTF-8.",
    ),
    "broken_archive": Words(
        "压缩包损坏({})。",
        "The archive is damaged ({}).",
        "请重新压缩或下载。",
        "Pack or download it again.",
    ),
    "encrypted": Words(
        "“{}”有密码保护。",
        "“{}” is protected by a password.",
        "请去掉密码后再导入。",
        "Remove the password, then import it.",
    ),
    "nested_archive": Words(
        "压缩包内还有压缩包或工作簿“{}”。",
        "The archive holds another archive or workbook, “{}”.",
        "请先解压,再导入其中的文件。",
        "Unpack it first and import the files in it.",
    ),
    "bomb": Words(
        "解压后的大小超出限制({})。",
        "Unpacked it is beyond the limit ({}).",
        "请拆分后导入。",
        "Split it and import the parts.",
    ),
    "older_workbook": Words(
        "这是 Excel 4 的多表工作簿、图表或宏表。{}",
        "This is a book of several sheets, a chart or a macro of Excel 4.{}",
        "请用表格软件另存为 .xlsx。",
        "Save it as .xlsx.",
    ),
    "broken_workbook": Words(
        "工作簿损坏或不完整({})。",
        "The workbook is damaged or cut short ({}).",
        "请用表格软件打开后重新另存为 .xlsx。",
        "Open it in a spreadsheet and save it as .xlsx again.",
    ),
    "external": Words(
        "单元格引用了别的工作簿:{}。",
        "A cell refers to another workbook: {}.",
        "请复制后“选择性粘贴为数值”,再导入。",
        "Copy and paste it as values, then import it.",
    ),
    "formula": Words(
        "单元格是公式:{}。",
        "A cell holds a formula: {}.",
        "请粘贴为数值;或允许采用公式的计算结果。",
        "Paste it as a value, or let results of formulas count.",
    ),
    "doctype": Words(
        "XML 含有 DOCTYPE 或实体定义{},不予读取。",
        "The XML declares a DOCTYPE or entities{}; it is not read.",
        "请从数据来源重新导出。",
        "Export it again from its source.",
    ),
    "broken_xml": Words(
        "XML 有误({})。",
        "The XML is broken ({}).",
        "请从数据来源重新导出。",
        "Export it again from its source.",
    ),
    "not_green_button": Words(
        "这是 XML,但不是 Green Button(ESPI)数据:根元素是“{}”。",
        "This is XML, but no Green Button (ESPI) data: its root is “{}”.",
        "请导出为 CSV、XLSX 或 Green Button XML。",
        "Export it as CSV, XLSX or Green Button XML.",
    ),
    "not_a_table": Words(
        "这是 {},不是表格文件。",
        "This is {}, not a table.",
        "请导出为 CSV 或 XLSX。",
        "Export it as CSV or XLSX.",
    ),
}

"""What a file was read as, in sentences for people: its form, its columns, what was left out."""

from collections.abc import Iterator
from typing import Final

from actions.fields import Words
from collector.files.gathered import Told

_SHAPES: Final = {
    "long": Words("每行一个读数", "a reading in each row"),
    "periods": Words("每行一个时段(起止)", "a period with two instants in each row"),
    "hours": Words("每行一天,每列一个时刻", "a day in each row, a column for each hour"),
    "channels": Words("每列一个通道", "a column for each channel"),
    "month": Words("每行一个月的用量", "the use of a month in each row"),
    "days": Words("每列一天", "a column for each day of a month"),
    "year": Words("每列一个月", "a column for each month of a year"),
    "months": Words("每列一个月", "a column for each month"),
    "instants": Words("每列一个时刻", "a column for each time"),
    "rates": Words("总与分时(尖峰平谷)", "a meter's total and its rates"),
}
_HOW: Final = {
    "encoding": Words("编码", "encoding"),
    "separator": Words("分隔符", "separator"),
    "decimal": Words("小数点", "decimal sign"),
    "dates": Words("日期顺序", "order of dates"),
    "zone": Words("时区", "zone"),
    "years": Words("民国纪年", "years of Taiwan"),
    "month": Words("月份(年份)", "month, or year"),
    "unit": Words("单位", "unit"),
    "formulas": Words("公式的结果", "results of formulas"),
    "ends": Words("时段末尾含最后一分(秒)", "periods hold their last minute or second"),
    "excel_days": Words("表格日期序号", "days as numbers"),
    "registers_left": Words("未读取的示数类型", "registers that are not read"),
    "epoch": Words("时间戳单位", "times count since 1970 in"),
}
_FLOWS: Final = {
    "export": Words("反向(上网)电量", "fed into the grid (reverse flow)"),
    "net": Words("正反向相抵的净量", "net of both ways"),
    "total": Words("正反向之和", "sum of both ways"),
}
_MOST: Final = 12


def sentences(told: Told) -> list[Words]:
    """Return what one table was read as, the form first."""
    return [_form(told), *_columns(told), *notices(told)]


def _form(told: Told) -> Words:
    zh, en = (f"{told.file} “{told.sheet}”",) * 2 if told.sheet else (told.file, told.file)
    known = [(words, told.how[name]) for name, words in _HOW.items() if name in told.how]
    shape = _SHAPES.get(told.shape, Words("未识别", "not recognised"))
    head = (f",第 {told.header_line} 行为列名", f", headed in line {told.header_line}")
    head = head if told.header_line else ("", "")
    return Words(
        f"{zh}:{told.form}{head[0]},{shape.zh}"
        + "".join(f";{words.zh} {value}" for words, value in known),
        f"{en}: {told.form}{head[1]}, {shape.en}"
        + "".join(f"; {words.en} {value}" for words, value in known),
    )


def _columns(told: Told) -> Iterator[Words]:
    if told.columns:
        pairs = ", ".join(f"{name} = {role}" for name, role in told.columns[:_MOST])
        yield Words(f"列:{pairs}", f"columns: {pairs}")
    if told.left_out:
        names = ", ".join(told.left_out[:_MOST])
        yield Words(f"未读取的列:{names}", f"columns that are not read: {names}")


def _left_out(told: Told) -> Iterator[Words]:
    """Say which rows are no readings."""
    if told.totals:
        lines = ", ".join(map(str, told.total_lines)) + (" …" if told.totals > 20 else "")
        yield Words(
            f"{told.totals} 行合计未导入(第 {lines} 行)",
            f"{told.totals} rows that sum others are left out (line {lines})",
        )
    if told.remarks:
        lines = ", ".join(map(str, told.remark_lines)) + (" …" if told.remarks > 20 else "")
        yield Words(
            f"{told.remarks} 行说明文字未读取(第 {lines} 行)",
            f"{told.remarks} rows are remarks and are left out (line {lines})",
        )


def _of_other_use(told: Told) -> Iterator[Words]:
    """Say which rows are no readings and go in elsewhere, or not at all."""
    if told.money:
        yield Words(f"{told.money} 行金额未导入", f"{told.money} rows in a currency are left out")
    if told.deliveries:
        yield Words(
            f"{told.deliveries} 行是购进(只有送达日期),未导入:请在“登记购进”中上传同一文件",
            f"{told.deliveries} rows are deliveries of one day and are left out: upload the same "
            "file at “Record a delivery”",
        )


def _flows(told: Told) -> Iterator[Words]:
    """Say what a series counts that is no plain use."""
    for key, flow in told.flows[:_MOST]:
        what = _FLOWS[flow]
        yield Words(
            f"{key}:{what.zh},单独按此键读取,不与用量相加",
            f"{key}: {what.en}, read under this key alone and never added to use",
        )


def notices(told: Told) -> Iterator[Words]:
    """Return what a person should know although it is taken."""
    yield from _left_out(told)
    if "hidden" in told.how:
        yield Words(
            "该工作表在表格软件中是隐藏的" + ("" if told.passed else ",也已读取"),
            "the sheet is hidden in a spreadsheet" + ("" if told.passed else ", and is read too"),
        )
    if told.rates_left:
        names = "、".join(told.rates_left)
        yield Words(
            f"只读取总量,分时({names})未读取,否则重复计入",
            f"the total is read, its rates ({', '.join(told.rates_left)}) are not: "
            "both would count twice",
        )
    if told.rates_both:
        yield Words(
            "总量与分时都已读取:请只让其一计入台账,否则重复计入",
            "the total and its rates are both read: let one of them count in the account, "
            "or use is counted twice",
        )
    if told.passed:
        yield Words("该工作表未读取", "the sheet is left out")
    yield from _of_other_use(told)
    yield from _flows(told)
    if told.stamp == "start":
        yield Words("时刻按用量的开始读取", "times are read as the start of the use beside them")
    elif told.stamp:
        yield Words(
            "时刻按用量的结束(或示数的时刻)读取;如为开始,请选 stamp=start",
            "times are read as the end of the use beside them, or the instant of a register; "
            "where use begins there, say stamp=start",
        )
    if told.empty:
        yield Words(f"{told.empty} 个空值略过", f"{told.empty} empty values are passed over")

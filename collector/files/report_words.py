"""What is said of reports that hold no use, and of forms of files: zh, en and the next step."""

from typing import Final

from collector.files.words import Words

_EXPORT_ZH: Final = "请改导出能耗报表(如“能耗分类”“能耗分项”“计量表能耗”或“批量”报表)。"
_EXPORT_EN: Final = (
    "Export the report of energy (EnergyCategory, EnergyItem, MeterEnergy or Batch)."
)

REPORTS: Final[dict[str, Words]] = {
    "deliveries": Words(
        "{} 行都是购进(只有送达日期),不是表计读数。",
        "All {} rows are deliveries, of one day each, and no readings of a meter.",
        "请在“登记购进”中上传同一文件(commonwatt do delivery.record --file 文件)。",
        "Upload the same file at “Record a delivery” (commonwatt do delivery.record --file FILE).",
    ),
    "purchases": Words(
        "按列“{}”,这是加油、购气、充值之类的购进清单,不是表计读数。",
        "By its column “{}” this is a list of what was bought, and no readings of a meter.",
        "请在“登记购进”中上传同一文件(commonwatt do delivery.record --file 文件)。",
        "Upload the same file at “Record a delivery” (commonwatt do delivery.record --file FILE).",
    ),
    "merged_value": Words(
        "数值“{}”是与上方合并的单元格,只能计一次。",
        "The value “{}” is one cell merged over several rows, and counts once.",
        "请取消合并,按行填写各自的数值,或只保留一行。",
        "Unmerge it and write the value of each row, or keep one row.",
    ),
    "cut_short": Words(
        "文件没有结束记录({}),可能不完整。",
        "The file has no end record ({}): it may be cut short.",
        "请重新导出完整的文件。", "Export the whole file again.",
    ),
    "broken_json": Words(
        "JSON 有误,或第 {} 行不是对象。", "The JSON is broken, or line {} holds no object.",
        "请从数据来源重新导出,或导出为 CSV、XLSX。",
        "Export it again from its source, or as CSV or XLSX.",
    ),
    "report_of_money": Words(
        "报表“{}”是金额,不是用量。", "The report “{}” holds money, not use.",
        _EXPORT_ZH, _EXPORT_EN,
    ),
    "report_of_carbon": Words(
        "报表“{}”是碳排放量;平台按用量和排放因子自行计算。",
        "The report “{}” holds emissions; they are computed here from use and factors.",
        _EXPORT_ZH, _EXPORT_EN,
    ),
    "report_of_plans": Words(
        "报表“{}”是计划、预测或节约的数,不是实际用量。",
        "The report “{}” holds what was planned, predicted or saved, not what was used.",
        _EXPORT_ZH, _EXPORT_EN,
    ),
    "report_of_other": Words(
        "报表“{}”是负荷、统计值、效率、产量或参数,不是用量。",
        "The report “{}” holds loads, statistics, efficiencies, output or parameters, not use.",
        _EXPORT_ZH, _EXPORT_EN,
    ),
    "report_of_differences": Words(
        "报表“{}”是两个对象的比较或差额。",
        "The report “{}” compares two things, or holds their difference.",
        "请分别导出每个计量表的能耗报表。", "Export the report of energy of each meter.",
    ),
    "report_without_use": Words(
        "报表“{}”没有用量和读数。", "The report “{}” holds neither use nor registers.",
        _EXPORT_ZH, _EXPORT_EN,
    ),
}  # fmt: skip

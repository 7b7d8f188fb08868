"""One table in every form in which systems and offices keep tables says the same."""

import io
import zipfile

import pytest
import xlsxwriter

from collector.files.grids import grids
from tests.collector.files.rig import asked, codes, rows, taken
from tests.collector.files.test_as_they_exist import zipped

MINE = {"gateway": "bj/g", "zone": "UTC"}
SAYS = [("m1", "2026-01-01T08:00:00Z", 5.5), ("m1", "2026-01-02T00:00:00Z", 6.0)]
PAGE = (
    '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="{charset}">'
    "<style>td {{}}</style></head><body><table><tr><td colspan=3>抄表记录</td></tr></table>\n"
    "<table><tr><th>表号</th><th>时间</th><th>读数</th></tr>"
    "<tr><td rowspan=2>m1<td>2026-01-01 08:00<td>5.5"
    "<tr><td>2026-01-02&nbsp;00:00</td><td><b>6</b></td></tr></table></body></html>"
)
WORKBOOK = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="一月"><Table>'
    '<Row><Cell ss:MergeAcross="2"><Data ss:Type="String">抄表记录</Data></Cell></Row>'
    '<Row ss:Index="3">{heads}</Row>'
    '<Row><Cell ss:MergeDown="1"><Data ss:Type="String">m1</Data></Cell>'
    '<Cell><Data ss:Type="DateTime">2026-01-01T08:00:00.000</Data></Cell>'
    '<Cell><Data ss:Type="Number">5.5</Data></Cell></Row>'
    '<Row><Cell ss:Index="2"><Data ss:Type="DateTime">'
    '2026-01-02T00:00:00.000</Data></Cell><Cell><Data ss:Type="Number">6</Data></Cell></Row>'
    "</Table></Worksheet></Workbook>"
).format(
    heads="".join(f'<Cell><Data ss:Type="String">{one}</Data></Cell>' for one in
                  ("表号", "时间", "读数"))
)  # fmt: skip
RECORDS = (
    '{"表号": "m1", "时间": "2026-01-01 08:00", "读数": 5.5}',
    '{"表号": "m1", "时间": "2026-01-02 00:00", "读数": 6, "备注": null}',
)


def ods(*rows_of: list[object], after: str = "") -> bytes:
    """Return a workbook of LibreOffice with one sheet; a pair is a day, and how it is shown."""

    def cell(one: object) -> str:
        if isinstance(one, float):
            return f'<table:table-cell office:value-type="float" office:value="{one}"/>'
        kind = f'"date" office:date-value="{one[0]}"' if isinstance(one, tuple) else '"string"'
        text = one[1] if isinstance(one, tuple) else one
        return (f"<table:table-cell office:value-type={kind}><text:p>{text}</text:p>"
                "</table:table-cell>")  # fmt: skip

    inner = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>"
                    for row in rows_of)  # fmt: skip
    names = "".join(
        f' xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"'
        for one in ("office", "table", "text")
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content{names}><office:body><office:spreadsheet>"
            f'<table:table table:name="一月">{inner}<table:table-row '
            'table:number-rows-repeated="1048000"><table:table-cell '
            f'table:number-columns-repeated="1024"/></table:table-row>{after}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return content.getvalue()


LIBRE = ods(
    ["抄表记录"], ["表号", "时间", "读数"], ["m1", ("2026-01-01T08:00:00", "1月1日"), 5.5],
    ["m1", ("2026-01-02", "1月2日"), 6.0],
)  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        PAGE.format(charset="utf-8"), PAGE.format(charset="gb2312").encode("gbk"), WORKBOOK, LIBRE,
        f"[{','.join(RECORDS)}]", "\n".join(RECORDS),
        f'{{"code": 0, "data": {{"rows": 2}}, "list": [{",".join(RECORDS)}]}}',
        zipped(a__ods=LIBRE), zipped(a__xls=PAGE.format(charset="utf-8").encode()),
    ],
    ids=["page", "page in GBK", "Excel 2003", "ODS", "JSON", "JSON lines", "JSON in an object",
         "zipped ODS", "zipped page"],
)  # fmt: skip
def test_one_table_in_any_form_says_the_same(content):
    found = rows(content, name="export.xls", **MINE)
    assert [(row.key, row.at, row.value) for row in found] == SAYS


def test_a_mistake_is_named_by_sheet_and_by_row_as_a_spreadsheet_counts_them():
    assert codes(WORKBOOK.replace(">6<", ">x<"), **MINE) == [("file.not_a_number", 5)]
    assert codes(PAGE.format(charset="utf-8").replace(">6<", ">x<"), **MINE) == [
        ("file.not_a_number", 4)
    ]
    (error,) = taken(ods(["表号", "时间", "读数"], ["m1", "2026-01-01", "x"]), **MINE).errors
    assert (error.where["sheet"], error.where["line"]) == ("一月", 2)
    assert codes('{"表号": "m1"}\n[1]\n', **MINE) == [("file.broken_json", 0)]


def test_a_sheet_that_repeats_itself_beyond_reason_is_refused():
    alike = '<table:table-row table:number-rows-repeated="900000"><table:table-cell '
    alike += 'office:value-type="float" office:value="1"/></table:table-row>'
    found = codes(ods(["表号", "时间", "读数"], after=alike), **MINE)
    assert [code for code, _ in found] == ["file.too_many_cells"]


def test_files_of_rows_come_in_these_forms_too():
    for content in (LIBRE, WORKBOOK.encode()):
        (grid,) = grids(io.BytesIO(content), "people.xls", 10)
        assert grid.rows[1] == ["表号", "时间", "读数"]


def test_the_history_of_home_assistant_names_an_entity_once():
    content = (
        '[[{"entity_id":"sensor.m","state":"5.5","last_changed":"2026-01-05T10:00:00Z"},'
        '{"state":"6","last_changed":"2026-01-05T11:00:00Z"}]]'
    )
    assert [(row.key, row.value) for row in rows(content, **MINE)] == [
        ("sensor.m", 5.5), ("sensor.m", 6.0),
    ]  # fmt: skip


def test_what_nobody_sees_in_a_cell_is_no_part_of_it():
    content = "\ufeff\ufeff表号,日期,用電量\x00\n\ufeffm1,2026-01-01,5\nm\u200b1,2026-01-02,6\n"
    assert [row.key for row in rows(content, **MINE)] == ["m1", "m1"]
    assert list(asked("\ufeff" + content, zone="UTC")) == ["gateway"]


def test_headings_of_merged_cells_are_one_heading():
    page = (
        "<table><tr><th rowspan=2>表号<th rowspan=2>日期<th colspan=2>用电量<th rowspan=2>备注</tr>"
        "<tr><th>尖<th>峰</tr><tr><td>m1<td>2026-01-01<td>5<td>6<td></tr></table>"
    )
    assert [(row.key, row.value) for row in rows(page, **MINE)] == [
        ("m1.sharp", 5), ("m1.peak", 6),
    ]  # fmt: skip


def merged(over: str, text: object) -> bytes:
    """Return a workbook of which cells of one column are merged over two rows."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as made:
        sheet = made.add_worksheet("一月")
        sheet.write_row(0, 0, ["表号", "日期", "用电量"])
        for row, day in enumerate(("2026-01-01", "2026-01-02"), 1):
            sheet.write_row(row, 0, ["m1", day, 5])
        sheet.merge_range(over, text, made.add_format({"valign": "vcenter"}))
    return content.getvalue()


@pytest.mark.parametrize("whose", ["m1", 12])
def test_rows_are_of_the_meter_whose_cell_is_merged_over_them(whose):
    found = rows(merged("A2:A3", whose), **MINE)
    assert [(row.key, row.at[:10], row.value) for row in found] == [
        (str(whose), "2026-01-01", 5), (str(whose), "2026-01-02", 5),
    ]  # fmt: skip


def test_a_value_that_is_merged_over_rows_counts_once():
    assert codes(merged("C2:C3", 5), **MINE) == [("file.merged_value", 3)]
    page = (
        "<table><tr><td>表号<td>日期<td>用电量<tr><td>m1<td>2026-01-01<td rowspan=2>5 kWh"
        "<tr><td>m1<td>2026-01-02</table>"
    )
    assert codes(page, **MINE)[0][1] == 3
    assert codes(page.replace(" kWh", ""), **MINE) == [("file.merged_value", 3)]

"""Templates of registries and readings: what is filled in goes in, and nothing else does."""

import io
import zipfile

import pytest

from actions.fields import Option, plain
from actions.readings.file_template import readings_template
from actions.registry.file_template import registry_template
from actions.registry.files import read_tables
from actions.registry.registry_files import FILES
from actions.registry.uploaded import uploaded_tables
from actions.templates import Blank, BlankSheet, template_workbook
from actions.workbooks import Sheet, write_workbook
from collector.files.reading import read
from tests.sheets import sheets_of


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_template_of_a_registry_has_its_tables_and_what_each_column_means(lang):
    body = registry_template(lang)
    sheets = dict(sheets_of(body))

    for file, columns in FILES.items():
        assert sheets[file.removesuffix(".csv")] == [[one.name for one in columns]]
    guide = sheets["说明" if lang == "zh" else "Guide"]
    assert len(guide) == 1 + sum(map(len, FILES.values()))
    registry = read_tables(uploaded_tables("registry.xlsx", body), "x")
    assert (registry.regions, registry.institutions, registry.channels) == ([], [], [])


def test_a_filled_template_of_a_registry_is_read():
    file = io.BytesIO()
    write_workbook(
        file,
        [
            Sheet(
                name.removesuffix(".csv"),
                [one.name for one in columns],
                [[one.examples[n] for one in columns] for n in range(len(columns[0].examples))],
            )
            for name, columns in FILES.items()
        ],
    )
    registry = read_tables(uploaded_tables("名录.xlsx", file.getvalue()), "x")

    assert (len(registry.regions), len(registry.institutions)) == (2, 2)


def test_a_registry_is_read_in_any_encoding_and_with_any_separator_and_from_any_archive():
    def text(name: str, separator: str) -> str:
        rows = [[one.name for one in FILES[name]], *zip(*(c.examples for c in FILES[name]))]  # noqa: B905
        return "\n".join(separator.join(row) for row in rows)

    plain_ones = {name: text(name, ";").encode("utf-16") for name in FILES}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for name, body in plain_ones.items():
            packed.writestr(f"folder/{name}", body)
    registry = read_tables(uploaded_tables("registry.zip", archive.getvalue()), "x")

    assert (len(registry.regions), len(registry.institutions)) == (2, 2)
    assert registry.institutions[0].name_zh == "市图书馆"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_template_of_readings_is_empty_and_asks_nothing(lang, form):
    body = readings_template(lang, form)

    file = read(io.BytesIO(body), f"f.{form}", received_ms=7)

    assert (len(file.readings), file.errors) == (0, [])


def test_values_to_choose_from_are_listed_and_bound_to_their_column():
    values = [Option(f"v{n}", plain(f"value {n}")) for n in range(30)]
    columns = [Blank(f"c{n}", "", values=values if n in {0, 27} else ()) for n in range(28)]
    body = template_workbook([BlankSheet("1", columns)], "en")

    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    for said in ('sqref="A2:A20001"', 'sqref="AB2:AB20001"', "$A$2:$A$31", "$C$2:$C$31"):
        assert said in sheet
    assert [row[0] for row in dict(sheets_of(body))["Values"][1:]] == [one.value for one in values]

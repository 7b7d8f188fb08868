"""The template of a registry: its three tables, as their columns are declared."""

from typing import Final

from actions.fields import Lang, Option, plain
from actions.registry.columns import Column
from actions.registry.registry_files import FILES
from actions.templates import Blank, BlankSheet, template_workbook
from metering.channels import Kind
from metering.institutions import Disclosure

_CHOICES: Final = {
    "kind": {"channels.csv": [one.name.lower() for one in Kind]},
    "disclosure": {"institutions.csv": [one.value for one in Disclosure]},
    "is_demo": {"regions.csv": ["yes", "no"]},
    "net": {"channels.csv": ["yes", "no"]},
}


def registry_template(lang: Lang) -> bytes:
    """Return an empty workbook with a sheet for each table, a guide and the values to choose."""
    sheets = [
        BlankSheet(file.removesuffix(".csv"), [_blank(file, one, lang) for one in columns])
        for file, columns in FILES.items()
    ]
    return template_workbook(sheets, lang)


def _blank(file: str, one: Column, lang: Lang) -> Blank:
    values = _CHOICES.get(one.name, {}).get(file, [])
    return Blank(
        one.name,
        one.zh if lang == "zh" else one.en,
        next(filter(None, one.examples), ""),
        needed=one.needed,
        values=[Option(value, plain(value)) for value in values],
    )

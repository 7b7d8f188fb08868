"""Accounts of any span as a file, in the forms of a bulk export."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final

from actions.accounts.accounts_table import ACCOUNTS, ACCOUNTS_OF
from actions.actor import Actor
from actions.exports import export
from actions.fields import Lang
from actions.readings.bulk_forms import Form, Kind, ready_for, write_columns
from actions.tables import Column, Table

_KINDS: Final[Mapping[str, Kind]] = {
    "whole": "whole", "day": "day", "instant": "instant", "flag": "flag", "share": "double",
}  # fmt: skip


def write_accounts(
    actor: Actor,
    file: Path,
    form: Form,
    asked: Mapping[str, Any],
    *,
    institution_id: int | None = None,
    lang: Lang | None = None,
) -> int:
    """Write accounts of one institution, or of all that are asked for; return how many.

    asked: fields of the table's filter. lang: for people; Parquet and Arrow are for programs.
    """
    ready_for(form)
    table: Table[Any, Any] = ACCOUNTS if institution_id is None else ACCOUNTS_OF
    of = {} if institution_id is None else {"institution_id": institution_id}
    wanted = table.filter(**asked, **of)
    made = file.with_name(f"{file.name}.new")
    with made.open("wb") as out:
        if form == "csv" or form == "xlsx":
            written = export(actor, table, wanted, form, lang=lang, bom=lang is not None)
            out.writelines(written.chunks())
        else:
            written = export(actor, table, wanted, "csv")
            with TemporaryFile() as source:
                source.writelines(written.chunks())
                _columns(source, out, form, table)
    made.replace(file)
    return written.rows


def _columns(source: IO[bytes], out: IO[bytes], form: Form, table: Table[Any, Any]) -> None:
    columns = [one for one in table.columns if one.for_programs]
    places = _places(source, columns)
    kinds: list[tuple[str, Kind]] = [
        (one.name, places.get(one.name, _KINDS.get(one.kind, "text"))) for one in columns
    ]
    source.seek(0)
    write_columns(source, out, form, kinds)


def _places(source: IO[bytes], columns: list[Column]) -> dict[str, int]:
    """Return the most decimals that each column of numbers has."""
    found = {one.name: 0 for one in columns if one.kind == "number"}
    source.seek(0)
    text = io.TextIOWrapper(source, "utf-8", newline="")
    for row in csv.DictReader(text):
        for name in found:
            found[name] = max(found[name], len(row[name].partition(".")[2]))
    text.detach()
    return found

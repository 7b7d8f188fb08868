"""A registry without the rows that fail, and those rows as a workbook, to be sent again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from actions.actor import Actor
from actions.failed_rows import FailedRow, FailedTable, failed_workbook
from actions.fields import Lang
from actions.registry.cells import called_of
from actions.registry.checks import check_rows
from actions.registry.files import read_all
from actions.registry.history_checks import check_histories
from actions.registry.importing import register
from actions.registry.values import ProblemsError, Registered, Registry
from collector.files.sent_back import apart
from collector.files.tables import Table, text_of
from metering.errors import InputError

MOST: Final = 20_000  # rows that are told apart; where more fail, the file is meant otherwise
_BETWEEN: Final = "\uff0c\uff1a,: "  # a place and what is wrong there
_ROUNDS: Final = 30  # a row fails that names a row that fails: a region in a region in a region

Tables = Mapping[str, Table]  # by the names of our files


@dataclass(slots=True)
class _Sifted:
    """What came of a registry without its failed rows; done: None where none is left.

    wrong: by file and line, as rows name their place.
    """

    done: Registered | None = None
    wrong: dict[tuple[str, int], list[InputError]] = field(default_factory=dict)


def register_rest(
    actor: Actor, tables: Tables, namespace: str, *, dry_run: bool = False
) -> Registered:
    """Import the rows of a registry that can be taken, and say how many were left out.

    What is wrong with a file as a whole still refuses all of it.
    """
    found = _sifted(actor, tables, namespace, dry_run=dry_run)
    if found.done is None:
        raise _none_left(len(found.wrong))
    return found.done


def failed_registry(actor: Actor, tables: Tables, namespace: str, lang: Lang) -> bytes | None:
    """Return the rows that cannot be taken, by their files; None where all can be.

    InputError where a file is at fault as a whole.
    """
    wrong = _sifted(actor, tables, namespace, dry_run=True).wrong
    if not wrong:
        return None
    return failed_workbook(_tables(tables, wrong, lang), lang)


def _sifted(actor: Actor, tables: Tables, namespace: str, *, dry_run: bool) -> _Sifted:
    registry, found = read_all(tables, namespace, MOST)
    sifted, problems = _Sifted(), tuple(found)
    for _ in range(_ROUNDS):
        _keep(sifted, problems)
        registry = _without(registry, sifted)
        if registry.empty:
            return sifted
        problems = (*check_rows(registry), *check_histories(registry))
        if problems:
            continue
        try:
            left = len(sifted.wrong)
            sifted.done = register(actor, registry, dry_run=dry_run, left_out=left)
        except ProblemsError as error:
            problems = error.problems
        else:
            return sifted
    raise ProblemsError(problems)


def _keep(sifted: _Sifted, problems: Sequence[InputError]) -> None:
    """Keep what is wrong by row; raise what is not of rows."""
    whole = [one for one in problems if not one.where.get("line") or "unread" in one.where]
    if whole:
        raise ProblemsError(whole)
    for one in problems:
        sifted.wrong.setdefault((one.where["file"], int(one.where["line"])), []).append(one)
    if len(sifted.wrong) > MOST:
        raise _too_many()


def _without(registry: Registry, sifted: _Sifted) -> Registry:
    def good(row: Any) -> bool:
        return (row.place.file, row.place.line) not in sifted.wrong

    return registry.kept(good)


def _tables(
    tables: Tables, wrong: dict[tuple[str, int], list[InputError]], lang: Lang
) -> Iterator[FailedTable]:
    for name, table in tables.items():
        called = called_of(table)
        lines = {line for file, line in wrong if file == called}
        if not lines:
            continue
        one = apart(table, None, lines)
        heads = [text_of(cell) for cell in one.head[-1]]
        rows = [_row(line, cells, heads, wrong[called, line], lang) for line, cells in one.rows]
        yield FailedTable(name.removesuffix(".csv"), one.head, rows)


def _row(
    line: int, cells: Sequence[Any], heads: list[str], wrong: list[InputError], lang: Lang
) -> FailedRow:
    fields = [str(one.where.get("field", "")) for one in wrong]
    bad = frozenset(heads.index(name) for name in fields if name in heads)
    return FailedRow(line, cells, " ".join(_why(one, lang) for one in wrong), bad)


def _why(error: InputError, lang: Lang) -> str:
    """Return what is wrong without file and line, for it is said beside the row."""
    file, line = error.where["file"], error.where["line"]
    place = f"{file} 第 {line} 行" if lang == "zh" else f"{file}, line {line}"
    return error.text(lang).removeprefix(place).lstrip(_BETWEEN)


def _none_left(count: int) -> InputError:
    return InputError(
        "import.none_left",
        zh=f"{count} 行都有误,没有可导入的行。",
        en=f"All {count} rows are wrong, so there is nothing to import.",
        next_zh="请改正失败行工作簿后提交。",
        next_en="Mend the workbook of failed rows and send that.",
        where={"wrong": count},
    )


def _too_many() -> InputError:
    return InputError(
        "import.too_many_failed",
        zh=f"有误的行超过 {MOST} 行,无法逐行分出。",
        en=f"More than {MOST} rows are wrong, which are too many to be told apart.",
        next_zh="请先核对列和代码,再重新检查整个文件。",
        next_en="Check columns and codes first, then the whole file again.",
        where={"most": MOST},
    )

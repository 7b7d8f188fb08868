"""Write docs/registry-files.md from the columns themselves; tests hold the two together.

python scripts/make_registry_files.py
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from actions.registry.columns import Column
from actions.registry.registry_files import FILES

PAGE = Path(__file__).parents[1] / "docs" / "registry-files.md"
HEAD = """\
# Registry files 名录文件

Made from `actions/registry/columns.py` by `scripts/make_registry_files.py`; a test fails where they
differ, and another one imports the examples. 本页由程序生成;示例由测试导入过。

`commonwatt import registry FOLDER` reads these files, or some of them, in one transaction;
`--dry-run` says what would happen. UTF-8 or GBK, comma separated, one header row, columns in any
order. Rows that are known already change nothing; a changed fact holds from the row's `valid_from`
on, and what held before stays on record: a region or an institution may have several rows, each
of its own day. An empty cell of an optional column is as if the column were not there. Most
registries need the first three files alone; the other four say what holds of channels from other
days on. 可只给几个文件,多数名录只需前三个,后四个写明通道此后的变化;空单元格等于没有这一列;事实自
`valid_from` 起变更,以前的保留,同一区划或机构可按日期有多行。

`commonwatt export registry -o FOLDER` (`--as zip`, `--as xlsx`; `GET /api/v1/exports/registry`;
links on the page of the import) writes what is known now as these files, with what held on other
days. Imported where they came from they change nothing; an empty installation that takes them
exports the same bytes. Facts of one day that had several sources go out with these joined. Left out
are who knew what when, changes of the roster (mergers, closures: acts with a table of their own),
gateways' secrets and readings; an institution without a code of the `--namespace` is left out and
counted. 导出的文件可原样导回:导回原处不作任何变更,导入空系统后再导出,
逐字节相同。
"""


def example(columns: Sequence[Column]) -> str:
    """Return the example's rows as a file."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([one.name for one in columns])
    writer.writerows(zip(*(one.examples for one in columns), strict=True))
    return buffer.getvalue()


def rendered() -> str:
    """Return the page."""
    parts = [HEAD]
    for name, columns in FILES.items():
        parts.append(f"\n## {name}\n\n```csv\n{example(columns)}```\n\n")
        parts.append("| column | needed | what it is | 含义 |\n|---|---|---|---|\n")
        parts += [
            f"| `{one.name}` | {'yes' if one.needed else '–'} | {one.en} | {one.zh} |\n"
            for one in columns
        ]
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(rendered(), encoding="utf-8")

"""Tables of docs/architecture.md that tests hold against the code."""

import re
from pathlib import Path
from typing import Final

_TEXT: Final = Path("docs/architecture.md").read_text(encoding="utf-8")


def rows_under(heading: str, column: str) -> dict[str, str]:
    """Return a table of a chapter: what stands in the second column, by each code of the first."""
    chapter = _TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]
    table = chapter.split(f"| {column} |")[1].split("\n\n")[0]
    found: dict[str, str] = {}
    for line in table.splitlines()[2:]:
        codes, told = line.strip("| ").split(" | ", 1)
        for code in re.findall(r"`([^`]+)`", codes):
            assert code not in found, f"{code} stands twice"
            found[code] = told
    return found

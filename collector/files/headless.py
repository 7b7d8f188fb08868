"""Tables whose columns nobody named: read where the kinds of their cells leave no choice."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from collector.files.answers import Answers
from collector.files.instants import LOCAL, Instants
from collector.files.numbers import Doubt, Numbers
from collector.files.refusals import CellError
from collector.files.tables import Cell, text_of
from collector.files.values import Layout, ValueColumn

_GATEWAY: Final = re.compile(r"[^/+#\s:]+/[^/+#\s:]+")
_LOOKED_AT: Final = 5


def without_header(top: Sequence[tuple[int, list[Cell]]], answers: Answers) -> Layout | None:
    """Return a table of one value and one or two times in a row; None where it is anything else."""
    kinds = Counter(tuple(map(_kind, row)) for _, row in top[:_LOOKED_AT])
    usual, count = kinds.most_common(1)[0]
    if 2 * count <= kinds.total():
        return None
    of: dict[str, list[int]] = {}
    for at, kind in enumerate(usual):
        of.setdefault(kind, []).append(at)
    values, times = of.get("value", []), of.get("time", [])
    texts, gateways = of.get("text", []), of.get("gateway", [])
    if (
        "id or time" in of
        or len(values) != 1
        or not 0 < len(times) < 3
        or len(texts) > 1
        or len(gateways) > 1
    ):
        return None
    return Layout(
        shape="periods" if len(times) == 2 else "long",
        header_line=0,
        width=len(usual),
        headings=(),
        at=(times[-1],),
        start=(times[0],) if len(times) == 2 else (),
        values=(ValueColumn(values[0], "value"),),
        gateway=gateways[0] if gateways else None,
        channel=texts[0] if texts else None,
    )


def _kind(cell: Cell) -> str:
    text = text_of(cell)
    if not text:
        return "empty"
    if text.isdigit() and len(text) > 9:
        return "id or time"
    at = Instants(None).of(cell)
    if not isinstance(at, CellError) and (at > LOCAL // 2 or len(text) > 12):
        return "time" if not re.fullmatch(r"\d{5}(\.\d+)?|\d{8}", text) else "value"
    if re.match(r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}", text):
        return "time"
    try:
        Numbers(None, own_format=False).number(cell)
    except Doubt:
        return "value"
    except CellError:
        return "gateway" if _GATEWAY.fullmatch(text) else "text"
    return "value"

"""Files of snapshots and of parts of them: canonical JSON of a form, and where it is none."""

import json
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from compact.runs import canonical
from compact.snapshot_differences import Difference, of_byte

MOST: Final = 20  # differences that are named; the rest is counted


def read_json(raw: bytes, form: str, keys: frozenset[str]) -> dict[str, Any] | Difference:
    """Return what a file of a form holds, or what keeps it from being one."""
    try:
        text = raw.decode()
        content = json.loads(text, parse_constant=_no_constant)
        canonical(content).encode()
    except UnicodeDecodeError as error:
        return of_byte("not_text", "不是 UTF-8 文本", "is no UTF-8 text", raw, error.start)
    except json.JSONDecodeError as error:
        at = len(text[: error.pos].encode())
        return of_byte("not_json", "不是 JSON", "is no JSON", raw, at)
    except (ValueError, RecursionError) as error:
        return Difference(
            "not_json", "file", f"不是规范的 JSON:{error}。", f"No plain JSON: {error}."
        )
    if not isinstance(content, dict) or content.keys() != keys or content["file"] != form:
        return _not_ours(content, form, keys)
    return content


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _not_ours(content: object, form: str, keys: frozenset[str]) -> Difference:
    has = set(content) if isinstance(content, dict) else set()
    names = ", ".join(sorted(has ^ keys)) or "file"
    return Difference(
        "not_ours",
        names,
        f"不是 {form} 格式的快照文件:{names}。",
        f"It is no snapshot file of the form {form}: {names}.",
    )


def not_canonical(raw: bytes, content: dict[str, Any]) -> Iterator[Difference]:
    """Name the first byte that the same content would not have: a space, another order of keys."""
    anew = canonical(content).encode()
    if anew == raw:
        return
    shorter = min(len(anew), len(raw))
    at = next((n for n in range(shorter) if anew[n] != raw[n]), shorter)
    yield of_byte("not_canonical", "与规范写法不同", "is not as canonical JSON has it", raw, at)

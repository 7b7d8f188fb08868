"""What differs in a snapshot, named: by its place in the file, and whose it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from compact.runs import canonical

_AROUND: Final = 24  # characters shown on either side of a place
_LONGEST: Final = 48
_LISTS: Final = frozenset({"holders", "nodes", "quotas"})
_SHARED: Final = frozenset({"inputs", "result"})


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as it should be, in words.

    code: not_text, not_json, not_ours, not_canonical, digest, part, check, other_run, recomputed or
    not_recomputed. part: where, such as result.quotas[3] or byte 1024.
    """

    code: str
    part: str
    zh: str
    en: str


def parts(snapshot: object, about: object) -> Iterator[tuple[str, object]]:
    """Yield the parts of a file, each with its name; long lists by their items."""
    yield "about", about
    for name, value in _items("", snapshot):
        if name not in _SHARED:
            yield name, value
            continue
        for inner, each in _items(f"{name}.", value):
            yield from _listed(inner, each)


def _items(before: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from ((f"{before}{key}", one) for key, one in value.items())
    else:
        yield before.rstrip(".") or "snapshot", value


def _listed(name: str, value: object) -> Iterator[tuple[str, object]]:
    if not isinstance(value, list) or name.rpartition(".")[2] not in _LISTS:
        yield name, value
        return
    yield f"{name}.length", len(value)
    yield from ((f"{name}[{place}]", one) for place, one in enumerate(value))


def of_part(name: str, part: object, *, touched: bool) -> Difference:
    """Say that a part was altered; touched: it and not its check."""
    zh, en = called(name, _who(part, ("", "")))
    if touched:
        return Difference("part", name, f"被改动:{zh}。", f"Altered: {en}.")
    return Difference("check", name, f"校验码被改动:{zh}。", f"Its check was altered: {en}.")


def of_byte(code: str, zh: str, en: str, raw: bytes, at: int) -> Difference:
    """Say where bytes are wrong, with what stands around them."""
    around = raw[max(at - _AROUND, 0) : at + _AROUND].decode(errors="replace")
    zh, en = f"第 {at} 字节处{zh}:…{around}…", f"Byte {at} {en}: …{around}…"
    return Difference(code, f"byte {at}", zh, en)


def of_digest(stated: str, found: str) -> Difference:
    """Say that the digest in a file is not that of the snapshot in it."""
    return Difference(
        "digest",
        "sha256",
        f"文件所写摘要 {stated} 不是其中快照的摘要 {found}。",
        f"The digest that the file states, {stated}, is not that of its snapshot, {found}.",
    )


def of_another(expected: str, found: str) -> Difference:
    """Say that the snapshot is not the one that was asked for."""
    return Difference(
        "other_run",
        "sha256",
        f"快照的摘要是 {found},不是所给的 {expected}。",
        f"The snapshot's digest is {found}, not {expected} as given.",
    )


def unlike(stated: object, made: object) -> Iterator[Difference]:
    """Yield each place where a snapshot is not what its inputs come to."""
    for path, before, after, who in _unlike("", stated, made, ("", "")):
        zh, en = called(path, who)
        yield Difference(
            "recomputed",
            path,
            f"与重算不同:{zh},文件为 {_short(before)},重算为 {_short(after)}。",
            f"Not as recomputed: {en} is {_short(before)} in the file, {_short(after)} anew.",
        )


def called(name: str, who: tuple[str, str]) -> tuple[str, str]:
    """Return what a place is called, zh and en; who: the institution or level that it is of."""
    if not who[0]:
        return name, name
    return f"{name}({who[0]})", f"{name} ({who[1]})"


def _who(part: object, above: tuple[str, str]) -> tuple[str, str]:
    if isinstance(part, dict) and "institution" in part:
        return f"机构 {part['institution']}", f"institution {part['institution']}"
    if isinstance(part, dict) and "key" in part:
        return f"层级 {part['key']}", f"level {part['key']}"
    return above


def _unlike(
    path: str, stated: Any, made: Any, who: tuple[str, str]
) -> Iterator[tuple[str, object, object, tuple[str, str]]]:
    """Yield each place where two values differ, with both and whose it is."""
    if isinstance(stated, dict) and isinstance(made, dict):
        for key in sorted(stated.keys() | made.keys()):
            pair, whose = (stated.get(key), made.get(key)), _who(stated, who)
            yield from _unlike(f"{path}.{key}".lstrip("."), *pair, whose)
    elif isinstance(stated, list) and isinstance(made, list) and len(stated) == len(made):
        for place, pair in enumerate(zip(stated, made, strict=True)):
            yield from _unlike(f"{path}[{place}]", *pair, who)
    elif stated != made or type(stated) is not type(made):
        yield path, stated, made, who


def _short(value: object) -> str:
    text = canonical(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

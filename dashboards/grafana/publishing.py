"""Boards into a running Grafana: what would change is worked out first, then done, or only told."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Literal, Protocol

from dashboards.boards.catalogue import BOARDS
from dashboards.boards.model import Lang
from dashboards.grafana.drawing import drawn
from dashboards.grafana.files import FOLDERS
from metering.errors import ConflictError

Change = Literal["create", "update", "same", "edited", "drop"]
TAG: Final = "commonwatt"  # every board of ours bears it
_DIGEST: Final = "cw-"  # a tag that says what we published, so that edits by hand show
_THEIRS: Final = ("id", "version")  # Grafana counts these itself


class GrafanaPort(Protocol):
    """What publishing asks of Grafana; by uid throughout."""

    def folder(self, uid: str) -> dict[str, Any] | None: ...
    def make_folder(self, uid: str, title: str) -> None: ...
    def boards(self, folder_uid: str, tag: str) -> list[str]: ...
    def dashboard(self, uid: str) -> dict[str, Any] | None: ...
    def save(
        self, dashboard: dict[str, Any], folder_uid: str, message: str, over: int | None
    ) -> None: ...
    def drop(self, uid: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done about one board, and in which panels it differs from Grafana's.

    seen: the version that Grafana held then, 0 where it had none. board: None where this version
    has none.
    """

    change: Change
    uid: str
    title: str
    folder_uid: str
    changed: tuple[str, ...]
    seen: int
    board: dict[str, Any] | None


def plan(port: GrafanaPort, langs: Sequence[Lang]) -> list[Step]:
    """Return what publishing would do; a board that somebody edited is left to people."""
    steps = []
    for lang in langs:
        made = [signed(drawn(board, lang)) for board in BOARDS]
        steps += [_step(one, port.dashboard(one["uid"]), folder_uid(lang)) for one in made]
        steps += _dropped(port, folder_uid(lang), {one["uid"] for one in made})
    return steps


def apply(
    port: GrafanaPort, steps: Sequence[Step], langs: Sequence[Lang], *, force: bool
) -> tuple[int, int]:
    """Do what was planned; return how many boards were written, and how many went.

    Those that somebody edited are touched by force alone. What was changed after the plan was
    made is refused by Grafana, unless by force.
    """
    if not force and (edited := [one.uid for one in steps if one.change == "edited"]):
        raise _edited(edited)
    for lang in langs:
        if port.folder(folder_uid(lang)) is None:
            port.make_folder(folder_uid(lang), FOLDERS[lang])
    changed = [one for one in steps if one.change != "same"]
    gone = 0
    for one in changed:
        if one.board is None:
            port.drop(one.uid)
            gone += 1
        else:
            over = None if force else one.seen
            port.save(one.board, one.folder_uid, "commonwatt boards publish", over)
    return len(changed) - gone, gone


def folder_uid(lang: Lang) -> str:
    """Return the uid of the folder that holds the boards of a language."""
    return "commonwatt" if lang == "zh" else f"commonwatt-{lang}"


def signed(board: dict[str, Any]) -> dict[str, Any]:
    """Return a board with a tag of what it holds."""
    return board | {"tags": [*board["tags"], _DIGEST + digest(board)]}


def digest(board: dict[str, Any]) -> str:
    """Return what a board holds as a short hash, without what Grafana counts itself."""
    kept = {key: value for key, value in board.items() if key not in _THEIRS}
    kept["tags"] = [tag for tag in board.get("tags", []) if not tag.startswith(_DIGEST)]
    text = json.dumps(_plain(kept), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]


def _plain(part: Any) -> Any:
    """Return a part of a board with its whole numbers as such: a saved 1.0 comes back as 1."""
    if isinstance(part, dict):
        return {key: _plain(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_plain(one) for one in part]
    return int(part) if isinstance(part, float) and part.is_integer() else part


def _dropped(port: GrafanaPort, folder: str, ours: set[str]) -> list[Step]:
    """Return what becomes of boards that we published and this version no longer has."""
    steps = []
    for uid in port.boards(folder, TAG):
        there = None if uid in ours else port.dashboard(uid)
        signature = _signature(there)
        if there is not None and signature:
            change: Change = "drop" if signature == _DIGEST + digest(there) else "edited"
            title = str(there.get("title", uid))
            steps.append(Step(change, uid, title, folder, (), there.get("version", 0), None))
    return steps


def _signature(there: dict[str, Any] | None) -> str:
    """Return the tag of what we published, "" where there is none."""
    tags = [] if there is None else there.get("tags", [])
    return next((tag for tag in tags if tag.startswith(_DIGEST)), "")


def _step(made: dict[str, Any], there: dict[str, Any] | None, folder: str) -> Step:
    seen = 0 if there is None else there.get("version", 0)
    change, changed = _change(made, there), _changed(made, there)
    return Step(change, made["uid"], made["title"], folder, changed, seen, made)


def _change(made: dict[str, Any], there: dict[str, Any] | None) -> Change:
    if there is None:
        return "create"
    signature = _signature(there)
    if signature != _DIGEST + digest(there):
        return "edited"
    return "same" if signature in made["tags"] else "update"


def _changed(made: dict[str, Any], there: dict[str, Any] | None) -> tuple[str, ...]:
    """Return the titles of panels that differ, and the names of other parts that do."""
    if there is None:
        return ()
    old = {one.get("id"): one for one in there.get("panels", [])}
    new = {one.get("id"): one for one in made["panels"]}
    panels = [
        str((new.get(key) or old[key]).get("title", key))
        for key in {**new, **old}
        if new.get(key) != old.get(key)
    ]
    parts = [
        key
        for key in sorted({*made, *there} - {"panels", "tags", *_THEIRS})
        if made.get(key) != there.get(key)
    ]
    return (*panels, *parts)


def _edited(uids: list[str]) -> ConflictError:
    named = ", ".join(uids)
    return ConflictError(
        "boards.edited",
        zh=f"以下看板在 Grafana 中被手工改过,未覆盖:{named}。",
        en=f"These boards were edited by hand in Grafana and are left alone: {named}.",
        next_zh="请在 Grafana 中另存后加 --force 重新发布。",
        next_en="Save them under another name in Grafana, then publish with --force.",
        where={"boards": named},
    )

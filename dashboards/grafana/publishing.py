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

Deed = Literal["create", "update", "same", "edited"]
_DIGEST: Final = "cw-"  # a tag that says what we published, so that edits by hand show
_THEIRS: Final = ("id", "version")  # Grafana counts these itself


class GrafanaPort(Protocol):
    """What publishing asks of Grafana; by uid throughout."""

    def folder(self, uid: str) -> dict[str, Any] | None: ...
    def make_folder(self, uid: str, title: str) -> None: ...
    def dashboard(self, uid: str) -> dict[str, Any] | None: ...
    def save(
        self, dashboard: dict[str, Any], folder_uid: str, message: str, over: int | None
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done about one board, and in which panels it differs from Grafana's.

    seen: the version that Grafana held then, 0 where it had none.
    """

    deed: Deed
    uid: str
    title: str
    folder_uid: str
    changed: tuple[str, ...]
    seen: int
    board: dict[str, Any]


def plan(port: GrafanaPort, langs: Sequence[Lang]) -> list[Step]:
    """Return what publishing would do; a board that somebody edited is left to people."""
    steps = []
    for lang in langs:
        for board in BOARDS:
            made = signed(drawn(board, lang))
            there = port.dashboard(made["uid"])
            steps.append(
                Step(
                    _deed(made, there),
                    made["uid"],
                    made["title"],
                    folder_uid(lang),
                    _changed(made, there),
                    0 if there is None else there.get("version", 0),
                    made,
                )
            )
    return steps


def apply(port: GrafanaPort, steps: Sequence[Step], langs: Sequence[Lang], *, force: bool) -> int:
    """Do what was planned and return how many boards were written; edited ones only by force.

    What was changed after the plan was made is refused by Grafana, unless by force.
    """
    if not force and (edited := [one.uid for one in steps if one.deed == "edited"]):
        raise _edited(edited)
    for lang in langs:
        if port.folder(folder_uid(lang)) is None:
            port.make_folder(folder_uid(lang), FOLDERS[lang])
    due = [one for one in steps if one.deed != "same"]
    for one in due:
        over = None if force else one.seen
        port.save(one.board, one.folder_uid, "commonwatt boards publish", over)
    return len(due)


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
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()[:16]


def _deed(made: dict[str, Any], there: dict[str, Any] | None) -> Deed:
    if there is None:
        return "create"
    said = next((tag for tag in there.get("tags", []) if tag.startswith(_DIGEST)), "")
    if said != _DIGEST + digest(there):
        return "edited"
    return "same" if said in made["tags"] else "update"


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

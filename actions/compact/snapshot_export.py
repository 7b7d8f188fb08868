"""A run's snapshot as a file that another server verifies, with what its numbers are called."""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from actions.actor import Actor
from actions.compact.runs import run_of, snapshot_of
from actions.compact.target_words import in_short
from compact.snapshot_files import snapshot_file
from compact.snapshot_parts import part_file
from storage.compact import run_snapshots, targets, unions
from storage.compact.runs import RunRow
from storage.registry import regions


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """A file of a run's snapshot; name: what it is called, by the beginning of its digest.

    sha256: the snapshot's digest; of a part, the run's root.
    """

    name: str
    sha256: str
    content: str


def exported(actor: Actor, run_id: int) -> SnapshotFile:
    """Return the file of a run, to planners who see every institution in it."""
    run, snapshot = snapshot_of(actor, run_id)
    with actor.look() as connection:
        about = _about(connection, run)
    name = f"run-{run.union_id}-{run.run_id}-{run.sha256[:12]}.json"
    return SnapshotFile(name, run.sha256, snapshot_file(snapshot, run.sha256, about))


def part_exported(actor: Actor, run_id: int, member: int | None = None) -> SnapshotFile:
    """Return what the reader may see of a run, as a file that leads to the run's root.

    member: to whom it is to be handed; None: all that the reader sees.
    """
    with actor.look() as connection:
        run = run_of(connection, run_id)
        leaves = run_snapshots.part(connection, run_id, member)
        about = _about(connection, run) | {"sha256": run.sha256}
    whose = "" if member is None else f"-member-{member}"
    name = f"run-{run.union_id}-{run.run_id}-part{whose}-{run.root[:12]}.json"
    return SnapshotFile(name, run.root, part_file(leaves, run.root, about))


def _about(connection: Connection[Any], run: RunRow) -> dict[str, Any]:
    """Return what union, target and regions are called: in the file for people, computed by none.

    Institutions are in it by their permanent ids alone.
    """
    union = next(iter(unions.listed(connection, run.union_id)), None)
    target = targets.one(connection, run.target_id)
    words = None if target is None else in_short(target)
    members = {one.region_id for one in unions.members(connection, run.union_id)}
    return {
        "run": run.run_id,
        "version": run.version,
        "union": None if union is None else [union.name_zh, union.name_en],
        "target": None if words is None else [words.zh, words.en],
        "regions": {
            str(one.region_id): [one.code, one.name_zh, one.name_en]
            for one in regions.tree(connection, only_seen=False)
            if one.region_id in members
        },
    }

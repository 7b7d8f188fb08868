"""The registry: regions, institutions and the channels that measure them, imported as a whole."""

from dataclasses import asdict, replace

from actions.actor import Actor, denied
from actions.registry import rows
from actions.registry.checks import check_rows
from actions.registry.history_checks import check_histories
from actions.registry.values import (
    ALWAYS,
    Count,
    NewChannel,
    NewInstitution,
    NewRegion,
    Place,
    ProblemsError,
    Registered,
    Registry,
    refuse,
)
from actions.rights import Right, holds
from storage.registry import table

__all__ = [
    "ALWAYS",
    "Count",
    "NewChannel",
    "NewInstitution",
    "NewRegion",
    "Place",
    "ProblemsError",
    "Registered",
    "Registry",
    "must_register",
    "register",
]


def must_register(actor: Actor) -> None:
    """Refuse who may not import a registry, before a file is looked at."""
    with actor.look() as connection:
        if not holds(connection, Right.REGISTER, "access.administers()"):
            raise denied("registry.import")


def register(
    actor: Actor, registry: Registry, *, dry_run: bool = False, left_out: int = 0
) -> Registered:
    """Import a registry in one transaction; doing it again changes nothing.

    left_out: how many rows of its file are not in it, for the audit entry.

    A changed fact holds from the row's day on, until the next one known; what was known before
    stays on record. A dry run does all of it and keeps none.
    """
    refuse([*check_rows(registry), *check_histories(registry)])
    detail: dict[str, object] = {}
    with actor.act("registry.import", registry.namespace, detail, dry_run=dry_run) as connection:
        if not table.administers(connection):
            raise denied("registry.import")
        done = replace(rows.write(connection, registry, actor.name), left_out=left_out)
        detail.update(asdict(done))
    return done

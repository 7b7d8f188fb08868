"""The demo's world in small: three provinces, real months of two buildings, and all its people."""

from dataclasses import dataclass
from typing import Any

import psycopg

from actions.access.login import Pool, hash_password
from actions.actor import SYSTEM, Actor, open_pool
from actions.registry.importing import ALWAYS, NewInstitution, NewRegion, Registry, register
from cli.demo import members, staging, union, unmetered
from cli.demo.figures import NAMESPACE
from cli.demo.script import Stage
from metering.institutions import Disclosure
from storage.seeds import NATION_CODE
from worker.loop import Worker, WorkSettings
from worker.registered import do_one

PASSWORD = "a long enough one"
BASE = 2018
# How many times the months of which building each institution used; one spares, others lack.
USES = {
    "DEMO-A-1": [("hall", "hospital", 9), ("lab", "hospital", 5), ("library", "centre", 7),
                 ("school", "centre", 3)],
    "DEMO-B-1": [("office", "centre", 4)],
    "DEMO-C-1": [("museum", "hospital", 2)],
}  # fmt: skip


@dataclass
class Founded:
    """A copy of the world: its databases, and the union that its members are to join."""

    database: Any
    pool: Pool
    union: int

    @property
    def operator(self) -> Actor:
        """The operator's account."""
        return Actor(self.pool, SYSTEM)

    def people(self) -> dict[str, Actor]:
        """Return everybody by log-in."""
        return members.people(self.operator, self.union, staging.hospital(self.operator))

    def stage(self) -> Stage:
        """Return what the year knows before it begins."""
        return staging.known(self.operator, self.union, BASE)

    def admin(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement past all rights."""
        with psycopg.connect(self.database.admin_url, autocommit=True) as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def work(self) -> None:
        """Compute accounts until nothing waits."""
        Worker(self.database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()

    def let_days_pass(self) -> None:
        """Let every wait of a transfer be over, and the worker come by."""
        self.admin("ALTER TABLE movement_deed DISABLE TRIGGER never_changes")
        self.admin("UPDATE movement_deed SET due_at = now() WHERE deed = 'approve'")
        self.admin("ALTER TABLE movement_deed ENABLE TRIGGER never_changes")
        self.admin("UPDATE task SET at = now() WHERE kind = 'movement.due' AND done_at IS NULL")
        self.admin("DELETE FROM task WHERE kind <> 'movement.due'")
        with psycopg.connect(self.database.url("worker"), autocommit=True) as worker:
            while do_one(worker):
                pass


def found(database: Any) -> int:
    """Make provinces, institutions, months and people, and found the union; return its id."""
    with open_pool(database.url("api"), max_size=2) as pool:
        actor = Actor(pool, SYSTEM)
        register(actor, _registry())
        made = union.founded(actor, ["DEMO-A", "DEMO-B", "DEMO-C"])
        members.people(actor, made, staging.hospital(actor))
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.cursor().executemany(_MONTH, list(_months()))
        hashed = hash_password(PASSWORD)
        connection.execute("UPDATE app_user SET password_hash = %s WHERE id > 1", [hashed])
    return made


_MONTH = f"""
    INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s, known_s)
    SELECT institution_id, 'electricity', %s, 'meter', %s, 2678400, 2678400
      FROM institution_code WHERE namespace = '{NAMESPACE}' AND code = %s
"""


def _months():
    for uses in USES.values():
        for name, building, times in uses:
            for month, kwh in unmetered.months(building, BASE):
                yield month, kwh * 1000 * times, name


def _registry() -> Registry:
    regions = []
    for letter, stem in zip("ABC", "甲乙丙", strict=True):
        code, name = f"DEMO-{letter}", f"Demo Province {letter}"
        more: dict[str, Any] = {"is_demo": True, "source": "test"}
        regions += [
            NewRegion(code, "province", f"示范省{stem}", name, NATION_CODE, **more),
            NewRegion(f"{code}-1", "city", f"示范市{stem}", f"Demo City {letter}", code, **more),
        ]
    offices = [
        NewInstitution(
            name, f"示范{name}", f"Demo {name}", None, "GOV", "offices", "city", city, city,
            None, None, Disclosure.OPEN, ALWAYS, None, None, "test",
        )
        for city, uses in USES.items() for name, _, _ in uses
    ]  # fmt: skip
    offices += unmetered.institutions("DEMO-A-1")
    return Registry(regions=regions, institutions=offices, channels=[], namespace=NAMESPACE)

"""A province of six institutions with meters, readings, accounts and people who may see some."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg

from actions.access.login import Pool
from actions.actor import SYSTEM, Actor, open_pool
from collector.codecs import native
from collector.intake import take_in
from metering.messages import Message
from storage.readings.store import Store
from worker.loop import Worker, WorkSettings

HOUR_MS = 3_600_000
START_MS = 1_456_790_400_000  # 2016-03-01 00:00 UTC, midnight in London
ZONE = "Europe/London"
GATEWAY = "demo-a/g1"
TODAY = date(2016, 4, 10)
# Electricity of the office: a reading each hour, but none from hour 30 to hour 54.
OFFICE_WH = [1000 + 10 * hour for hour in range(24 * 3)]
GAP = range(30, 54)


# Of the tables in which something may be written, whoever may see it.
_TABLES = """
    SELECT format('%%I.%%I', n.nspname, c.relname)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND n.nspname IN ('public', 'storage', 'access')
     ORDER BY 1
"""


@dataclass
class World:
    """Ids by name, and the pool of the application's login."""

    database: Any
    pool: Pool
    region: dict[str, int] = field(default_factory=dict)
    institution: dict[str, int] = field(default_factory=dict)
    meter: dict[str, int] = field(default_factory=dict)
    channel: dict[str, int] = field(default_factory=dict)
    user: dict[str, int] = field(default_factory=dict)
    union: dict[str, int] = field(default_factory=dict)
    target: dict[str, int] = field(default_factory=dict)
    _past_rights: psycopg.Connection | None = None
    _sink: Store | None = None
    _standing: str = ""

    def actor(self, who: str = "system", today: date | None = TODAY) -> Actor:
        """Return a named user as an actor."""
        name = SYSTEM if who == "system" else f"user:{self.user[who]}"
        return Actor(self.pool, name, today, self.sink)

    @property
    def sink(self) -> Store:
        """Where readings go."""
        if self._sink is None:
            self._sink = Store(self.database.url("collector"), "test")
        return self._sink

    def admin(self, statement: str, *parameters: Any) -> list[tuple]:
        """Run a statement past all rights."""
        if self._past_rights is None:
            self._past_rights = psycopg.connect(self.database.admin_url, autocommit=True)
        cursor = self._past_rights.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []

    def standing(self) -> list[tuple[Any, ...]]:
        """Return how many rows each table holds, and what tells whether any of them was changed."""
        if not self._standing:
            counted = [
                f"SELECT {name!r}, count(*), coalesce(sum(xmin::text::bigint), 0) FROM {name}"
                for (name,) in self.admin(_TABLES)
            ]
            self._standing = " UNION ALL ".join(counted)
        return sorted(self.admin(self._standing))

    def known(self) -> dict[str, dict[str, int]]:
        """Return what has an id by its name, for a copy of the database."""
        named = ("region", "institution", "meter", "channel", "user")
        return {one: dict(getattr(self, one)) for one in named}

    def close(self) -> None:
        """Give all connections back."""
        self.pool.close()
        if self._sink is not None:
            self._sink.close()
        if self._past_rights is not None:
            self._past_rights.close()

    def say(
        self, key: str, readings: list[tuple[int, float]], seq: int = 1, gateway: str = GATEWAY
    ) -> None:
        """Push readings (ms, value) through intake and store."""
        payload = native.encode_columns(
            seq, key, [at for at, _ in readings], [value for _, value in readings]
        )
        store = Store(self.database.url("collector"), "test")
        received = START_MS + 40 * 24 * HOUR_MS
        stored = take_in([Message("t", gateway, payload, received)], native.decode, store)
        store.close()
        assert not stored.rejected, stored.rejected

    def work(self) -> None:
        """Recompute until nothing waits."""
        Worker(self.database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()


def make_world(database: Any) -> World:
    """Make the province: own level, two cities, and institutions of every disclosure class.

    In a copy of a peopled database it is there already.
    """
    pool = open_pool(database.url("api"), max_size=4)
    if database.known is not None:
        return World(database, pool, **{one: dict(ids) for one, ids in database.known.items()})
    world = World(database, pool)
    _regions(world)
    # name, region, level, line, disclosure; the office is the only one with an area
    _institution(world, "office", "city 1", "city", "government")
    _institution(world, "school", "city 1", "city", "education")
    _institution(world, "police", "city 1", "city", "security", disclosure="restricted")
    _institution(world, "hidden", "city 2", "city", "security", disclosure="off_platform")
    _institution(world, "clinic", "city 2", "city", "health")
    _institution(world, "academy", "province", "provincial", "education")
    for attribute, number in (("area_m2", 1234.5), ("persons", 80)):
        world.admin(
            """INSERT INTO institution_fact (institution_id, attribute, number, valid_from,
                   source, known_by) VALUES (%s, %s, %s, '2015-01-01', 'test', 'user:1')""",
            world.institution["office"], attribute, number,
        )  # fmt: skip
    world.admin("INSERT INTO gateway (name) VALUES (%s), ('demo-a/g2')", GATEWAY)
    _channel(world, "office e", "office")
    _channel(world, "office gas", "office", carrier="natural_gas", kind=1, unit="m3")
    _channel(world, "shared e", "school")
    _channel(world, "police e", "police")
    _channel(world, "clinic e", "clinic", gateway="demo-a/g2")
    _term(world, "office", "office e", 1_000_000)
    _term(world, "office", "office gas", 1_000_000, carrier="natural_gas")
    _term(world, "school", "shared e", 333_333)
    _term(world, "academy", "shared e", 666_667)
    _term(world, "police", "police e", 900_000)
    _term(world, "school", "police e", 100_000)
    _term(world, "clinic", "clinic e", 1_000_000)
    _people(world)
    return world


def fill(world: World) -> None:
    """Send three days of hourly readings with a gap of a day, and make the accounts.

    In a copy of a full database they are there already.
    """
    if world.database.filled:
        return
    register, readings = 5000, [(START_MS, 5.0)]
    for hour, used in enumerate(OFFICE_WH):
        register += used
        if hour not in GAP:
            readings.append((START_MS + (hour + 1) * HOUR_MS, register / 1000))
    world.say("office e", readings)
    gas = [(START_MS + hour * HOUR_MS, 0.5) for hour in range(1, 49) if hour != 5]
    world.say("office gas", gas, seq=2)
    for seq, key in ((3, "shared e"), (4, "police e")):
        hours = range(24 * 2 + 1)
        world.say(key, [(START_MS + hour * HOUR_MS, hour * 1.001) for hour in hours], seq)
    world.work()


def counts_since(world: World, name: str, since: str) -> None:
    """Let an institution's own electricity, and nothing else, make its account from a day on."""
    world.admin(
        """UPDATE account_term SET known_until = now()
            WHERE institution_id = %s AND known_until IS NULL""",
        world.institution[name],
    )
    world.admin(
        """INSERT INTO account_term (institution_id, carrier, channel_id, share, valid_from, source,
               known_by) VALUES (%s, 'electricity', %s, 1000000, %s, 'test', 'user:1')""",
        world.institution[name], world.channel[f"{name} e"], since,
    )  # fmt: skip


def resize(world: World, name: str, day: str, **numbers: str) -> None:
    """Let an institution have another area, or more persons, from a day on."""
    for attribute, number in numbers.items():
        world.admin("ALTER TABLE institution_fact DISABLE TRIGGER only_retire")
        world.admin(
            """UPDATE institution_fact SET valid_to = %s
                WHERE institution_id = %s AND attribute = %s AND valid_to IS NULL""",
            day, world.institution[name], attribute,
        )  # fmt: skip
        world.admin("ALTER TABLE institution_fact ENABLE TRIGGER only_retire")
        world.admin(
            """INSERT INTO institution_fact (institution_id, attribute, number, valid_from, source,
                   known_by) VALUES (%s, %s, %s, %s, 'new wing', 'user:1')""",
            world.institution[name], attribute, number, day,
        )  # fmt: skip


def new_office(world: World, name: str) -> None:
    """Make an office in city 1 with a register of its own, which alone makes its account."""
    _institution(world, name, "city 1", "city", "government")
    _channel(world, f"{name} e", name)
    _term(world, name, f"{name} e", 1_000_000)


def measure(world: World, name: str, first: str, days: int, used: int) -> None:
    """Let an institution's own electricity be known on these days, and its accounts with them."""
    channel = world.channel[f"{name} e"]
    world.admin(
        """INSERT INTO usage_day (channel_id, day, used, measured_s, known_s)
           SELECT %s, d::date, %s, s.s, s.s
             FROM generate_series(%s::date, %s::date + %s - 1, '1 day') AS d
            CROSS JOIN LATERAL (SELECT storage.expected_s(NULL, NULL, %s, d::date, d::date + 1,
                                                          '2030-01-01')::integer AS s) s
           ON CONFLICT (channel_id, day) DO UPDATE
              SET used = excluded.used, measured_s = excluded.measured_s,
                  known_s = excluded.known_s""",
        channel, used, first, first, days, ZONE,
    )  # fmt: skip
    world.admin(
        """INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s, known_s)
           SELECT %s, 'electricity', date_trunc('month', day::timestamp)::date, 'meter', sum(used),
                  sum(measured_s), sum(known_s)
             FROM usage_day WHERE channel_id = %s
            GROUP BY date_trunc('month', day::timestamp)
           ON CONFLICT (institution_id, carrier, month, source) DO UPDATE
              SET quanta = excluded.quanta, measured_s = excluded.measured_s,
                  known_s = excluded.known_s""",
        world.institution[name], channel,
    )  # fmt: skip


def _regions(world: World) -> None:
    nation = world.admin("SELECT region_id FROM region_fact WHERE kind = 'nation'")[0][0]
    for name, kind, parent, code in (
        ("province", "province", None, "990000"),
        ("city 1", "city", "province", "990100"),
        ("city 2", "city", "province", "990200"),
    ):
        made = world.admin("INSERT INTO region DEFAULT VALUES RETURNING id")[0][0]
        world.region[name] = made
        world.admin(
            """INSERT INTO region_fact (region_id, parent_id, code, kind, name_zh, name_en,
                   grid_region, is_demo, valid_from, source, known_by)
               VALUES (%s, %s, %s, %s, %s, %s, 'GRID_EC', true, '2000-01-01', 'test', 'user:1')""",
            made, nation if parent is None else world.region[parent], code, kind,
            f"演示{name}", f"Demo {name}",
        )  # fmt: skip
    for line in ("government", "education", "security", "health"):
        world.admin(
            "INSERT INTO department_line VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            line,
            f"{line}系统",
            line,
        )


def _institution(
    world: World, name: str, region: str, level: str, line: str, disclosure: str = "open"
) -> None:
    made = world.admin("INSERT INTO institution DEFAULT VALUES RETURNING id")[0][0]
    world.institution[name] = made
    for attribute, value in (
        ("name_zh", f"演示{name}"),
        ("name_en", f"Demo {name}"),
        ("disclosure", disclosure),
    ):
        world.admin(
            """INSERT INTO institution_fact (institution_id, attribute, value, valid_from, source,
                   known_by) VALUES (%s, %s, %s, '2015-01-01', 'test', 'user:1')""",
            made, attribute, value,
        )  # fmt: skip
    world.admin(
        """INSERT INTO affiliation (institution_id, region_id, level, department_line, valid_from,
               source, known_by) VALUES (%s, %s, %s, %s, '2015-01-01', 'test', 'user:1')""",
        made, world.region[region], level, line,
    )  # fmt: skip
    world.admin(
        """INSERT INTO location (institution_id, region_id, valid_from, source, known_by)
           VALUES (%s, %s, '2015-01-01', 'test', 'user:1')""",
        made, world.region[region],
    )  # fmt: skip


def _channel(
    world: World,
    name: str,
    owner: str,
    *,
    carrier: str = "electricity",
    kind: int = 0,
    unit: str = "kWh",
    gateway: str = GATEWAY,
) -> None:
    meter = world.admin(
        """INSERT INTO meter (institution_id, code, name_zh, name_en)
           VALUES (%s, %s, %s, %s) RETURNING id""",
        world.institution[owner], name, f"{name}表", f"{name} meter",
    )[0][0]  # fmt: skip
    channel = world.admin(
        """INSERT INTO channel (meter_id, code, carrier, kind, unit, per_unit, zone, since)
           VALUES (%s, 'total', %s, %s, %s, 1000, %s, '2016-03-01+00') RETURNING id""",
        meter, carrier, kind, unit, ZONE,
    )[0][0]  # fmt: skip
    world.meter[name], world.channel[name] = meter, channel
    world.admin(
        """INSERT INTO channel_setting (channel_id, factor, period_s, max_per_hour, wraps_at,
               valid_from, source, known_by)
           VALUES (%s, 1, 3600, 100000, %s, '-infinity', 'test', 'user:1')""",
        channel, 100_000_000 if kind == 0 else None,
    )  # fmt: skip
    world.admin(
        """INSERT INTO binding (gateway_id, key, channel_id, valid_from, source, known_by)
           SELECT id, %s, %s, '-infinity', 'test', 'user:1' FROM gateway WHERE name = %s""",
        name, channel, gateway,
    )  # fmt: skip


def _term(
    world: World, institution: str, channel: str, share: int, carrier: str = "electricity"
) -> None:
    world.admin(
        """INSERT INTO account_term (institution_id, carrier, channel_id, share, valid_from,
               source, known_by) VALUES (%s, %s, %s, %s, '2016-03-01', 'test', 'user:1')""",
        world.institution[institution], carrier, world.channel[channel], share,
    )  # fmt: skip


def _people(world: World) -> None:
    """Make people whose log-ins are their names; none has a password yet."""
    held = {
        "province officer": ("officer", "region", world.region["province"], None, None),
        "city reader": ("reader", "region", world.region["city 1"], None, None),
        "education line": ("reader", "department_line", None, "education", None),
        "security line": ("reader", "department_line", None, "security", None),
        "of the school": ("reader", "institution", None, None, world.institution["school"]),
        "of the office": ("officer", "institution", None, None, world.institution["office"]),
        "planner of all": ("planner", "all", None, None, None),
        "outsider": None,
    }
    for name, grant in held.items():
        made = world.admin(
            "INSERT INTO app_user (login, name) VALUES (%s, %s) RETURNING id",
            name.replace(" ", "-"), name,
        )[0][0]  # fmt: skip
        world.user[name] = made
        if grant is not None:
            world.admin(
                """INSERT INTO access_grant (viewer, role, scope, region_id, department_line,
                       institution_id, valid_from)
                   VALUES (%s, %s, %s, %s, %s, %s, '2015-01-01')""",
                f"user:{made}", *grant,
            )  # fmt: skip

"""Zones, shares, units and moves that people report, from a registry and a file to accounts."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from actions.accounts.explanations import explain_account
from actions.actor import SYSTEM, Actor, open_pool
from actions.readings.import_readings import import_readings
from actions.registry.files import read
from actions.registry.importing import register
from collector.codecs import native
from collector.intake import take_in
from metering.messages import Message
from storage.readings.store import Store
from tests.actions.world import World
from tests.worker.test_judged_cases import ACCOUNTS, INSTITUTION_ID
from worker.loop import Worker, WorkSettings

NOW_MS = 1_767_225_600_000  # 2026 begins
HOUR = timedelta(hours=1)
INSTITUTIONS = """\
code,name_zh,name_en,credit_code,class_code,department_line,level,region_code,area_m2,persons,valid_from
"""
FIELDS = [
    "institution",
    "meter",
    "channel",
    "carrier",
    "kind",
    "unit",
    "period_s",
    "max_per_hour",
    "wraps_at",
    "zone",
    "since",
    "gateway",
    "key",
    "name_zh",
    "name_en",
    "per_unit",
    "factor",
    "share",
    "valid_from",
    "held_by",
]
DAYS = """
    SELECT d.day, d.used FROM usage_day d JOIN binding b USING (channel_id)
     WHERE b.key = %s AND b.known_until IS NULL AND d.used IS NOT NULL ORDER BY d.day
"""


class Office:
    """An office that registers institutions and meters, and imports what they say."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.actor = Actor(world.pool, SYSTEM)
        self.rows: list[tuple[str, datetime, Decimal]] = []

    def register(self, *channels: dict[str, str]) -> None:
        """Register channels, and the institutions that they name."""
        names = dict.fromkeys(one["institution"] for one in channels)
        line = "{0},例 {0},Case {0},,GOV,offices,city,110000,1000,50,2020-01-01\n"
        text = INSTITUTIONS + "".join(map(line.format, names))
        (self.folder / "institutions.csv").write_text(text)
        with (self.folder / "channels.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, FIELDS, restval="")
            writer.writeheader()
            writer.writerows(
                {
                    "meter": "m", "channel": "c", "carrier": "electricity", "kind": "register",
                    "unit": "kWh", "period_s": "3600", "zone": "Asia/Shanghai",
                    "since": "2020-01-01T00:00+08:00", "gateway": "bj/office", "name_zh": "表",
                    "name_en": "Meter", "per_unit": "1000", "max_per_hour": "5000",
                    "key": one["institution"], **one,
                }
                for one in channels
            )  # fmt: skip
        register(self.actor, read(self.folder))

    def say(self, key: str, first: datetime, values: list[str], step: timedelta = HOUR) -> None:
        """Let a channel have said values, one a step."""
        self.rows += [(key, first + n * step, Decimal(value)) for n, value in enumerate(values)]

    def work(self) -> None:
        """Import what was said, and compute."""
        text = "".join(
            f"bj/office,{key},{at.isoformat()},{value}\n" for key, at, value in self.rows
        )
        sink = Store(self.world.database.url("collector"), "import")
        file = io.BytesIO(("gateway,channel,at,value\n" + text).encode())
        import_readings(self.actor, sink, file, "office.csv", now_ms=NOW_MS)
        sink.close()
        self.rows = []
        Worker(self.world.database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()

    def months(self, institution: str) -> dict[str, Decimal | None]:
        """Return an institution's accounts. [kWh]"""
        return dict(self.world.admin(ACCOUNTS, institution))


@pytest.fixture(scope="module")
def database(database_of_module):
    return database_of_module


@pytest.fixture
def office(database, tmp_path) -> Iterator[Office]:
    world = World(database, open_pool(database.url("api"), max_size=2))
    yield Office(world, tmp_path)
    world.close()


def daily(first: int, days: int, a_day: int) -> list[str]:
    return [str(first + n * a_day) for n in range(days + 1)]


def test_days_of_23_and_25_hours(office):
    office.register(
        {"institution": "berlin", "kind": "interval", "zone": "Europe/Berlin"},
        {"institution": "york", "zone": "America/New_York"},
    )
    for day in (datetime(2024, 3, 30, tzinfo=UTC), datetime(2024, 10, 26, tzinfo=UTC)):
        office.say("berlin", day, ["1"] * 72)  # the hour that ends at midnight UTC is the first
    office.say("york", datetime(2024, 3, 9, 5, tzinfo=UTC), [str(n) for n in range(48)])
    office.work()

    days = {day: used // 1000 for day, used in office.world.admin(DAYS, "berlin")}
    assert days == {
        date(2024, 3, 30): 24, date(2024, 3, 31): 23, date(2024, 4, 1): 24, date(2024, 4, 2): 1,
        date(2024, 10, 26): 23, date(2024, 10, 27): 25, date(2024, 10, 28): 24,
    }  # fmt: skip
    assert office.world.admin(DAYS, "york") == [
        (date(2024, 3, 9), 24_000),
        (date(2024, 3, 10), 23_000),
    ]


def test_shares_that_change_on_a_day_add_up_on_every_day(office):
    always, later = "2020-01-01T00:00+08:00", "2025-03-15T00:00+08:00"
    meter = {"meter": "shared", "key": "shared"}
    one, two = {"institution": "one", **meter}, {"institution": "two", **meter, "held_by": "one"}
    office.register(one | {"share": "0.4"})
    office.register(two | {"share": "0.6", "valid_from": always})
    office.register(one | {"share": "0.7", "valid_from": later})
    office.register(two | {"share": "0.3", "valid_from": later})
    start = datetime(2025, 3, 1, tzinfo=UTC) - 8 * HOUR
    office.say("shared", start, daily(100, 31, 10), timedelta(days=1))
    office.work()

    assert office.months("one") == {"2025-03": 14 * 4 + 17 * 7}
    assert office.months("two") == {"2025-03": 14 * 6 + 17 * 3}


def test_units_of_a_thousand_and_ratios(office):
    office.register(
        {"institution": "mega", "unit": "MWh", "per_unit": "1000", "wraps_at": "1000000"},
        {"institution": "watt", "unit": "Wh", "per_unit": "1", "max_per_hour": "5000000"},
        {"institution": "ratio", "factor": "80/5"},
        {"institution": "power", "kind": "power", "unit": "W", "per_unit": "1", "period_s": "900",
         "max_per_hour": "40000"},
    )  # fmt: skip
    at = datetime(2025, 5, 6, tzinfo=UTC)
    office.say("mega", at, ["12.345", "12.350"])
    office.say("watt", at, ["12345000", "12350000"])
    office.say("ratio", at, ["100.001", "100.314"])
    office.say("power", at, ["8000"] * 5, HOUR / 4)
    office.work()

    for name, used in (("mega", "5"), ("watt", "5"), ("ratio", "5.008"), ("power", "8")):
        assert office.months(name) == {"2025-05": Decimal(used)}


# Ratio, quanta to the unit, wrap, first value and step of a register; steps; what they are in Wh.
FRACTIONS = {
    "a third": ({"factor": "1/3"}, 1000, "1", 100, 33_333),  # ⌊1100/3⌋ − ⌊1000/3⌋ kWh
    "a third, coarse": ({"factor": "1/3", "per_unit": "1"}, 1000, "1", 100, 33_333),
    "200 to 5": ({"factor": "200/5"}, 0, "0.001", 2500, 100_000),
    "thirds of a kWh": ({"per_unit": "3"}, 0, "1", 30, 30_000),
    "finer than Wh": ({"per_unit": "1000000"}, 5, "0.0104", 60, 624),
    "7 to 3, fine": ({"factor": "7/3", "per_unit": "1000000"}, 0, "0.000333", 100, 77),
    "a third over a wrap": ({"factor": "1/3", "wraps_at": "1000", "max_per_hour": "60"},
                            980, "2", 30, 20_000),
    "a ratio over a wrap": ({"factor": "200/5", "wraps_at": "1000", "max_per_hour": "60"},
                            980, "2", 30, 2_400_000),
    "heat in GJ": ({"unit": "GJ", "max_per_hour": "10"}, 0, "0.001", 36, 10_000),
}  # fmt: skip


def test_any_ratio_and_any_quantum_give_last_less_first(office):
    """Telescoped: no hour loses a fraction of a Wh, whatever lies between the quanta."""
    at = datetime(2025, 8, 1, tzinfo=UTC) - 8 * HOUR
    names = {f"frac{place}": case for place, case in enumerate(FRACTIONS.values())}
    office.register(*({"institution": name, **fields} for name, (fields, *_) in names.items()))
    for name, (fields, first, step, count, _) in names.items():
        around = Decimal(fields.get("wraps_at", 10**9))
        values = [str((first + n * Decimal(step)) % around) for n in range(count + 1)]
        office.say(name, at, values, HOUR / 4 if count > 700 else HOUR)
    office.work()

    used = {
        name: office.world.admin(
            """SELECT sum(h.used), (SELECT sum(quanta) FROM account a
                                      JOIN institution_code i USING (institution_id)
                                     WHERE i.code = b.key)
                 FROM usage_hour h JOIN binding b USING (channel_id) WHERE b.key = %s
                GROUP BY b.key""",
            name,
        )[0]
        for name in names
    }
    assert used == {name: (case[-1], case[-1]) for name, case in names.items()}


def test_intervals_under_a_ratio_lie_within_half_a_quantum_an_hour(office):
    """0.0104 kWh under 1/3 are 3.4667 Wh, of which an hour has 3: 60 hours miss less than 30."""
    office.register({"institution": "inter", "kind": "interval", "factor": "1/3",
                     "per_unit": "1000000"})  # fmt: skip
    office.say("inter", datetime(2025, 8, 2, tzinfo=UTC), ["0.0104"] * 60)
    office.work()

    (total,) = office.months("inter").values()
    assert total == Decimal("0.180")
    assert abs(total * 1000 - Decimal("0.0104") * 60 * 1000 / 3) <= 30


def test_what_a_gateway_sends_finer_than_the_quantum_is_marked(office):
    office.register({"institution": "fine"})
    at_ms = int(datetime(2025, 8, 3, tzinfo=UTC).timestamp() * 1000)
    readings = [("fine", at_ms, 5.0), ("fine", at_ms + 1000, 5.0004), ("fine", at_ms + 2000, 5.001)]
    store = Store(office.world.database.url("collector"), "test")
    message = Message("t", "bj/office", native.encode_many(1, readings), at_ms + 2000)
    stored = take_in([message], native.decode, store)
    store.close()

    assert not stored.rejected
    assert office.world.admin(
        """SELECT m.mark, m.readings FROM intake_mark m JOIN binding b USING (channel_id)
            WHERE b.key = 'fine'"""
    ) == [("rounded", 1)]


def test_an_institution_merged_in_july_leaves_the_first_half_where_it_was(office):
    office.register({"institution": "old"})
    july = "2025-07-01T00:00+08:00"
    start = datetime(2025, 6, 1, tzinfo=UTC) - 8 * HOUR
    office.say("old", start, daily(5000, 61, 10), timedelta(days=1))
    office.work()
    office.register({"institution": "old", "share": "0", "valid_from": july})
    office.register({"institution": "new", "key": "old", "valid_from": july})
    office.work()

    assert office.months("old") == {"2025-06": 300}
    assert office.months("new") == {"2025-07": 310}


def test_one_meter_that_two_gateways_send_is_told(office):
    two = [{"meter": name, "key": name} for name in ("wired", "wireless", "other")]
    office.register(*({"institution": "twice", **one} for one in two[:2]))
    start = datetime(2025, 3, 1, tzinfo=UTC) - 8 * HOUR
    for name in ("wired", "wireless"):
        office.say(name, start, daily(100, 31, 10), timedelta(days=1))
    office.work()
    ((institution,),) = office.world.admin(INSTITUTION_ID, "twice")

    def told() -> list[str]:
        found = explain_account(office.actor, institution, "electricity", date(2025, 3, 1))
        names = {one.channel_id: one.channel.meter for one in found.terms}
        return [names[one] for one in found.counted_twice]

    assert told() == ["wired", "wireless"]
    office.register({"institution": "twice", **two[2]})
    office.say("other", start, daily(100, 31, 4), timedelta(days=1))
    office.work()
    assert told() == ["wired", "wireless"]
    always = {"valid_from": "2020-01-01T00:00+08:00", "share": "0"}
    office.register({"institution": "twice", **two[1], **always})
    office.work()
    assert told() == []
    assert office.months("twice") == {"2025-03": 310 + 124}


def test_readings_at_ends_of_months_alone_and_a_leap_day(office):
    office.register({"institution": "ends", "period_s": "2678400"})
    for month, value in ((1, 0), (2, 310), (3, 600), (4, 910), (5, 1210)):
        at = datetime(2024, month, 1, tzinfo=UTC) - 8 * HOUR
        office.say("ends", at, [str(value)])
    office.work()

    assert office.months("ends") == {
        "2024-01": 310, "2024-02": 290, "2024-03": 310, "2024-04": 300
    }  # fmt: skip


def test_what_is_sent_again_after_months_changes_nothing(office):
    office.register({"institution": "again"})
    start = datetime(2025, 1, 1, tzinfo=UTC)
    office.say("again", start, daily(0, 48, 1))
    office.say("again", datetime(2025, 6, 1, tzinfo=UTC), ["3000", "3001"])
    office.work()
    before = office.months("again")
    office.say("again", start, daily(0, 48, 1))
    office.work()

    assert office.months("again") == before
    assert sum(one for one in before.values() if one is not None) == 3001


def test_a_reading_of_a_month_that_was_silent_changes_both_months(office):
    office.register({"institution": "late"})
    start = datetime(2025, 1, 31, 12, tzinfo=UTC)  # 20 o'clock
    office.say("late", start, ["100"])
    office.say("late", start + 8 * HOUR, ["180"])
    office.work()
    assert office.months("late") == {"2025-01": 40, "2025-02": 40}
    office.say("late", start + 4 * HOUR, ["170"])  # midnight
    office.work()

    assert office.months("late") == {"2025-01": 70, "2025-02": 10}

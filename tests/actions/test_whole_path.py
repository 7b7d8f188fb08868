"""Every file that the reader's tests read goes the whole way: tried, taken, used, in account."""

import inspect
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from types import ModuleType
from typing import Any, NamedTuple

import psycopg
import pytest

from actions.actor import SYSTEM, Actor, open_pool
from actions.readings.import_readings import import_readings
from collector.files.answers import Answers
from collector.files.reading import FileReadings
from metering.errors import EnergyError
from storage.readings.store import Store
from tests.collector.files import (
    test_as_they_exist,
    test_calendars,
    test_forms,
    test_odd_layouts,
    test_other_systems,
    test_spans,
    test_two_meanings,
)
from tests.collector.files.rig import taken
from worker.loop import Worker, WorkSettings

MODULES = (
    test_as_they_exist, test_calendars, test_forms, test_odd_layouts, test_other_systems,
    test_spans, test_two_meanings,
)  # fmt: skip
WATER = frozenset(("m3", "L", "t", "ccf", "1000m3", "10000m3", "10000t", "galUS"))
# Quanta (Wh or L) in a unit, worked out by hand; None is the channel's own.
QUANTA = {
    None: 1, "Wh": 1, "kWh": 1000, "MWh": 10**6, "10MWh": 10**7, "GWh": 10**9, "100GWh": 10**11,
    "L": 1, "m3": 1000, "t": 1000, "1000m3": 10**6, "10000m3": 10**7, "10000t": 10**7,
}  # fmt: skip
MOST_OF_TEST = 5  # files, of which the last ones differ in a word
NOW_MS = 1_800_000_000_000
MAKE = """
    WITH gate AS (INSERT INTO gateway (name) VALUES (%(gateway)s) ON CONFLICT (name) DO UPDATE
                     SET name = EXCLUDED.name RETURNING id),
         owner AS (INSERT INTO institution DEFAULT VALUES RETURNING id),
         place AS (INSERT INTO meter (institution_id, code, name_zh, name_en)
                   SELECT id, 'm', 'm', 'm' FROM owner RETURNING id),
         made AS (INSERT INTO channel (meter_id, code, carrier, kind, unit, per_unit, zone, net,
                                       since)
                  SELECT id, 'e', %(carrier)s, %(kind)s, %(unit)s, 1, 'UTC', %(net)s,
                         '1990-01-01+00' FROM place RETURNING id),
         known AS (INSERT INTO channel_setting (channel_id, factor, period_s, wraps_at, valid_from,
                                                source, known_by)
                   SELECT id, 1, 3600, CASE WHEN %(kind)s = 0 THEN 10::bigint ^ 12 END, '-infinity',
                          'test', 'user:1' FROM made),
         bound AS (INSERT INTO binding (gateway_id, key, channel_id, valid_from, source, known_by)
                   SELECT gate.id, %(key)s, made.id, '-infinity', 'test', 'user:1'
                     FROM gate, made),
         term AS (INSERT INTO account_term (institution_id, carrier, channel_id, share, valid_from,
                                            source, known_by)
                  SELECT owner.id, %(carrier)s, made.id, 1000000, '1990-01-01', 'test', 'user:1'
                    FROM owner, made)
    SELECT made.id, owner.id FROM made, owner
"""
UNBIND = "UPDATE binding SET known_until = now() WHERE known_until IS NULL OR known_until > now()"
STATE = "SELECT (SELECT count(*) FROM reading), (SELECT count(*) FROM audit_entry)"
Ask = Callable[..., list[tuple[Any, ...]]]
File = tuple[str, str | bytes, dict[str, Any]]


def files_of(module: ModuleType, patch: pytest.MonkeyPatch) -> Iterator[File]:
    """Return what the tests of a module read without faults, each file once."""
    found: list[File] = []
    real = module.rows

    def rows(content: str | bytes, name: str = "f.csv", **answers: object) -> object:
        found.append((test, content, dict(answers)))
        return real(content, name, **answers)

    patch.setattr(module, "rows", rows)
    for test, function in inspect.getmembers(module, inspect.isfunction):
        if test.startswith("test_") and not hasattr(function, "is_hypothesis_test"):
            for given in _given(function):
                function(**given)
    patch.undo()
    count: Counter[str] = Counter()
    for one in {f"{content!r}{answers}": (name, content, answers)
                for name, content, answers in found}.values():  # fmt: skip
        count[one[0]] += 1
        if count[one[0]] <= MOST_OF_TEST:
            yield one


def _given(function: Callable[..., None]) -> Iterator[dict[str, Any]]:
    """Return the parameters of each case of a test."""
    marks = [one for one in getattr(function, "pytestmark", []) if one.name == "parametrize"]
    for values in product(*(one.args[1] for one in marks)):
        given: dict[str, Any] = {}
        for mark, value in zip(marks, values, strict=True):
            names = mark.args[0]
            given |= (
                {names: value} if isinstance(names, str) else dict(zip(names, value, strict=True))
            )
        yield given


Series = dict[tuple[str, str], dict[int, tuple[int, float, str | None]]]


def series_of(file: FileReadings) -> Series:
    """Return by channel and instant when use began, the value and its unit; the greatest stands."""
    said: Series = {}
    units = file.readings.unit or [None] * len(file.readings)
    for n, (key, at, value) in enumerate(zip(
        file.readings.channel_key, file.readings.at_ms.tolist(), file.readings.value.tolist(),
        strict=True,
    )):  # fmt: skip
        gateway = file.batch[int(file.readings.message[n])].gateway
        of = said.setdefault((gateway, key), {})
        if at not in of or of[at][1] < value:
            of[at] = (int(file.from_ms[n]), value, units[n])
    return said


def kind_of(of: Mapping[int, tuple[int, float, str | None]]) -> int:
    """Return what a channel counts: a register (0) only ever grows; else use over spans (1)."""
    values = [of[at][1] for at in sorted(of)]
    spans = any(begins >= 0 for begins, _, _ in of.values())
    return int(spans or values != sorted(values) or values[0] < 0)


class Bound(NamedTuple):
    """A channel that was made for a file, its institution, and what the file says of it."""

    test: str
    channel: int
    institution: int
    of: dict[int, tuple[int, float, str | None]]

    def wants(self) -> dict[int, int] | None:
        """Return what must be stored by instant, None where the unit is not worked out here."""
        if any(unit not in QUANTA for _, _, unit in self.of.values()):
            return None
        return {at: round(value * QUANTA[unit]) for at, (_, value, unit) in self.of.items()}


def bind(admin: Ask, test: str, said: Series) -> list[Bound]:
    """Make a channel for each series of a file, bound from now on in place of all before."""
    admin(UNBIND)
    made = []
    for (gateway, key), of in said.items():
        wet = {unit for _, _, unit in of.values()} & WATER
        asked = {
            "gateway": gateway, "key": key, "kind": kind_of(of), "unit": "L" if wet else "Wh",
            "carrier": "water" if wet else "electricity",
            "net": any(value < 0 for _, value, _ in of.values()),
        }  # fmt: skip
        ((channel, institution),) = admin(MAKE, asked)
        made.append(Bound(test, channel, institution, of))
    return made


def taken_whole(admin: Ask, actor: Actor, sink: Store, file: File) -> list[Bound]:
    """Try a file and take it: both say the same, and a trial keeps nothing."""
    test, content, answers = file
    data = content.encode() if isinstance(content, str) else content
    made = bind(admin, test, series_of(taken(content, **answers)))

    def take(**how: bool) -> Any:
        source, said = io.BytesIO(data), Answers(**answers)
        return import_readings(actor, sink, source, "f.csv", said, now_ms=NOW_MS, fresh=True, **how)

    before = admin(STATE)
    tried = take(dry_run=True)
    assert admin(STATE) == before, test
    done = take()
    assert replace(done, import_id=None) == tried, test
    assert done.inserted == sum(len(one.of) for one in made), test
    return made


# A file that names units of several kinds for one meter, which a channel cannot have.
REFUSED = {
    "test_units_of_cells_headings_and_lines_above_have_one_name": ["reading.other_unit"],
}
STORED = "SELECT storage.ms(at), value FROM reading WHERE channel_id = %s"
USED = "SELECT coalesce(sum(used), 0)::bigint FROM usage_hour WHERE channel_id = %s"
ACCOUNT = "SELECT coalesce(sum(quanta), 0)::bigint FROM account WHERE institution_id = %s"


@pytest.fixture
def admin(database) -> Iterator[Ask]:
    """Ask the database as its owner."""
    with psycopg.connect(database.admin_url, autocommit=True) as connection:

        def ask(statement: str, given: object = None) -> list[tuple[Any, ...]]:
            rows = connection.execute(statement.encode(), given)
            return rows.fetchall() if rows.description else []

        yield ask


def test_what_the_reader_reads_is_stored_used_and_in_account(database, admin, monkeypatch):
    files = [file for one in MODULES for file in files_of(one, monkeypatch)]
    assert len(files) > 110
    with open_pool(database.url("api")) as pool:
        sink, made, refused = Store(database.url("collector"), "test"), [], {}
        for file in files:
            try:
                made += taken_whole(admin, Actor(pool, SYSTEM), sink, file)
            except EnergyError as error:
                refused[file[0]] = [one.code for one in getattr(error, "problems", [error])]
        sink.close()
    Worker(database.url("worker"), WorkSettings(), lambda *_, **__: None).drain()
    wrong = []
    for one in made:
        wants = one.wants()
        stored = dict(admin(STORED, [one.channel]))
        if wants is not None and stored != wants:
            wrong.append((one.test, "stored", stored, wants))
        ((used,),), ((counted,),) = (
            admin(USED, [one.channel]),
            admin(ACCOUNT, [one.institution]),
        )
        spans = all(begins >= 0 for begins, _, _ in one.of.values())
        if spans and wants is not None and used != sum(wants.values()):
            wrong.append((one.test, "used", used, sum(wants.values())))
        if used != counted:
            wrong.append((one.test, "account", used, counted))
    assert wrong == []
    assert refused == REFUSED

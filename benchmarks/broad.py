"""A wide set made by the database: a thousand channels by hour, ten thousand institutions."""

import contextlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo

from actions.actor import SYSTEM, Actor, open_pool
from benchmarks.ground import Tables
from cli.demo import database, union
from storage import migrate
from storage.connections import WRITING

FIRST: Final = date(2024, 1, 1)
_PROVINCE: Final = "330000"
_READER: Final = 2

# Ten cities of one province take institutions in turn; each is as large as its number says.
_INSTITUTIONS: Final = """
    CREATE TEMPORARY TABLE city AS SELECT place, 900000 + place AS region_id
      FROM generate_series(0, 9) AS c(place);
    INSERT INTO region (id) SELECT region_id FROM city;
    INSERT INTO region_fact (region_id, parent_id, code, kind, name_zh, name_en, valid_from, source,
                             verified, known_by)
    SELECT c.region_id, p.region_id, '3399' || lpad(c.place::text, 2, '0'), 'city',
           '市 ' || c.place, 'City ' || c.place, '2000-01-01', 'generated', false, 'benchmark'
      FROM city c JOIN region_fact p ON p.code = '{province}' AND p.known_until IS NULL;
    INSERT INTO institution (id) SELECT generate_series(1, {institutions});
    INSERT INTO institution_fact
           (institution_id, attribute, value, number, valid_from, source, known_by)
    SELECT i.id, a.attribute,
           CASE a.attribute WHEN 'name_zh' THEN '机构 ' || i.id WHEN 'name_en' THEN 'Body ' || i.id
                            WHEN 'class' THEN (ARRAY['GOV', 'EDU', 'MED'])[1 + i.id % 3] END,
           CASE a.attribute WHEN 'area_m2' THEN 1000 + i.id % 9000
                            WHEN 'persons' THEN 20 + i.id % 400 END,
           '2015-01-01', 'generated', 'benchmark'
      FROM institution i
     CROSS JOIN unnest(ARRAY['name_zh', 'name_en', 'class', 'area_m2', 'persons']) a(attribute);
    INSERT INTO affiliation
           (institution_id, region_id, level, department_line, valid_from, source, known_by)
    SELECT i.id, c.region_id, 'city', (SELECT min(code) FROM department_line), '2015-01-01',
           'generated', 'benchmark'
      FROM institution i JOIN city c ON c.place = i.id % 10;
    INSERT INTO location (institution_id, region_id, valid_from, source, known_by)
    SELECT institution_id, region_id, valid_from, source, known_by FROM affiliation;
"""
_CHANNELS: Final = """
    INSERT INTO meter (id, institution_id, code, name_zh, name_en)
    SELECT i, i, 'e', '电', 'e' FROM generate_series(1, {channels}) i;
    INSERT INTO channel (id, meter_id, code, carrier, kind, unit, per_unit, zone, since)
    SELECT i, i, 'e', 'electricity', 1, 'kWh', 1000, 'Asia/Shanghai', '{first} 00:00+08'
      FROM generate_series(1, {channels}) i;
    INSERT INTO channel_setting
           (channel_id, factor, period_s, valid_from, source, known_by)
    SELECT i, 1, 3600, '-infinity', 'generated', 'benchmark'
      FROM generate_series(1, {channels}) i;
    INSERT INTO account_term
           (institution_id, carrier, channel_id, share, valid_from, source, known_by)
    SELECT i, 'electricity', i, 1000000, '{first}', 'generated', 'benchmark'
      FROM generate_series(1, {channels}) i;
    INSERT INTO gateway (id, name) SELECT g, 'zhejiang/g' || g FROM generate_series(0, 49) g;
    INSERT INTO binding (gateway_id, key, channel_id, valid_from, source, known_by)
    SELECT i % 50, 'c' || i, i, '{first}', 'generated', 'benchmark'
      FROM generate_series(1, {channels}) i;
"""
# Who has accounts without readings here has two channels too, which say how much to expect.
_TERMS: Final = """
    INSERT INTO meter (id, institution_id, code, name_zh, name_en)
    SELECT i, i, 'm', '表', 'm' FROM generate_series({channels} + 1, {institutions}) i;
    INSERT INTO channel (id, meter_id, code, carrier, kind, unit, per_unit, zone, since)
    SELECT 2 * i + c.place, i, c.code, c.code, 1, 'unit', 1000, 'Asia/Shanghai', '{first} 00:00+08'
      FROM generate_series({channels} + 1, {institutions}) i
     CROSS JOIN unnest(ARRAY['electricity', 'natural_gas']) WITH ORDINALITY AS c(code, place);
    INSERT INTO account_term
           (institution_id, carrier, channel_id, share, valid_from, source, known_by)
    SELECT i, c.code, 2 * i + c.place, 1000000, '2015-01-01', 'generated', 'benchmark'
      FROM generate_series({channels} + 1, {institutions}) i
     CROSS JOIN unnest(ARRAY['electricity', 'natural_gas']) WITH ORDINALITY AS c(code, place);
"""
# An office's day: much from 8 to 18 o'clock, a seventh of it at night, by no two alike.
_READINGS: Final = """
    SELECT storage.ensure_months('{first} 00:00+08', '{until} 23:00+08');
    INSERT INTO usage_hour (channel_id, hour, used, measured_s, known_s)
    SELECT c, h, 1000 + (c * 7919 + extract(epoch FROM h)::bigint / 3600 * 104729) % 900
             + CASE WHEN extract(hour FROM h AT TIME ZONE 'Asia/Shanghai') BETWEEN 8 AND 18
                    THEN 6000 ELSE 0 END, 3600, 3600
      FROM generate_series('{first} 00:00+08'::timestamptz,
               '{first} 00:00+08'::timestamptz + interval '{last} hours', interval '1 hour') h
     CROSS JOIN generate_series(1, {channels}) c;
    INSERT INTO reading (channel_id, at, value, seq, rank)
    SELECT channel_id, hour + interval '1 hour', used, extract(epoch FROM hour)::bigint, 0
      FROM usage_hour;
    INSERT INTO usage_day (channel_id, day, used, measured_s, known_s)
    SELECT channel_id, (hour AT TIME ZONE 'Asia/Shanghai')::date, sum(used), sum(measured_s),
           sum(known_s)
      FROM usage_hour GROUP BY 1, 2;
    INSERT INTO usage_month (channel_id, month, used, measured_s, known_s)
    SELECT channel_id, date_trunc('month', day::timestamp)::date, sum(used), sum(measured_s),
           sum(known_s)
      FROM usage_day GROUP BY 1, 2;
"""
# Who has a channel has its account; the others have had theirs for years.
_ACCOUNTS: Final = """
    INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s, known_s)
    SELECT t.institution_id, t.carrier, u.month, 'meter', u.used, u.measured_s, u.known_s
      FROM account_term t JOIN usage_month u USING (channel_id)
    UNION ALL
    SELECT i, c.code, m::date, 'meter',
           1000000 + (i * 7919 + extract(month FROM m)::bigint * 104729) % 90000000,
           2592000, 2592000
      FROM generate_series({channels} + 1, {institutions}) i
     CROSS JOIN unnest(ARRAY['electricity', 'natural_gas']) c(code)
     CROSS JOIN generate_series(
                date_trunc('month', '{until}'::timestamp) - interval '{before} months',
                date_trunc('month', '{until}'::timestamp), interval '1 month') m;
"""
_PEOPLE: Final = """
    INSERT INTO app_user (id, login, name, lang) VALUES ({reader}, 'reader', 'Reader', 'en');
    INSERT INTO access_grant (viewer, role, scope, region_id, valid_from)
    SELECT 'user:{reader}', 'reader', 'region', region_id, '2015-01-01' FROM region_fact
     WHERE code = '{province}' AND known_until IS NULL;
    SELECT setval(pg_get_serial_sequence('app_user', 'id'), {reader});
"""


@dataclass(frozen=True, slots=True)
class Broad:
    """The set in its database, with a target shared and issued; one reader may see all of it."""

    tables: Tables
    readings: int
    channels: int
    institutions: int
    today: date
    region_id: int
    shared_s: float  # how long it took to answer for bases, to run, to issue and to record progress
    reader: int = _READER


@contextlib.contextmanager
def broad(
    server_url: str, channels: int, hours: int, institutions: int, *, months: int = 36
) -> Iterator[Broad]:
    """Lend a database with the set, dropped afterwards.

    months: of accounts, of institutions without readings.
    """
    name = f"commonwatt_bench_{secrets.token_hex(4)}"
    passwords = {group: secrets.token_urlsafe(12) for group in migrate.GROUPS}
    database.ensure(server_url, name)
    admin_url = make_conninfo(server_url, dbname=name)
    today = FIRST + timedelta(hours=hours - 1)
    parameters = {
        "institutions": institutions, "channels": channels, "province": _PROVINCE, "first": FIRST,
        "until": today, "last": hours - 1, "reader": _READER,
        "before": months - 1,
    }  # fmt: skip
    try:
        migrate.migrate(admin_url, passwords=passwords)
        tables = Tables(name, admin_url, database.logins(admin_url, passwords))
        with psycopg.connect(admin_url) as connection:
            for part in (_INSTITUTIONS, _CHANNELS, _TERMS, _READINGS, _ACCOUNTS, _PEOPLE):
                connection.execute(part.format(**parameters).encode())
        tables.execute("VACUUM ANALYZE")
        with contextlib.closing(open_pool(tables.logins["api"], bounds=WRITING)) as pool:
            actor = Actor(pool, SYSTEM, today)
            before = time.perf_counter()
            founded = union.found(actor, {_PROVINCE}, FIRST.year)
            union.share(actor, founded, FIRST.year, today)
            shared_s = time.perf_counter() - before
        tables.execute("VACUUM ANALYZE")
        region = tables.ask(f"SELECT region_id FROM region_fact WHERE code = '{_PROVINCE}'")
        readings = tables.ask("SELECT count(*) FROM reading")
        yield Broad(tables, readings, channels, institutions, today, region, shared_s)
    finally:
        database.drop(server_url, name)

"""Exports hold what their reader sees, exactly, in order, and come back in as they went out."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from actions.readings import bulk_plan
from actions.readings.bulk import Asked, begin, pieces_of
from actions.readings.import_readings import import_readings
from metering.errors import NotFoundError
from storage.readings.store import Store
from tests.actions.test_large_imports import sent
from tests.actions.world import GATEWAY, HOUR_MS, START_MS

NOW_MS = START_MS + 40 * 24 * HOUR_MS
STANDS = "SELECT channel_id, at, value, seq FROM reading WHERE value IS NOT NULL ORDER BY 1, 2"


def text_of(world, asked: Asked, who: str = "system", after=None) -> str:
    actor = world.actor(who)
    export = begin(actor, asked)
    body = b"".join(part for _, lines in pieces_of(actor, export, after) for part in lines)
    return ",".join(export.columns.head) + "\n" + body.decode()


def rows_of(world, asked: Asked, who: str = "system") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(world, asked, who))))


def take(world, text: str):
    sink = Store(world.database.url("collector"), "import")
    try:
        file = io.BytesIO(text.encode())
        return import_readings(world.actor(), sink, file, "out.csv", now_ms=NOW_MS)
    finally:
        sink.close()


def test_readings_are_those_that_stand_with_exact_numbers_in_the_asked_zone(filled):
    rows = rows_of(filled, Asked(zone="Asia/Shanghai"))

    assert [
        (int(row["channel_id"]), datetime.fromisoformat(row["at"]), int(row["seq"])) for row in rows
    ] == [(channel, at, seq) for channel, at, _, seq in filled.admin(STANDS)]
    stored = [value for _, _, value, _ in filled.admin(STANDS)]
    assert [int(row["value"].replace(".", "")) for row in rows] == stored
    assert all(row["at"].endswith("+08:00") for row in rows)
    assert (rows[0]["gateway"], rows[0]["channel"], rows[0]["unit"]) == (
        GATEWAY, "office e", "kWh",
    )  # fmt: skip


@pytest.mark.parametrize("lang", [None, "zh", "en"])
def test_an_export_comes_back_in_equal(filled, lang):
    before = filled.admin(STANDS)
    text = text_of(filled, Asked(zone="Asia/Shanghai", lang=lang))
    text += "# CommonWatt, 170 rows\n"
    filled.admin("TRUNCATE reading")
    done = take(filled, text)

    assert done.readings == done.inserted == len(before)
    kept = 4 if lang is None else 3  # the numbers of messages are for programs
    assert [row[:kept] for row in filled.admin(STANDS)] == [row[:kept] for row in before]


@pytest.mark.parametrize("lang", [None, "zh", "en"])
def test_an_export_of_several_carriers_comes_back_in_equal_as_a_large_file(filled, lang):
    first = START_MS + 30 * 24 * HOUR_MS
    said = {"office e": [123.456, 0.001, 99_999.999], "office gas": [7, 0.25]}
    for channel, values in said.items():
        filled.say(channel, [(first + n * HOUR_MS, value) for n, value in enumerate(values)], 7)
    before = filled.admin(STANDS)
    text = text_of(filled, Asked(zone="Asia/Shanghai", lang=lang))
    filled.admin("TRUNCATE reading")
    stored = sent(filled, text + "# CommonWatt, 170 rows\n")

    assert stored.state == "stored", stored.of.errors
    assert stored.of.counts["inserted"] == len(before)
    kept = 4 if lang is None else 3
    assert [row[:kept] for row in filled.admin(STANDS)] == [row[:kept] for row in before]


@pytest.mark.parametrize("lang", [None, "zh", "en"])
def test_bills_go_out_with_their_beginnings_and_come_back_with_them(filled, lang):
    starts = "SELECT channel_id, from_at, at FROM reading_start ORDER BY 1, 3"
    first, until = (datetime.fromtimestamp((START_MS + day * 24 * HOUR_MS) / 1000, UTC)
                    for day in (30, 33))  # fmt: skip
    bill = f"{GATEWAY},office gas,{first.isoformat()},{until.isoformat()},55"
    take(filled, "gateway,channel,from,at,value\n" + bill + "\n")
    before = filled.admin(starts)
    text = text_of(filled, Asked(zone="Asia/Shanghai", lang=lang))
    assert [row[1:] for row in before] == [(first, until)]

    filled.admin("TRUNCATE reading, reading_start")
    take(filled, text)

    assert filled.admin(starts) == before


def test_what_a_reader_may_not_see_does_not_go_out(filled):
    police = filled.channel["police e"]
    seen = {int(row["channel_id"]) for row in rows_of(filled, Asked(), "of the school")}

    assert police not in seen
    assert seen == {filled.channel["shared e"]}  # though a tenth of the police is in its account
    assert police in {int(row["channel_id"]) for row in rows_of(filled, Asked(), "security line")}
    assert rows_of(filled, Asked(), "outsider") == []
    for hidden in (
        Asked(channels=(police,)),
        Asked(what="usage", channels=(police,)),
        Asked(institution_id=filled.institution["police"]),
    ):
        with pytest.raises(NotFoundError):
            begin(filled.actor("of the school"), hidden)


def test_filters_narrow_by_institution_region_carrier_and_span(filled):
    office = filled.institution["office"]
    gas = rows_of(filled, Asked(institution_id=office, carrier="natural_gas"))
    assert {row["channel"] for row in gas} == {"office gas"}
    city = rows_of(filled, Asked(region_id=filled.region["city 2"]))
    assert city == []
    day = Asked(channels=(filled.channel["office e"],), zone="Europe/London")
    day = replace(day, since=date(2016, 3, 1), until=date(2016, 3, 2))
    assert [row["at"] for row in rows_of(filled, day)] == [
        f"2016-03-01T{hour:02}:00:00+00:00" for hour in range(24)
    ]


@pytest.mark.parametrize("most", [30, 100_000])
def test_pieces_of_any_size_make_the_same_lines_and_go_on_after_any_of_them(
    filled, monkeypatch, most
):
    asked = Asked(until=date(2016, 3, 5))
    whole = text_of(filled, asked)
    monkeypatch.setattr(bulk_plan, "MOST_ROWS", most)
    actor = filled.actor()
    export = begin(actor, asked)
    parts = []
    for written, lines in pieces_of(actor, export):
        parts.append((written.last, b"".join(lines)))
    body = whole.partition("\n")[2].encode()
    assert b"".join(text for _, text in parts) == body
    for place in range(0, len(parts), max(len(parts) // 5, 1)):
        rest = b"".join(
            text for _, lines in pieces_of(actor, export, parts[place][0]) for text in lines
        )
        assert b"".join(text for _, text in parts[: place + 1]) + rest == body


@pytest.mark.parametrize("grain", ["hour", "day", "month"])
def test_use_is_that_of_the_tables(filled, grain):
    table, time = f"usage_{grain}", {"hour": "hour", "day": "day", "month": "month"}[grain]
    stored = filled.admin(
        f"SELECT channel_id, used, measured_s, known_s FROM {table} ORDER BY channel_id, {time}"
    )
    rows = rows_of(filled, Asked(what="usage", grain=grain, zone="Europe/London"))

    carriers = dict(filled.admin("SELECT code, per_unit FROM carrier"))
    assert [
        (
            int(row["channel_id"]),
            round(float(row["used"]) * carriers[row["carrier"]]) if row["used"] else None,
            int(row["measured_s"]),
            int(row["known_s"]),
        )
        for row in rows
    ] == stored
    first = {"hour": "2016-03-01T00:00:00+00:00", "day": "2016-03-01", "month": "2016-03"}[grain]
    assert rows[0]["start"] == first


def test_a_channel_that_moved_carries_the_name_of_its_time(filled):
    channel = filled.channel["office e"]
    filled.admin("UPDATE binding SET known_until = now() WHERE channel_id = %s", channel)
    filled.admin(
        """INSERT INTO binding (gateway_id, key, channel_id, valid_from, valid_to, source, known_by)
           SELECT id, v.key, %s, v.since, v.til, 'test', 'user:1'
             FROM gateway CROSS JOIN (VALUES
                  ('old', '-infinity'::timestamptz, '2016-03-02Z'::timestamptz),
                  ('new', '2016-03-02Z', NULL)) v (key, since, til)
            WHERE name = %s""",
        channel, GATEWAY,
    )  # fmt: skip
    rows = rows_of(filled, Asked(channels=(channel,), zone="UTC"))
    assert {row["channel"] for row in rows if row["at"] < "2016-03-02"} == {"old"}
    assert {row["channel"] for row in rows if row["at"] >= "2016-03-02"} == {"new"}

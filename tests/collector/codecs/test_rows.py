"""What scripts and Telegraf write: rows under headings, objects, metrics; a bad row is one."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.codecs import configured
from collector.codecs.payload import PayloadError
from collector.codecs.records import Codec as Records
from collector.codecs.telegraf import Codec as Telegraf
from collector.intake import bad_quality
from metering.messages import Decoded
from tests.collector.codecs import samples

AT = "2026-01-01T00:00:00+08:00"
AT_MS = 1_767_196_800_000
CSV = f"""\
at,channel,value,unit
{AT},m1,5.5,kWh
2026-01-01 00:15,m1,6,kWh
{AT},m2,twelve,
,m3,7,furlong
,m3,8,m³
"""


def said(name: str, payload: str, **settings: object) -> Decoded:
    return configured(name, settings).decode(samples.message(payload))


def test_rows_of_csv_say_readings_and_a_bad_row_is_set_aside_alone_with_the_next_step():
    found = said("records", CSV)

    assert found.channel_key == ["m1", "m1", "m2", "m3", "m3"]
    assert found.at_ms == [AT_MS, None, AT_MS, None, None]
    assert found.value[0] == 5.5
    assert found.unit == ["kWh", "kWh", None, None, "m3"]
    bad = [None, "records.no_time", "records.no_number", "records.no_unit", None]
    assert found.quality == bad
    told = {one.i: one.reason for one in bad_quality(0, found)}
    assert "names no offset" in told[(1,)].en
    assert "+08:00" in told[(1,)].next_en
    assert "m2" in told[(2,)].zh
    assert "不是数字" in told[(2,)].zh
    assert said("records", CSV, zone="Asia/Shanghai").at_ms[1] == AT_MS + 15 * 60_000


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("demo-b/g9,m1,5", "records.other_gateway"),
        ("demo-a/g1,m1,5,6", "records.no_row"),
        ('demo-a/g1,"m1,5', "records.no_row"),
        ("demo-a/g1,,5", "records.no_key"),
        (f"demo-a/g1,{'m' * 201},5", "records.no_key"),
    ],
)
def test_a_row_that_cannot_be_taken_costs_no_other(row, code):
    found = said("records", f"gateway,channel,value\n{row}\ndemo-a/g1,m1,7\n")
    assert found.quality == [code, None]
    assert found.value[1] == 7.0


def test_headings_are_known_in_chinese_and_other_separators_too():
    found = said("records", f"时间;通道;读数\n{AT};m1;5\n")
    assert (found.channel_key, found.at_ms, found.value) == (["m1"], [AT_MS], [5.0])


def test_objects_say_the_same_as_rows_and_columns_are_native():
    row = {"channel": "m1", "at": AT, "value": 5.5, "unit": "kWh"}
    several = said("records", json.dumps({"seq": 9, "readings": [row, {**row, "at": AT_MS}]}))

    assert several == Decoded(9, ["m1"] * 2, [AT_MS] * 2, [5.5] * 2, ["kWh"] * 2)
    assert said("records", json.dumps(row)) == said("records", json.dumps([row]))
    assert said("records", json.dumps({"seq": 9, **row})).seq == 9
    assert said("records", '{"seq":4,"channel":"m1","at":[1,2],"value":[5,6]}').value == [5, 6]


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ("a,b\n1,2", "headings"),
        ('{"channel":"m1","vlaue":5}', "vlaue"),
        ('[{"channel":"m1"}]', "value"),
        ('{"seq":0,"readings":[]}', "seq"),
    ],
)
def test_what_is_no_such_text_is_refused_as_a_whole(payload, why):
    with pytest.raises(PayloadError, match=why):
        said("records", payload)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(10**11, 4 * 10**12), st.floats(-1e9, 1e9)), min_size=1))
def test_what_is_written_as_records_is_read(rows):
    written = [{"channel": "m", "at": at_ms, "value": value} for at_ms, value in rows]
    found = Records().decode(samples.message(Records().encode(written)))
    assert list(zip(found.at_ms, found.value, strict=True)) == rows


# As its documentation has it.
METRIC = {
    "fields": {"field_1": 30, "field_2": 4, "field_N": 59.5, "n_images": "660", "on": True},
    "name": "docker",
    "tags": {"host": "raynor"},
    "timestamp": 1458229140,
}


def test_a_metric_of_telegraf_and_a_batch_of_them_say_their_numbers():
    one = said("telegraf", json.dumps(METRIC), tags=["host"])
    many = said("telegraf", json.dumps({"metrics": [METRIC, METRIC | {"name": "kWh"}]}))

    keys = ["docker/raynor/field_1", "docker/raynor/field_2", "docker/raynor/field_N"]
    assert (one.channel_key, one.value) == (keys, [30.0, 4.0, 59.5])
    assert one.at_ms == [1_458_229_140_000] * 3
    assert many.channel_key[0] == "docker,host=raynor/field_1"
    assert many.unit == [None] * 3 + ["kWh"] * 3


def test_a_key_of_telegraf_is_the_same_in_both_of_its_forms():
    fields, tags = {"total_kwh": 1.5}, {"site": "x", "meter": "a"}
    line = configured("influx", {}).encode("power", tags, fields, AT_MS * 1_000_000)
    metric = Telegraf().encode("power", tags, fields, AT_MS)
    assert said("influx", line.decode()) == said("telegraf", metric.decode())


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"fields": {"a": 10**400}}, "finite|range|number"),
        ({"timestamp": "yesterday"}, "yesterday"),
        ({"fields": [1]}, "fields"),
        ({"tags": {"host": 7}}, "tags"),
    ],
)
def test_what_is_no_metric_is_refused_and_named(changed, why):
    with pytest.raises(PayloadError, match=why):
        said("telegraf", json.dumps(METRIC | changed))
    with pytest.raises(PayloadError, match="precision"):
        said("telegraf", json.dumps(METRIC), precision="ms")


def test_a_timestamp_may_be_a_text_and_null_and_texts_are_no_readings():
    found = said("telegraf", json.dumps(METRIC | {"timestamp": "2026-01-01T00:00:00+08:00"}))
    assert found.at_ms == [AT_MS] * 3
    nothing = said("telegraf", json.dumps(METRIC | {"fields": {"a": None, "b": "x"}}))
    assert nothing.value == []

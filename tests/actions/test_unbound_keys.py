"""Keys that no channel is bound to are listed with what came, and bound in one act."""

import pytest

from actions.actor import DeniedError
from actions.doing import carry_out, foresee
from actions.exports import export
from actions.files import take
from actions.readings.bind_key import BindKey
from actions.readings.rejects import bound_at, reject
from actions.readings.unbind_key import UnbindKey
from actions.readings.unbound_table import SUGGESTIONS, UNBOUND, WhichUnbound
from actions.tables import rows_of
from collector.codecs import native
from collector.intake import take_in
from metering.errors import InputError
from metering.messages import Message
from tests.actions.examples_of_readings import bind
from tests.actions.world import GATEWAY, HOUR_MS, START_MS

NOW_MS = START_MS + 40 * 24 * HOUR_MS
WAITING = """
    SELECT reason, i FROM rejected_message WHERE resolved_at IS NULL ORDER BY reason
"""


def come(world, seq: int, *readings: tuple[str, int, float], gateway: str = GATEWAY) -> None:
    """Let a message come of readings (key, hour, value)."""
    said = [(key, START_MS + hour * HOUR_MS, value) for key, hour, value in readings]
    message = Message(f"cw/v1/{gateway}/data", gateway, native.encode_many(seq, said), NOW_MS + seq)
    take_in([message], native.decode, world.sink)


def listed(world, who: str = "system", gateway: str | None = None):
    asked = WhichUnbound(gateway=gateway)
    return [row.one for row in rows_of(world.actor(who), UNBOUND, asked, None, 100).rows]


def existing(world, key: str, channel: str = "office e", **more) -> BindKey:
    fields = {
        "gateway": GATEWAY, "channel_key": key, "to": "existing",
        "channel": world.channel[channel], "source": "the label",
    }  # fmt: skip
    return BindKey.model_validate(fields | more)


def new(world, key: str, gateway: str = GATEWAY, **more) -> BindKey:
    fields = {
        "gateway": gateway, "channel_key": key, "to": "new",
        "institution": world.institution["office"], "meter": "m9", "name": "九号表",
        "carrier": "water", "kind": "register", "unit": "m3", "period_s": 3600, "ratio": "1",
        "counts": "yes", "opens": "2016-03-01T00:00:00+00:00", "source": "the label",
    }  # fmt: skip
    return BindKey.model_validate(fields | more)


def said(effects) -> dict[str, str]:
    return {one.code: one.after.en for one in effects if one.after is not None}


def test_a_key_is_listed_with_what_came_each_reading_once_in_any_order(world):
    come(world, 2, ("EPI", 3, 13.0), ("EPI", 4, 14.5))
    come(world, 1, ("EPI", 1, 11.0), ("V", 1, 230.0), ("office e", 1, 5.0))
    come(world, 1, ("EPI", 1, 11.0), ("V", 1, 230.0), ("office e", 1, 5.0))  # again

    epi, volt = listed(world)
    assert (epi.gateway, epi.key, epi.readings, epi.value) == (GATEWAY, "EPI", 3, 14.5)
    assert [at.timestamp() * 1000 - START_MS for at in (epi.since, epi.at)] == [
        HOUR_MS, 4 * HOUR_MS,
    ]  # fmt: skip
    assert [at.timestamp() * 1000 - NOW_MS for at in (epi.first_at, epi.last_at)] == [1, 2]
    assert (volt.key, volt.readings, volt.rises, volt.falls) == ("V", 1, 0, 0)
    row = rows_of(world.actor(), UNBOUND, WhichUnbound(), None, 1).rows[0]
    assert (row.guess.carrier, row.kind, row.guess.unit) == ("electricity", "register", "kWh")


def test_one_act_binds_a_key_and_takes_what_waited(world):
    come(world, 1, ("spare", 1, 11.0), ("other", 1, 1.0), ("office e", 1, 5.0))
    come(world, 2, ("spare", 2, 12.0), ("spare", -9, 2.0))
    act = existing(world, "spare", "clinic e")

    told = said(foresee(world.actor(), act).effects)
    assert (told["messages"], told["readings"], told["waits_on"]) == ("2", "2", "1")
    assert told["binding"].startswith("Demo clinic · clinic e · total (kWh)")
    assert len(listed(world)) == 2
    done = carry_out(world.actor(), act)

    channel = world.channel["clinic e"]
    stored = "SELECT value FROM reading WHERE channel_id = %s ORDER BY at"
    assert world.admin(stored, channel) == [(11_000,), (12_000,)]
    fed = done.result.fed_in
    assert (fed.messages, fed.inserted, fed.refused) == (2, 2, 2)
    assert world.admin(WAITING) == [("reading.before_since", [1]), ("reading.unknown_key", [1])]
    assert [(one.key, one.readings) for one in listed(world)] == [("other", 1)]  # counted once
    entries = world.admin("SELECT act FROM audit_entry ORDER BY id")
    assert entries == [("key.bind",), ("key.bind",)]


def test_a_meter_and_its_channel_are_made_with_the_key_at_a_gateway_that_nobody_knew(world):
    come(world, 1, ("w", 1, 100.5), ("w", 2, 101.25), gateway="demo-a/new")
    act = new(world, "w", "demo-a/new")
    assert said(foresee(world.actor(), act).effects)["readings"] == "2"
    assert world.admin("SELECT count(*) FROM meter WHERE code = 'm9'") == [(0,)]

    done = carry_out(world.actor(), act)

    found = "SELECT unit, per_unit, carrier, zone FROM channel WHERE id = %s"
    unit, per_unit, carrier, _ = world.admin(found, done.result.channel_id)[0]
    assert (unit, per_unit, carrier) == ("m3", 1000, "water")
    stored = "SELECT value FROM reading WHERE channel_id = %s ORDER BY at"
    assert world.admin(stored, done.result.channel_id) == [(100_500,), (101_250,)]
    assert listed(world) == []
    term = "SELECT share FROM account_term WHERE channel_id = %s AND known_until IS NULL"
    assert world.admin(term, done.result.channel_id) == [(1_000_000,)]


def test_what_cannot_be_is_refused_before_it_is_bound(world):
    refused = (
        (existing(world, "office e", "clinic e"), "key.is_bound", "channel_key"),
        (new(world, "w", unit="kWh"), "import.bad_unit", "unit"),
        (new(world, "w", "nowhere"), "import.bad_gateway", "gateway"),
    )
    for act, code, field in refused:
        with pytest.raises(InputError) as caught:
            foresee(world.actor(), act)
        assert (caught.value.code, caught.value.where["field"]) == (code, field)
    with pytest.raises(DeniedError):  # a channel is made by administrators
        carry_out(world.actor("of the office"), new(world, "w"))
    with pytest.raises(InputError):  # nobody binds to what is not theirs
        carry_out(world.actor("of the office"), existing(world, "w", "clinic e"))


def test_an_officer_binds_one_key_of_a_message_and_the_others_wait_on(world):
    come(world, 1, ("spare", 1, 11.0), ("clinic e", 1, 7.0), ("k", 1, 1.0), gateway="demo-a/g2")
    act = existing(world, "spare", "clinic e", gateway="demo-a/g2", since=None)
    done = carry_out(world.actor("province officer"), act)
    assert (done.result.fed_in.inserted, done.result.fed_in.revised) == (0, 1)  # beside 7.0
    assert [one.key for one in listed(world)] == ["k"]


def test_a_key_that_is_unbound_waits_again_and_says_that_it_meant_something(world):
    carry_out(world.actor(), existing(world, "spare"))
    end = "2016-03-01T05:00:00+00:00"
    act = UnbindKey.model_validate(
        {"gateway": GATEWAY, "channel_key": "spare", "since": end, "source": "x"}
    )
    assert said(foresee(world.actor(), act).effects) == {"readings": "stay"}
    carry_out(world.actor(), act)
    come(world, 1, ("spare", 4, 11.0), ("spare", 6, 12.0), ("clinic e", 6, 1.0))

    assert world.admin("SELECT value FROM reading") == [(11_000,)]
    assert world.admin(WAITING) == [
        ("reading.bound_elsewhere", [2]), ("reading.unbound_then", [1]),
    ]  # fmt: skip
    texts = world.admin("SELECT message_zh, message_en FROM rejected_message ORDER BY reason")
    assert all("/unbound-keys" in zh and "/unbound-keys" in en for zh, en in texts)
    carry_out(world.actor(), existing(world, "spare", since=end))
    assert world.admin("SELECT value FROM reading ORDER BY at") == [(11_000,), (12_000,)]


def test_where_a_key_is_bound_is_named_to_whom_sees_it(world):
    world.admin("INSERT INTO gateway (name) VALUES ('demo-a/g8')")
    bind(world, "demo-a/g8", "mine", world.channel["office e"])
    come(world, 1, ("clinic e", 6, 1.0), gateway="demo-a/g8")

    def told(who: str) -> tuple[list[str], list[list[str]]]:
        ((number,),) = world.admin("SELECT id FROM rejected_message")
        one = reject(world.actor(who), number)
        assert "demo-a/g2" not in one.message_en + one.message_zh
        return bound_at(world.actor(who), one), [key.bound_at for key in listed(world, who)]

    assert told("system") == (["demo-a/g2"], [["demo-a/g2"]])
    assert told("of the office") == ([], [[]])


def test_suggestions_are_a_file_that_binds_all_keys_of_a_gateway(world):
    """A gateway was replaced: its keys come under another name, and one is new."""
    world.admin("INSERT INTO gateway (name) VALUES ('demo-a/g9')")
    bind(world, "demo-a/g9", "mine", world.channel["clinic e"])
    readings = [("shared e", 1, 5.0), ("meter/EPI", 1, 1.0), ("meter/EPI", 2, 2.0), ("V", 1, 230.0)]
    come(world, 1, *readings, gateway="demo-a/g9")

    asked = WhichUnbound(gateway="demo-a/g9")
    body = b"".join(export(world.actor(), SUGGESTIONS, asked, "csv", bom=True).chunks())
    taken = take(world.actor(), BindKey, body)

    assert taken.wrong == [], [one.text.en for one in taken.wrong]
    assert taken.done == 2
    assert [one.key for one in listed(world, gateway="demo-a/g9")] == ["V"]
    shared = "SELECT count(*) FROM reading WHERE channel_id = %s"
    assert world.admin(shared, world.channel["shared e"]) == [(1,)]
    made = world.admin(
        "SELECT m.institution_id, m.code, c.carrier FROM channel c JOIN meter m "
        "ON m.id = c.meter_id WHERE c.code = 'meter/EPI'"
    )
    assert made == [(world.institution["clinic"], "meter", "electricity")]


def test_keys_are_seen_with_their_gateway_alone_and_none_of_a_guarded_time(world):
    come(world, 1, ("k", 1, 1.0), gateway="demo-a/g2")
    come(world, 2, ("k", 1, 1.0), gateway="demo-z/strange")
    seen = {who: [one.gateway for one in listed(world, who)] for who in (
        "system", "province officer", "of the office", "outsider",
    )}  # fmt: skip
    assert seen == {
        "system": ["demo-a/g2", "demo-z/strange"], "province officer": ["demo-a/g2"],
        "of the office": [], "outsider": [],
    }  # fmt: skip
    come(world, 3, ("k", 1, 1.0))  # the police's meter is at this gateway
    assert [one.gateway for one in listed(world, "of the office")] == []
    assert GATEWAY in [one.gateway for one in listed(world, "planner of all")]

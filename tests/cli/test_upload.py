"""A day's hours go up by the ministry's protocol: whole hours alone, each acknowledged."""

import json
from contextlib import closing
from datetime import date
from decimal import Decimal

import pytest

from actions.accounts.usage import institution_usage
from actions.actor import SYSTEM, Actor
from cli.uploading import Journal, reports_of, upload
from collector.ministry.upward import Centre, Report, Upward, read
from metering.errors import InputError, UnavailableError
from tests.actions.world import fill, make_world
from tests.collector.ministry.on_site import AES
from tests.collector.ministry.test_door import opened_door
from tests.collector.rig import MemorySink

DAY = date(2016, 3, 2)
CENTRE = """\
host = "127.0.0.1"
port = {port}
aes_key = "{aes}"
[[building]]
institution = {institution}
building = "310101A001"
gateway = "01"
md5_key = "1234567812345678"
items = {{ electricity = "01000" }}
"""


def centre_of(tmp_path, port: int, institution: int = 1, key: str = "1234567812345678") -> Centre:
    path = tmp_path / "centre.toml"
    text = CENTRE.format(port=port, aes=AES.hex(), institution=institution)
    path.write_text(text.replace("1234567812345678", key), encoding="utf-8")
    return read(path)


def test_an_hour_is_acknowledged_once_it_is_stored_and_a_wrong_key_is_told(tmp_path):
    sink = MemorySink()
    with opened_door(sink) as door:
        centre = centre_of(tmp_path, door.port)
        with Upward(centre, centre.building[0]) as line:
            line.send(Report("20160302010000", {"01000": "12.5", "02000": "0.125"}))
        wrong = centre_of(tmp_path, door.port, key="another key 5678")
        with pytest.raises(InputError) as caught, Upward(wrong, wrong.building[0]):
            pass
    assert caught.value.code == "upload.refused"
    assert {(key, value) for _, _, key, _, value in sink.rows} == {
        ("energy_item/01000", 12.5), ("energy_item/02000", 0.125),
    }  # fmt: skip
    assert {at_ms for _, _, _, at_ms, _ in sink.rows} == {1_456_851_600_000}
    with pytest.raises(UnavailableError), Upward(centre, centre.building[0]):
        pass
    assert "1234567812345678" not in repr((centre, centre.building))


@pytest.fixture(scope="module")
def world(database_of_module):
    with closing(make_world(database_of_module)) as found:
        fill(found)
        yield found


def test_a_day_goes_up_is_taken_up_where_it_broke_off_and_never_says_0_for_unknown(
    world, tmp_path, monkeypatch
):
    actor, institution = Actor(world.pool, SYSTEM), world.institution["office"]
    sink, journal = MemorySink(), tmp_path / "journal"
    sent: list[str] = []
    whole = Upward.send

    def breaking(self: Upward, report: Report) -> None:
        if len(sent) == 5:
            raise UnavailableError("upload.away", zh="断", en="broken off")
        whole(self, report)
        sent.append(report.time)

    with opened_door(sink) as door:
        centre = centre_of(tmp_path, door.port, institution)
        monkeypatch.setattr(Upward, "send", breaking)
        with pytest.raises(UnavailableError):
            upload(actor, centre, DAY, Journal(journal))
        monkeypatch.setattr(Upward, "send", whole)
        rest = upload(actor, centre, DAY, Journal(journal))
        again = upload(actor, centre, DAY, Journal(journal))

    hours = institution_usage(
        actor, institution, "electricity", "hour", zone="Asia/Shanghai",
        since=DAY, until=date(2016, 3, 3),
    )  # fmt: skip
    used = [one for one in hours.columns.used if one is not None]
    assert (len(used), rest.before, rest.sent, rest.unknown) == (24, 5, 19, 0)
    assert (again.before, again.sent) == (24, 0)
    values = [Decimal(str(value)) for _, _, _, _, value in sink.rows]
    assert len(values) == 24
    assert sum(values) == Decimal(sum(used)) / hours.per_unit
    beyond, unknown = reports_of(actor, centre.building[0], date(2016, 6, 2))
    assert (beyond, unknown) == ([], 24)


@pytest.mark.parametrize("wrong", ["port = 0", 'items = { electricity = "1" }', "x = ", "y = 1"])
def test_a_file_that_cannot_be_used_is_named(tmp_path, wrong):
    path = tmp_path / "centre.toml"
    made = CENTRE.format(port=9700, aes=AES.hex(), institution=1).splitlines()
    name = wrong.partition(" =")[0]
    path.write_text("\n".join([one for one in made if not one.startswith(name)] + [wrong]))
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.code == "upload.centre"
    assert json.dumps("1234567812345678") not in caught.value.en

"""What was answered of a file holds for the next of its layout of the same institution."""

import io
from dataclasses import replace

import pytest

from actions.readings.file_answers import answers_of
from actions.readings.import_readings import import_readings
from actions.readings.kept_answers import kept_in
from actions.registry.values import ProblemsError
from collector.files.fingerprint import fingerprint
from tests.actions.test_failed_readings import sink as sink
from tests.actions.test_import_readings import NOW_MS
from tests.actions.world import GATEWAY

HEAD = "gateway,channel,时间,备注,读数\n"
ROWS = "SELECT institution_id, answers, known_by, known_until IS NULL FROM file_answer ORDER BY id"


def day(number: int, gateway: str = GATEWAY, channel: str = "office e") -> str:
    return HEAD + f"{gateway},{channel},2016-03-{number:02} 05:00,ok,{number * 10}\n"


@pytest.fixture
def take(world, sink):
    """Import a file as a person of the world, with answers by name."""

    def take(text: str, who: str = "system", *, dry_run: bool = False, fresh: bool = False, **said):
        return import_readings(
            world.actor(who), sink, io.BytesIO(text.encode()), "day.csv", answers_of(said),
            now_ms=NOW_MS, dry_run=dry_run, fresh=fresh,
        )  # fmt: skip

    return take


def asked(take, text: str, who: str = "system", **how) -> set[str]:
    with pytest.raises(ProblemsError) as caught:
        take(text, who, **how)
    return {one.where["question"] for one in caught.value.problems}


def at(world, number: int) -> list[int]:
    rows = world.admin(
        "SELECT extract(hour FROM at AT TIME ZONE 'UTC')::integer FROM reading"
        " WHERE extract(day FROM at AT TIME ZONE 'UTC') = %s AND value = %s",
        number, number * 10_000,
    )  # fmt: skip
    return [hour for (hour,) in rows]


def test_an_answer_holds_for_the_next_file_and_is_told_with_its_day(world, take):
    assert asked(take, day(1), "of the office") == {"zone"}
    first = take(day(1), "of the office", zone="UTC")
    assert first.kept == []
    second = take(day(2), "of the office")

    assert [(one.name, one.value) for one in second.kept] == [("zone", "UTC")]
    ((since,),) = world.admin("SELECT known_since FROM file_answer")
    assert second.kept[0].since == since
    assert at(world, 2) == [5]
    office = world.institution["office"]
    assert world.admin(ROWS) == [(office, {"zone": "UTC"}, first_by(world), True)]
    ((detail,),) = world.admin(
        "SELECT detail->'kept'->0->>'value' FROM audit_entry"
        " WHERE act = 'readings.import' ORDER BY id DESC LIMIT 1"
    )
    assert detail == "UTC"


def first_by(world) -> str:
    return world.admin("SELECT actor FROM audit_entry WHERE act = 'readings.import' LIMIT 1")[0][0]


def test_it_is_changed_by_another_answer_which_then_holds_and_the_first_stays_on_record(
    world, take
):
    take(day(1), zone="UTC")
    take(day(2), zone="Asia/Shanghai")
    third = take(day(3))

    assert [one.value for one in third.kept] == ["Asia/Shanghai"]
    assert at(world, 3) == []
    assert [(row[1]["zone"], row[3]) for row in world.admin(ROWS)] == [
        ("UTC", False), ("Asia/Shanghai", True)
    ]  # fmt: skip


def test_without_what_is_kept_it_is_asked_again(take):
    take(day(1), zone="UTC")
    assert asked(take, day(2), fresh=True) == {"zone"}


def test_a_dry_run_and_a_refused_file_keep_nothing(world, take):
    take(day(1), zone="UTC", dry_run=True)
    with pytest.raises(ProblemsError):
        take(day(1, channel="nobody's"), zone="UTC")
    assert world.admin(ROWS) == []


def test_a_refusal_says_with_which_answers_the_file_was_read(take):
    take(day(1), zone="UTC")
    with pytest.raises(ProblemsError) as caught:
        take(day(2, channel="nobody's"))
    assert [(one.name, one.value) for one in kept_in(caught.value)] == [("zone", "UTC")]
    assert caught.value.where["kept"][0]["name"] == "zone"
    with pytest.raises(ProblemsError) as caught:
        take(day(2, channel="nobody's"), zone="UTC")
    assert "kept" not in caught.value.where


def test_another_layout_is_asked(take):
    take(day(1), zone="UTC")
    assert asked(take, day(2).replace("备注", "说明")) == {"zone"}


def test_what_was_answered_for_one_institution_is_not_used_for_another(world, take):
    take(day(1), zone="UTC")
    clinic = day(2, "demo-a/g2", "clinic e")
    assert asked(take, clinic) == {"zone"}
    take(clinic, zone="Asia/Shanghai")

    assert [one.value for one in take(day(3)).kept] == ["UTC"]
    assert [one.value for one in take(day(4, "demo-a/g2", "clinic e")).kept] == ["Asia/Shanghai"]
    both = day(5) + day(6, "demo-a/g2", "clinic e").removeprefix(HEAD)
    assert asked(take, both) == {"zone"}, "where two differ, it is asked"


def test_who_may_not_write_for_an_institution_gets_none_of_its_answers(world, take):
    take(day(1, "demo-a/g2", "clinic e"), zone="UTC")
    assert asked(take, day(2), "of the office") == {"zone"}
    with world.actor("city reader").look() as connection:
        assert connection.execute("SELECT count(*) FROM file_answer").fetchone() == (0,)


def test_whose_and_of_when_a_file_is_are_asked_each_time(world, take):
    text = "时间,office e\n2016-03-01 05:00,100\n"
    take(text, gateway=GATEWAY, zone="UTC")
    ((_, answers, _, _),) = world.admin(ROWS)
    assert answers == {"zone": "UTC"}
    assert "gateway" in asked(take, text.replace("-01 ", "-02 "))


def test_columns_and_ids_are_kept_pair_by_pair(world, take):
    text = day(1).replace("备注", "状态").replace(",ok,", ",good,").replace("office e", "OFFlCE E")
    take(text, zone="UTC", columns=["状态=ignore"], same=["OFFlCE E=office e"])
    second = take(text.replace("-01 ", "-02 ").replace(",10\n", ",20\n"))
    assert {(one.name, one.value) for one in second.kept} == {
        ("zone", "UTC"), ("columns", "状态=ignore"), ("same", "OFFlCE E=office e")
    }  # fmt: skip
    assert at(world, 2) == [5]


def layout(text: str, name: str = "a.csv") -> bytes | None:
    return fingerprint(io.BytesIO(text.encode()), name)


def test_a_layout_is_that_of_the_headings_alone():
    march = "表号,1日,2日,3日\nA,1,2,3\n"
    assert layout(march) == layout("表号;1日;2日\nB;7;8\n".replace(";", ","))
    assert layout(march) == layout("2016 年 3 月,,,\n" + march)
    assert layout(march) == fingerprint(io.BytesIO(march.encode("gbk")), "b.csv")
    assert layout(march) != layout(march.replace("表号", "户号"))
    assert layout("") is None


def test_answers_that_nobody_gave_are_none(world, take):
    plain = day(1).replace(" 05:00", "T05:00Z")
    take(plain)
    assert world.admin(ROWS) == []
    assert replace(answers_of({}), zone=None) == answers_of({})

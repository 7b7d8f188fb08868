"""A file of readings is stored as a whole or not at all, and twice is once."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from actions.actor import DeniedError
from actions.readings.file_answers import answers_of
from actions.readings.file_corrections import correct_by_file
from actions.readings.import_readings import import_readings
from actions.registry.meters import channel
from actions.registry.values import ProblemsError
from metering.errors import InputError, UnavailableError
from storage.readings.store import Store
from tests.actions.world import GATEWAY, HOUR_MS, START_MS

NOW_MS = START_MS + 40 * 24 * HOUR_MS
HEADER = "gateway,channel,at,value\n"
STATE = """
    SELECT (SELECT array_agg((channel_id, at, value, seq) ORDER BY channel_id, at) FROM reading),
           (SELECT count(*) FROM reading_revision), (SELECT count(*) FROM rejected_message),
           (SELECT count(*) FROM stale_usage), (SELECT count(*) FROM audit_entry),
           (SELECT count(*) FROM intake_tally)
"""
RETIRE = "UPDATE binding SET known_until = now() WHERE key = %s"


def at(hour: int) -> str:
    return datetime.fromtimestamp((START_MS + hour * HOUR_MS) / 1000, UTC).isoformat()


def rows(channel: str, hours: range, gateway: str = GATEWAY) -> str:
    return "".join(f"{gateway},{channel},{at(hour)},{100 + hour}\n" for hour in hours)


@pytest.fixture
def take(world):
    """Import a file as a person of the world."""
    sink = Store(world.database.url("collector"), "import")

    def take(text: str | bytes, who: str = "system", correct_for: str | None = None, **how):
        file = io.BytesIO(text if isinstance(text, bytes) else text.encode())
        fields = {"name": "july.csv", "now_ms": NOW_MS, **how}
        if correct_for is None:
            return import_readings(world.actor(who), sink, file, **fields)
        return correct_by_file(
            world.actor(who), file, reason=correct_for, ahead_ms=sink.ahead_ms, **fields
        )

    yield take
    sink.close()


def problems_of(take, text: str, who: str = "system", **how) -> tuple:
    with pytest.raises(ProblemsError) as caught:
        take(text, who, **how)
    return caught.value.problems


def test_a_file_is_stored_queued_and_written_down(world, take):
    done = take(HEADER + rows("office e", range(3)) + rows("clinic e", range(2), "demo-a/g2"))

    assert (done.readings, done.channels) == (5, 2)
    assert (done.inserted, done.revised, done.duplicates) == (5, 0, 0)
    assert (done.first_at, done.last_at) == tuple(
        datetime.fromtimestamp(START_MS / 1000 + 3600 * hour, UTC) for hour in (0, 2)
    )
    assert world.admin(
        "SELECT value, rank, seq FROM reading WHERE channel_id = %s ORDER BY at",
        world.channel["office e"],
    ) == [(100_000, 0, 0), (101_000, 0, 0), (102_000, 0, 0)]
    ((actor, subject, detail),) = world.admin(
        "SELECT actor, subject, detail FROM audit_entry WHERE act = 'readings.import'"
    )
    assert (actor, subject, detail["inserted"]) == ("user:1", "july.csv", 5)
    world.work()
    assert world.admin("SELECT sum(quanta) FROM account") == [(3000,)]


def test_twice_is_once_and_another_value_is_a_revision(world, take):
    text = HEADER + rows("office e", range(3))
    take(text)
    again = take(text)
    other = take(HEADER + f"{GATEWAY},office e,{at(1)},150\n")

    assert (again.inserted, again.revised, again.duplicates) == (0, 0, 3)
    assert (other.inserted, other.revised) == (0, 1)
    assert world.admin("SELECT value FROM reading ORDER BY at") == [(100000,), (150000,), (102000,)]


def test_a_dry_run_says_the_same_and_keeps_nothing(world, take):
    take(HEADER + rows("office e", range(2)))
    before = world.admin(STATE)
    text = HEADER + rows("office e", range(1, 5))
    rehearsed = take(text, dry_run=True)

    assert world.admin(STATE) == before
    assert (rehearsed.inserted, rehearsed.duplicates) == (3, 1)
    assert replace(take(text), import_id=None) == rehearsed


BAD = [
    (f"{GATEWAY},nobody's,{at(3)},1", "reading.unknown_key", "channel"),
    (f"demo-a/g9,office e,{at(3)},1", "reading.unknown_key", "channel"),
    (f"{GATEWAY},clinic e,{at(3)},1", "reading.unknown_key", "channel"),
    (f"{GATEWAY},office e,2015-01-01T00:00Z,1", "reading.before_since", "at"),
    (f"{GATEWAY},office e,2099-01-01T00:00Z,1", "clock.ahead", "at"),
    (f"{GATEWAY},office e,{at(3)},-1", "reading.impossible_value", "value"),
    (f"{GATEWAY},office e,{at(3)},1e12", "reading.impossible_value", "value"),
    (f"{GATEWAY},office e,2016-03-01T03:00:00,1", "file.naive_time", "at"),
    (f"{GATEWAY},office e,{at(3)},12 kWh", "file.not_a_number", "value"),
    (f"{GATEWAY},office e,{at(3)}", "file.row", "row"),
]


@pytest.mark.parametrize(("row", "code", "field"), BAD)
def test_one_bad_row_is_named_and_nothing_of_the_file_is_kept(world, take, row, code, field):
    before = world.admin(STATE)
    text = HEADER + rows("office e", range(2)) + row + "\n" + rows("office e", range(4, 6))
    for dry_run in (True, False):
        (problem,) = problems_of(take, text, dry_run=dry_run)

        assert (problem.code, problem.where["field"]) == (code, field)
        assert (problem.where["file"], problem.where["line"]) == ("july.csv", 4)
        assert "july.csv, line 4" in problem.en
        assert "july.csv 第 4 行" in problem.zh
        assert problem.next_zh
        assert problem.next_en
    assert world.admin(STATE) == before


def test_all_mistakes_of_a_file_are_told_at_once_in_the_order_of_its_lines(take):
    bad = [row for row, _, _ in BAD]
    problems = problems_of(take, HEADER + "\n".join(bad) + "\n")

    assert {problem.code for problem in problems} == {code for _, code, _ in BAD}
    assert sum(problem.where.get("rows", 1) for problem in problems) == len(BAD)
    lines = [problem.where["line"] for problem in problems]
    assert lines == sorted(lines)


def test_rows_of_one_channel_with_one_mistake_are_one_message(take):
    (problem,) = problems_of(take, HEADER + rows("e9", range(5)) + rows("office e", range(2)))

    assert (problem.where["line"], problem.where["rows"]) == (2, 5)
    assert "line 2 and 4 more" in problem.en


def test_a_unit_is_converted_exactly_or_refused_by_name(world, take):
    header = HEADER.replace("\n", ",unit\n")
    (problem,) = problems_of(take, header + f"{GATEWAY},office e,{at(0)},1,吨\n")

    assert (problem.code, problem.where["field"]) == ("reading.other_unit", "unit")
    assert problem.where["value"] == "t"
    lines = [("1", "MWh"), ("1001", "度"), ("1002", ""), ("1003", "千瓦时"), ("1004000", "Wh")]
    text = "".join(
        f"{GATEWAY},office e,{at(hour)},{value},{unit}\n"
        for hour, (value, unit) in enumerate(lines)
    )
    assert take(header + text).inserted == 5
    assert world.admin("SELECT array_agg(value ORDER BY at) FROM reading") == [
        ([1_000_000, 1_001_000, 1_002_000, 1_003_000, 1_004_000],)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_files_are_taken_as_spreadsheets_save_them(world, take, encoding):
    world.admin(RETIRE, "office e")
    world.admin(
        """INSERT INTO binding (gateway_id, key, channel_id, valid_from, source, known_by)
           SELECT id, '总进线', %s, '-infinity', 'test', 'user:1' FROM gateway WHERE name = %s""",
        world.channel["office e"],
        GATEWAY,
    )
    text = HEADER + rows("总进线", range(2))

    assert take(text.replace("\n", "\r\n").encode(encoding)).inserted == 2


def test_nobody_writes_for_meters_of_others_nor_learns_that_they_are_there(world, take):
    own, others = HEADER + rows("office e", range(2)), HEADER + rows("police e", range(2))
    unknown = HEADER + rows("no such e", range(2))

    assert take(own, "of the office").inserted == 2
    (refused,) = problems_of(take, others, "of the office")
    (missing,) = problems_of(take, unknown, "of the office")
    assert (refused.code, refused.next_en) == (missing.code, missing.next_en)
    assert refused.en.replace("police e", "no such e") == missing.en
    assert world.admin("SELECT count(*) FROM reading") == [(2,)]


def test_a_share_in_an_account_does_not_let_write_for_the_meter(world, take):
    world.admin(
        """INSERT INTO access_grant (viewer, role, scope, institution_id)
           VALUES (%s, 'officer', 'institution', %s)""",
        f"user:{world.user['outsider']}",
        world.institution["academy"],
    )
    assert world.channel["shared e"] in {
        row[0]
        for row in world.admin("SELECT channel_id FROM account_term WHERE institution_id = %s",
                               world.institution["academy"])
    }  # fmt: skip
    (refused,) = problems_of(take, HEADER + rows("shared e", range(2)), "outsider")

    assert refused.code == "reading.unknown_key"
    assert take(HEADER + rows("shared e", range(2)), "province officer").inserted == 2


def test_who_may_only_read_imports_nothing(world, take):
    for dry_run in (True, False):
        with pytest.raises(DeniedError):
            take(HEADER + rows("office e", range(2)), "city reader", dry_run=dry_run)


def test_a_database_that_is_away_leaves_nothing_behind(world):
    away = Store("postgresql://127.0.0.1:1/none", "import")
    text = HEADER + rows("office e", range(2))
    before = world.admin(STATE)
    with pytest.raises(UnavailableError):
        import_readings(world.actor(), away, io.BytesIO(text.encode()), "july.csv", now_ms=NOW_MS)
    assert world.admin(STATE) == before


def test_what_changed_between_check_and_writing_is_refused_as_a_whole(world):
    """The sink looks again: a key that another import has just moved ends the whole file."""

    class Slow(Store):
        def write_whole(self, *fields, **how):
            world.admin(RETIRE, "clinic e")
            return super().write_whole(*fields, **how)

    sink = Slow(world.database.url("collector"), "import")
    text = HEADER + rows("office e", range(2)) + rows("clinic e", range(2), "demo-a/g2")
    with pytest.raises(ProblemsError) as caught:
        import_readings(world.actor(), sink, io.BytesIO(text.encode()), "july.csv", now_ms=NOW_MS)
    sink.close()

    assert [problem.where["line"] for problem in caught.value.problems] == [4]
    assert world.admin("SELECT count(*) FROM reading") == [(0,)]
    assert world.admin("SELECT count(*) FROM rejected_message") == [(0,)]


def test_a_corrected_file_is_offered_as_a_correction_and_not_silently_outdone(world, take):
    """An estimate, then what was really used: lower, lower, greater."""
    gas = world.channel["office gas"]

    def month(*values: float) -> str:
        hours = enumerate(values, 1)
        return HEADER + "".join(f"{GATEWAY},office gas,{at(n)},{value}\n" for n, value in hours)

    def total() -> int:
        (row,) = world.admin("SELECT sum(value) FROM reading WHERE channel_id = %s", gas)
        return int(row[0])

    take(month(100, 120, 110))
    actual = month(90, 95, 112)
    told = take(actual)
    assert (told.outdone, told.corrected, total()) == (2, 0, 332_000)
    assert [(one.line, one.value, one.stands) for one in told.examples] == [
        (2, "90", "100.000"),
        (3, "95", "120.000"),
    ]
    before = world.admin(STATE)
    rehearsed = take(actual, "of the office", dry_run=True, correct_for="utility's letter")
    assert world.admin(STATE) == before

    done = take(actual, "of the office", correct_for="utility's letter")
    assert replace(done, file_id=None) == rehearsed
    assert (done.outdone, done.corrected, total()) == (2, 2, 297_000)
    assert world.admin("SELECT made_by, reason, source FROM correction") == [
        (f"user:{world.user['of the office']}", "utility's letter", "july.csv")
    ]
    assert (
        world.admin(
            """SELECT r.rank, a.kind, a.known_by = c.made_by, a.file_id = %s
                 FROM reading r JOIN amendment a ON a.id = r.seq
                 JOIN correction c ON c.id = a.file_id
                WHERE r.channel_id = %s""",
            done.file_id,
            gas,
        )
        == [(1, "file", True, True)] * 3
    )
    (fields,) = world.admin(
        "SELECT detail->>'reason', detail->>'corrected' FROM audit_entry ORDER BY id DESC LIMIT 1"
    )
    assert fields == ("utility's letter", "2")
    again = take(actual, "of the office", correct_for="utility's letter")
    assert (again.outdone, again.revised, again.duplicates, total()) == (0, 0, 3, 297_000)
    assert world.admin("SELECT count(*) FROM correction") == [(1,)]


def test_a_file_that_says_two_values_tells_it_and_corrects_nothing(world, take):
    text = HEADER + "".join(f"{GATEWAY},office gas,{at(1)},{value}\n" for value in (10, 8, 10))
    told = take(text)
    (problem,) = problems_of(take, text, correct_for="why not")

    assert (told.outdone, told.duplicates) == (1, 1)
    assert (told.examples[0].line, told.examples[0].stands) == (3, "10.000")
    assert (problem.code, problem.where["field"]) == ("import.two_values", "at")
    (problem,) = _problems(take, text, correct_for=" ")
    assert problem.code == "import.no_reason"


def _problems(take, text: str, **how) -> tuple:
    with pytest.raises(InputError) as caught:
        take(text, **how)
    return (caught.value,)


def test_values_finer_than_the_quantum_are_told(world, take):
    """A quantum of 1 litre: 0.0104 m³ is 10.4 of them."""
    fine = "".join(f"{GATEWAY},office gas,{at(n)},0.0104\n" for n in range(1, 4))
    coarse = "".join(f"{GATEWAY},office gas,{at(n)},0.011\n" for n in range(4, 6))
    count = "SELECT channel_id, mark, readings FROM intake_mark"

    assert take(HEADER + fine + coarse, dry_run=True).rounded == 3
    assert take(HEADER + fine + coarse).rounded == 3
    assert take(HEADER + fine + coarse).rounded == 0  # known already
    assert world.admin(count) == [(world.channel["office gas"], "rounded", 3)]
    shown = channel(world.actor("of the office"), world.channel["office gas"]).marks
    assert [(one.mark, one.readings) for one in shown] == [("rounded", 3)]


def test_readings_and_their_audit_entry_are_one_transaction(world, take):
    world.admin("REVOKE INSERT ON audit_entry FROM commonwatt_collector")
    try:
        with pytest.raises(DeniedError):
            take(HEADER + rows("office e", range(2)))
    finally:
        world.admin("GRANT INSERT ON audit_entry TO commonwatt_collector")
    assert world.admin("SELECT count(*) FROM reading") == [(0,)]


def lines(*fields: tuple[int, int]) -> str:
    """Return a file of (hour, value) in the order of its lines."""
    return HEADER + "".join(f"{GATEWAY},office e,{at(hour)},{value}\n" for hour, value in fields)


ON_TIME = [(800 + hour, 5000 + 10 * hour) for hour in range(9)]


@pytest.mark.parametrize("last", [(), (ON_TIME[8],)])
def test_rows_of_a_clock_that_fell_back_are_left_out_and_told(world, take, last):
    late = [(hour, 5000 + 10 * hour) for hour in (6, 7)]  # weeks before, the register at less
    done = take(lines(*ON_TIME[:6], *late, *last))

    assert (done.inserted, done.behind, done.behind_lines) == (6 + len(last), 2, [8, 9])
    ((detail,),) = world.admin("SELECT detail FROM audit_entry WHERE act = 'readings.import'")
    assert detail["behind_lines"] == [8, 9]
    alone = take(lines(*late))
    assert (alone.inserted, alone.behind) == (2, 0)


@pytest.mark.parametrize(
    "fields",
    [
        ON_TIME[::-1],  # the newest first
        [*ON_TIME[5:], *ON_TIME[:5]],  # blocks in any order
        [*ON_TIME, (500, 4700), (600, 4800)],  # what was missing, behind the rest
        [*ON_TIME, (500, 90), (501, 95)],  # another register than later: it does not go on
        [(900, 5100), (850, 0), (800, 5050)],  # a zero, the newest first
    ],
)
def test_a_file_may_go_back_in_time(take, fields):
    done = take(lines(*fields))

    assert (done.inserted, done.behind) == (len(fields), 0)


PERIODS = "gateway,channel,start,end,value\n"
STARTS = "SELECT storage.ms(from_at), storage.ms(at) FROM reading_start ORDER BY at"


def period(first: int, last: int, value: float = 5) -> str:
    return f"{GATEWAY},office gas,{at(first)},{at(last)},{value}\n"


def span_ms(first: int, last: int) -> tuple[int, int]:
    return START_MS + first * HOUR_MS, START_MS + last * HOUR_MS


def test_a_period_of_another_length_than_the_channels_keeps_when_it_began(world, take):
    assert take(PERIODS + period(0, 1) + period(1, 4)).inserted == 2
    assert world.admin(STARTS) == [span_ms(1, 4)]  # the first has the channel's own period

    assert take(PERIODS + period(1, 4)).duplicates == 1  # again changes nothing
    assert world.admin(STARTS) == [span_ms(1, 4)]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (period(8, 12) + period(10, 14), 3),
        (period(8, 12) + period(9, 12), 3),
        (period(2, 6), 2),
        (period(3, 4), 2),
        (period(0, 5), 2),
    ],
    ids=["within a file", "one end", "begins within", "other start", "around"],
)
def test_time_that_another_period_counts_for_is_refused_and_both_are_named(world, take, rows, line):
    take(PERIODS + period(1, 4))
    before = world.admin(STATE)

    problems = problems_of(take, PERIODS + rows)

    assert {(one.code, one.where["line"]) for one in problems} == {("reading.overlaps", line)}
    assert all(one.next_en for one in problems)
    assert world.admin(STATE) == before


def test_a_period_before_its_channel_is_refused(world, take):
    (problem,) = problems_of(take, PERIODS + period(-24 * 400, 1))

    assert problem.code == "reading.begins_early"


def test_a_file_that_corrects_may_say_that_a_period_began_elsewhere_and_is_undone(world, take):
    take(PERIODS + period(1, 4))
    done = take(PERIODS + period(2, 4), correct_for="the bill was read wrongly")

    assert done.file_id is not None
    assert world.admin(STARTS) == [span_ms(1, 4), span_ms(2, 4)]
    assert take(PERIODS + period(2, 4), correct_for="again").file_id is None


def test_an_unknown_id_that_resembles_one_of_the_actors_own_is_asked_about(world, take):
    (problem,) = problems_of(take, HEADER + f"{GATEWAY},OFFICE  E,{at(0)},5\n")

    assert problem.code == "reading.resembles"
    assert problem.where["choices"][0]["value"] == "OFFICE  E=office e"
    same = {"answers": answers_of({"same": ["OFFICE  E=office e"]})}
    assert take(HEADER + f"{GATEWAY},OFFICE  E,{at(0)},5\n", **same).inserted == 1
    (hidden,) = problems_of(take, HEADER + f"demo-a/g2,CLINIC E,{at(0)},5\n", "of the office")
    assert hidden.code == "reading.unknown_key"  # not the actor's: nothing of it is told


def test_a_unit_that_a_person_names_holds_for_all_rows_and_zones_are_the_channels(world, take):
    answers = answers_of({"unit": "兆瓦时", "zone": "channel", "decimal": ","})
    text = f"网关;通道;时间;读数\n{GATEWAY};office e;2016-03-01 08:00;0,5\n"
    done = take(text, answers=answers)

    assert (done.inserted, done.channels) == (1, 1)
    assert done.recognised[0].how["decimal"] == ","
    assert world.admin("SELECT value FROM reading") == [(500_000,)]

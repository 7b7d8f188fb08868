"""A file that corrects: told before, on record with person and reason, undone to the quantum."""

import io
from dataclasses import replace

import pytest

from actions.actor import DeniedError
from actions.readings.corrections_table import CORRECTIONS, WhichCorrections
from actions.readings.file_corrections import correct_by_file
from actions.readings.import_readings import Imported
from actions.tables import rows_of
from metering.errors import ConflictError, NotFoundError
from tests.actions.correcting import undo, undo_file
from tests.actions.test_corrections import accounts, at, figures, hours, known
from tests.actions.world import GATEWAY, HOUR_MS, START_MS, World

NOW_MS = START_MS + 40 * 24 * HOUR_MS
AHEAD_MS = 600_000


@pytest.fixture
def filled(world) -> World:
    """A register and gas, whose file turns out to be wrong in both directions."""
    world.say("office e", [(START_MS + hour * HOUR_MS, 100.0 + hour) for hour in range(6)])
    world.say("office gas", [(START_MS + hour * HOUR_MS, 10.0) for hour in range(1, 6)], seq=2)
    world.work()
    return world


def correct(world: World, who: str = "system", reason: str = "letter", **how) -> Imported:
    """Lower, higher, the same, and an instant that nobody had said anything of."""
    rows = [
        ("office e", 2, 101.5), ("office e", 3, 103.5), ("office e", 4, 104), ("office e", 8, 108),
        ("office gas", 2, 4), ("office gas", 7, 3),
    ]  # fmt: skip
    text = "gateway,channel,at,value\n" + "".join(
        f"{GATEWAY},{channel},{at(hour).isoformat()},{value}\n" for channel, hour, value in rows
    )
    file = io.BytesIO(text.encode())
    return correct_by_file(
        world.actor(who), file, "may.csv", reason=reason, now_ms=NOW_MS, ahead_ms=AHEAD_MS, **how
    )


def told(world: World, effects) -> tuple[dict, dict]:
    """Return the office's hours of electricity and all accounts as they are foretold."""
    fresh, then = hours(world), accounts(world)
    for one in effects.hours:
        if one.channel_id == world.channel["office e"]:
            fresh[one.start_ms] = one.after
    for one in effects.accounts:
        then[one.institution_id, one.carrier, one.month] = one.after
    return known(fresh), then


def test_what_the_dry_run_tells_happens_and_the_undo_takes_all_of_it_back(filled):
    before = figures(filled)
    tried = correct(filled, dry_run=True)
    assert figures(filled) == before
    assert filled.admin("SELECT count(*) FROM stale_usage") == [(0,)]
    foretold = told(filled, tried.effects)

    done = correct(filled)
    filled.work()
    assert replace(done, file_id=None) == tried
    assert (done.inserted, done.revised, done.duplicates, done.outdone) == (2, 3, 1, 3)
    assert (known(hours(filled)), accounts(filled)) == foretold
    # By hand: the register from 100 to 108 and not 105, gas of 1 to 7 is 10 + 4 + 10 × 3 + 3.
    assert sorted(accounts(filled).values()) == [8_000, 47_000]

    undone = undo_file(filled.actor(), done.file_id, reason="wrong letter", dry_run=True)
    foretold = told(filled, undone)
    assert undo_file(filled.actor(), done.file_id, reason="wrong letter") == undone
    filled.work()
    assert figures(filled) == before
    assert (known(hours(filled)), accounts(filled)) == foretold
    assert filled.admin("SELECT count(*) FROM reading_revision") == [(0,)]


def test_each_channel_of_a_file_is_on_record_and_undone_alone_as_well(filled):
    done, actor = correct(filled), filled.actor()
    asked = WhichCorrections(channel_id=filled.channel["office gas"], holds=True)
    fields = rows_of(actor, CORRECTIONS, asked, None, 100).rows[0].one
    assert (fields.kind, fields.source, fields.file, fields.readings) == (
        "file",
        "letter",
        "may.csv",
        2,
    )
    assert fields.file_id == done.file_id

    undo(actor, fields.channel_id, fields.id, reason="gas was right")
    filled.work()
    assert sorted(accounts(filled).values()) == [8_000, 50_000]
    undo_file(actor, done.file_id, reason="and so was the other")
    with pytest.raises(ConflictError):
        undo_file(actor, done.file_id, reason="again")


def test_act_and_undo_leave_an_audit_entry_with_person_and_reason(filled):
    officer = f"user:{filled.user['of the office']}"
    done = correct(filled, "of the office")
    undo_file(filled.actor("of the office"), done.file_id, reason="wrong letter")

    assert filled.admin(
        """SELECT actor, act, subject, detail->>'reason'
             FROM audit_entry ORDER BY id DESC LIMIT 2"""
    ) == [
        (officer, "correction.undo_import", str(done.file_id), "wrong letter"),
        (officer, "readings.correct", "may.csv", "letter"),
    ]


def test_a_gateway_that_says_it_again_does_not_outdo_the_file_and_the_undo_lets_it(filled):
    done = correct(filled)
    filled.say("office gas", [(START_MS + 2 * HOUR_MS, 12.0)], seq=9)
    filled.work()
    assert sorted(accounts(filled).values()) == [8_000, 47_000]
    undo_file(filled.actor(), done.file_id, reason="the gateway knew")
    filled.work()
    assert sorted(accounts(filled).values()) == [5_000, 52_000]


def test_the_same_file_again_changes_nothing(filled):
    correct(filled)
    filled.work()
    before = figures(filled)
    again = correct(filled)
    assert (again.file_id, again.effects, again.duplicates) == (None, None, 6)
    filled.work()
    assert figures(filled) == before
    assert filled.admin("SELECT count(*) FROM correction") == [(1,)]


def test_who_may_not_correct_all_channels_of_a_file_takes_none_of_it_back(filled):
    """Whoever sees a part of a file only must not undo a part and think it is all."""
    done = correct(filled)
    filled.admin(
        "UPDATE meter SET institution_id = %s WHERE id = %s",
        filled.institution["clinic"], filled.meter["office gas"],
    )  # fmt: skip
    filled.admin(
        "UPDATE account_term SET known_until = now() WHERE channel_id = %s",
        filled.channel["office gas"],
    )
    before = filled.admin("SELECT count(*) FROM reading WHERE rank = 1")
    for who, refusal in (("of the office", DeniedError), ("city reader", DeniedError),
                         ("outsider", DeniedError)):  # fmt: skip
        for dry_run in (True, False):
            with pytest.raises((refusal, NotFoundError)):
                undo_file(filled.actor(who), done.file_id, reason="mine", dry_run=dry_run)
    assert filled.admin("SELECT count(*) FROM reading WHERE rank = 1") == before

"""What people say and what meters say may come in any order; only people's own order matters."""

import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.readings import exchanges
from actions.readings.corrections_table import CORRECTIONS, WhichCorrections
from actions.readings.file_corrections import correct_by_file
from actions.tables import rows_of
from metering.errors import ConflictError, EnergyError
from storage.readings import amendments
from storage.readings import exchanges as stored_exchanges
from storage.readings.exchanges import Exchange
from tests.actions import correcting as corrections
from tests.actions.world import GATEWAY, HOUR_MS, START_MS, World, new_office

HOURS = 16
NOW_MS = START_MS + 40 * 24 * HOUR_MS
KINDS = ("void", "set", "reinstate", "wrap", "exchange", "use", "withdraw", "file", "undo")
_NUMBER = count(1)


def at(hour: float) -> datetime:
    return datetime.fromtimestamp(START_MS / 1000, UTC) + timedelta(hours=hour)


@dataclass(frozen=True)
class Act:
    """An act that was taken: what it left as facts, so that another office can be told the same."""

    kind: str
    at: datetime
    value: int | None = None
    exchange: Exchange | None = None
    undoes: int | None = None


@dataclass
class Office:
    """A register of its own, and what was said of it: its corrections by their place."""

    world: World
    name: str
    acts: list[Act] = field(default_factory=list)
    made: list[int | None] = field(default_factory=list)

    @property
    def channel(self) -> int:
        return self.world.channel[f"{self.name} e"]

    def push(self, hour: int, value: float, seq: int) -> None:
        self.world.say(f"{self.name} e", [(START_MS + hour * HOUR_MS, value)], seq)

    def figures(self) -> tuple:
        """All that its readings make."""
        institution = self.world.institution[self.name]
        return tuple(
            tuple(self.world.admin(statement, of))
            for statement, of in (
                ("SELECT at, value, rank FROM reading WHERE channel_id = %s ORDER BY at",
                 self.channel),
                ("SELECT hour, used, known_s FROM usage_hour WHERE channel_id = %s ORDER BY hour",
                 self.channel),
                ("SELECT day, used, known_s FROM usage_day WHERE channel_id = %s ORDER BY day",
                 self.channel),
                ("SELECT month, carrier, quanta, known_s FROM account WHERE institution_id = %s",
                 institution),
            )
        )  # fmt: skip

    # -- as people do it: whatever does not fit is refused -------------------------------------

    def act(self, kind: str, hour: float, value: float) -> None:
        """Do something, if it is taken, and remember it."""
        with suppress(EnergyError):
            if kind == "undo":
                self.undo(int(value) % max(len(self.made), 1))
            elif kind == "file":
                self._correct_by_file(int(hour), value)
            else:
                done = _ACTS[kind](self, at(hour), Decimal(str(value)))
                self._remember(kind, done.correction)

    def undo(self, place: int) -> None:
        """Take back what was said there."""
        if place >= len(self.made) or (correction := self.made[place]) is None:
            return
        corrections.undo(self.world.actor(), self.channel, correction, reason="no")
        self.acts.append(Act("undo", at(0), undoes=place))
        self.made.append(None)

    def _correct_by_file(self, hour: int, value: float) -> None:
        text = "gateway,channel,at,value\n" + "".join(
            f"{GATEWAY},{self.name} e,{at(hour + more).isoformat()},{value + more}\n"
            for more in range(3)
        )
        correct_by_file(
            self.world.actor(), io.BytesIO(text.encode()), "f.csv", reason="letter",
            now_ms=NOW_MS, ahead_ms=600_000,
        )  # fmt: skip
        asked = WhichCorrections(channel_id=self.channel, holds=True)
        last = rows_of(self.world.actor(), CORRECTIONS, asked, None, 1).rows[0].one
        if last.kind == "file" and last.id not in self.made:
            self.acts.append(Act("file", at(hour), value=round(value * 1000)))
            self.made.append(last.id)

    def _remember(self, kind: str, made: amendments.Correction) -> None:
        known = exchanges.list_exchanges(self.world.actor(), self.channel)[1]
        when = datetime.fromtimestamp(made.at_ms / 1000, UTC)
        exchange = next((one for one in known if one.at == when), None)
        self.acts.append(Act(kind, when, made.value, exchange))
        self.made.append(made.id)

    # -- as facts alone: whatever was taken elsewhere ------------------------------------------

    def told(self, act: Act) -> None:
        """Keep what was said of another office, past the checks on what has come by now."""
        if act.undoes is not None:
            undone = self.made[act.undoes]
            assert undone is not None
            corrections.undo(self.world.actor(), self.channel, undone, reason="no")
            self.made.append(None)
            return
        actor, at_ms = self.world.actor(), int(act.at.timestamp() * 1000)
        with actor.act("readings.correct", self.channel) as connection:
            how = {"source": "again", "by": actor.name}
            if act.kind == "file":
                assert act.value is not None
                file = amendments.new_file(
                    connection, name="f.csv", channels=1, reason="again", by=actor.name
                )
                amendments.record_file(
                    connection, file, self.channel,
                    [at_ms + more * HOUR_MS for more in range(3)],
                    [act.value + more * 1000 for more in range(3)],
                    reason="again", by=actor.name,
                )  # fmt: skip
                made = amendments.of_file(connection, file)[1][0].id
            else:
                replaced = None
                if act.kind in amendments.OF_VERDICT:
                    wrap = act.kind == "wrap"
                    replaced = amendments.judge(connection, self.channel, at_ms, wrap=wrap, **how)
                elif act.kind == "withdraw":
                    replaced = stored_exchanges.retire(connection, self.channel, act.at)
                elif act.kind in amendments.OF_EXCHANGE:
                    assert act.exchange is not None
                    replaced = stored_exchanges.record(connection, self.channel, act.exchange)
                made = amendments.record(
                    connection, self.channel, at_ms, act.kind,  # type: ignore[arg-type]
                    value=act.value, replaced=replaced, **how,
                )  # fmt: skip
        self.made.append(made)


_ACTS: dict[str, Callable] = {
    "void": lambda o, when, _: corrections.void_reading(
        o.world.actor(), o.channel, when, reason="r"
    ),
    "set": lambda o, when, value: corrections.set_value(
        o.world.actor(), o.channel, when, value, reason="r"
    ),
    "reinstate": lambda o, when, _: corrections.reinstate_reading(
        o.world.actor(), o.channel, when, reason="r"
    ),
    "wrap": lambda o, when, _: corrections.confirm_wrap(
        o.world.actor(), o.channel, when, reason="r"
    ),
    "exchange": lambda o, when, value: corrections.record_exchange(
        o.world.actor(), o.channel, when, final=value, initial=Decimal(0), source="r", despite=True
    ),
    "use": lambda o, when, value: corrections.say_use(
        o.world.actor(), o.channel, when, value / 10, reason="r", despite=True
    ),
    "withdraw": lambda o, when, _: corrections.withdraw_exchange(
        o.world.actor(), o.channel, when, reason="r"
    ),
}

# A register of a day with misread digits, zeros and falls; an hour may be said twice.
readings = st.lists(
    st.tuples(
        st.integers(0, HOURS - 1),
        st.one_of(st.none(), st.sampled_from([0.0, 3.0, 99_999.0, 99_995.0, 50.0])),
        st.integers(1, 3),
    ),
    min_size=6,
    max_size=24,
    unique_by=lambda one: (one[0], one[2]),
)
acts = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 2 * HOURS - 1).map(lambda half: half / 2),
        st.sampled_from([0.0, 1.0, 2.0, 5.0, 104.5, 130.0, 245.0, 99_999.0]),
    ),
    min_size=2,
    max_size=8,
)


@pytest.mark.slow
@settings(max_examples=15)
@given(readings=readings, acts=acts, order=st.integers(0, 2**32))
def test_acts_and_readings_in_any_order_of_arrival_and_all_of_it_undone(
    world, readings, acts, order
):
    random, number = Random(order), next(_NUMBER)
    one, other = (Office(world, f"{name} {number}") for name in ("one", "other"))
    for office in (one, other):
        new_office(world, office.name)
    drawn = [(hour, 100.0 + 10 * hour if value is None else value, seq)
            for hour, value, seq in readings]  # fmt: skip
    for reading in drawn:
        one.push(*reading)
    world.work()
    before = one.figures()
    for act in acts:
        one.act(*act)
    world.work()

    waiting = random.sample(drawn, len(drawn))
    entries = list(one.acts)
    while waiting or entries:
        if entries and random.random() * (len(waiting) + len(entries)) < len(entries):
            other.told(entries.pop(0))
        else:
            other.push(*waiting.pop())
        if random.random() < 0.05:
            world.work()
    world.work()
    assert other.figures() == one.figures()

    left = [place for place, made in enumerate(one.made) if made is not None]
    for place in (each.undoes for each in one.acts):
        if place is not None:
            left.remove(place)
    while left:  # in any order, but for what stands upon another
        place = random.choice(left)
        with suppress(ConflictError):
            one.undo(place)
            left.remove(place)
    world.work()
    assert one.figures() == before

"""A holder's trusted list: its authority puts takers on it and takes them off."""

from datetime import date, timedelta

from pydantic import BaseModel

from actions.compact.account_acts import union_field
from actions.compact.found_union import source_field
from actions.compact.movement_things import taker_field
from actions.declared import About, Action, Effect
from actions.fields import Acting, Words, plain
from actions.kinds import Id, Line
from actions.registry.things import INSTITUTION
from actions.rights import Right
from metering.errors import ConflictError
from storage.compact import movements, trust
from storage.compact.trust import TrustRow
from storage.registry.institutions import Institution


class TakerListed(BaseModel):
    """From when on a taker is, or is no longer, on the list."""

    taker_id: int
    listed: bool
    since: date


class TrustTaker(Action[Institution, TakerListed]):
    """Put a taker on a holder's trusted list, from tomorrow on: nothing is hurried by it today."""

    about = About(
        code="trust.add",
        on=INSTITUTION,
        right=Right.PLAN,
        path="/institutions/{on}/trusted-takers",
        tag="books",
        zh="列入可信名单",
        en="Trust a taker",
        done=("已列入,自明日起有效。", "Listed; it holds from tomorrow on."),
    )

    union: Id = union_field()
    taker: Id = taker_field()
    source: Line = source_field()

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse who is listed already."""
        if _listed(at, self.union, on, self.taker) is not None or self.taker == on.institution_id:
            raise ConflictError(
                "trust.listed_already",
                zh="该机构已在可信名单中,或即本机构。",
                en="It is on the list already, or is the holder itself.",
                next_zh="请查看可信名单。",
                next_en="See the trusted lists.",
                where={"taker_id": self.taker},
            )

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return how long a transfer to it waits now and then."""
        now = movements.wait_hours(at.connection, self.union, on.institution_id, self.taker)
        since = plain((at.today + timedelta(days=1)).isoformat())
        words = Words("现在等待(小时)", "It waits now, hours")
        return [
            Effect("wait", words, None, plain(str(now))),
            Effect("since", Words("自", "Trusted from"), None, since),
        ]

    def do(self, on: Institution, at: Acting) -> TakerListed:
        """List it."""
        since = at.today + timedelta(days=1)
        of = on.institution_id, self.taker
        trust.add(at.connection, self.union, of, since, self.source, at.actor)
        return TakerListed(taker_id=self.taker, listed=True, since=since)


class DistrustTaker(Action[Institution, TakerListed]):
    """Take a taker off a holder's trusted list, from today on."""

    about = About(
        code="trust.end",
        on=INSTITUTION,
        right=Right.PLAN,
        path="/institutions/{on}/trusted-takers/ended",
        tag="books",
        zh="移出可信名单",
        en="Trust a taker no longer",
        done=("已移出。", "It is off the list."),
    )

    union: Id = union_field()
    taker: Id = taker_field()
    source: Line = source_field()

    def check(self, on: Institution, at: Acting) -> None:
        """Refuse who is not listed."""
        self._row(on, at)

    def foresee(self, on: Institution, at: Acting) -> list[Effect]:
        """Return that it is listed no longer."""
        listed, off = Words("在名单中", "listed"), Words("不在名单中", "not listed")
        return [Effect("trust", Words("可信名单", "Trusted list"), listed, off)]

    def do(self, on: Institution, at: Acting) -> TakerListed:
        """Take it off."""
        trust.end(at.connection, self._row(on, at), at.today, self.source, at.actor)
        return TakerListed(taker_id=self.taker, listed=False, since=at.today)

    def _row(self, on: Institution, at: Acting) -> TrustRow:
        found = _listed(at, self.union, on, self.taker)
        if found is None:
            raise ConflictError(
                "trust.not_listed",
                zh="该机构不在可信名单中。",
                en="It is not on the list.",
                next_zh="请查看可信名单。",
                next_en="See the trusted lists.",
                where={"taker_id": self.taker},
            )
        return found


def _listed(at: Acting, union: int, on: Institution, taker: int) -> TrustRow | None:
    of = on.institution_id, taker
    return next(
        (
            one
            for one in trust.listed(at.connection, union)
            if (one.institution_id, one.taker_id) == of
            and (one.valid_to is None or one.valid_to > at.today)
        ),
        None,
    )

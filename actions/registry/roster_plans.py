"""What a change of the roster does: who may take part, what moves, and what stays open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from actions.actor import denied
from actions.declared import Effect
from actions.fields import Acting, Words, plain
from actions.figures import in_units
from actions.registry import roster_refusals as refusals
from actions.registry.institutions import institution_name, no_institution
from actions.registry.roster_quota import quota_effects
from actions.registry.roster_words import LEFT, OPEN
from compact.succession import GONE, STAYS, Change, Succession, carried, comparable, reassigned
from storage.registry import roster
from storage.registry.roster_values import NewChange, Said, Standing, Term


@dataclass(frozen=True, slots=True)
class Plan:
    """A change that can be made: what it is, and what the registry says of its day then."""

    change: NewChange
    before: Said
    after: Said
    leaving: frozenset[int]

    @property
    def whom(self) -> list[int]:
        """All that it names."""
        heirs = {one.successor for one in self.change.parts}
        return sorted(heirs.union(self.change.whom))


def planned(
    at: Acting,
    change: NewChange,
    place: tuple[int, str, str] | None = None,
    facts: Mapping[str, str] | None = None,
) -> Plan:
    """Return what a change would do, or refuse it and name both sides.

    place: of who moves, region, level and department line from the day on. facts: of who is
    renamed and the like, by attribute.
    """
    roster.lock(at.connection)
    kind = Change(change.kind)
    succession = Succession(change.day, tuple(change.parts))
    heirs = {one.successor for one in change.parts}
    whom = sorted(heirs.union(change.whom))
    found = {one.institution_id: one for one in roster.standings(at.connection, whom, change.day)}
    for who in whom:
        _must_stand(found.get(who), who, change)
    leaving = frozenset(change.whom) if kind is Change.CLOSE else succession.leaving
    moved = _moved(at, change.whom[0], change.day, place) if place else ([], [])
    terms = _terms(at, change, leaving)
    status = [(who, GONE[kind]) for who in sorted(leaving)]
    held = roster.statuses(at.connection, [who for who, _ in status], change.day)
    said = _facts(at, change, facts or {})
    return Plan(
        change,
        Said(terms[0], held, moved[0], said[0]),
        Said(terms[1], list(status), moved[1], said[1]),
        leaving,
    )


def effects(at: Acting, plan: Plan) -> list[Effect]:
    """Return whom it concerns, and what becomes of history, base, quota and open matters."""
    return [*_whom(at, plan), *_history(at, plan), *_base(at, plan), *_open(at, plan)]


def _must_stand(one: Standing | None, who: int, change: NewChange) -> None:
    if one is None:
        raise no_institution(who)
    if not one.kept:
        raise denied(f"institution.{change.kind}")
    if one.left_by is not None:
        raise refusals.left(one, change)
    if one.founded is None or change.day <= one.founded:
        raise refusals.before_founding(one, change)
    if one.later_by is not None:
        raise refusals.later(one, change)


def _moved(
    at: Acting, who: int, day: date, place: tuple[int, str, str]
) -> tuple[list[tuple[int, int, str, str]], list[tuple[int, int, str, str]]]:
    """Return to whom it belongs on the day, and would."""
    held = roster.places(at.connection, who, day)
    if len(held) != 1 or held[0].valid_from > day:
        raise refusals.moves_later(who, day)
    before = held[0].region_id, held[0].level, held[0].department_line
    if before == place:
        raise refusals.no_move(who, day)
    if not roster.takes_in(at.connection, place[0], place[2]):
        raise denied("institution.move")
    return [(who, *before)], [(who, *place)]


FactRows = list[tuple[int, str, str | None]]


def _facts(at: Acting, change: NewChange, facts: Mapping[str, str]) -> tuple[FactRows, FactRows]:
    """Return the facts that change, as they are known of the day and as they would be."""
    who = change.whom[0]
    held = roster.facts(at.connection, who, list(facts), change.day)
    fresh = [name for name in facts if held.get(name) != facts[name]]
    return [(who, n, held.get(n)) for n in fresh], [(who, n, facts[n]) for n in fresh]


TermRows = list[tuple[int, int, str, int | None]]


def _terms(at: Acting, change: NewChange, leaving: frozenset[int]) -> tuple[TermRows, TermRows]:
    """Return the shares of channels that change, as they are and as they would be."""
    if change.kind in STAYS:
        return [], []
    heirs = {one.successor for one in change.parts}
    every = roster.terms(at.connection, sorted(heirs.union(change.whom)), change.day)
    gone = set(change.whom)
    channels = {one.channel_id for one in every if one.institution_id in gone}
    mine = [one for one in every if one.channel_id in channels]
    for one in mine:
        if one.valid_from > change.day or one.valid_to is not None:
            raise refusals.account_changes_later(one, change.day)
    held = {(one.institution_id, one.channel_id): one.share for one in mine}
    if change.parts:
        fresh = reassigned(held, change.parts)
    else:
        fresh = {place: 0 for place in held if place[0] in leaving}
    return _rows(mine, fresh, held), _rows(mine, fresh, fresh)


def _rows(
    terms: Sequence[Term], whom: dict[tuple[int, int], int], said: dict[tuple[int, int], int]
) -> TermRows:
    carrier = {one.channel_id: one.carrier for one in terms}
    return [
        (who, channel, carrier[channel], said.get((who, channel)) or None)
        for who, channel in sorted(whom)
    ]


def _name(at: Acting, who: int) -> Words:
    return institution_name(at, who) or plain(str(who))


def _whom(at: Acting, plan: Plan) -> list[Effect]:
    found = []
    for who in plan.change.whom:
        parts = [one for one in plan.change.parts if one.predecessor == who]
        names = [(_name(at, one.successor), one.share) for one in parts]
        zh = "、".join(f"{name.zh} {_part(share).zh}" for name, share in names)
        en = ", ".join(f"{name.en} {_part(share).en}" for name, share in names)
        gone = LEFT[Change(plan.change.kind)] if who in plan.leaving else Words("留在名录", "stays")
        after = Words(f"{gone.zh};承继:{zh}", f"{gone.en}; succeeded by {en}") if parts else gone
        where = {"institution": who, "shares": [[p.successor, str(p.share)] for p in parts]}
        found.append(Effect("institution", _name(at, who), None, after, where))
    return found


def _history(at: Acting, plan: Plan) -> list[Effect]:
    """Say that old months stay, and which channels count elsewhere from the day on."""
    day = plan.change.day
    stays = Words(f"{day} 以前的台账留在原机构", f"accounts before {day} stay where they are")
    effects = [Effect("history", Words("历史台账", "History"), None, stays, {"day": str(day)})]
    channels = sorted({channel for _, channel, _, _ in plan.after.terms})
    if channels:
        words = Words("改计入的计量通道", "Channels that count elsewhere")
        many = plain(str(len(channels)))
        where = {"channels": channels, "terms": [list(one) for one in plan.after.terms]}
        effects.append(Effect("channels", words, None, many, where))
    return effects


def _base(at: Acting, plan: Plan) -> list[Effect]:
    """Return last year's use of each that stays, on comparable scope."""
    year = plan.change.day.year - 1
    used = roster.used_g(at.connection, plan.whom, year)
    change = Succession(plan.change.day, tuple(plan.change.parts))
    after = comparable(used, carried([change], used, plan.change.day))
    return [
        Effect(
            "base",
            Words(
                f"{_name(at, who).zh}:{year} 年可比口径用能",
                f"{_name(at, who).en}: {year} on comparable scope",
            ),
            _coal(used.get(who)),
            _coal(after.get(who)),
            {"institution": who, "year": year, "kgce_g": after.get(who)},
        )
        for who in plan.whom
        if used.get(who) != after.get(who)
    ]


def _open(at: Acting, plan: Plan) -> list[Effect]:
    matters = roster.open_matters(at.connection, plan.whom, plan.change.day)
    found = quota_effects(at, plan.change, [one for one in matters if one.kind == "quota"])
    for one in (one for one in matters if one.kind != "quota"):
        name, words = _name(at, one.institution_id), OPEN[one.kind]
        year = "" if one.year is None else f" {one.year}"
        what = Words(f"{name.zh}:{words.zh}{year}", f"{name.en}: {words.en}{year}")
        after = _coal(one.amount_g) if one.amount_g is not None else plain(str(one.many))
        where = {"institution": one.institution_id, "year": one.year, "many": one.many}
        found.append(Effect(one.kind, what, None, after, where, warns=one.kind != "months"))
    return found


def _part(share: Fraction) -> Words:
    return Words("(全部)", "(all of it)") if share == 1 else plain(str(share))


def _coal(grams: int | None) -> Words | None:
    return None if grams is None else plain(f"{in_units(grams, 1000)} kgce")

"""The movement that acts hang on, and what proposals of movements share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, NamedTuple, Protocol

from pydantic import BaseModel, Field

from actions.compact.base_fields import institution_name
from actions.compact.book_words import ACCOUNTS, KINDS, MOVEMENT_STATES, POOLED
from actions.compact.target_fields import Year
from actions.compact.target_words import INDICATORS, amount_words
from actions.declared import Effect, Thing
from actions.fields import Acting, Lang, Option, Words, field, plain
from actions.figures import kilograms
from actions.kinds import Amount
from compact.books import Kind
from compact.indicators import SHARED, Indicator
from compact.movements import Deed, Leg, Movement, State
from metering.errors import ConflictError
from storage.compact import accounts, movements
from storage.compact.movements import MovementFilter, MovementRow, Proposal
from storage.registry import institutions
from storage.registry.institutions import Institution

ToMove = Annotated[Amount, Field(gt=0, le=Decimal(10**12), decimal_places=3)]


class SharedIndicator(StrEnum):
    """An indicator of which there are quotas, and so books."""

    TOTAL_KGCE = Indicator.TOTAL_KGCE.value
    TOTAL_KGCO2 = Indicator.TOTAL_KGCO2.value
    TOTAL_WATER_M3 = Indicator.TOTAL_WATER_M3.value


OF_BOOKS: Final = {one.value: INDICATORS[one.value] for one in SHARED}


class Books(NamedTuple):
    """Which books: of a union, by which indicator, of which year."""

    union: int
    indicator: str
    year: int


class SaysBooks(Protocol):
    """A form that says which books it is about."""

    @property
    def union(self) -> int: ...
    @property
    def indicator(self) -> SharedIndicator: ...
    @property
    def year(self) -> int: ...


def books_of(said: SaysBooks) -> Books:
    """Return which books a form is about."""
    return Books(said.union, said.indicator.value, said.year)


class MovementStands(BaseModel):
    """A movement and how far it is."""

    movement_id: int
    state: str = Field(description="proposed, waiting, done, refused, cancelled or ended")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a holder wants moved, as forms say it."""

    books: Books
    amount: Decimal
    reason: str
    document: str | None = None

    @classmethod
    def of_grams(
        cls, books: Books, grams: int, reason: str, document: str | None = None
    ) -> "Asked":
        """Return what is asked for in whole grams, of water litres."""
        return cls(books, Decimal(grams).scaleb(-3), reason, document)

    @property
    def grams(self) -> int:
        """The amount in whole grams, of water litres."""
        return int(self.amount.scaleb(3))


def amount_field() -> Any:
    """Return the field of how much."""
    hint = ("按控制指标:kgce、kgCO2 或 m³", "By the indicator: kgce, kgCO2 or m³")
    return field(zh="数额", en="Amount", hint=hint, examples=["1200"])


def indicator_field() -> Any:
    """Return the field of which indicator's books."""
    return field(zh="控制指标", en="Indicator", names=OF_BOOKS, default=SharedIndicator.TOTAL_KGCE)


def year_field() -> Any:
    """Return the field of which year's quota."""
    return field(zh="年度", en="Year of the quota", examples=[2027])


def taker_field() -> Any:
    """Return the field of who takes: by its permanent id, for the giver need not see it."""
    hint = ("机构编号", "By its id")
    return field(zh="调入机构", en="Taker", hint=hint, called=institution_name, examples=[2])


def member_of(at: Acting, of: Books, institution: int, *, takes: bool = False) -> int:
    """Return the member in whose total a holder's quota was issued; ConflictError without one."""
    found = movements.member_of(at.connection, *of, institution, takes=takes)
    if found is None:
        called = INDICATORS[of.indicator]
        raise ConflictError(
            "books.no_account",
            zh=f"该机构 {of.year} 年在此联合体没有已下达的{called.zh}指标。",
            en=f"No quota of {of.year} ({called.en}) is issued to this institution in this union.",
            next_zh="请核对联合体、控制指标和年度。",
            next_en="Check union, indicator and year.",
            where={
                "institution_id": institution,
                "union_id": of.union,
                "indicator": of.indicator,
                "year": of.year,
            },
        )
    return found


def check_held(at: Acting, of: Books, institution: int, grams: int) -> None:
    """Refuse to give what a holder does not have, or has promised already."""
    own = accounts.balance(at.connection, *of, "holder", institution_id=institution)
    left = own - movements.pending_g(at.connection, of, institution)
    if left < grams:
        has, wants = (amount_words(one, of.indicator).en for one in (left, grams))
        raise ConflictError(
            "books.not_enough",
            zh=f"可调出余额为 {has},不足 {wants}。",
            en=f"{has} may be given, which is less than {wants}.",
            next_zh="请减少数额,或先撤回其他待办的调剂。",
            next_en="Give less, or take back another transfer that waits.",
            where={"left": kilograms(left), "asked": kilograms(grams)},
        )


def start(
    at: Acting,
    asked: Asked,
    what: Movement,
    *,
    reverses: int | None = None,
    legs: Sequence[Leg] = (),
) -> int:
    """Propose a movement, with its legs where it moves among many; return its id."""
    union, indicator, _ = asked.books
    said = Proposal(union, indicator, asked.reason, at.actor, asked.document, reverses)
    made = movements.propose(at.connection, said, what, legs)
    at.told.update(movement=made, moved=kilograms(what.amount_g))
    return made


def effects(of: Books, what: Movement, before_g: int, after_g: int) -> list[Effect]:
    """Return what kind it is, how much moves and what the holder has before and after."""
    moved, before, after = (
        amount_words(one, of.indicator) for one in (what.amount_g, before_g, after_g)
    )
    return [
        Effect("kind", Words("变动", "Movement"), None, KINDS[what.kind.value]),
        Effect("amount", Words("数额", "Amount"), None, moved),
        Effect("balance", Words("账簿户余额", "Balance of the account"), before, after),
    ]


def legs_shown(at: Acting, indicator: str, legs: Sequence[Leg]) -> list[Effect]:
    """Return what each account gives or gets."""
    whom = sorted({one.place for one in legs if one.account == "holder" and one.place is not None})
    names = institutions.names(at.connection, whom)
    unit = Indicator(indicator).unit_shown
    return [_leg_shown(one, unit, names) for one in legs]


def _leg_shown(one: Leg, unit: str, names: Mapping[int, tuple[str | None, str | None]]) -> Effect:
    account, sign = ACCOUNTS[one.account], "+" if one.amount_g > 0 else "−"
    zh, en = names.get(one.place or 0, (None, None)) if one.account == "holder" else ("", "")
    called = [f"{name} · {one.year}".strip(" ·") for name in (zh or en, en or zh)]
    if one.account == "holder" and not (zh or en):
        called = [f"{one.place} · {one.year}"] * 2
    return Effect(
        "entry",
        Words(f"{account.zh} {called[0]}", f"{account.en} {called[1]}"),
        None,
        plain(f"{sign}{kilograms(abs(one.amount_g))} {unit}"),
        {"institution": one.place, "account": one.account, "year": one.year},
    )


def done_at_once(
    at: Acting, asked: Asked, what: Movement, *, reverses: int | None = None
) -> MovementStands:
    """Do what needs no second person; the books take it or refuse it in words."""
    made = start(at, asked, what, reverses=reverses)
    movements.say(at.connection, made, Deed.DO, at.actor)
    return MovementStands(movement_id=made, state=State.DONE.value)


def tried(at: Acting, asked: Asked, what: Movement, *, reverses: int | None = None) -> list[Effect]:
    """Return what it would change, by doing it in a transaction of which nothing is kept."""
    before = _balance(at, asked, what)
    done_at_once(at, asked, what, reverses=reverses)
    return effects(asked.books, what, before, _balance(at, asked, what))


def _balance(at: Acting, asked: Asked, what: Movement) -> int:
    """Return what the account of which it is holds: the holder's, else the member's reserve."""
    of = (at.connection, *asked.books)
    if what.institution is None:
        return accounts.balance(*of, "reserve", region_id=what.member)
    return accounts.balance(*of, "holder", institution_id=what.institution)


def waits_for_another() -> Effect:
    """Return that another person must approve it."""
    waits = Words("待另一人批准", "waits for another person")
    return Effect("state", Words("状态", "State"), None, waits)


def own_balance(at: Acting, on: Institution, of: Books) -> int:
    """Return what a holder's own account holds for a year. [g, of water L]"""
    return accounts.balance(at.connection, *of, "holder", institution_id=on.institution_id)


def kind_words(one: MovementRow) -> Words:
    """Return what kind of movement it is; of a pool's, which way it goes."""
    return KINDS[one.kind] if one.into_pool is None else POOLED[one.into_pool]


def movement_name(one: MovementRow, lang: Lang) -> str:
    """Return what people call a movement."""
    kind = kind_words(one).say(lang)
    kind = kind[:1].upper() + kind[1:]
    whose = (one.name_zh if lang == "zh" else one.name_en or one.name_zh) or ""
    return f"{kind} {one.movement_id} {whose}".strip()


def open_movements(at: Acting) -> list[Option]:
    """Return the movements that something may still be done about."""
    found = [
        one
        for state in ("proposed", "waiting")
        for one in movements.listed(at.connection, MovementFilter(state=state))
    ]
    covers = movements.listed(at.connection, MovementFilter(state="done", kind=Kind.COVER.value))
    return [
        Option(
            str(one.movement_id),
            Words(
                f"{movement_name(one, 'zh')} · {MOVEMENT_STATES[one.state].zh}",
                f"{movement_name(one, 'en')} · {MOVEMENT_STATES[one.state].en}",
            ),
        )
        for one in (*found, *covers)
    ]


MOVEMENT: Final = Thing[MovementRow](
    "movement",
    Words("指标变动", "movement"),
    MovementRow,
    find=lambda at, on: movements.one(at.connection, on),
    name=movement_name,
    page=lambda one: f"/movements/{one.movement_id}",
    covered="""(SELECT CASE WHEN m.institution_id IS NULL
                            THEN m.union_id IN (SELECT * FROM access.planned_unions())
                            ELSE m.institution_id IN (SELECT * FROM access.covers(%(right)s)) END
                  FROM movement m WHERE m.id = %(on)s::integer)""",
    lock="SELECT pg_advisory_xact_lock(12, union_id) FROM movement WHERE id = %s",
    options=open_movements,
)
YearOfQuota = Year

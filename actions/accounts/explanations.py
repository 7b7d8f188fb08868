"""Every account explains itself: down to terms, days, readings, coefficients and arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any

from psycopg import Connection

from actions.accounts.deriving import Derived, derived_of
from actions.accounts.profiles import known_profile
from actions.actor import Actor
from actions.figures import not_found
from actions.readings.evidence import Evidence, evidence_of
from analytics.doubled import doubled
from storage.accounts import documents, explanations, ledger
from storage.accounts.documents import Document
from storage.accounts.explanations import Coefficient, GridFactor, Owner, Part
from storage.accounts.ledger import Account, AccountFilter
from storage.registry import meters
from storage.registry.meters import Channel, DatedSetting


@dataclass(frozen=True, slots=True)
class ExplainedTerm:
    """A channel's part in the account of a month.

    share: in millionths. share_before: where cascade rounding begins. Both None where the channel
        is beyond the reader's rights, for from its part they would tell the whole.
    days: with the whole use of the channel and its part here, in carrier quanta.
    quanta: the sum of these parts; None where nothing is known.
    channel and what follows is None or empty where the channel is beyond the reader's rights:
    then only the owner is named.
    """

    channel_id: int
    owner: Owner | None
    share: int | None
    share_before: int | None
    valid_from: date
    valid_to: date | None
    source: str
    quanta: int | None
    days: list[Part]
    channel: Channel | None
    settings: list[DatedSetting]
    evidence: Evidence | None
    derived: Derived | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
    """How quanta became whole grams: quanta × 1000 / per_unit × kg_per_unit, rounded half up."""

    grams: int | None
    arithmetic: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one account stands on.

    documents: of an account that no meter made, the bills, typed figures or estimate it rests on.
    agrees: whether the parts shown add to the account, and each channel's to its readings; False
        where some are beyond the reader's rights, or still to be recomputed (`waits`).
    counted_twice: channels of which the first used each day what the others did together: a total
        beside its rates, a meter sent twice; empty where none are, or some are beyond the rights.
    grid_chain: the factors looked for, nearest place first; the first with a value was taken.
    """

    account: Account
    terms: list[ExplainedTerm]
    documents: list[Document]
    agrees: bool
    waits: bool
    counted_twice: tuple[int, ...]
    coefficient: Coefficient | None
    kgce: Conversion
    co2_factor: Coefficient | None
    grid_chain: list[GridFactor]
    co2: Conversion


def explain_account(
    actor: Actor,
    institution_id: int,
    carrier: str,
    month: date,
    source: str = "meter",
    profile: str | None = None,
) -> Explanation:
    """Return what an account stands on, as far as the reader's rights reach."""
    first = month.replace(day=1)
    with actor.look() as connection:
        code = known_profile(connection, profile)
        account = _account(connection, institution_id, carrier, first, source, code)
        terms = _terms(connection, account) if source == "meter" else []
        papers = documents.behind(connection, account) if source != "meter" else []
        chain = (
            explanations.grid_chain(connection, institution_id, first)
            if carrier == "electricity"
            else []
        )
        coefficient = explanations.coefficient(connection, carrier, code, first)
        co2_factor = explanations.co2_factor(connection, carrier, first) if not chain else None
        channels = [term.channel_id for term in terms]
        waits = explanations.waits(connection, institution_id, channels, first)
    return Explanation(
        account=account,
        terms=terms,
        documents=papers,
        agrees=_adds_up(account, terms, papers) and all(map(_agrees, terms)),
        waits=waits,
        counted_twice=_counted_twice(terms),
        coefficient=coefficient,
        kgce=_conversion(account, account.kgce_g, account.kgce_per_unit),
        co2_factor=co2_factor,
        grid_chain=chain,
        co2=_conversion(account, account.co2_g, account.kgco2_per_unit),
    )


def _adds_up(account: Account, terms: Sequence[ExplainedTerm], papers: Sequence[Document]) -> bool:
    """Return whether the parts, of channels or of documents, add to the account."""
    known = [one.quanta for one in terms if one.quanta is not None]
    parts = known if account.source == "meter" else [one.part for one in papers]
    return (sum(parts) if parts else None) == account.quanta


def _agrees(term: ExplainedTerm) -> bool:
    """Return whether a channel's days are what its readings make, and these what its values say."""
    known = [day.used for day in term.days if day.used is not None]
    if term.derived is not None and term.derived.whole:
        return (sum(known) if known else None) == term.derived.used
    if term.evidence is None:
        return True
    balance = term.evidence.balance
    return (sum(known) if known else None) == term.evidence.used and (
        balance is None or balance.agrees
    )


def _counted_twice(terms: Sequence[ExplainedTerm]) -> tuple[int, ...]:
    if any(term.share is None for term in terms):
        return ()
    used: dict[int, dict[str, int]] = {}
    for term in terms:
        if term.share is not None and term.share > 0:
            days = used.setdefault(term.channel_id, {})
            days |= {one.day: one.used for one in term.days if one.day and one.used is not None}
    channels = list(used)
    return tuple(channels[place] for place in doubled(list(used.values())))


def _account(
    connection: Connection[Any],
    institution_id: int,
    carrier: str,
    first: date,
    source: str,
    profile: str,
) -> Account:
    until = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    asked = AccountFilter(first, until, carrier)
    for account in ledger.accounts(connection, [institution_id], asked, profile):
        if account.source == source:
            return account
    raise not_found(
        "台账",
        "account",
        {
            "institution_id": institution_id,
            "carrier": carrier,
            "month": f"{first:%Y-%m}",
            "source": source,
        },
    )


def _terms(connection: Connection[Any], account: Account) -> list[ExplainedTerm]:
    """Return the account's terms; a channel's evidence covers the days of its term."""
    of, carrier, month = account.institution_id, account.carrier, account.month
    owners = explanations.owners(connection, of, carrier)
    seen = {one.channel_id: one for one in meters.channels(connection, list(owners))}
    parts = explanations.parts(connection, of, carrier, month, list(seen))
    terms = []
    for (channel_id, since), rows in groupby(parts, lambda one: (one.channel_id, one.valid_from)):
        days = list(rows)
        channel = seen.get(channel_id)
        evidence, derived, settings = None, None, []
        if channel is not None:
            begin, end = explanations.window(connection, channel_id, month, since, days[0].valid_to)
            derived = derived_of(connection, channel_id, begin, end)
            evidence = None if derived else evidence_of(connection, channel_id, begin, end)
            settings = [
                one for one in meters.settings(connection, channel_id) if _overlaps(one, begin, end)
            ]
        made = _term(days, owners.get(channel_id), channel, settings, evidence)
        terms.append(replace(made, derived=derived))
    return terms


def _term(
    rows: list[Part],
    owner: Owner | None,
    channel: Channel | None,
    settings: list[DatedSetting],
    evidence: Evidence | None,
) -> ExplainedTerm:
    days = [row for row in rows if row.day is not None]
    known = [row.quanta for row in days if row.quanta is not None]
    return ExplainedTerm(
        channel_id=rows[0].channel_id,
        owner=owner,
        share=rows[0].share if channel else None,
        share_before=rows[0].share_before if channel else None,
        valid_from=rows[0].valid_from,
        valid_to=rows[0].valid_to,
        source=rows[0].source,
        quanta=sum(known) if known else None,
        days=days,
        channel=channel,
        settings=settings,
        evidence=evidence,
    )


def _overlaps(setting: DatedSetting, first_ms: int, until_ms: int) -> bool:
    begins = setting.valid_from.timestamp() * 1000 if setting.valid_from else float("-inf")
    ends = setting.valid_to.timestamp() * 1000 if setting.valid_to else float("inf")
    return begins < until_ms and ends > first_ms


def _conversion(account: Account, grams: int | None, kg_per_unit: Decimal | None) -> Conversion:
    """Return the grams with the arithmetic that anybody can repeat."""
    if grams is None or account.quanta is None or kg_per_unit is None:
        return Conversion(grams, None)
    exact = account.quanta * Fraction(kg_per_unit) * 1000 / account.per_unit
    shown = Decimal(exact.numerator) / Decimal(exact.denominator)
    return Conversion(
        grams,
        f"{account.quanta} ÷ {account.per_unit} {account.unit} × {kg_per_unit} kg/{account.unit}"
        f" × 1000 = {shown:f} g → {grams} g",
    )

"""The tables of a notice: arithmetic, levels with their rounding, months, review of the base."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from actions.compact.base_words import HOWS, MONTHS, in_words
from actions.compact.factor_names import factor_name
from actions.compact.level_names import LevelNames
from actions.compact.notice_words import say
from actions.compact.quotas import Explained
from actions.fields import Lang
from actions.printed import Block, Cell, Figure
from compact.notices import multiplier_shown
from compact.ruling import Reach
from storage.compact.bases import Verdict
from storage.compact.runs import Level

_GRAMS: Final = 3  # decimal places of kilograms: a quota is told to the gram
_REAL: Final = 6
_NEAR: Final = Fraction(2)  # grams that flooring the product once may take, and more


def kg(grams: int | None) -> Figure:
    """Return grams as kilograms to the gram."""
    return Figure(Decimal(grams or 0) / 1000, _GRAMS)


def known_kg(grams: int | None) -> Figure | None:
    """Return the same, None where nothing is known."""
    return None if grams is None else kg(grams)


def _answers(verdict: Verdict, found: Explained) -> bool:
    """Return whether a verdict confirms the very base that the quota was made of."""
    return verdict.verdict == "confirmed" and verdict.base_sha256 == found.share.base_sha256


def exactly(value: Fraction) -> Figure:
    """Return a fraction with all the decimals that matter."""
    text = multiplier_shown(value)
    return Figure(Decimal(text), len(text.partition(".")[2]))


def real_kg(grams: Fraction, *, product: bool = False) -> Figure:
    """Return grams before rounding, as kilograms."""
    value = Decimal(grams.numerator) / Decimal(grams.denominator) / 1000
    return Figure(value, _REAL, of="product" if product else "")


def arithmetic(found: Explained, lang: Lang) -> Block:
    """Return what is multiplied, and what comes of it, line by line."""
    facts, share = found.facts, found.share
    unit = facts.unit
    rows: list[Sequence[Cell]] = [(say("base", lang, unit=unit), kg(facts.base_g))]
    if found.rule.reach is not Reach.INSTITUTION:
        rows += [(factor_name(one.name).say(lang), _figure(one.value)) for one in found.factors]
        rows.append((say("lambda", lang), exactly(facts.multiplier)))
        real = facts.weight_g * facts.multiplier
        rows.append(
            (say("product", lang, unit=unit), real_kg(real, product=_multiplies(found, real)))
        )
    if share.bound:
        rows.append((say("bound", lang), say(share.bound, lang)))
    if found.rule.saves:
        rows.append((say("saved", lang, unit=unit), kg(facts.base_g - share.amount_g)))
    rows.append((say("quota", lang, unit=unit), kg(share.amount_g)))
    return Block(
        say("arithmetic", lang),
        (say("factor", lang), say("value", lang)),
        rows,
        lead=[found.arithmetic],
        notes=[say("rounding", lang)],
        foot=True,
    )


def _figure(text: str) -> Cell:
    """Return a factor as the number that it is; what is none stays as the rule writes it."""
    try:
        return Figure(Decimal(text), max(len(text.partition(".")[2]), 1))
    except ArithmeticError:
        return text


def _multiplies(found: Explained, real: Fraction) -> bool:
    """Return whether base × the factors shown × λ is what λ makes of the weight."""
    made = found.facts.base_g * found.facts.multiplier
    try:
        for one in found.factors:
            made *= Fraction(one.value)
    except ValueError:
        return False
    return abs(made - real) < _NEAR


def chain(found: Explained, names: LevelNames, own: str) -> Block:
    """Return the levels from the year down to the institution, each with its check."""
    lang, share = names.lang, found.share
    base_g = sum(one for one in share.base_g if one is not None)
    rows = level_rows(found.chain, names)
    by = found.chain[-1].multiplier
    rows.append(
        (own, kg(base_g), kg(share.amount_g), None, check(share.weight_g, by, share.amount_g))
    )
    return chain_block(rows, lang, found.facts.unit)


def chain_block(rows: Sequence[Sequence[Cell]], lang: Lang, unit: str) -> Block:
    """Return levels as a table."""
    heads = ("level", "chain_base", "chain_amount", "chain_lambda", "chain_real")
    return Block(
        say("chain", lang),
        [say(one, lang, unit=unit) for one in heads],
        rows,
        notes=[say("chain_hint", lang)],
    )


def level_rows(
    levels: Sequence[Level], names: LevelNames, parents: Mapping[str, Level] | None = None
) -> list[Sequence[Cell]]:
    """Return levels as rows; parents: of each by key, else the one before."""
    rows: list[Sequence[Cell]] = []
    before: Level | None = None
    for one in levels:
        above = before if parents is None else parents.get(one.key)
        if one.amount_g is None:
            withheld = say("withheld", names.lang)
            rows.append((names.of(one.key), withheld, withheld, None, None))
        else:
            by = None if above is None else above.multiplier
            rows.append(
                (
                    names.of(one.key),
                    known_kg(one.base_g),
                    kg(one.amount_g),
                    None if one.multiplier is None else exactly(one.multiplier),
                    check(one.base_g, by, one.amount_g),
                )
            )
        before = one
    return rows


def check(base_g: int | None, by: Fraction | None, amount_g: int) -> Figure | None:
    """Return what the λ above makes of a base, where that is the amount but for a gram."""
    if base_g is None or by is None:
        return None
    real = base_g * by
    return real_kg(real) if abs(real - amount_g) < 1 else None


def months(found: Explained, lang: Lang) -> Block:
    """Return base and quota by month, adding to the year."""
    share = found.share
    states = share.base_states or ["" for _ in share.base_g]
    rows: list[Sequence[Cell]] = [
        (
            str(number),
            known_kg(base),
            in_words(MONTHS[state], lang) if state else "",
            None if base is None else known_kg(amount),
        )
        for number, (base, state, amount) in enumerate(
            zip(share.base_g, states, share.months_g, strict=True), 1
        )
    ]
    base_g = sum(one for one in share.base_g if one is not None)
    rows.append((say("sum", lang), total(base_g), "", total(share.amount_g)))
    heads = ("month", "chain_base", "rests_on", "chain_amount")
    notes = [say("no_month", lang)] if None in share.base_g else []
    head = [say(one, lang, unit=found.facts.unit) for one in heads]
    return Block(say("months", lang), head, rows, (), notes, foot=True)


def total(grams: int) -> Figure:
    """Return the sum of the cells above, which a workbook works out itself."""
    return Figure(Decimal(grams) / 1000, _GRAMS, of="sum")


def review(found: Explained, lang: Lang, carriers: Mapping[str, str]) -> Block:
    """Return what was odd about the base, what stands in its place, and who confirmed it."""
    lines = found.marks(lang, carriers)
    lines += [
        say(
            "act",
            lang,
            month=f"{one.month:%Y-%m}",
            carrier=carriers.get(one.carrier, one.carrier),
            how=in_words(HOWS[one.how], lang),
            reason=one.reason,
        )
        for one in found.acts
    ]
    verdict = found.verdict
    if verdict is not None and _answers(verdict, found):
        day = verdict.made_at.date().isoformat()
        lines.append(say("confirmed", lang, reason=verdict.reason, day=day))
    return Block(say("review", lang), (), (), notes=lines or [say("nothing_odd", lang)])

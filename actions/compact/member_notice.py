"""The notice of a member: its quotas of a run together, with the levels that they were cut into."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from actions.actor import Actor
from actions.compact.notice_parts import chain_block, kg, level_rows, total
from actions.compact.notice_words import say
from actions.compact.notices import PRODUCT, Ground, Names, Notice, foot, issued_at, told
from actions.compact.runs import run_of
from actions.compact.target_words import QUOTAS
from actions.fields import Lang
from actions.figures import not_found
from actions.printed import Block, Cell, Paper, numbered
from compact.indicators import Indicator
from compact.notices import of_member
from storage.compact import notices
from storage.compact.runs import Level, RunRow


def member_notice(actor: Actor, run_id: int, region_id: int, lang: Lang) -> Notice:
    """Return the notice of what a run gives a member, to whoever knows the member's sums."""
    with actor.look() as connection:
        return member_notice_in(connection, Names.read(connection, lang), run_id, region_id)


def member_notice_in(
    connection: Connection[Any], names: Names, run_id: int, region_id: int
) -> Notice:
    """Return the same in a transaction that is open."""
    lang, run = names.lang, run_of(connection, run_id)
    levels = notices.member_levels(connection, run_id, region_id)
    own = own_levels(levels, region_id)
    if not own:
        raise not_found("成员单位的指标", "quota of a member", {"region_id": region_id})
    ground = Ground.read(connection, run, region_id)
    row, number = ground.row, ground.number(of_member(region_id))
    many, seen = notices.counts(connection, run_id, region_id)
    unit = Indicator(run.indicator).unit_shown
    called = QUOTAS[run.indicator].say(lang)
    paper = Paper(
        lang=lang,
        title=say("title_member", lang, year="、".join(_years(own)), quota=called),
        number=number,
        above=PRODUCT[lang],
        to=names.levels.region(region_id),
        state="" if row is not None else say("proposal", lang),
        told=told(names, ground, None),
        headline=_headline(own, many, run, lang),
        meaning=[],
        blocks=numbered(
            [
                chain_block(level_rows(levels, names.levels, _parents(levels)), lang, unit),
                _months(connection, names, run, region_id, whole=many == seen),
            ],
            lang,
        ),
        foot=foot(run, lang, run.issued_at),
    )
    return Notice(paper, number, row, issued_at(run, row))


def own_levels(levels: Sequence[Level], region_id: int) -> list[Level]:
    """Return the member's own level of each year."""
    return [one for one in levels if one.key.partition("/")[2] == f"region:{region_id}"]


def _years(own: Sequence[Level]) -> list[str]:
    return [one.key.partition("/")[0] for one in own]


def _headline(own: Sequence[Level], many: int, run: RunRow, lang: Lang) -> str:
    amounts = [one.amount_g for one in own]
    if any(one is None for one in amounts):
        return say("withheld_headline", lang)
    whole = sum(one for one in amounts if one is not None)
    unit = say(f"unit_{run.indicator}", lang)
    return say("headline_member", lang, kg=kg(whole).text, many=many, unit=unit)


def _parents(levels: Sequence[Level]) -> dict[str, Level]:
    """Return the level above each, as far as it is among them, by what keys tell."""
    known = {one.key: one for one in levels}
    found: dict[str, Level] = {}
    for one in levels:
        above, _, last = one.key.rpartition("/")
        if last.startswith("own:"):
            above = f"{above}/region:{last.removeprefix('own:')}"
        if above in known:
            found[one.key] = known[above]
    return found


def _months(
    connection: Connection[Any], names: Names, run: RunRow, region_id: int, *, whole: bool
) -> Block:
    """Return the months of the member's institutions, where all of them are seen."""
    lang = names.lang
    if not whole:
        return Block(say("months", lang), (), (), notes=[say("partly", lang)])
    by_month = notices.member_months(connection, run.run_id, region_id)
    rows: list[Sequence[Cell]] = [
        (str(month), kg(base), kg(amount)) for month, (base, amount) in sorted(by_month.items())
    ]
    sums = [sum(one[place] for one in by_month.values()) for place in (0, 1)]
    rows.append((say("sum", lang), *(total(one) for one in sums)))
    heads = ("month", "chain_base", "chain_amount")
    unit = Indicator(run.indicator).unit_shown
    head = [say(one, lang, unit=unit) for one in heads]
    return Block(say("months", lang), head, rows, foot=True)

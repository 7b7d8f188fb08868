"""The notice of a quota: numbered, with all that its arithmetic is made of, on about one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Self

from psycopg import Connection

from actions.actor import Actor
from actions.compact.level_names import LevelNames
from actions.compact.notice_change import change_block
from actions.compact.notice_moved import moved_block
from actions.compact.notice_parts import arithmetic, chain, kg, months, review
from actions.compact.notice_words import say
from actions.compact.quotas import Explained, explained
from actions.compact.rules import rule_with_reach
from actions.compact.target_words import QUOTAS, fall_of, years_of
from actions.fields import Lang
from actions.figures import civil
from actions.printed import Paper, numbered
from compact.notices import notice_number, of_institution
from storage.compact import movements, notices, targets, unions
from storage.compact.movements import Moved
from storage.compact.notices import NoticeRow
from storage.compact.runs import RunRow
from storage.compact.targets import TargetRow
from storage.compact.unions import UnionRow
from storage.registry import regions

PRODUCT: Final = {"zh": "协能 CommonWatt", "en": "CommonWatt 协能"}


@dataclass(frozen=True, slots=True)
class Names:
    """What notices call things, in one language; read once for many notices."""

    lang: Lang
    levels: LevelNames
    carriers: dict[str, str]
    profiles: dict[str, str]

    @classmethod
    def read(cls, connection: Connection[Any], lang: Lang) -> Self:
        """Read them."""
        return cls(
            lang,
            LevelNames.read(connection, lang),
            {one.code: _name(one, lang) or one.code for one in regions.carriers(connection)},
            {one.code: _name(one, lang) or one.code for one in regions.profiles(connection)},
        )


@dataclass(frozen=True, slots=True)
class Ground:
    """What all notices of a member in a run have in common; read once for many of them.

    row: the document by which the member's authority issues them, None while they are a proposal.
    """

    run: RunRow
    member_id: int
    row: NoticeRow | None
    union: UnionRow | None
    target: TargetRow | None

    @classmethod
    def read(cls, connection: Connection[Any], run: RunRow, member_id: int) -> Self:
        """Read it."""
        row = notices.issued(connection, run.run_id, member_id)
        union = next(iter(unions.listed(connection, run.union_id)), None)
        return cls(run, member_id, row, union, targets.one(connection, run.target_id))

    def number(self, whose: str) -> str:
        """Return what a notice is called."""
        document = None if self.row is None else self.row.document_number
        return notice_number(document, self.run, whose)


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice with what it is about; at: when it was issued, the document's own time."""

    paper: Paper
    number: str
    issued: NoticeRow | None
    at: datetime


def quota_notice(
    actor: Actor,
    institution_id: int,
    year: int,
    lang: Lang,
    union_id: int | None = None,
    indicator: str | None = None,
) -> Notice:
    """Return the notice of an institution's quota, as far as the reader sees it."""
    with actor.look() as connection:
        found = explained(connection, institution_id, year, union_id, indicator)
        return notice_in(connection, Names.read(connection, lang), found)


def issued_as(connection: Connection[Any], found: Explained) -> tuple[str, NoticeRow | None]:
    """Return a notice's number, and the document by which it is issued."""
    ground = Ground.read(connection, found.run, found.share.member_id)
    return ground.number(of_institution(found.quota.institution_id)), ground.row


def notice_in(
    connection: Connection[Any],
    names: Names,
    found: Explained,
    ground: Ground | None = None,
    *,
    changed: bool = True,
    moved: Mapping[tuple[int, int], Sequence[Moved]] | None = None,
) -> Notice:
    """Return a notice in a transaction that is open.

    ground, moved (what has moved quotas, by institution and year): where they are at hand.
    changed: whether there may be a quota of the year before.
    """
    lang, quota, share = names.lang, found.quota, found.share
    ground = ground or Ground.read(connection, found.run, share.member_id)
    number, name = ground.number(of_institution(quota.institution_id)), _name(quota, lang)
    blocks = [
        arithmetic(found, lang),
        chain(found, names.levels, name or str(quota.institution_id)),
        months(found, lang),
        review(found, lang, names.carriers),
    ]
    further = [moved_block(found, _moved(connection, found, moved), lang)]
    further += [change_block(connection, quota, lang)] if changed else []
    blocks += [block for block in further if block is not None]
    paper = Paper(
        lang=lang,
        title=say("title", lang, year=quota.year, quota=QUOTAS[quota.indicator].say(lang)),
        number=number,
        above=PRODUCT[lang],
        to=name or str(quota.institution_id),
        state=_state(found, ground.row, lang),
        told=told(names, ground, share.base_year),
        headline=headline(share.amount_g, quota.indicator, lang),
        meaning=[found.meaning(lang)],
        blocks=numbered(blocks, lang),
        foot=foot(found.run, lang, quota.as_of),
    )
    return Notice(paper, number, ground.row, issued_at(found.run, ground.row))


def _moved(
    connection: Connection[Any],
    found: Explained,
    moved: Mapping[tuple[int, int], Sequence[Moved]] | None,
) -> Sequence[Moved]:
    of, whose = found.quota, (found.quota.institution_id, found.quota.year)
    if moved is None:
        books = of.union_id, of.indicator
        moved = movements.of_quotas(connection, books, whose[:1], whose[1:])
    return moved.get(whose, ())


def issued_at(run: RunRow, row: NoticeRow | None) -> datetime:
    """Return when a notice says that it was made: then the same notice is the same bytes."""
    if row is not None and row.made_at is not None:
        return row.made_at
    return run.issued_at or run.made_at


def told(names: Names, ground: Ground, base_year: int | None) -> list[tuple[str, str]]:
    """Return who issues what to whom, on what ground."""
    lang, run, row = names.lang, ground.run, ground.row
    union, target = ground.union, ground.target
    found = []
    if row is not None:
        by = row.authority_zh if lang == "zh" else row.authority_en
        found += [(say("by", lang), by), (say("on", lang), row.issued_on.isoformat())]
    if union is not None:
        found.append((say("union", lang), _name(union, lang) or str(union.union_id)))
    found.append((say("member", lang), names.levels.region(ground.member_id)))
    if target is not None:
        profile = names.profiles.get(target.target.profile, target.target.profile)
        asked = f"{fall_of(target.target).say(lang)} ({years_of(target.target).say(lang)})"
        found.append(
            (say("indicator", lang), say(target.target.indicator.value, lang, profile=profile))
        )
        found.append((say("target", lang), asked))
    if base_year is not None:
        found.append((say("base_year", lang), str(base_year)))
    rule = rule_with_reach(run.method).say(lang)
    made = say("run_of", lang, version=run.version, rule=rule)
    return [*found, (say("run", lang), made)]


def foot(run: RunRow, lang: Lang, as_of: datetime | None) -> list[str]:
    """Return how a notice is checked, and from what it recomputes."""
    lines = [say("check", lang), say("snapshot", lang, sha256=run.sha256)]
    return lines if as_of is None else [*lines, say("books", lang, at=civil(as_of, lang))]


def headline(grams: int, indicator: str, lang: Lang) -> str:
    """Return an amount with its unit written out."""
    return say("headline", lang, kg=kg(grams).text, unit=say(f"unit_{indicator}", lang))


def _state(found: Explained, row: NoticeRow | None, lang: Lang) -> str:
    """Return what a reader must know before the figures."""
    if found.quota.state == "dropped":
        return say("dropped", lang)
    lines = []
    if row is None:
        lines.append(say("proposal", lang))
    if found.quota.amount_g != found.share.amount_g:
        held = f"{Decimal(found.quota.amount_g) / 1000:,.3f}"
        lines.append(say("moved", lang, held=held, unit=found.facts.unit))
    return " ".join(lines)


def _name(one: Any, lang: Lang) -> str | None:
    zh, en = one.name_zh, one.name_en
    found: str | None = (zh or en) if lang == "zh" else (en or zh)
    return found

"""The demo's year by itself, over the API alone and by forms alone: the same to the last byte."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from actions.actor import open_pool
from api import create_app
from cli.demo import staging
from cli.demo.playing import Here
from cli.demo.script import deeds, play
from compact.runs import again
from dashboards.pages.app import error_page, router
from storage import migrate
from tests import databases
from tests.cli.demo.hands import ByForms, OverTheApi
from tests.cli.demo.replay_world import Founded, found
from tests.dashboards.pages.test_browser import served
from tests.databases import PASSWORDS, Database

# Whose rows are compared, without what differs by itself: times, hashes over them, and ids out of
# sequences that a preview counts on (what it would write is undone). People are the same people.
COMPARED = {
    "snapshots": "SELECT s.snapshot, r.version FROM run_snapshot s JOIN run r ON r.id = s.run_id"
    " ORDER BY s.run_id",
    "agreements": "SELECT version, state, sha256, text, made_by FROM agreement ORDER BY id",
    "signatures": "SELECT region_id, sha256, bodies, document_number, sealed_on, prepared_by,"
    " confirmed_by FROM agreement_signature ORDER BY region_id",
    "causes": "SELECT kind, indicator, reason, made_by FROM book_cause ORDER BY id",
    "entries": "SELECT dense_rank() OVER (ORDER BY cause_id), account, institution_id, region_id,"
    " year, amount_g FROM book_entry ORDER BY cause_id, account, institution_id, region_id, year",
    "journal": "SELECT number, kind, indicator, run_sha256, reason, made_by, years, accounts,"
    " places, amounts_g FROM journal.line ORDER BY union_id, number",
    "balances": "SELECT year, account, place, amount_g FROM journal.balance ORDER BY 1, 2, 3",
    "movements": "SELECT kind, year, member_id, institution_id, taker_id, amount_g, reason,"
    " document_sha256, made_by FROM movement ORDER BY id",
    "deeds": "SELECT dense_rank() OVER (ORDER BY movement_id), deed, code, reason, made_by"
    " FROM movement_deed ORDER BY movement_id, id",
    "cover": "SELECT deadline, institution_id, member_id, status, due_g, covered_g, made_by"
    " FROM cover_frozen ORDER BY institution_id",
    "closed": "SELECT institution_id, year, version, sha256, kgce_g, locked_by, answer, answered_by"
    " FROM account_version ORDER BY institution_id, year",
    "returns": "SELECT s.institution_id, s.year, t.round, t.act, t.station, t.made_by"
    " FROM submission s JOIN submission_step t ON t.submission_id = s.id ORDER BY t.id",
    "notices": "SELECT region_id, document_number, authority_zh, authority_en, issued_on, made_by"
    " FROM quota_notice ORDER BY region_id",
    "shown": "SELECT region_id, with_id, indicator, level, grain, lag_months, since, made_by"
    " FROM sharing_word ORDER BY id",
    "asked": "SELECT c.number, c.region_id, c.title, w.said, w.text, w.percent, w.made_by"
    " FROM commitment c LEFT JOIN commitment_word w ON w.commitment_id = c.id ORDER BY c.id, w.id",
    "said": "SELECT region_id, text, made_by FROM union_comment ORDER BY id",
    "accounts": "SELECT institution_id, carrier, month, source, quanta FROM account"
    " ORDER BY 1, 2, 3, 4",
}
CHAPTERS = ("joining", "issue", "year", "closing")
KINDS = {
    "issue", "adjustment", "return", "transfer", "pool", "bank", "borrow", "rebalance", "cover",
    "reversal",
}  # fmt: skip


@dataclass
class Walked:
    """What a year left behind, and what was done on the way."""

    left: dict[str, list[tuple[object, ...]]]
    done: list[str]


@pytest.fixture(scope="module")
def founded(server, template) -> Iterator[tuple[str, int]]:
    """A template in which the union is founded and everybody has a log-in."""
    made: list[int] = []

    def make(name: str) -> None:
        migrate.give_logins(server.named(name), PASSWORDS)
        made.append(found(Database(name, server.named(name))))

    with databases.template(server, make, like=template) as name:
        yield name, made[0]


@pytest.fixture(scope="module")
def walked(copies, founded) -> dict[str, Walked]:
    """The year by each hand, in a database of its own."""
    name, union = founded
    return {how: _walk(copies, name, union, how) for how in ("here", "api", "forms")}


def _walk(copies, template: str, union: int, how: str) -> Walked:
    with (
        copies.lent(template) as database,
        open_pool(database.url("api"), max_size=4) as pool,
    ):
        world = Founded(database, pool, union)
        if how == "here":
            return _year(world, Here(world.people(), lambda _: None))
        app = create_app(pool, extra_routers=[router()], error_page=error_page)
        kind = OverTheApi if how == "api" else ByForms
        with served(app) as url, closing(kind(url, world.people())) as hand:
            return _year(world, hand)


def _year(world: Founded, hand) -> Walked:
    stage = world.stage()
    play(hand, "joining", stage)
    world.work()
    stage.names["day"] = "2019-12-31"
    play(hand, "issue", stage)
    staging.with_holders(world.operator, stage)
    play(hand, "year", stage)
    world.let_days_pass()
    play(hand, "closing", stage)
    assert stage.refused == [], "\n".join(stage.refused)
    return Walked({name: world.admin(asked) for name, asked in COMPARED.items()}, stage.done)


def test_every_deed_of_the_script_is_done(walked):
    once = [one for chapter in CHAPTERS for one in deeds(chapter) if not one.each]

    for one in walked.values():
        assert len(one.done) == len(once) + 3 * 6
        assert {kind for kind, *_ in one.left["causes"]} == KINDS
        assert all(one.left.values())


@pytest.mark.parametrize("how", ["api", "forms"])
@pytest.mark.parametrize("what", sorted(COMPARED))
def test_the_year_leaves_the_same_by_whichever_hand(walked, how, what):
    assert walked[how].left[what] == walked["here"].left[what]


def test_every_run_recomputes_to_the_bytes_that_were_kept(walked):
    for text, _ in walked["forms"].left["snapshots"]:
        assert again(text).snapshot == text

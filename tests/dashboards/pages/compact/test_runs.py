"""A run's page, its issue by form, and the arithmetic of a quota that anybody can repeat."""

import csv
import io
import re
from decimal import Decimal

import pytest

from actions.access.login import hash_password
from dashboards.pages.words import say
from tests.actions.compact_world import Method, Rule, UnionWorld, make_union_world, run_target
from tests.dashboards.pages.compact.test_comparison import row
from tests.dashboards.pages.conftest import PASSWORD
from tests.dashboards.pages.test_forms import fill_in, hidden, walk


@pytest.fixture
def union(site) -> UnionWorld:
    made = make_union_world(site.world)
    site.world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    return made


def issue(client, run_id: int, reason: str = "") -> tuple[str, str]:
    """Issue a run by its form; return what was previewed, and the page that follows."""
    path = f"/do/run.issue/{run_id}"
    check = fill_in(client, path, {"reason": reason})
    refused = client.post(path, data=hidden(check) | {"step": "do"})
    assert refused.status_code == 422  # the password is asked for once more
    assert "again-error" in refused.text
    done = client.post(path, data=hidden(check) | {"step": "do", "again": PASSWORD})
    assert done.status_code == 303, done.text
    page = client.get(done.headers["location"])
    assert page.status_code == 200, page.text
    return check, page.text


def test_a_proposal_says_what_it_rests_on_and_who_waits(site, union):
    client, run_id = site.client("planner of all", "en"), union.run()
    text = client.get(f"/runs/{run_id}").text

    assert "proposal" in text
    assert "4 bases are not reviewed yet" in text
    assert f'href="/do/run.issue/{run_id}"' in text
    assert "The sums hold 39 months of 4 institutions" in text
    digest = site.world.admin("SELECT sha256 FROM run WHERE id = %s", run_id)[0][0]
    assert text.count(digest) == 2  # on the page, and where it is printed
    assert say("run_same_bytes", "en") in client.get(f"/runs/{run_id}", params={"proof": "1"}).text
    refused = client.post(
        f"/do/run.issue/{run_id}", data=hidden(client.get(f"/do/run.issue/{run_id}").text)
    )
    assert refused.status_code == 409
    assert "are not reviewed yet" in refused.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_issue_tells_before_what_it_does_and_after_what_it_did(site, union, lang):
    client = site.client("planner of all", lang)
    union.answered()
    first = union.run()
    check, page = issue(client, first)

    assert {"zh": "首次下达", "en": "first issue"}[lang] in check
    assert say("run_in_force_for", lang, years=2016) in page
    assert f"/do/run.issue/{first}" not in page  # what is issued is not issued again
    office = site.world.institution["office"]
    assert f"/institutions/{office}/quotas/2016" in page
    factor = {office: {"climate": 900_000}}
    actor = site.world.actor("planner of all")
    second = run_target(actor, union.target, Method(Rule.PROPORTIONAL, factors=factor)).run.run_id
    before = client.get(f"/runs/{second}").text
    assert say("run_against", lang, versions=1) in before
    bare = client.post(
        f"/do/run.issue/{second}", data=hidden(client.get(f"/do/run.issue/{second}").text)
    )
    assert bare.status_code == 409
    assert 'href="#f-reason"' in bare.text
    check, page = issue(client, second, "an agreed correction")
    assert {"zh": "调整下达", "en": "adjustment of issued quotas"}[lang] in check
    assert {"zh": "2016 年有效的分解方案", "en": "Run in force for 2016"}[lang] in check
    assert say("run_superseded", lang) in client.get(f"/runs/{first}").text
    kinds = site.world.admin("SELECT kind, run_id, reason FROM book_cause ORDER BY id")
    assert kinds == [("issue", first, ""), ("adjustment", second, "an agreed correction")]


def test_members_changes_in_a_preview_add_to_the_whole(site, union):
    client = site.client("planner of all", "en")
    union.answered()
    run_id = union.run()
    check = fill_in(client, f"/do/run.issue/{run_id}", {})

    rows = re.findall(r'<th scope="row">2016, ([^<]+)</th><td>–</td><td>([\d,.]+) kgce', check)
    amounts = {name: Decimal(kg.replace(",", "")) for name, kg in rows}
    whole = amounts.pop("all together")
    assert len(amounts) == 2
    assert sum(amounts.values()) == whole


def test_whom_a_run_drops_is_named_with_the_reason(site, union):
    client, world = site.client("planner of all", "en"), site.world
    union.issued()
    clinic, target = world.institution["clinic"], union.target
    world.admin(
        """INSERT INTO base_verdict (union_id, target_id, institution_id, verdict, base_sha256,
                                     reason, made_by)
           SELECT %s, %s, %s, 'left_out', repeat('0', 64),
                  'it moves out', 'user:1'""",
        union.union, target, clinic,
    )  # fmt: skip
    second = union.run()
    _, page = issue(client, second, "the clinic left")

    assert say("run_dropped", "en") in page
    assert say("run_dropped_left_out", "en") in page
    assert f'href="/institutions/{clinic}"' in page
    quota = client.get(f"/institutions/{clinic}/quotas/2016")
    assert "The run in force has no quota for it" in quota.text


def test_quotas_are_found_by_name_and_exported_with_their_number(site, union):
    client, run_id = site.client("planner of all", "en"), union.issued()
    all_of_it = client.get(f"/runs/{run_id}").text
    assert "4 institutions" in all_of_it

    found = client.get(f"/runs/{run_id}", params={"search": "office"}).text
    assert "1 institutions" in found
    (href,) = re.findall(r'href="([^"]+format=csv[^"]*)"', found)
    rows = list(csv.DictReader(io.StringIO(client.get(href.replace("&amp;", "&")).text)))
    (row, last) = rows
    assert int(row["Institution id"]) == site.world.institution["office"]
    assert row["Institution"] == "Demo office"
    assert "Rows: 1; As of: " in last["\ufeffRun id"]
    nobody = client.get(f"/runs/{run_id}", params={"search": "nobody"}).text
    assert "No quota matches." in nobody


def test_a_run_shows_each_reader_what_is_theirs(site, union):
    run_id = union.issued()

    officer = site.client("of the office", "en")
    page = officer.get(f"/runs/{run_id}").text
    assert "1 institutions" in page
    assert say("run_levels", "en") not in page
    assert "/snapshot-part" in page
    assert '/snapshot"' not in page
    assert "/snapshot-file" not in page
    assert "/do/run.issue" not in page
    planner = site.client("union planner", "en").get(f"/runs/{run_id}").text
    assert say("compare_withheld", "en") in planner
    assert site.client("outsider").get(f"/runs/{run_id}").status_code == 404
    assert site.client("outsider").get(f"/do/run.issue/{run_id}").status_code == 404
    assert officer.get(f"/do/run.issue/{run_id}").status_code == 403
    assert officer.get("/runs/999999").status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_quota_is_repeated_by_hand(site, union, lang):
    union.issued()
    client, office = site.client("of the office", lang), site.world.institution["office"]
    text = client.get(f"/institutions/{office}/quotas/2016").text

    line = re.search(r"data-arithmetic>([^<]+)<", text)[1]
    base, multiplier, share = map(Decimal, re.match(r"(\S+) × λ (\S+) = (\S+) ", line).groups())
    assert round(base * multiplier, 6) == share
    assert line.endswith(" kgce")
    months = re.findall(r'<th scope="row">\d{1,2}</th>.*?<td class="n">([\d,.]+)</td></tr>', text)
    assert len(months) == 12
    of_months = sum(Decimal(one.replace(",", "")) for one in months)
    assert of_months == Decimal(row(text, say("sum", lang))[-1].replace(",", ""))
    assert say("quota_answered", lang) in text
    assert text.count("sha256") >= 1
    assert client.get(f"/institutions/{office}/quotas/2031").status_code == 404
    other = site.world.institution["school"]
    assert client.get(f"/institutions/{other}/quotas/2016").status_code == 404


def test_progress_is_worked_out_by_a_form(site, union):
    union.issued()
    client = site.client("planner of all", "en")
    check, _ = walk(client, f"/do/progress.record/{union.union}", {"day": "2016-03-10"})

    assert "2016-03-10" in check
    assert site.world.admin("SELECT DISTINCT day::text FROM progress") == [("2016-03-10",)]
    ahead = client.post(
        f"/do/progress.record/{union.union}",
        data=hidden(client.get(f"/do/progress.record/{union.union}").text) | {"day": "2016-12-31"},
    )
    assert ahead.status_code == 422
    assert 'href="#f-day"' in ahead.text

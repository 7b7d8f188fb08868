"""Unions, targets and bases as pages: who sees what, what is empty, and a planner's way through."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from starlette.testclient import TestClient

from actions.access.login import hash_password
from actions.compact.bases import review
from actions.compact.sign_agreement import PrepareSignature
from actions.compact.targets import Indicator, Origin, Target
from actions.doing import carry_out
from api import create_app
from dashboards.pages.app import error_page, router
from tests.actions.acts import join_all, set_target, signers
from tests.actions.compact_world import UnionWorld, make_union_world, record_progress, use
from tests.actions.examples_of_members import SIGNATURE, digest, proposed
from tests.actions.examples_of_members import seats as asked_in
from tests.actions.world import TODAY, make_world, new_office
from tests.dashboards.pages.conftest import PASSWORD, Site
from tests.dashboards.pages.test_forms import fill_in, hidden, walk


@pytest.fixture
def site(database) -> Iterator[Site]:
    """A world without any union; everybody has the same password."""
    yield from _made(database)


@pytest.fixture(scope="module")
def lasting(database_of_module) -> Iterator[Site]:
    """A world that is only looked at."""
    for made in _made(database_of_module):
        make_union_world(made.world)
        made.world.admin(
            "UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD)
        )
        yield made


def _made(database) -> Iterator[Site]:
    world = make_world(database)
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    app = create_app(world.pool, extra_routers=[router()], error_page=error_page, today=TODAY)
    yield Site(world, app)
    world.close()


@pytest.fixture
def union(site) -> UnionWorld:
    return make_union_world(site.world)


def paths_of(site: Site) -> list[str]:
    union, target = site.world.union["cities"], site.world.target["cities"]
    return ["/unions", f"/unions/{union}", f"/targets/{target}", f"/targets/{target}/bases"]


LOOKS = """
import json, sys
from cli import memory
memory.put_off_numpy()
from starlette.testclient import TestClient
from actions.actor import open_pool
from api import create_app
from dashboards.pages.app import router
url, cookies, paths = json.loads(sys.argv[1])
with open_pool(url, max_size=4) as pool:
    client = TestClient(create_app(pool, extra_routers=[router()]), cookies=cookies)
    answers = {path: client.get(path).status_code for path in paths}
print(answers, type(sys.modules["numpy"]).__name__)
"""


def test_pages_of_a_union_of_some_institutions_are_made_without_numpy(lasting):
    client = lasting.client("planner of all")
    paths = ["/", "/institutions", lasting.path("office"), *paths_of(lasting)]
    told = [lasting.world.database.url("api"), dict(client.cookies), paths]
    ended = subprocess.run(
        [sys.executable, "-c", LOOKS, json.dumps(told)],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert ended.stdout.strip() == f"{dict.fromkeys(paths, 200)} _Later"


def test_without_a_union_the_page_says_what_to_do(site):
    planner = site.client("planner of all", "en").get("/unions")
    assert "There is no union that you have a part in" in planner.text
    assert 'href="/do/union.make"' in planner.text
    reader = site.client("city reader").get("/unions")
    assert "请联系本地区的规划员组建" in reader.text
    assert "/do/union.make" not in reader.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_opens_and_leads_on(lasting, lang):
    client, (_, union, target, bases) = lasting.client("planner of all", lang), paths_of(lasting)
    texts = {path: client.get(path) for path in paths_of(lasting)}
    for path, page in texts.items():
        assert page.status_code == 200, page.text
        ids = re.findall(r' id="([^"]+)"', page.text)
        assert len(ids) == len(set(ids)), path
        assert set(re.findall(r' for="([^"]+)"', page.text)) <= set(ids), path
        assert page.text.count("<h1") == 1, path
        assert 'style="' not in page.text, path
    assert f'href="{union}"' in texts["/unions"].text
    assert f'href="{target}"' in texts[union].text
    number = union.rpartition("/")[2]
    assert f'href="/do/target.set/{number}"' in texts[union].text
    assert f'href="/do/union.enough/{number}"' in texts[union].text
    for href in (f'href="{bases}"', f'href="{target}/compare"'):
        assert href in texts[target].text
    name = {"zh": "双城联合体", "en": "Union of two cities"}[lang]
    assert f"<h1>{name}</h1>" in texts[union].text
    assert {"zh": "较基期下降 3%", "en": "3 % below the base year"}[lang] in texts[target].text
    assert "97.00%" in texts[target].text
    odd = {
        "zh": "2015-01 至 2015-09 没有数据",
        "en": "nothing is known of 2015-01 to 2015-09",
    }[lang]
    assert odd in texts[bases].text


def test_a_stranger_finds_nothing_and_a_reader_no_bases(lasting):
    stranger, reader = lasting.client("outsider"), lasting.client("city reader", "en")
    listed, *others = paths_of(lasting)
    assert [stranger.get(path).status_code for path in others] == [404] * 3
    assert "双城联合体" not in stranger.get(listed).text
    assert [reader.get(path).status_code for path in others] == [200, 200, 403]
    page = reader.get(others[1]).text
    assert "/bases" not in page
    assert "/do/" not in page.partition("<main")[2]


def test_a_restricted_institution_is_never_shown(lasting):
    client = lasting.client("union planner", "en")
    police = lasting.world.institution["police"]
    use(lasting.world, "police", 2014, 5, 1)
    use(lasting.world, "police", 2015, 5, 900)
    *_, bases = paths_of(lasting)
    page = client.get(bases).text
    assert f"An institution that you may not see (id {police})" in page
    for path in paths_of(lasting):
        text = client.get(path).text
        assert "Demo police" not in text
        assert f'href="/institutions/{police}"' not in text
    shown = page.partition(f'value="{police}"')[2].partition("</article>")[0]
    assert "beyond three times the other year" in shown
    assert "kgce" not in shown
    assert "base.estimate" not in shown
    target = bases.split("/")[2]
    form = client.get(f"/do/base.confirm/{target}", params={"institutions": police})
    assert "Demo police" not in form.text
    asked = {"institution": police, "month": "2015-01", "how": "bill", "amount": "1", "reason": "x"}
    opened = client.get(f"/do/base.estimate/{target}", params={"institution": police})
    assert "Demo police" not in opened.text
    sent = client.post(f"/do/base.estimate/{target}", data=hidden(opened.text) | asked)
    assert sent.status_code == 404


def test_a_planner_founds_a_union_sets_a_target_and_answers_for_its_bases(site):
    world, client = site.world, site.client("planner of all", "en")
    made = make_union_world(world)  # its accounts; the planner founds another one
    regions = [str(world.region["city 1"]), str(world.region["city 2"])]
    fields = {"name_zh": "新", "name_en": "New", "members": regions, "source": "minutes"}
    _, then = walk(client, "/do/union.make", fields)
    page = client.get(then)
    assert "The union has been founded; each member is to answer." in page.text
    assert "A target needs an agreement in force" in page.text
    join_all(world.actor(), int(then.split("/")[2].split("?")[0]))
    page = client.get(then)
    assert "There is no target yet" in page.text
    (at,) = set(re.findall(r'href="(/do/target\.set/\d+)"', page.text))

    fall = {"percent": "3", "profile": "GB2589-2020", "curve": "compound", "origin": "agreed"}
    wrong = client.post(at, data=hidden(client.get(at).text) | fall | {"step": "preview"})
    assert wrong.status_code == 422
    assert "Source: This must be filled in." in html.unescape(wrong.text)
    check, then = walk(client, at, fall | {"source": "minutes of the joint conference"})
    assert "At most in the year after" in check
    page = client.get(then).text
    assert "Next: review the bases; 4 are open." in page
    target = int(re.findall(r"/targets/(\d+)\?", then)[0])
    assert target != made.target
    answer_in_pages(client, world, target)
    assert "All bases are answered for" in client.get(f"/targets/{target}/bases").text
    assert "compare rules and keep a run" in client.get(f"/targets/{target}").text
    acts = world.admin("SELECT act FROM audit_entry WHERE act LIKE 'base.%%' ORDER BY id")
    assert [one for (one,) in acts] == [
        "base.estimate", "base.left_out", "base.reopened", "base.confirm", "base.confirm",
    ]  # fmt: skip


def answer_in_pages(client: TestClient, world, target: int) -> None:
    """Estimate, leave out, reopen and confirm, as the page leads."""
    bases, clinic = f"/targets/{target}/bases", world.institution["clinic"]
    page = html.unescape(client.get(bases).text)
    (link,) = re.findall(
        rf'href="(/do/base\.estimate/{target}\?institution={clinic}&month=2015-03[^"]*)"', page
    )
    form = client.get(link)
    assert "Demo clinic" in form.text
    path, _, query = link.partition("?")
    asked = dict(one.split("=") for one in query.split("&"))
    bill = asked | {"how": "bill", "amount": "500.5", "reason": "bill of the grid"}
    check, then = walk(client, path, bill)
    assert "missing" in check
    assert "62 kgce (bill)" in check
    assert "Base of Demo city 2, of those that you see" in check
    assert "2015-03 Electricity is a bill: bill of the grid" in client.get(then).text

    ticked = {"institutions": str(clinic), "reason": "looked at"}
    check, _ = walk_ticked(client, bases, "base.left_out", ticked)
    assert "Institutions of Demo city 2 that share the target" in check
    assert re.search(r"left out</span>", client.get(bases, params={"state": "left_out"}).text)
    walk_ticked(client, bases, "base.reopened", ticked)
    both = {"institutions": [str(clinic), str(world.institution["office"])], "reason": "seen"}
    check, _ = walk_ticked(client, bases, "base.confirm", both)
    assert "confirmed: " in check
    rest = hidden(client.get(bases).text)["csrf"]
    sent = {"csrf": rest[0], "which": "rest", "reason": "as measured", "step": "preview"}
    check = client.post(f"/do/base.confirm/{target}", data=sent)
    done = client.post(f"/do/base.confirm/{target}", data=hidden(check.text) | {"step": "do"})
    assert done.status_code == 303, done.text


def walk_ticked(client: TestClient, bases: str, code: str, fields: dict) -> tuple[str, str]:
    """Send the ticks of the page to a form, look, confirm."""
    target = bases.split("/")[2]
    csrf = hidden(client.get(bases).text)["csrf"][0]
    sent = {"csrf": csrf, "which": "these", "step": "preview"} | fields
    check = client.post(f"/do/{code}/{target}", data=sent)
    assert check.status_code == 200, check.text
    done = client.post(f"/do/{code}/{target}", data=hidden(check.text) | {"step": "do"})
    assert done.status_code == 303, done.text
    return check.text, done.headers["location"]


def test_nothing_ticked_or_no_reason_is_said_beside_its_field(site, union):
    client = site.client("planner of all", "en")
    csrf = hidden(client.get(f"/targets/{union.target}/bases").text)["csrf"][0]
    for code, missing in (("base.confirm", {"f-institutions", "f-reason"}),
                          ("base.left_out", {"f-institutions", "f-reason"})):  # fmt: skip
        sent = {"csrf": csrf, "which": "these", "step": "preview", "reason": ""}
        answer = client.post(f"/do/{code}/{union.target}", data=sent)
        assert answer.status_code == 422
        assert set(re.findall(r'href="#(f-[^"]+)"', answer.text)) <= missing
        assert "f-reason" in answer.text


def test_a_form_a_route_and_a_file_estimate_alike(site, union):
    world, client = site.world, site.client("planner of all", "en")
    clinic, target = world.institution["clinic"], union.target
    fields = {"carrier": "electricity", "how": "bill", "amount": "480.5", "reason": "the bill"}
    walk(
        client, f"/do/base.estimate/{target}", fields | {"institution": clinic, "month": "2015-01"}
    )
    page = client.get("/do/base.estimate/file")
    table = (
        "target,institution,month,carrier,how,amount,reason\n"
        f"{target},{clinic},2015-02,electricity,bill,480.5,the bill\n"
    )
    sent = client.post(
        "/do/base.estimate/file",
        data=hidden(page.text) | {"step": "do"},
        files={"file": ("bills.csv", table, "text/csv")},
    )
    assert "Rows that were done: 1" in sent.text
    body = fields | {"institution": clinic, "month": "2015-03"}
    token = {"X-CSRF-Token": hidden(page.text)["csrf"][0]}
    routed = client.post(f"/api/v1/targets/{target}/base/estimate", json=body, headers=token)
    assert routed.status_code == 201, routed.text
    kept = world.admin(
        "SELECT month::text, how, quanta, reason, made_by FROM base_month ORDER BY 1"
    )
    planner = f"user:{world.user['planner of all']}"
    assert kept == [
        (f"2015-0{month}-01", "bill", 480_500, "the bill", planner) for month in (1, 2, 3)
    ]


def test_who_answered_for_a_base_is_named(site, union):
    world = site.world
    office, target = world.institution["office"], union.target
    planner = f"user:{world.user['planner of all']}"
    world.admin(
        """INSERT INTO base_verdict (union_id, target_id, institution_id, verdict, base_sha256,
                                     reason, made_by)
           SELECT union_id, id, %s, 'left_out', repeat('0', 64), 'it moves out', %s
             FROM target WHERE id = %s""",
        office, planner, target,
    )  # fmt: skip
    page = site.client("planner of all", "en").get(f"/targets/{target}/bases").text
    assert "it moves out" in page
    assert "planner of all" in page.split("<main")[1]
    assert planner not in page


def test_bases_are_searched_filtered_paged_and_all_exported(site, union):
    world = site.world
    for place in range(12):
        new_office(world, f"annex {place:02}")
    client, path = site.client("planner of all", "en"), f"/targets/{union.target}/bases"
    first = client.get(path).text
    assert "14, those that move most first" in first
    assert first.count('<article class="base">') == 10
    assert client.get(path, params={"page": 2}).text.count('<article class="base">') == 4
    found = client.get(path, params={"search": "annex 03"}).text
    assert found.count('<article class="base">') == 1
    nothing = client.get(path, params={"state": "confirmed"}).text
    assert nothing.count('<article class="base">') == 0
    assert 'role="status"' in nothing
    export = html.unescape(
        re.findall(r'href="(/api/v1/unions/\d+/bases\?[^"]*format=csv[^"]*)"', client.get(
            path, params={"search": "annex"}).text)[0]
    )  # fmt: skip
    assert len(client.get(export).text.strip().splitlines()) == 1 + 12 + 1
    assert review(world.actor("planner of all"), union.target).open == 16


def test_a_preview_tells_what_an_estimate_moves(site, union):
    world = site.world
    actor = site.client("planner of all", "zh")
    path = f"/do/base.estimate/{union.target}"
    fields = {
        "institution": str(world.institution["clinic"]), "month": "2015-03", "how": "bill",
        "amount": "1000", "carrier": "electricity", "reason": "账单",
    }  # fmt: skip
    text = fill_in(actor, path, fields)
    assert re.search(r"<td>92 kgce\(待核查\)</td><td>215 kgce\(待核查\)</td>", text), text


def test_a_planner_of_one_member_answers_for_that_one_and_waits(site, union):
    world = site.world
    world.admin(
        "UPDATE access_grant SET role = 'planner', region_id = %s WHERE viewer = %s",
        world.region["city 1"], f"user:{world.user['province officer']}",
    )  # fmt: skip
    client, at = site.client("province officer", "en"), f"/targets/{union.target}"
    page = client.get(f"{at}/bases").text
    assert "Demo office" in page
    assert "Demo clinic" not in page
    before = client.get(at).text
    assert "/compare" not in before
    assert f'href="{at}/bases"' in before
    form = client.get(f"/do/base.confirm/{union.target}")
    assert form.status_code == 200
    assert client.get(f"/do/target.set/{union.union}").status_code == 403
    csrf = hidden(page)["csrf"][0]
    table = (
        "target,which,institutions,reason\n"
        f"{union.target},these,{world.institution['office']};{world.institution['school']},seen\n"
        f"{union.target},rest,,as measured\n"
    )
    sent = client.post(
        "/do/base.confirm/file",
        data={"csrf": csrf, "step": "do"},
        files={"file": ("seen.csv", table, "text/csv")},
    )
    assert "Rows that were done: 2" in sent.text
    assert "a planner of all members goes on" in client.get(at).text
    foreign = f"target,institutions,reason\n{union.target},{world.institution['clinic']},mine\n"
    refused = client.post(
        "/do/base.left_out/file",
        data={"csrf": csrf, "step": "do"},
        files={"file": ("out.csv", foreign, "text/csv")},
    )
    assert refused.status_code == 422
    assert review(world.actor("planner of all"), union.target).open == 1


def test_the_first_page_tells_a_member_what_waits_for_it(site):
    world = site.world
    agreement, seats = proposed(world)
    asked = asked_in(world)[0]
    first, second = signers(world.actor(), [world.region["city 1"], world.region["city 2"]])
    world.admin("UPDATE app_user SET password_hash = %s WHERE id > 1", hash_password(PASSWORD))
    fields = SIGNATURE | {"text_sha256": digest(world, agreement)}
    carry_out(first, PrepareSignature.model_validate(fields), seats[0].membership_id)

    one, two = (site.client(login, "en") for login in ("signs.1", "signs.2"))
    pages = [client.get("/").text for client in (one, two)]
    assert "has asked Demo city 1 in: an answer waits" in pages[0]
    assert "signs.1 has prepared the signature of Demo city 1" not in pages[0]
    assert "signs.1 has prepared the signature of Demo city 1" in pages[1]
    assert "waits for Demo city 2: one person prepares" in pages[1]
    (seat,) = re.findall(r'href="(/members/\d+)">New union \d+ has asked Demo city 1 in', pages[1])
    assert seat == f"/members/{asked.membership_id}"
    page = two.get(seat).text
    assert f'href="/do/member.accept/{asked.membership_id}"' in page
    shown = two.get(f"/agreements/{agreement}").text
    assert "waits for a second person" in shown
    assert digest(world, agreement) in shown
    reader = site.client("city reader", "en").get(seat).text
    assert "Only a planner whose grant names this member itself" in reader
    assert "/do/member" not in reader
    assert second.name != first.name


def test_a_targets_page_says_how_far_it_is_reached_and_what_prevails(lasting):
    world = lasting.world
    planner, union = world.actor("planner of all"), world.union["cities"]
    intensity = Target(Indicator.KGCE_PER_M2, "GB2589-2020", 30_000, 2020, 2025,
                       incentive_millionths=40_000)  # fmt: skip
    made = set_target(planner, union, intensity, "minutes")
    issued = replace(intensity, fall_millionths=60_000, incentive_millionths=None,
                     origin=Origin.ISSUED)  # fmt: skip
    above = set_target(planner, union, issued, "from the province")
    page = lasting.client("planner of all", "en").get(f"/targets/{made}")
    assert page.status_code == 200
    text = re.sub(r"<[^>]+>", "", page.text)
    assert "Energy per m² 3 % below the base year" in text
    assert "incentive target 4 %" in text
    assert "stricter, by 0.62 points a year" in text  # 1 − 0.94^(1/5) less 1 − 0.97^(1/5)
    assert "From above, and so it prevails" in text
    assert "5 % below the base year" in text  # the nation's plan of 2020 to 2025
    assert "Compare rules" not in text
    for month in (1, 2):
        use(world, "school", 2016, month, 777)
        use(world, "office", 2016, month, 800)
    world.admin("""INSERT INTO union_enough (union_id, permille, reason, made_by)
                   VALUES (%s, 600, 'test', 'user:1')""", union)  # fmt: skip
    total = replace(intensity, indicator=Indicator.TOTAL_KGCE, base_year=2015, target_year=2017)
    reached = set_target(planner, union, total, "minutes")
    record_progress(planner, union, date(2016, 2, 29))
    rows = re.sub(r"<[^>]+>", "", lasting.client("planner of all", "en").get(
        f"/targets/{reached}").text)  # fmt: skip
    assert "11.50%" in rows  # 2010 + 1554 → 1600 + 1554 kWh
    assert "reaches the incentive target" in rows
    assert "data up to 2016-02-29, 40 days old" in rows
    beside = re.sub(r"<[^>]+>", "", lasting.client("planner of all").get(f"/targets/{above}").text)
    assert "较宽,每年少 0.62 个百分点" in beside

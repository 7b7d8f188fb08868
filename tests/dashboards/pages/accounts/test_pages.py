"""What the pages show: figures of the accounts, what is missing as missing, and only one's own."""

import html
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dashboards.pages.viewer import CSP
from tests.actions.compact_world import use
from tests.actions.correcting import record_exchange, set_value
from tests.actions.world import counts_since, measure

ELECTRICITY = "?carrier=electricity"
PAGES = [
    "/",
    "/institutions",
    "office",
    "office?carrier=electricity",
    "office/accounts/electricity/2016-03",
]


def pages_of(site):
    for page in PAGES:
        yield page if page.startswith("/") else site.path("office", page.removeprefix("office"))


def text_of(page: str) -> str:
    """Return what a reader sees of a page, on one line."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def row_of(page: str, begins: str) -> str:
    """Return the table row that begins with a text."""
    rows = re.findall(r"<tr[^>]*>.*?</tr>", page, re.DOTALL)
    found = [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows]
    return next(row for row in found if row.startswith(begins))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_in_both_languages_runs_nothing_and_loads_nothing_foreign(site, lang):
    client, stranger = site.client("planner of all", lang), site.client(lang=lang)
    for path in [*pages_of(site), "/login?next=/", "/nowhere"]:
        answer = (stranger if path.startswith("/login") else client).get(path)
        page = answer.text

        assert answer.headers["content-security-policy"] == CSP
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-frame-options"] == "DENY"
        assert ('<html lang="en"' in page) == (lang == "en")
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
        assert not re.search(r"""(src|href|action)="(https?:)?//""", page)
        assert "unsafe" not in answer.headers["content-security-policy"]
        if lang == "en":
            menu = page.replace("CommonWatt 协能", "").replace(">中文<", "><")
            menu = re.sub(r'<cite lang="zh">.*?</cite>', "", menu)  # a document keeps its title
            assert not re.search(r"[\u4e00-\u9fff]", menu), path


def test_the_list_shows_the_sums_of_the_accounts_and_what_nobody_stated(site):
    page = site.client("planner of all", "en").get("/institutions").text
    office, school = row_of(page, "Demo office"), row_of(page, "Demo school")
    used = site.world.admin(
        "SELECT sum(quanta) FROM account WHERE institution_id = %s AND carrier = 'electricity'",
        site.world.institution["office"],
    )[0][0]

    assert f" {used / 1000:.2f} " in office
    assert "1,235 80" in office
    assert "not stated not stated not stated" in school
    assert "Period: Apr 2015 to Mar 2016" in text_of(page)
    assert "6 institutions" in text_of(page)


def test_a_sum_of_co2_names_the_carriers_that_it_does_not_hold(site):
    """Gas billed by its energy has no CO2 factor of its own; of the coal sum it is a part."""
    clean = site.client("planner of all", "en").get("/institutions").text
    use(site.world, "office", 2016, 3, 1000, carrier="natural_gas_energy")

    for path in ("/institutions", site.path("office")):
        for lang, name in (("en", "Natural gas by energy"), ("zh", "天然气")):
            page = site.client("planner of all", lang).get(path).text
            words = [text for text in re.findall(r'class="foot warn"[^>]*>([^<]+)<', page)
                     if name in html.unescape(text)]  # fmt: skip
            assert len(words) == 1, (path, lang)
    assert "Natural gas by energy" not in clean


def test_unknown_use_is_a_dash_and_never_a_zero(site):
    page = site.client("planner of all", "en").get("/institutions").text
    clinic = row_of(page, "Demo clinic")

    assert clinic.endswith("– – – – ▲ Coverage below 100 % 0.0%")
    assert " 0 " not in clinic


def test_a_reader_sees_its_own_and_404_elsewhere(site):
    client = site.client("of the school", "en")
    page = client.get("/institutions").text

    assert "Demo school" in page
    assert "Demo office" not in page
    assert "1 institution" in text_of(page)
    for path in ("", "/accounts/electricity/2016-03"):
        answer = client.get(site.path("office", path))
        assert answer.status_code == 404
        assert "Demo office" not in answer.text
        assert answer.headers["content-type"].startswith("text/html")
        unknown = client.get(f"/institutions/999999{path}")
        office = str(site.world.institution["office"])
        asked = text_of(answer.text).replace(f"institutions/{office}", "institutions/999999")
        assert text_of(unknown.text) == asked  # but for the address that was asked


def test_sums_over_all_count_only_what_the_reader_sees(site):
    def total(who):
        page = text_of(site.client(who, "en").get("/institutions").text)
        return re.search(r"Electricity ([\d.,]+ \w+)", page).group(1)

    seen = site.world.admin(
        "SELECT sum(quanta) FROM account WHERE carrier = 'electricity' AND institution_id = %s",
        site.world.institution["school"],
    )[0][0]
    assert total("of the school") == f"{seen / 1000:.2f} kWh"
    assert total("of the school") != total("planner of all")


def test_searching_filtering_and_paging_happen_on_the_server(site):
    client = site.client("planner of all", "en")

    found = client.get("/institutions", params={"search": "SCHO"}).text
    assert "Demo school" in found
    assert "Demo office" not in found
    assert 'value="SCHO"' in found
    city = client.get("/institutions", params={"region": site.world.region["city 2"]}).text
    assert "Demo clinic" in city
    assert "Demo school" not in city
    assert "Demo clinic" not in client.get("/institutions", params={"page": 2}).text
    assert client.get("/institutions", params={"page": 0}).status_code == 422
    nasty = client.get("/institutions", params={"search": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in nasty
    assert "No institution matches" in nasty


def test_empty_states_say_what_to_do_next(bare):
    nothing = text_of(bare.client("outsider", "en").get("/institutions").text)
    no_accounts = text_of(bare.client("of the office", "en").get("/institutions").text)
    one = text_of(bare.client("of the office", "en").get(bare.path("office")).text)

    assert "Ask the administrator to grant you" in nothing
    assert "commonwatt import registry" in nothing
    assert "They appear here once gateways" in no_accounts
    assert "They appear here once gateways" in one


def test_accounts_by_carrier_and_month_with_coverage_and_factors(site):
    client = site.client("planner of all", "en")
    page = client.get(site.path("office")).text
    march, gone = row_of(page, "2016-03"), row_of(page, "2016-02")

    assert "Coverage below 100 %" in march
    assert re.fullmatch(r"2016-02( –)+", gone)
    assert "0.1229 kgce/kWh (GB2589-2020)" in text_of(page)
    assert "unverified" not in text_of(page)
    assert "second-hand" in text_of(page)
    assert "outside its years" in text_of(page)  # an edition of 2021 for a month of 2016
    total = row_of(page, "Total")
    assert re.sub(r"^2016-03", "", march).split()[0] == total.split()[1]


def test_what_rests_on_an_unverified_value_says_so_everywhere(site):
    site.world.admin(
        """UPDATE coefficient SET known_until = now()
            WHERE carrier = 'electricity' AND profile = 'GB2589-2020'"""
    )
    site.world.admin(
        """INSERT INTO coefficient (profile, carrier, kgce_per_unit, valid_from, source, verified)
           VALUES ('GB2589-2020', 'electricity', 0.1229, '2000-01-01', 'hearsay', false)"""
    )
    client = site.client("planner of all", "en")

    for path in pages_of(site):
        assert "unverified" in text_of(client.get(path).text), path
    assert "unverified" not in text_of(client.get("/institutions?region=1&search=nothing").text)
    assert "hearsay" in client.get(site.path("office", "/accounts/electricity/2016-03")).text


def test_years_are_compared_over_the_days_that_both_measured(site):
    world = site.world
    counts_since(world, "office", "2015-01-01")
    measure(world, "office", "2015-01-01", 31 + 28 + 31 + 30, 10_000)
    measure(world, "office", "2016-01-01", 20, 11_000)  # January lacks its last eleven days
    measure(world, "office", "2016-02-01", 29, 12_000)
    measure(world, "office", "2016-03-01", 28, 9_000)
    measure(world, "office", "2016-04-01", 9, 50_000)
    page = site.client("planner of all", "en").get(
        site.path("office", f"{ELECTRICITY}&until=2016-04")
    )
    january, february, march, april = (
        row_of(page.text, f"2016-0{month}") for month in (1, 2, 3, 4)
    )

    assert "not enough measured" in january
    assert "+" not in january
    assert "+20.0%" in february
    assert "Compared: 28 of 29 days" in february
    assert "−10.0%" in march
    assert "Compared: 28 of 31 days" in march
    assert april.startswith("2016-04 running 450.0")
    assert not re.search(r"[+−]\d", april)


def test_profile_and_twelve_months_are_in_the_address(site):
    client = site.client("planner of all", "en")
    path = site.path("office")
    before = client.get(path, params={"until": "2015-12"}).text
    other = client.get(path, params={"profile": "SD-QUOTA"})

    assert "Jan 2015 to Dec 2015" in text_of(before)
    assert other.status_code in (200, 404)
    codes = [row[0] for row in site.world.admin("SELECT code FROM profile ORDER BY is_default")]
    page = client.get(path, params={"profile": codes[0]}).text
    assert f'value="{codes[0]}" selected' in page
    for bad in ({"until": "2015-13"}, {"source": "guess"}, {"span": "year"}, {"day": "2016-02-30"}):
        assert client.get(path, params=bad).status_code == 422
    assert client.get(path, params={"carrier": "nothing", "curve": "nothing"}).status_code == 200


def test_bills_stand_beside_the_meter_and_are_not_added(site):
    client = site.client("planner of all", "en")
    before = row_of(client.get("/institutions").text, "Demo office")
    site.world.admin(
        """INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s)
           VALUES (%s, 'electricity', '2016-03-01', 'bill', 77777000, 0)""",
        site.world.institution["office"],
    )
    meter = client.get(site.path("office", ELECTRICITY)).text
    bill = client.get(site.path("office", f"{ELECTRICITY}&source=bill")).text

    assert row_of(client.get("/institutions").text, "Demo office") == before
    assert "77,777" not in text_of(meter)
    assert row_of(bill, "2016-03").startswith("2016-03 77,777 100% Coverage of the curve 0.0%")
    why = client.get(site.path("office", "/accounts/electricity/2016-03?source=bill")).text
    assert "no channel stands behind it" in text_of(why)


def test_why_this_figure_goes_down_to_readings_and_factors(site):
    client = site.client("planner of all", "en")
    link = re.search(
        r'href="(/institutions/\d+/accounts/electricity/2016-03[^"]*)"',
        client.get(site.path("office")).text,
    )
    page = client.get(html.unescape(link.group(1)))
    text = text_of(page.text)

    assert page.status_code == 200
    for phrase in (
        "The parts add up to the account",
        "÷ 1000 kWh × 0.1229 kg/kWh × 1000",
        "no readings: the total comes from those around it",
        "5.000 kWh · 2016-03-01 00:00 +00:00",
        "Grid region",
        "Taken",
        "From 2016-03-01",
        "office e · total",
        "100%",
    ):
        assert phrase in text, phrase


def test_a_meter_that_is_counted_twice_is_named(site):
    world = site.world
    days = "SELECT day, used, measured_s, known_s FROM usage_day WHERE channel_id = %s"
    office, twin = world.channel["office e"], world.channel["clinic e"]
    for row in world.admin(days, office):
        world.admin(
            """INSERT INTO usage_day (channel_id, day, used, measured_s, known_s)
               VALUES (%s, %s, %s, %s, %s)""",
            twin, *row,
        )  # fmt: skip
    path = site.path("office", "/accounts/electricity/2016-03")
    en = site.client("planner of all", "en")
    assert "counted twice" not in text_of(en.get(path).text)
    world.admin(
        """INSERT INTO account_term (institution_id, carrier, channel_id, share, valid_from,
               source, known_by)
               VALUES (%s, 'electricity', %s, 1000000, '2016-03-01', 'test', 'user:1')""",
        world.institution["office"], twin,
    )  # fmt: skip

    text = "Each day office e · total used what clinic e · total did: counted twice?"
    assert text in text_of(en.get(path).text)
    zh = site.client("planner of all", "zh")
    assert "office e · total 每天的用量都等于 clinic e · total 之和" in text_of(zh.get(path).text)


def test_an_explanation_names_the_owner_and_no_more_beyond_ones_rights(site):
    text = text_of(
        site.client("of the school", "en")
        .get(site.path("school", "/accounts/electricity/2016-03"))
        .text
    )

    assert "An institution that is not disclosed" in text
    assert "Demo police" not in text
    assert "beyond your rights" in text
    assert "33.3333%" in text


def test_errors_in_a_browser_are_pages_and_for_programs_stay_problems(site):
    client = site.client("planner of all", "en")
    nowhere = client.get("/nowhere")
    problem = client.get("/nowhere", headers={"Accept": "application/json"})
    chinese = site.client("planner of all", "zh").get("/nowhere")

    assert nowhere.status_code == 404
    assert "There is no page at this address" in nowhere.text
    assert "此地址没有页面" in chinese.text
    assert problem.headers["content-type"] == "application/problem+json"
    assert client.post("/login", data={"login": "x" * 100}).status_code == 422
    assert client.get("/institutions/0").status_code == 422


def test_with_the_database_away_the_page_offers_to_try_again(site):
    client = site.client("planner of all", "en")
    site.world.pool.close()
    away = client.get("/institutions", params={"search": "x"})

    assert away.status_code == 503
    assert int(away.headers["retry-after"]) >= 1
    assert 'href="/institutions?search=x">Try again' in away.text
    assert away.headers["content-security-policy"] == CSP


def test_what_was_not_foreseen_is_a_page_too(site, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("dashboards.pages.accounts.listing.overview_of", broken)
    answer = site.client("planner of all", "en").get("/institutions")

    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "secret" not in answer.text


def test_intensities_are_named_and_open_where_nobody_stated_the_area(site):
    client = site.client("planner of all", "en")
    office = text_of(client.get(site.path("office")).text)
    school = text_of(client.get(site.path("school")).text)
    kgce = site.world.admin(
        """SELECT sum(floor(quanta * CASE carrier WHEN 'electricity' THEN 0.1229 ELSE 1.33 END
                            + 0.5)) / 1000
             FROM account WHERE institution_id = %s""",
        site.world.institution["office"],
    )[0][0]

    assert f"Energy per area {float(kgce) / 1234.5:.4f} kgce/m²" in office
    assert f"Energy per person {float(kgce) / 80:.4f} kgce/person" in office
    assert "Energy per area – kgce/m² floor area not stated" in school
    assert "Energy per person – kgce/person persons not stated" in school


def test_an_intensity_says_by_whose_area_and_persons_it_is(site):
    client = site.client("planner of all", "en")
    for page in (site.path("office"), "/institutions"):
        assert "By 1,234.5 m² from 2015-01-01 (test)" in text_of(client.get(page).text)
    office = text_of(client.get(site.path("office")).text)
    assert "By 80 persons from 2015-01-01 (test)" in office
    site.world.admin("ALTER TABLE institution_fact DISABLE TRIGGER only_retire")
    site.world.admin(
        """UPDATE institution_fact SET valid_to = '2016-01-01'
            WHERE institution_id = %s AND attribute = 'persons'""",
        site.world.institution["office"],
    )
    site.world.admin(
        """INSERT INTO institution_fact (institution_id, attribute, number, valid_from, source,
               known_by) VALUES (%s, 'persons', 90, '2016-01-01', 'the roster', 'user:1')""",
        site.world.institution["office"],
    )
    office = text_of(client.get(site.path("office")).text)
    assert "80 persons from 2015-01-01 (test); 90 persons from 2016-01-01 (the roster)" in office
    chinese = text_of(site.client("planner of all", "zh").get(site.path("office")).text)
    assert "80 人,2015-01-01 起(test)；90 人,2016-01-01 起(the roster)" in chinese


def test_an_explanation_shows_what_the_connection_can_carry(site):
    path = site.path("office", "/accounts/electricity/2016-03")
    page = text_of(site.client("planner of all", "en").get(path).text)
    assert "Multiplier 1 · Interval of readings 60 min" in page
    assert "At most an hour 100 kWh/h" in page
    site.world.admin("ALTER TABLE channel_setting DISABLE TRIGGER only_retire")
    site.world.admin("UPDATE channel_setting SET max_per_hour = NULL")
    site.world.admin("ALTER TABLE channel_setting ENABLE TRIGGER only_retire")
    page = text_of(site.client("planner of all", "en").get(path).text)
    assert "At most an hour not registered" in page


def test_factors_that_changed_within_the_year_are_named_with_their_months(site):
    world = site.world
    world.admin(
        """INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s)
           VALUES (%s, 'electricity', '2016-02-01', 'meter', 100000, 0)""",
        world.institution["office"],
    )
    client = site.client("planner of all", "en")
    before = text_of(client.get(site.path("office", ELECTRICITY)).text)
    world.admin(
        """UPDATE coefficient SET known_until = now()
            WHERE carrier = 'electricity' AND profile = 'GB2589-2020'"""
    )
    world.admin(
        """INSERT INTO coefficient (profile, carrier, kgce_per_unit, valid_from, valid_to, source,
               verified)
           VALUES ('GB2589-2020', 'electricity', 0.1229, '2000-01-01', '2016-03-01', 'a', true),
                  ('GB2589-2020', 'electricity', 0.5, '2016-03-01', NULL, 'b', true)"""
    )
    after = text_of(client.get(site.path("office", ELECTRICITY)).text)

    assert "Electricity 0.1229 kgce/kWh" in before
    assert "Electricity 2016-02: 0.1229 kgce/kWh" in after
    assert "Electricity 2016-03: 0.5 kgce/kWh" in after


def test_names_of_strangers_are_text_and_nothing_else(site):
    nasty = "<img src=x onerror=alert(1)>'\"&{{7*7}}"
    site.world.admin(
        """UPDATE institution_fact SET known_until = now()
            WHERE institution_id = %s AND attribute LIKE 'name%%'""",
        site.world.institution["office"],
    )
    site.world.admin(
        """INSERT INTO institution_fact (institution_id, attribute, value, valid_from, source,
               known_by) VALUES (%s, 'name_zh', %s, '2015-01-01', 'test', 'user:1')""",
        site.world.institution["office"],
        nasty,
    )
    site.world.admin("UPDATE meter SET name_en = %s, name_zh = %s", nasty, nasty)
    client = site.client("planner of all", "en")

    for path in pages_of(site):
        page = client.get(path).text
        assert "<img src=x" not in page
        assert "{{7*7}}" in page
        assert "onerror=alert(1)&gt;" in page


def test_a_link_says_to_what_it_leads_or_is_none(site):
    client = site.client("planner of all")
    page = client.get(site.path("office"))
    region, office = site.world.region["city 1"], site.world.institution["office"]
    link = f"/boards/commonwatt-comparison?var-region={region}&amp;var-institution={office}"
    assert link in page.text

    board = client.get(
        "/boards/commonwatt-institution",
        params={"var-institution": office, "var-carrier": "unobtainium"},
    )
    assert "unobtainium" in board.text
    assert 'role="status"' in board.text
    plain = client.get("/boards/commonwatt-institution", params={"var-institution": office})
    assert 'class="notice" role="status"' not in plain.text


def test_what_a_person_did_is_on_the_page_with_who_and_why_and_a_link_to_the_act(site):
    world = site.world
    channel = world.channel["office e"]
    done = set_value(
        world.actor("of the office"), channel, datetime(2016, 3, 2, tzinfo=UTC), Decimal(30),
        reason="photo of the display",
    )  # fmt: skip
    changed = record_exchange(
        world.actor("of the office"), channel, datetime(2016, 3, 3, 0, 30, tzinfo=UTC), final=None,
        initial=Decimal(0), source="form 12", despite=True,
    )  # fmt: skip
    page = site.client("of the office", "en").get(
        site.path("office", "/accounts/electricity/2016-03")
    )
    for one, why in ((done.correction, "photo of the display"), (changed.correction, "form 12")):
        href = f"/channels/{channel}/corrections"
        assert f'<a href="{href}">correction {one.id}</a>' in page.text
        assert f"(of the office: {why})" in page.text
        assert f'href="/do/correction.undo/{one.id}"' in page.text
        assert why in site.client("of the office").get(href).text

"""An officer of a hospital without any gateway: a year of bills, from the pages alone."""

import calendar
import html
import re
from datetime import date

import pytest

from actions.compact.bases import line_of, seen_base
from storage.compact import targets
from tests.actions.compact_world import make_union_world
from tests.actions.world import World, _institution
from tests.dashboards.pages.test_forms import hidden, walk

MONTH_KWH = 30_000
NUMBER = "0401234567"
WORD = {"zh": "正好等于该数", "en": "add to this figure exactly"}


def hospital(world: World) -> int:
    """Make a hospital with an area and an officer of its own, and no meter."""
    _institution(world, "hospital", "city 2", "city", "health")
    made = world.institution["hospital"]
    world.admin(
        """INSERT INTO institution_fact (institution_id, attribute, number, valid_from, source,
               known_by) VALUES (%s, 'area_m2', 10000, '2015-01-01', 'test', 'user:1')""",
        made,
    )
    (world.user["of the hospital"],) = world.admin(
        """INSERT INTO app_user (login, name, password_hash)
           SELECT 'of-the-hospital', 'H', password_hash FROM app_user WHERE login = 'of-the-office'
           RETURNING id"""
    )[0]
    world.admin(
        """INSERT INTO access_grant (viewer, role, scope, institution_id, valid_from)
           VALUES (%s, 'officer', 'institution', %s, '2015-01-01')""",
        f"user:{world.user['of the hospital']}", made,
    )  # fmt: skip
    return made


def file_of_bills() -> str:
    """Return the bills of February to December, as an officer types them into a spreadsheet."""
    rows = ["户号,起始日,截止日(含),数量,单价(元),金额(元,不含税)"]
    for month in range(2, 13):
        last = calendar.monthrange(2015, month)[1]
        days = f"2015-{month:02}-01,2015-{month:02}-{last}"
        rows.append(f'{NUMBER},{days},{MONTH_KWH},0.68,"20,400"')
    return "\n".join(rows).replace("金额(元,不含税)", '"金额(元,不含税)"')


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_year_of_bills_is_entered_and_counts_everywhere(bare, lang):
    world = bare.world
    home = hospital(world)
    union = make_union_world(world)
    client = bare.client("of the hospital", lang)

    assert f"/do/utility_account.register/{home}" in client.get(f"/institutions/{home}").text
    number = {"number": NUMBER, "supplier": "国网", "carrier": "electricity",
              "valid_from": "2015-01-01", "source": "bill of January"}  # fmt: skip
    _, bills = walk(client, f"/do/utility_account.register/{home}", number)
    (account,) = re.findall(r"utility_account=(\d+)", bills)
    assert f"/do/bill.enter/{account}" in client.get("/utility-accounts").text

    path = f"/do/bill.enter/{account}"
    january = {"first": "2015-01-01", "last": "2015-01-31", "quantity": str(MONTH_KWH),
               "yuan_per_unit": "0.68", "cost": "20,400"}  # fmt: skip
    wrong = client.post(path, data=hidden(client.get(path).text) | january
                        | {"cost": "24000", "step": "preview"})  # fmt: skip
    assert wrong.status_code == 422
    assert "20400.00" in wrong.text
    assert "24000.00" in wrong.text
    preview, _ = walk(client, path, january)
    assert "30000.000" in preview.replace(",", "")

    path = "/do/bill.enter/file"
    file = {"file": ("bills.csv", file_of_bills().encode(), "text/csv")}
    done = client.post(path, data=hidden(client.get(path).text) | {"step": "do"}, files=file)
    assert done.status_code == 200, done.text
    again = client.post(path, data=hidden(client.get(path).text) | {"step": "do"}, files=file)
    assert again.status_code == 422
    assert "2015-02-01" in again.text

    sides = client.get("/account-sources", params={"year": 2015, "institution": home})
    assert sides.text.count("30,000") >= 36  # by days, by billing month, in account
    kgce = 12 * MONTH_KWH * 0.1229
    shown = client.get("/api/v1/indicators", params={"from": "2015-01", "to": "2015-12"}).json()
    (mine,) = [one for one in shown["items"] if one["institution_id"] == home]
    assert float(mine["kgce"]) == pytest.approx(kgce)
    assert (mine["coverage"], mine["shape_coverage"]) == (1, 0)
    assert mine["place_per_m2"] == 1
    with world.actor("planner of all").look(reckons=True) as connection:
        kept = targets.one(connection, union.target)
        base = line_of(connection, kept, seen_base(connection, kept.union_id, home)).base
    assert base.total_g == kgce * 1000
    why = client.get(
        f"/institutions/{home}/accounts/electricity/2015-03", params={"source": "bill"}
    )
    assert "2015-03-01 – 2015-03-31" in why.text
    assert WORD[lang] in why.text
    (behind,) = re.findall(r'href="(/bill-parts[^"]+)"', why.text)
    assert client.get(html.unescape(behind)).text.count("30,000") == 4  # part and whole, both ways
    doubts = {"year": 2015}
    assert client.get("/api/v1/bill-doubts", params=doubts).json()["items"] == []
    world.admin("UPDATE bill SET known_until = now() WHERE first = '2015-06-01'")
    wrong = {"first": "2015-06-01", "last": "2015-06-30", "quantity": str(10 * MONTH_KWH)}
    walk(client, f"/do/bill.enter/{account}", wrong)
    (doubt,) = client.get("/api/v1/bill-doubts", params=doubts).json()["items"]
    assert (doubt["doubt"], doubt["factor"], doubt["first"]) == ("multiplier", "× 10", "2015-06-01")
    page = client.get(f"/institutions/{home}").text
    assert "77,427" in page.replace(" ", "")


def test_a_month_between_bills_is_unknown_and_a_correction_keeps_what_was_said(bare):
    world = bare.world
    home = hospital(world)
    client = bare.client("of the hospital", "en")
    number = {"number": NUMBER, "supplier": "grid", "carrier": "electricity",
              "valid_from": "2015-01-01", "source": "bill"}  # fmt: skip
    _, bills = walk(client, f"/do/utility_account.register/{home}", number)
    (account,) = re.findall(r"utility_account=(\d+)", bills)
    enter = f"/do/bill.enter/{account}"
    walk(client, enter, {"first": "2015-01-01", "last": "2015-01-31", "quantity": "310"})
    walk(client, enter, {"first": "2015-03-01", "last": "2015-03-31", "quantity": "310"})
    ((known, expected),) = world.admin(
        """SELECT sum(known_s), (SELECT sum(e.expected_s)
                  FROM storage.due d CROSS JOIN LATERAL (SELECT storage.expected_s(
                       d.valid_from, d.valid_to, d.zone, '2015-01-01', '2016-01-01',
                       '2030-01-01') AS expected_s) e WHERE d.institution_id = %s)
             FROM account_figure WHERE institution_id = %s""",
        home, home,
    )  # fmt: skip
    assert (known, expected) == (62 * 86_400, 90 * 86_400)

    ((bill,),) = world.admin("SELECT min(id) FROM bill")
    change = {"quantity": "300", "reason": "read wrong"}
    walk(client, f"/do/bill.correct/{bill}", change | {"first": "2015-01-01", "last": "2015-01-31"})
    rows = world.admin("SELECT quanta, known_until IS NULL, corrects FROM bill ORDER BY id")
    assert rows == [(310_000, False, None), (310_000, True, None), (300_000, True, bill)]
    counted = "SELECT quanta FROM account_figure WHERE institution_id = %s AND month = %s"
    assert world.admin(counted, home, date(2015, 1, 1)) == [(300_000,)]

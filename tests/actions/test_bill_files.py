"""Bills as suppliers export them, bulk columns, and shares of a compound by dates."""

from datetime import date

import pytest

from actions.accounts.bills import EnterBill
from actions.accounts.typed import RecordDelivery, TypeFigure
from actions.accounts.utility_accounts import ShareUtilityAccount
from actions.compact.bases import histories
from actions.doing import carry_out
from actions.files import take
from compact.targets import State
from metering.errors import ConflictError, InputError
from tests.actions.compact_world import make_union_world
from tests.actions.examples_of_bills import account, said
from tests.collector.files.test_other_systems import bill, day, delivered, portfolio


def counted(world, name, carrier="electricity"):
    """Return what counts of an institution: month, source, quanta."""
    return world.admin(
        """SELECT to_char(month, 'YYYY-MM'), source, quanta FROM account_figure
            WHERE institution_id = %s AND carrier = %s AND counts ORDER BY month""",
        world.institution[name], carrier,
    )  # fmt: skip


def test_a_supplier_s_export_is_read_by_its_own_headings(world):
    number = account(world, "clinic", number="0410000001")
    body = (
        "序号,户名,用户编号,电费年月,总电量,峰电量,谷电量,电费金额\n"
        '1,演示,0410000001,201501,480,300,180,"326.40"\n'
        "2,演示,0410000001,2015年2月,400,250,150,272\n"
    ).encode()
    done = take(world.actor(), EnterBill, body)
    assert (done.done, done.wrong) == (2, [])
    rows = world.admin(
        """SELECT first, last, quanta, period_quanta, total_fen FROM bill
            WHERE utility_account_id = %s ORDER BY first""",
        number,
    )
    january = [None, 300_000, None, 180_000, None]
    assert rows[0] == (date(2015, 1, 1), date(2015, 1, 31), 480_000, january, 32_640)
    assert rows[1][:3] == (date(2015, 2, 1), date(2015, 2, 28), 400_000)
    twice = take(world.actor(), EnterBill, body)
    assert [one.row for one in twice.wrong] == [2, 3]
    odd = body.replace("总电量".encode(), "电量合计数".encode())
    with pytest.raises(InputError, match="电量合计数"):
        take(world.actor(), EnterBill, odd)


def test_a_compound_s_bill_is_shared_by_dates_to_the_last_quantum(world):
    number = account(world, "office")
    thirds = [{"institution": world.institution["office"], "percent": "66.6667"},
              {"institution": world.institution["clinic"], "percent": "33.3333"}]  # fmt: skip
    share = {"valid_from": "2015-02-01", "shares": thirds, "source": "agreement"}
    carry_out(world.actor(), ShareUtilityAccount.model_validate(share), number)
    two = {"first": "2015-01-01", "last": "2015-02-28", "quantity": "590.001"}
    carry_out(world.actor(), EnterBill.model_validate(two), number)
    # By hand: 590,001 Wh over 59 days, January 310,000.53, February 280,000.47: of that the office
    # 186,667.07 and the clinic 93,333.40. Floors leave 1 Wh over, for the largest remainder.
    office = {month: quanta for month, _, quanta in counted(world, "office")}
    assert office == {"2015-01": 310_001, "2015-02": 186_667}
    assert counted(world, "clinic") == [("2015-02", "bill", 93_333)]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"cost": "400"}, "bill.cost"),
        ({"peak": "100", "valley": "300"}, "bill.periods"),
        ({"unit": "m3"}, "bill.unit"),
        ({"first": "2014-12-31"}, "bill.beyond"),
        ({"last": "2016-05-01"}, "bill.days"),
        ({"total": "100"}, "bill.total"),
        ({"first": None, "last": None}, "bill.no_days"),
    ],
)
def test_what_contradicts_itself_is_refused_by_name(world, more, code):
    fields = {name: one for name, one in (said() | more).items() if one is not None}
    with pytest.raises((InputError, ConflictError)) as refused:
        carry_out(world.actor(), EnterBill.model_validate(fields), account(world))
    assert refused.value.code == code


def test_deliveries_make_a_month_and_a_month_typed_in_beside_them_is_refused(world):
    home, actor = world.institution["office"], world.actor()
    for on, basis in (("2015-01-05", "r 1"), ("2015-01-25", "r 2")):
        one = {"kind": "lpg_bottle_15", "day": on, "quantity": "2", "basis": basis}
        carry_out(actor, RecordDelivery.model_validate(one), home)
    fuel = {"kind": "fuel_card_petrol", "day": "2015-01-06", "quantity": "40", "basis": "r 3"}
    carry_out(actor, RecordDelivery.model_validate(fuel), home)
    assert counted(world, "office", "lpg") == [("2015-01", "typed", 60_000)]
    assert counted(world, "office", "gasoline") == [("2015-01", "typed", 29_200)]  # 0.73 kg/L
    month = {"carrier": "lpg", "month": "2015-01", "quantity": "60", "basis": "ledger"}
    with pytest.raises(ConflictError, match=r"r 1"):
        carry_out(actor, TypeFigure.model_validate(month), home)


def test_a_list_of_a_fuel_card_is_read_by_its_own_words(world):
    home = world.institution["office"]
    body = (
        "机构,卡号,车牌号,加油日期,油品,升数,交易金额,流水号\n"
        f"{home},1000,京A1,2015/1/6,92号汽油,40,300,9001\n"
        f"{home},1000,京A2,2015.1.7,0号柴油,10,70.5,9002\n"
    ).encode()
    done = take(world.actor(), RecordDelivery, body)
    assert (done.done, done.wrong) == (2, [])
    assert counted(world, "office", "gasoline") == [("2015-01", "typed", 29_200)]
    assert counted(world, "office", "diesel") == [("2015-01", "typed", 8_500)]


def named(world, attribute: str, institution: int) -> str:
    """Return what an institution is called."""
    ((name,),) = world.admin(
        """SELECT value FROM institution_fact
            WHERE institution_id = %s AND attribute = %s AND known_until IS NULL""",
        institution, attribute,
    )  # fmt: skip
    return name


def test_deliveries_of_portfolio_manager_go_in_by_the_name_of_their_property(world):
    """Its workbook has other sheets, a title above the columns, and bills beside deliveries."""
    home = world.institution["office"]
    name = named(world, "name_en", home)
    rows = [
        delivered(at, amount, unit, kind, number)
        for at, amount, unit, kind, number in (
            ("2015-01-05", 100, "Gallons (US)", "Diesel", 902),
            ("2015-02-06", 1.5, "Tonnes (metric)", "Coal (bituminous)", 903),
            ("2015-02-07", 20, "Kilogram", "Propane", 904),
        )
    ]
    for row in rows:
        row[0] = name
    body = portfolio(*rows, bill(222, day(2015, 1, 1), day(2015, 1, 31), 5, "kWh"))
    seen = take(world.actor(), RecordDelivery, body, dry_run=True)
    assert [(one.number, one.path) for one in seen.wrong] == [(7, "on")]  # the bill
    done = take(world.actor(), RecordDelivery, body, without_failed=True)
    assert done.done == 3
    # By hand: 100 gallons of 3.785411784 L and 0.85 kg/L.
    assert counted(world, "office", "diesel") == [("2015-01", "typed", 321_760)]
    assert counted(world, "office", "raw_coal") == [("2015-02", "typed", 1_500_000)]
    assert counted(world, "office", "lpg") == [("2015-02", "typed", 20_000)]
    wrong = portfolio([name, *delivered("2015-03-05", 9, "kWh", "Diesel", 905)[1:]])
    (one,) = take(world.actor(), RecordDelivery, wrong).wrong
    assert (one.path, "kWh" in one.text.en) == ("unit", True)


def test_rows_stand_below_a_title_and_name_their_institution(world):
    name = named(world, "name_zh", world.institution["office"])
    body = (
        "2015 年购进台账,,,,\n单位:元,,,,\n机构,品类,日期,数量,依据\n"
        f"{name},lpg_bottle_15,2015-01-05,2,r 1\n无此机构,lpg_bottle_15,2015-01-06,2,r 2\n"
    ).encode()
    (wrong,) = take(world.actor(), RecordDelivery, body).wrong
    assert (wrong.number, "无此机构" in wrong.text.zh) == (5, True)
    assert take(world.actor(), RecordDelivery, body, without_failed=True).done == 1


def test_typed_months_go_in_as_columns(world):
    homes = [world.institution[name] for name in ("office", "school", "clinic")]
    rows = [
        f"{home},water,{year}-{month:02},{year - 1950 + month},ledger"
        for home in homes for year in range(1955, 2015) for month in range(1, 13)
    ]  # fmt: skip
    body = "\n".join(["institution,carrier,month,quantity,basis", *rows]).encode()
    assert take(world.actor(), TypeFigure, body).done == len(rows) == 2160
    ((count, water),) = world.admin(
        """SELECT count(*), sum(quanta) FROM account_figure
            WHERE source = 'typed' AND carrier = 'water' AND counts"""
    )
    years = sum(year - 1950 + month for year in range(1955, 2015) for month in range(1, 13))
    assert (count, water) == (2160, 3 * 1000 * years)


def test_the_month_in_which_a_number_began_is_no_month_of_a_base(world):
    union = make_union_world(world)
    number = account(world, "school", carrier="heat", valid_from="2015-01-15")
    days = [("2015-01-15", "2015-01-31"), ("2015-02-01", "2015-02-28")]
    for first, last in days:
        bill = {"first": first, "last": last, "quantity": "100"}
        carry_out(world.actor(), EnterBill.model_validate(bill), number)
    assert [month for month, *_ in counted(world, "school", "heat")] == ["2015-01", "2015-02"]
    school = world.institution["school"]
    known = histories(world.actor("planner of all"), union.target, [school])[school]
    heat = known.carriers["heat"]
    assert heat[2015, 2].state is State.BILLED
    whole = known.known()  # January is billed in part, March not at all
    assert [(2015, month) in whole for month in (1, 2, 3)] == [False, True, False]

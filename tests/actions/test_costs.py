"""What metered hours cost by the tariff of their day, to the fen."""

from decimal import Decimal

from actions.accounts.costs_table import COSTS, HOURS, WhichCosts, WhichHours
from actions.accounts.state_tariff import StateTariff
from actions.doing import carry_out
from actions.table_rows import values_of
from actions.tables import rows_of
from analytics.exact import half_up
from tests.actions.examples_of_tariffs import tariff

PRICE = {"p": Decimal(1), "f": Decimal("0.6"), "v": Decimal("0.3")}
DAY = "v" * 7 + "f" + "pppp" + "fffff" + "pppp" + "ff" + "v"


def test_a_month_costs_what_its_hours_cost_and_the_basic_charge_of_its_days(filled):
    home, said = tariff(filled)
    actor = filled.actor("of the office")
    carry_out(actor, StateTariff.model_validate(said), home)
    hours = filled.admin(
        """SELECT extract(hour FROM hour AT TIME ZONE 'Europe/London')::integer, used
             FROM usage_hour WHERE channel_id = %s AND used IS NOT NULL""",
        filled.channel["office e"],
    )
    assert len(hours) == 72  # a register over a gap has its total, spread evenly
    (row,) = rows_of(actor, COSTS, WhichCosts(year=2016), None, 10).rows
    found = values_of(COSTS, row)
    energy = sum(used * PRICE[DAY[hour]] for hour, used in hours) / 10  # fen: Wh × yuan/kWh / 10
    peak = sum(used for hour, used in hours if DAY[hour] == "p")
    assert (found["month"], found["hours"], found["of_hours"]) == ("2016-03", 72, 72)
    assert Decimal(found["peak"]) * 1000 == peak
    assert Decimal(found["energy"]) * 100 == half_up(energy)
    assert found["basic"] == "7245.00"  # 315 kW × 23 yuan
    tax = half_up((energy + 724_500) * Decimal("0.13"))
    assert Decimal(found["tax"]) * 100 == tax
    assert Decimal(found["total"]) * 100 == half_up(energy) + 724_500 + tax

    of_day = WhichHours(institution=home, day="2016-03-01")
    day = [values_of(HOURS, one) for one in rows_of(actor, HOURS, of_day, None, 50).rows]
    assert [one["period"][0] for one in day] == list(DAY)
    assert [Decimal(one["used"]) * 1000 for one in day] == [used for _, used in hours[:24]]
    outside = filled.actor("city reader")
    assert rows_of(outside, COSTS, WhichCosts(year=2016), None, 10).rows == [row]
    assert rows_of(filled.actor("education line"), HOURS, of_day, None, 50).rows == []


def test_the_next_tariff_holds_from_its_day_on(filled):
    home, said = tariff(filled)
    one_price = {name: said[name] for name in ("carrier", "name", "source")}
    for since, price in (("2016-01-01", "1"), ("2016-03-02", "2")):
        action = one_price | {"valid_from": since, "flat": price}
        carry_out(filled.actor(), StateTariff.model_validate(action), home)
    used = filled.admin(
        """SELECT sum(used) FILTER (WHERE hour < '2016-03-02+00'),
                  sum(used) FILTER (WHERE hour >= '2016-03-02+00')
             FROM usage_hour WHERE channel_id = %s""",
        filled.channel["office e"],
    )[0]
    (row,) = rows_of(filled.actor(), COSTS, WhichCosts(year=2016), None, 10).rows
    assert row.one.energy_fen == half_up(used[0] / 10 + used[1] / 5)
    assert (row.one.basic_fen, row.one.tax_fen) == (None, 0)

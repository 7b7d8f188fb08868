"""Every account explains itself, as far as the reader's rights reach."""

from datetime import date

import pytest

from actions.accounts.bills import EnterBill
from actions.accounts.estimate_account import EstimateAccount
from actions.accounts.explanations import explain_account
from actions.accounts.typed import TypeFigure
from actions.doing import carry_out
from metering.errors import NotFoundError
from tests.actions import examples_of_bills
from tests.actions.world import GAP, HOUR_MS, OFFICE_WH, START_MS, World

MARCH = date(2016, 3, 1)


def explain(world: World, name: str, carrier: str = "electricity", who: str = "system", **asked):
    return explain_account(world.actor(who), world.institution[name], carrier, MARCH, **asked)


def test_an_account_goes_down_to_its_readings_and_what_was_not_measured(filled):
    found = explain(filled, "office")
    (term,) = found.terms
    evidence = term.evidence

    assert found.agrees
    assert not found.waits
    assert term.quanta == evidence.used == found.account.quanta == sum(OFFICE_WH)
    assert (evidence.first.at_ms, evidence.first.value) == (START_MS, 5000)
    assert evidence.last.at_ms == START_MS + 72 * HOUR_MS
    assert evidence.readings == 1 + len(OFFICE_WH) - len(GAP)
    assert [(one.start_ms, one.end_ms, one.reason) for one in evidence.unmeasured] == [
        (START_MS + 30 * HOUR_MS, START_MS + 55 * HOUR_MS, "gap"),
        (START_MS + 72 * HOUR_MS, START_MS + (31 * 24 - 1) * HOUR_MS, "after_last"),
    ]
    # What was expected is what was measured and what has a reason.
    unmeasured_s = sum(one.end_ms - one.start_ms for one in evidence.unmeasured) // 1000
    assert found.account.measured_s + unmeasured_s == found.account.expected_s
    assert [day.quanta for day in term.days] == [day.used for day in term.days]
    assert (term.channel.channel_id, term.settings[0].factor) == (filled.channel["office e"], 1)
    assert term.owner.name_en == "Demo office"


def test_interval_values_that_never_came_are_named(filled):
    (term,) = explain(filled, "office", "natural_gas").terms

    spans = [(one.start_ms, one.end_ms, one.reason) for one in term.evidence.unmeasured]
    assert (START_MS + 4 * HOUR_MS, START_MS + 5 * HOUR_MS, "missing") in spans
    assert spans[-1][2] == "after_last"
    assert term.evidence.used == 47 * 500


def test_a_register_that_fell_is_told_as_such(filled):
    filled.say("office e", [(START_MS + 80 * HOUR_MS, 0.001)], 50)
    filled.work()
    (term,) = explain(filled, "office").terms

    assert "fall" in {one.reason for one in term.evidence.unmeasured}
    assert term.evidence.used == term.quanta == sum(OFFICE_WH)


def test_shares_split_a_day_by_the_cascade_that_made_the_account(filled):
    school, academy = explain(filled, "school"), explain(filled, "academy")
    shared = next(term for term in school.terms if term.channel_id == filled.channel["shared e"])
    (rest,) = academy.terms

    assert school.agrees
    assert academy.agrees
    assert (shared.share_before, rest.share_before) == (0, 333_333)
    assert [a.quanta + b.quanta for a, b in zip(shared.days, rest.days, strict=True)] == [
        day.used for day in shared.days
    ]
    assert shared.quanta + rest.quanta == 48_048


def test_what_no_meter_knows_goes_down_to_bills_typed_figures_and_estimates(world):
    office = world.institution["office"]
    account = examples_of_bills.account(world, carrier="raw_coal")
    rows = ("2016-02-20", "2016-03-10", 20), ("2016-03-11", "2016-03-31", 30)
    for first, last, many in (("2016-02-01", "2016-02-19", 1), *rows):
        bill = {"first": first, "last": last, "quantity": str(many)}
        carry_out(world.actor(), EnterBill.model_validate(bill), account)
    typed = {"carrier": "diesel", "month": "2016-03", "quantity": "12.5", "basis": "ledger p. 3"}
    carry_out(world.actor(), TypeFigure.model_validate(typed), office)
    estimate = {"carrier": "electricity", "month": "2016-03", "how": "bill", "amount": "7",
                "reason": "meter out of order"}  # fmt: skip
    carry_out(world.actor(), EstimateAccount.model_validate(estimate), office)

    coal = explain(world, "office", "raw_coal", source="bill")
    assert [(one.kind, one.first.isoformat(), one.basis) for one in coal.documents] == [
        ("bill", first, "days") for first, _, _ in rows
    ]
    assert [one.part * 2 for one in coal.documents] == [coal.documents[0].whole, 2 * 30_000]
    assert coal.agrees
    (diesel,) = explain(world, "office", "diesel", source="typed").documents
    assert (diesel.number, diesel.known_by, diesel.whole) == ("ledger p. 3", "user:1", diesel.part)
    power = explain(world, "office", source="bill")
    assert power.agrees
    assert [(one.kind, one.number, one.reason) for one in power.documents] == [
        ("estimate", "bill", "meter out of order")
    ]


def test_beyond_the_reader_the_owner_alone_is_named(filled):
    found = explain(filled, "school", who="of the school")
    by_channel = {term.channel_id: term for term in found.terms}
    guarded = by_channel[filled.channel["police e"]]

    assert not found.agrees
    assert guarded.owner.institution_id == filled.institution["police"]
    assert (guarded.owner.name_zh, guarded.owner.name_en) == (None, None)
    assert (guarded.channel, guarded.evidence, guarded.quanta) == (None, None, None)
    assert (guarded.days, guarded.settings) == ([], [])
    assert (guarded.share, guarded.share_before) == (None, None)  # of a part that is known
    academy = explain(filled, "academy", who="education line").terms[0]
    assert academy.owner.name_en == "Demo school"
    assert academy.evidence is not None


def test_coal_and_co2_are_written_out_with_their_sources(filled):
    found = explain(filled, "office")
    wh = sum(OFFICE_WH)

    assert (found.coefficient.profile, str(found.coefficient.value)) == ("GB2589-2020", "0.1229")
    assert found.coefficient.source
    assert found.kgce.grams == found.account.kgce_g
    assert found.kgce.arithmetic.startswith(f"{wh} ÷ 1000 kWh × 0.1229 kg/kWh × 1000 = ")
    assert [one.scope for one in found.grid_chain] == ["province", "grid_region", "national"]
    assert found.grid_chain[0].value is None
    assert found.grid_chain[1].value == found.account.kgco2_per_unit
    assert (found.grid_chain[1].year, found.account.grid_year) == (2021, 2021)
    assert found.co2.grams == found.account.co2_g
    gas = explain(filled, "office", "natural_gas", profile="DB32-4001-2021-alt")
    assert gas.grid_chain == []
    assert gas.coefficient.profile == "GB2589-2020"  # Jiangsu's list leaves gas out


def test_an_account_that_is_being_recomputed_says_so(filled):
    filled.say("office e", [(START_MS + 73 * HOUR_MS, 200.0)], 60)
    found = explain(filled, "office")

    assert found.waits
    filled.work()
    assert not explain(filled, "office").waits


def test_figures_from_bills_have_no_terms(filled):
    filled.admin(
        """INSERT INTO account (institution_id, carrier, month, source, quanta, measured_s)
           VALUES (%s, 'electricity', '2016-03-01', 'bill', 777, 0)""",
        filled.institution["office"],
    )
    found = explain(filled, "office", source="bill")

    # It was written past everybody: no document says it, and that is told.
    assert (found.terms, found.documents, found.agrees) == ([], [], False)
    assert found.account.quanta == 777
    assert found.account.expected_s == 31 * 86_400 - 3_600  # a bill is of the whole month


def test_what_is_not_there_or_not_to_be_seen_is_not_found(filled):
    for name, who in (("office", "of the school"), ("police", "province officer")):
        with pytest.raises(NotFoundError):
            explain(filled, name, who=who)
    with pytest.raises(NotFoundError):
        explain_account(
            filled.actor(), filled.institution["office"], "electricity", date(2016, 5, 1)
        )
    with pytest.raises(NotFoundError):
        explain(filled, "office", profile="nobody's")


def test_a_move_within_a_month_leaves_one_account(filled):
    office = filled.institution["office"]
    filled.admin("UPDATE location SET known_until = now() WHERE institution_id = %s", office)
    for since, until, place in (
        ("2015-01-01", "2016-03-15", "city 1"),
        ("2016-03-15", None, "city 2"),
    ):
        filled.admin(
            """INSERT INTO location (institution_id, region_id, valid_from, valid_to, source,
                   known_by) VALUES (%s, %s, %s, %s, 'test', 'user:1')""",
            office, filled.region[place], since, until,
        )  # fmt: skip

    assert explain(filled, "office").account.quanta == sum(OFFICE_WH)
    with filled.actor().look() as connection:
        rows = connection.execute(
            """SELECT count(*) FROM report.account_energy
                WHERE institution_id = %s AND carrier = 'electricity' AND profile = 'DB37-2019'""",
            [office],
        ).fetchone()
    assert rows == (1,)

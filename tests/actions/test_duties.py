"""The calendar of duties: what falls due when, what counts as done, and who is late."""

from collections.abc import Iterator
from datetime import date

import pytest

from actions.accounts.duties import DoDuty, WithdrawDuty
from actions.accounts.duties_table import DUTIES, OWED, WhichDuties, WhichOwed
from actions.boards.waiting import of_year
from actions.doing import carry_out
from actions.tables import rows_of
from tests.actions.examples_of_submissions import approved, filled
from tests.actions.world import World, make_world


@pytest.fixture(scope="module")
def world(database_of_module) -> Iterator[World]:
    made = make_world(database_of_module)
    yield made
    made.close()


def owed(world, institution, year, who="province officer"):
    asked = WhichDuties(year=year, institution=institution)
    rows = rows_of(world.actor(who), DUTIES, asked, None, 100).rows
    return {(one.row.duty, one.row.period): (one.row.due_on, one.state) for one in rows}


def test_a_report_is_due_on_31_march_and_done_once_it_is_approved(world):
    for make, state in ((filled, "overdue"), (approved, "done")):
        [(whose,)] = world.admin("SELECT institution_id FROM submission WHERE id = %s", make(world))
        found = owed(world, whose, 2016)
        assert found["report", date(2015, 1, 1)] == (date(2016, 3, 31), state)
        # days of 2015 are in account: its ledgers are done, December's on 10 January
        assert found["ledger", date(2015, 12, 1)] == (date(2016, 1, 10), "done")
        assert found["ledger", date(2016, 10, 1)] == (date(2016, 11, 10), "due")
        assert not [one for one in found if one[0] == "quarter"]  # central bodies owe that


def test_what_people_say_is_done_until_it_is_taken_back(world):
    office, key = world.institution["office"], ("plan", date(2016, 1, 1))
    assert owed(world, office, 2016)[key] == (date(2016, 3, 31), "overdue")
    done = DoDuty.model_validate({"duty": "plan", "period": "2016-01", "note": "paper 3"})
    carry_out(world.actor("province officer"), done, office)
    assert owed(world, office, 2016)[key][1] == "done"
    back = WithdrawDuty.model_validate({"duty": "plan", "period": "2016-01"})
    carry_out(world.actor("province officer"), back, office)
    assert owed(world, office, 2016)[key][1] == "overdue"


def test_regions_count_what_their_institutions_owe(world):
    actor = world.actor("province officer")
    each = rows_of(actor, DUTIES, WhichDuties(year=2016), None, 1000).rows
    rows = rows_of(actor, OWED, WhichOwed(year=2016), None, 1000).rows
    assert sum(one.owed for one in rows) == len(each)
    assert sum(one.done for one in rows) == sum(one.state == "done" for one in each)
    assert sum(one.overdue for one in rows) == sum(one.state == "overdue" for one in each)


def test_the_first_page_reminds_those_who_keep_accounts(world):
    for who, reminded in (("province officer", True), ("city reader", False)):
        with world.actor(who).look() as connection:
            found = of_year(connection, date(2016, 4, 10))
        late = {(one.duty, one.period) for one in found.duties if one.due_on < found.today}
        assert (("report", date(2015, 1, 1)) in late) == reminded

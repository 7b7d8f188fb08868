"""The hourly curve: channels to choose, spans to step through, and addresses that answer."""

import html
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.workbooks import MEDIA_TYPE
from dashboards.pages.accounts.curve import _bounds, _step
from tests.actions.world import GAP, OFFICE_WH, START_MS

DAYS = st.dates(date(1971, 1, 1), date(2098, 12, 31))


def data_of(page: str) -> dict[str, str]:
    """Return what the page tells its script of the curve."""
    tag = re.search(r'<div class="chart" id="chart-curve"(.*?)></div>', page, re.DOTALL)
    return {name: html.unescape(text) for name, text in re.findall(r'data-(\w+)="([^"]*)"', tag[1])}


@given(DAYS, st.sampled_from(["day", "week", "month"]))
def test_spans_hold_their_day_and_meet_without_overlap(day, span):
    first, until = _bounds(day, span)

    assert first <= day < until
    assert _step(first, span, 1) == until
    assert _step(until, span, -1) == first
    assert span != "week" or (first.weekday() == 0 and until - first == timedelta(days=7))


def test_the_address_in_the_page_answers_with_just_that_span(site):
    client = site.client("planner of all", "en")
    page = client.get(site.path("office"), params={"span": "day", "day": "2016-03-02"}).text
    data = data_of(page)
    answer = client.get(data["api"], headers={"Accept": "application/json"}).json()

    assert (int(data["first"]), int(data["until"])) == (
        START_MS + 86_400_000,
        START_MS + 2 * 86_400_000,
    )
    assert [t[:13] for t in answer["t"]] == [f"2016-03-02T{hour:02}" for hour in range(24)]
    assert [s < 3600 for s in answer["measured_s"]] == [hour + 24 in GAP for hour in range(24)]
    assert answer["next"] is None
    assert answer["complete"]


def test_it_begins_with_the_last_week_that_has_use(site):
    client = site.client("planner of all", "en")
    page = client.get(site.path("office")).text
    answer = client.get(data_of(page)["api"], headers={"Accept": "application/json"}).json()

    assert "2016-02-29 to 2016-03-06" in page
    assert sum(round(1000 * float(one)) for one in answer["used"]) == sum(OFFICE_WH)
    assert "Whole institution, Electricity" in page


def test_a_month_of_hours_comes_in_one_answer(site):
    client = site.client("planner of all", "en")
    data = data_of(client.get(site.path("office"), params={"span": "month"}).text)

    assert (int(data["until"]) - int(data["first"])) // 3_600_000 <= 745
    assert "limit=2000" in data["api"]


def test_a_day_of_a_zone_with_summer_time_has_its_own_length(site):
    client = site.client("planner of all", "en")
    page = client.get(site.path("office"), params={"span": "day", "day": "2016-03-27"}).text
    data = data_of(page)

    assert int(data["until"]) - int(data["first"]) == 23 * 3_600_000


def test_channels_to_choose_are_those_that_the_reader_sees(site):
    client = site.client("of the school", "en")
    page = client.get(site.path("school")).text
    labels = re.findall(r'<option value="([^"]+)"[^>]*>([^<]*)</option>', page)
    keys = [key for key, label in labels if "Electricity" in label]

    assert "c.electricity" in keys
    assert str(site.world.channel["shared e"]) in keys
    assert str(site.world.channel["police e"]) not in keys
    asked = client.get(site.path("school"), params={"curve": site.world.channel["police e"]})
    assert f"/channels/{site.world.channel['police e']}/" not in asked.text
    answer = client.get(data_of(page)["api"], headers={"Accept": "application/json"}).json()
    assert answer["complete"] is False


@pytest.mark.parametrize("day", ["2016-02-30", "0000-01-01", "2016-13-01"])
def test_a_day_that_is_none_is_refused(site, day):
    answer = site.client("planner of all", "en").get(site.path("office"), params={"day": day})

    assert answer.status_code == 422
    assert "is no day" in answer.text


def test_every_link_to_a_table_answers_with_its_form(site):
    client = site.client("planner of all", "en")
    page = client.get(site.path("office"), params={"day": "2016-03-02"}).text
    links = [html.unescape(link) for link in re.findall(r'href="(/api/[^"]+)"', page)]

    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200, link
        kind = answer.headers["content-type"]
        assert kind.startswith(MEDIA_TYPE if "format=xlsx" in link else "text/csv"), link
    assert ["format=xlsx" in link for link in links].count(True) == 2
    assert sum("/exports/" in link for link in links) == 2
    assert len(links) == 6

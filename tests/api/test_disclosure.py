"""No answer of the API holds a figure of a restricted institution, whoever asks for what."""

import re
from decimal import Decimal

import pytest

from tests.actions.prying import drop_logins, make_random_world, secrets_of
from tests.api.conftest import PASSWORD

TEMPLATES = "/api/v1/imports/"
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@pytest.fixture(scope="module")
def house(window):
    """A world to pry into, in which nobody changes anything."""
    made = make_random_world(window.world, seed=11)
    window.world.admin(
        """UPDATE app_user SET password_hash = (SELECT password_hash FROM app_user
                                                 WHERE login = 'outsider')
            WHERE login LIKE 'pry-%%'"""
    )
    assert PASSWORD
    yield made
    drop_logins(made)


def addresses(house, paths, place):
    """Return the address of every route that reads, each of one of the restricted institutions."""
    known = {"union_id": [house.union], "target_id": [house.target], "run_id": house.runs}
    known["institution_id"] = sorted(house.restricted)[:3]
    for path, methods in paths.items():
        names = re.findall(r"{(\w+)}", path)
        if "get" not in methods or not set(names) <= known.keys():
            continue
        taken = {one["name"] for one in methods["get"].get("parameters", [])}
        for name in names:
            path = path.replace(f"{{{name}}}", str(known[name][place % len(known[name])]))
        yield path, taken


def asked_of(queries, url, taken):
    """Return the queries, each of what a route takes, and each once; no text is in a workbook."""
    if url.startswith(TEMPLATES):
        return [{"format": "csv"}]
    said = [{name: value for name, value in one.items() if name in taken} for one in queries]
    return [one for place, one in enumerate(said) if one not in said[:place]]


@pytest.mark.slow
def test_no_answer_holds_a_restricted_figure(house, window):
    paths = window.client().get("/api/v1/openapi.json").json()["paths"]
    queries = (
        {"from": "2015-01", "to": "2016-12", "limit": 500},
        {"from": "2015-01", "to": "2016-12", "union": house.union, "format": "csv"},
        {"year": 2016},
    )
    told = 0
    for place, who in enumerate(house.people):
        asked = list(addresses(house, paths, place))
        assert len(asked) >= 20
        client = window.client(who)
        with house.world.actor(who).look() as connection:
            seen = {row[0] for row in connection.execute("SELECT access.sees()")}
        hidden = {
            value
            for figures in secrets_of(house, seen).values()
            for value in figures.values()
            if value > 1000
        }
        for url, taken in asked:
            for query in asked_of(queries, url, taken):
                answer = client.get(url, params=query)
                assert answer.status_code < 500, (url, answer.text)
                told += answer.status_code == 200
                numbers = {int(Decimal(one) * 1000) for one in set(NUMBER.findall(answer.text))}
                assert not numbers & hidden, (who, url, numbers & hidden)
    assert told > 100


def test_what_is_withheld_says_so_in_words_in_lists_and_tables(house, window):
    """Of a reader who sees no restricted one: a word for each figure that is not shown."""
    client = window.client("pry 0")
    runs = client.get("/api/v1/runs", params={"union": house.union}).json()["items"]
    assert len(runs) == len(house.runs)
    for one in runs:
        assert (one["base"] is None) == (one["withheld"] is not None)
    hidden = [one for one in runs if one["withheld"]]
    assert hidden
    assert "不予显示" in hidden[0]["withheld"]
    assert "withheld" in hidden[0]["withheld"]
    assert "base" in hidden[0]["withheld"]

    of = {"union": house.union}
    progress = client.get("/api/v1/progress/members", params=of).json()["items"]
    told = [one for one in progress if one["state"] == "withheld"]
    assert told
    for one in progress:
        assert (one["quota"] is None) == (one["state"] == "withheld")
        assert bool(one["withheld"]) == (one["state"] == "withheld")
    table = client.get("/api/v1/progress/members", params={**of, "format": "csv"})
    assert table.text.count("不予显示") == len(told)
    whole = window.client("planner of all").get("/api/v1/progress/members", params=of).json()
    assert all(one["withheld"] is None for one in whole["items"])

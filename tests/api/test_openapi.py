"""The description of the API is a promise: a change is seen, and made on purpose.

`.venv/bin/python -m tests.api.test_openapi` renews the snapshot; its diff belongs to the commit.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from api import create_app
from api.problems import STATUS

SNAPSHOT = Path(__file__).with_name("openapi.json")
BREAKS = "The API's description changed; if that is meant: python -m tests.api.test_openapi"


@cache
def described() -> dict[str, Any]:
    """Return the description, for which no database is asked; it is made once."""
    return create_app(None).openapi()  # type: ignore[arg-type]


@cache
def agreed() -> dict[str, Any]:
    """Return the description as it was agreed: `described`, without making any route."""
    read: dict[str, Any] = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return read


def written(description: dict[str, Any]) -> str:
    return json.dumps(description, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def test_the_api_is_the_one_that_was_agreed():
    assert written(described()) == SNAPSHOT.read_text(encoding="utf-8"), BREAKS


def test_applications_that_share_their_routes_are_described_alike():
    first, second = create_app(None), create_app(None)  # type: ignore[arg-type]

    assert written(second.openapi()) == written(first.openapi()) == written(second.openapi())


def test_every_operation_is_explained_and_every_reference_leads_somewhere():
    description = described()

    assert description["openapi"].startswith("3.1")
    assert "Problem" in description["components"]["schemas"]
    for part in json.dumps(description).split('"$ref": "#/')[1:]:
        place = description
        for step in part.split('"')[0].split("/"):
            place = place[step]
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)
            assert operation["tags"], (method, path)


def test_names_of_operations_are_unique():
    paths = described()["paths"].values()
    names = [operation["operationId"] for methods in paths for operation in methods.values()]

    assert len(names) == len(set(names))


def test_every_status_that_a_route_can_answer_is_described():
    for path, methods in described()["paths"].items():
        for method, operation in methods.items():
            told = {int(code) for code in operation["responses"]}
            expected = {*STATUS.values(), 500} - {429}
            expected |= {413} if method != "get" else set()
            expected |= {429} if path == "/api/v1/login" else set()
            assert expected <= told, (method, path, expected - told)


if __name__ == "__main__":
    SNAPSHOT.write_text(written(described()), encoding="utf-8")

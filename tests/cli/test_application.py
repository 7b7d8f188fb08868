"""The served application offers pages and API over one pool, and lets go of it at the end."""

from starlette.testclient import TestClient

from cli import settings
from cli.application import application


def test_pages_and_api_come_together(database):
    known = settings.load({}, database_url=database.url("api"))
    with application(known, database.url("api")) as app:
        client = TestClient(app, follow_redirects=False)
        sent = client.get("/", headers={"Accept": "text/html"})
        page = client.get(sent.headers["location"])
        program = client.get("/api/v1/me")

    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=%2F")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert program.status_code == 401
    assert program.headers["content-type"] == "application/problem+json"

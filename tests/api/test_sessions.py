"""Sessions: cookie with a token for changes, or bearer; failures wait; nothing without one."""

import pytest
from starlette.testclient import TestClient

from api import ApiSettings, create_app
from api.address import networks
from tests.api.conftest import PASSWORD

OPEN = {"/api/v1/login", "/healthz", "/readyz", "/metrics"}
BROKERS = "/api/v1/broker/"  # where they ask, with what a gateway said to them


def test_every_route_but_the_named_asks_for_a_log_in(front):
    client = front.client()
    asked = 0
    for path, methods in client.get("/api/v1/openapi.json").json()["paths"].items():
        if path in OPEN or path.startswith(BROKERS):
            continue
        url = path.replace("{carrier}", "electricity").replace("{month}", "2016-03")
        for name in ("institution_id", "meter_id", "channel_id", "reject_id"):
            url = url.replace(f"{{{name}}}", "1")
        url = url.replace("{province}", "demo-a").replace("{gateway}", "g1")
        for method in methods:
            answer = client.request(method, url, params={"from": "2016-01", "to": "2016-02"})
            assert answer.status_code == 401, (method, url, answer.text)
            assert answer.headers["www-authenticate"] == "Bearer"
            asked += 1
    assert asked >= 20


def test_a_browser_logs_in_changes_with_the_token_and_logs_out(front):
    client = front.client()
    opened = client.post("/api/v1/login", json={"login": "planner-of-all", "password": PASSWORD})
    cookie = opened.headers["set-cookie"]

    assert opened.json()["token"] is None
    assert all(part in cookie for part in ("cw_session=", "HttpOnly", "SameSite=lax", "Path=/"))
    assert "Secure" not in cookie
    assert client.get("/api/v1/me").json()["csrf"] == opened.json()["csrf"]
    key, reason = front.key_url(), {"reason": "new"}
    for headers in ({}, {"X-CSRF-Token": "wrong"}, {"X-CSRF-Token": "é".encode("latin-1")}):
        refused = client.post(key, json=reason, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "csrf.missing")
    assert client.post("/api/v1/logout").status_code == 403
    token = {"X-CSRF-Token": opened.json()["csrf"]}
    assert client.post(key, json=reason, headers=token).status_code == 201
    gone = client.post("/api/v1/logout", headers=token)
    assert gone.status_code == 204
    assert 'cw_session=""' in gone.headers["set-cookie"]
    client.cookies.set("cw_session", cookie.split("cw_session=")[1].split(";")[0])
    assert client.get("/api/v1/me").status_code == 401


def test_over_tls_the_cookie_is_bound_to_host_and_tls(front):
    app = create_app(front.world.pool, settings=ApiSettings(https=True))
    client = TestClient(app, base_url="https://testserver")
    cookie = client.post("/api/v1/login", json={"login": "outsider", "password": PASSWORD}).headers[
        "set-cookie"
    ]

    assert cookie.startswith("__Host-commonwatt=")
    assert "Secure" in cookie
    assert client.get("/api/v1/me").status_code == 200


def test_a_program_logs_in_by_bearer_and_needs_no_token_for_changes(front):
    client = front.client("planner of all")

    assert "set-cookie" not in client.get("/api/v1/me").headers
    made = client.post(front.key_url(), json={"reason": "new"})
    assert made.status_code == 201
    assert client.post("/api/v1/logout").status_code == 204
    assert client.get("/api/v1/me").status_code == 401


def test_who_may_only_read_changes_nothing(front):
    for who, status in (("city reader", 403), ("outsider", 404), ("province officer", 403)):
        answer = front.client(who).post(front.key_url(), json={"reason": "new"})
        assert answer.status_code == status
    assert front.world.admin("SELECT count(*) FROM gateway WHERE key_sha256 IS NOT NULL") == [(0,)]


def test_me_tells_what_was_granted(front):
    me = front.client("city reader").get("/api/v1/me").json()

    assert (me["login"], me["grants"][0]["role"]) == ("city-reader", "reader")
    assert me["grants"][0]["region_id"] == front.world.region["city 1"]


def test_failures_lock_out_with_a_time_to_wait(front):
    client = front.client()
    payload = {"login": "city-reader", "password": "wrong"}
    codes = [client.post("/api/v1/login", json=payload).status_code for _ in range(6)]
    right = client.post("/api/v1/login", json={**payload, "password": PASSWORD})

    assert codes == [401] * 5 + [429]
    assert right.status_code == 429
    assert int(right.headers["retry-after"]) >= 1
    assert right.json()["code"] == "login.locked"
    other = {"login": "outsider", "password": PASSWORD}
    assert client.post("/api/v1/login", json=other).status_code == 200


def test_nothing_but_json_logs_in(front):
    form = front.client().post(
        "/api/v1/login",
        content=b'{"login":"outsider","password":"' + PASSWORD.encode() + b'"}',
        headers={"Content-Type": "text/plain"},
    )
    assert form.status_code == 422


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic abc", "Bearer " + "x" * 5000])
def test_a_foreign_authorization_opens_nothing(front, header):
    answer = front.client().get("/api/v1/me", headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_shared_address_of_a_proxy_locks_nobody_out(front):
    settings = ApiSettings(proxies=networks("192.0.2.0/24"))
    app = create_app(front.world.pool, settings=settings)
    client = TestClient(app, client=("192.0.2.1", 1))
    wrong = {"login": "outsider", "password": "wrong"}
    right = {"login": "outsider", "password": PASSWORD}

    def log_in(payload: dict, address: str) -> int:
        headers = {"X-Forwarded-For": address}
        return client.post("/api/v1/login", json=payload, headers=headers).status_code

    assert [log_in(wrong, "198.51.100.1") for _ in range(6)] == [401] * 5 + [429]
    assert log_in(right, "198.51.100.1") == 429
    assert log_in(right, "198.51.100.2") == 200
    assert log_in(right, "198.51.100.1, 198.51.100.2") == 200  # what stands left is made up


def test_where_a_proxy_says_nothing_nobody_waits_long(front):
    app = create_app(front.world.pool, settings=ApiSettings(proxies=networks("192.0.2.1")))
    client = TestClient(app, client=("192.0.2.1", 1))
    wrong = {"login": "outsider", "password": "wrong"}
    for _ in range(5):
        client.post("/api/v1/login", json=wrong)
    locked = client.post("/api/v1/login", json=wrong)
    assert locked.status_code == 429
    assert int(locked.headers["retry-after"]) <= 6


def test_a_browser_that_logged_in_before_gets_in_while_strangers_at_its_address_fail(front):
    right = {"login": "outsider", "password": PASSWORD}
    wrong = {"login": "outsider", "password": "wrong"}
    known, stranger = front.client(), front.client()
    first = known.post("/api/v1/login", json=right)
    assert "cw_device=" in first.headers["set-cookie"]
    assert "HttpOnly; Max-Age=31536000; Path=/; SameSite=strict" in first.headers["set-cookie"]
    codes = [stranger.post("/api/v1/login", json=wrong).status_code for _ in range(6)]

    assert codes == [401] * 5 + [429]
    assert stranger.post("/api/v1/login", json=right).status_code == 429
    assert known.post("/api/v1/login", json=right).status_code == 200

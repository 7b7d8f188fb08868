"""Every error is problem+json with a stable code, both languages and the next step."""

import pytest

from actions.actor import open_pool
from api import create_app
from api.problems import lang_of
from tests.api.conftest import Front


def assert_problem(answer, status: int, code: str | None = None) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["type"] == f"urn:commonwatt:problem:{body['code']}"
    for name in ("title", "detail", "next", "detail_zh", "detail_en", "next_zh", "next_en"):
        assert body[name], name
    if code is not None:
        assert body["code"] == code
    return body


@pytest.mark.parametrize(
    ("method", "url", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "route.not_found"),
        ("GET", "/nothing", 404, "route.not_found"),
        ("DELETE", "/api/v1/institutions", 405, "route.method_not_allowed"),
        ("GET", "/api/v1/institutions/999999", 404, "not_found"),
        ("GET", "/api/v1/institutions/x", 422, "request.invalid"),
        ("GET", "/api/v1/institutions/99999999999999", 422, "request.invalid"),
        ("GET", "/api/v1/institutions?limit=0", 422, "request.invalid"),
        ("GET", "/api/v1/institutions?limit=1000000", 422, "request.invalid"),
        ("GET", "/api/v1/institutions?after=zzz", 422, "page.bad_cursor"),
        ("GET", "/api/v1/institutions?search=%00", 422, "database.impossible_value"),
        ("GET", "/api/v1/accounts?from=2016-13&to=2016-12", 422, "request.invalid"),
        ("GET", "/api/v1/channels/1/usage?grain=year", 422, "request.invalid"),
        ("GET", "/api/v1/channels/1/usage?from=1456790400", 422, "request.invalid"),
        ("GET", "/api/v1/channels/1/usage?from=2016-03-01T00:00:00", 422, "span.naive_time"),
        ("GET", "/api/v1/channels/1/usage?zone=Mars/Base", 422, "zone.unknown"),
        ("GET", "/api/v1/channels/1/usage?zone=%00", 422, "database.impossible_value"),
        ("GET", "/api/v1/channels/1/usage?grain=day&zone=Asia/Tokyo", 422, None),
        ("GET", "/api/v1/channels/1/usage?from=2016-03-02&to=2016-03-01", 422, None),
        ("GET", "/api/v1/institutions/1/usage/unobtainium", 404, "not_found"),
        ("GET", "/api/v1/rejects/77", 404, "not_found"),
        ("POST", "/api/v1/login", 422, "request.invalid"),
        ("POST", "/api/v1/gateways/999999/key", 422, "request.invalid"),
    ],
)
def test_whatever_is_wrong_is_told_as_a_problem(window, method, url, status, code):
    client = window.client("planner of all")
    assert_problem(client.request(method, url), status, code)


def test_the_language_is_the_readers(window):
    client = window.client()
    zh = client.get("/api/v1/me")
    en = client.get("/api/v1/me", headers={"Accept-Language": "en-GB,en;q=0.9,zh;q=0.1"})

    assert (zh.json()["title"], zh.headers["content-language"]) == ("需要登录", "zh-CN")
    assert (en.json()["title"], en.headers["content-language"]) == ("Log in first", "en")
    assert en.json()["detail"] == zh.json()["detail_en"]
    assert zh.json()["next"] == en.json()["next_zh"]
    assert "Accept-Language" in en.headers["vary"]


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        (None, "zh"),
        ("", "zh"),
        ("fr", "zh"),
        ("en", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.2, zh;q=0.9", "zh"),
        ("de, en-US;q=0.7", "en"),
        ("en;q=x", "zh"),
        (";;;,,,q=", "zh"),
    ],
)
def test_languages_are_weighed(header, lang):
    assert lang_of(header) == lang


def test_fields_at_fault_are_named(window):
    answer = window.client("outsider").get("/api/v1/institutions?limit=x&region=-1")
    body = assert_problem(answer, 422)
    assert {one["field"]: one["message"] for one in body["errors"]} == {
        "query.limit": "请填写整数。",
        "query.region": "不能小于 1。",
    }


@pytest.mark.parametrize(
    ("url", "zh"),
    [
        ("/api/v1/accounts?from=2016-13&to=2016-12", "请写成 2025-01。"),
        ("/api/v1/channels/1/usage?from=yesterday", "请写成 2025-01-31,"),
        ("/api/v1/channels/1/usage?grain=year", "可填写:'hour', 'day' or 'month'。"),
        ("/api/v1/institutions?limit=9999", "不能大于 1000。"),
        (f"/api/v1/institutions?search={'x' * 501}", "至多 500 个字符。"),
        ("/api/v1/regions?whole=perhaps", "请填写 true 或 false。"),
    ],
)
def test_a_field_at_fault_is_explained_in_both_languages(window, url, zh):
    (one,) = assert_problem(window.client("outsider").get(url), 422)["errors"]

    assert one["message"] == one["message_zh"]
    assert one["message_zh"].startswith(zh)
    assert one["message_en"].isascii()


def test_a_method_not_allowed_names_those_that_are(window):
    answer = window.client().delete("/api/v1/me")
    assert_problem(answer, 405)
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_refused(window, chunked):
    body = b'{"login":"' + b"x" * 200_000 + b'","password":""}'
    content = iter([body[:1000], body[1000:]]) if chunked else body
    headers = {"Content-Type": "application/json"}
    assert_problem(
        window.client().post("/api/v1/login", content=content, headers=headers),
        413,
        "request.too_large",
    )


def test_what_nobody_foresaw_tells_nothing_of_the_inside(front, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr("storage.registry.regions.carriers", broken)
    answer = front.client("outsider").get("/api/v1/carriers")
    assert_problem(answer, 500, "internal")
    assert "secret" not in answer.text


def test_a_database_that_is_away_is_told_with_a_time_to_retry(front, database):
    pool = open_pool(database.url("api"), max_size=1, wait_s=0.2)
    away = Front(front.world, create_app(pool)).client()
    pool.close()

    for url in ("/api/v1/me", "/readyz"):
        answer = away.get(url, headers={"Authorization": "Bearer x"})
        assert_problem(answer, 503, "database.unavailable")
        assert answer.headers["retry-after"] == "5"
    assert away.get("/healthz").json() == {"alive": True}
    assert "commonwatt_database_up 0.0" in away.get("/metrics").text


def test_answers_keep_browsers_from_guessing_and_keeping(window):
    answer = window.client("outsider").get("/api/v1/institutions")

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]

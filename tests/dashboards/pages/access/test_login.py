"""The log-in page: only its own form logs in, failures and locks are told, no way leads out."""

import re
from urllib.parse import quote

import pytest

from api import create_app
from api.settings import ApiSettings
from dashboards.pages.app import error_page, router
from tests.dashboards.pages.conftest import PASSWORD


def test_who_is_not_logged_in_is_sent_to_the_form_and_back(site):
    client = site.client()
    wanted = site.path("office", "?carrier=electricity&span=day")
    sent = client.get(wanted)

    assert sent.status_code == 303
    following = client.get(sent.headers["location"])
    assert following.status_code == 200
    assert f'action="/login?next={quote(wanted, safe="")}"' in following.text
    back = site.log_in(client, "of-the-office", PASSWORD, wanted)
    assert (back.status_code, back.headers["location"]) == (303, wanted)
    assert client.get(wanted).status_code == 200


def test_a_wrong_password_is_said_in_the_readers_language_and_keeps_the_login(site):
    for lang, text in (("zh", "用户名或密码不正确"), ("en", "Login or password is wrong")):
        client = site.client(lang=lang)
        answer = site.log_in(client, "city-reader", "wrong")

        assert answer.status_code == 401
        assert text in answer.text
        assert 'value="city-reader"' in answer.text
        assert "wrong</" not in answer.text
        assert 'role="alert"' in answer.text
        assert client.get("/").status_code == 303


def test_failures_lock_and_say_for_how_long(site):
    client = site.client(lang="en")
    codes = [site.log_in(client, "outsider", "wrong").status_code for _ in range(6)]
    locked = site.log_in(client, "outsider", PASSWORD)

    assert codes == [401] * 5 + [429]
    assert locked.status_code == 429
    assert re.search(r"wait \d+ second", locked.text)
    assert int(locked.headers["retry-after"]) >= 1


@pytest.mark.parametrize("form", ["", "guessed", "é"])
def test_a_form_from_elsewhere_logs_nobody_in(site, form):
    client = site.client()
    fields = {"login": "outsider", "password": PASSWORD, "form": form}
    without_cookie = client.post("/login", data=fields)
    client.get("/login")
    other_token = client.post("/login", data=fields)

    for answer in (without_cookie, other_token):
        assert answer.status_code == 403
        assert "cw_session" not in answer.headers.get("set-cookie", "")
    assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    "outside",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil",
     "/\t/evil.example", "http:evil", "", "///evil.example", "https:///evil"],
)  # fmt: skip
def test_the_way_back_stays_on_this_server(site, outside):
    answer = site.log_in(site.client(), "outsider", PASSWORD, outside)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_logging_out_ends_the_session_and_needs_the_page(site):
    client = site.client("of the office")
    forged = client.post("/logout", data={"csrf": "guessed"})
    assert forged.headers["location"] == "/"
    assert client.get("/").status_code == 200

    (csrf,) = re.findall(r'name="csrf" value="([^"]+)"', client.get("/").text)
    cookie = client.cookies.get("cw_session")
    gone = client.post("/logout", data={"csrf": csrf})
    assert gone.headers["location"].startswith("/login")
    assert client.get("/").status_code == 303
    client.cookies.set("cw_session", cookie)
    assert client.get("/").status_code == 303


def test_cookies_of_the_form_and_session_cannot_be_read_or_sent_from_elsewhere(site):
    client = site.client()
    form = client.get("/login").headers["set-cookie"]
    session = site.log_in(client, "outsider", PASSWORD).headers["set-cookie"]

    assert "HttpOnly" in form
    assert "SameSite=strict" in form
    assert "cw_session=" in session


def test_over_tls_the_form_cookie_is_bound_to_host_and_tls(bare):
    app = create_app(
        bare.world.pool,
        settings=ApiSettings(https=True),
        extra_routers=[router()],
        error_page=error_page,
    )
    bare.app = app
    client = bare.client()
    client.base_url = "https://testserver"
    form = client.get("/login").headers["set-cookie"]

    assert form.startswith("__Host-commonwatt-form=")
    assert "Secure" in form
    assert bare.log_in(client, "outsider", PASSWORD).status_code == 303


def test_language_is_chosen_by_address_and_remembered(site):
    client = site.client()
    client.cookies.clear()
    assert '<html lang="zh-CN"' in client.get("/login").text
    chosen = client.get("/login?lang=en")
    assert '<html lang="en"' in chosen.text
    assert "cw_lang=en" in "".join(chosen.headers.get_list("set-cookie"))
    assert '<html lang="en"' in client.get("/login").text
    assert 'data-theme="dark"' in client.get("/login?theme=dark").text
    assert 'data-theme="dark"' in client.get("/login").text
    assert '<html lang="en"' in client.get("/login?lang=xx").text


def test_a_persons_own_language_counts_where_none_was_chosen(site):
    site.world.admin("UPDATE app_user SET lang = 'en' WHERE login = 'outsider'")
    client = site.client("outsider")
    client.cookies.delete("cw_lang")

    assert '<html lang="en"' in client.get("/").text

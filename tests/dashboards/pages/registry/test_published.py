"""Published values as pages: each list is there, and each row says where an auditor finds it."""

import html

import pytest

from storage.registry.published import BY_CODE


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_list_is_shown_with_its_documents(site, lang):
    client = site.client("planner of all", lang)
    front = client.get("/published").text
    for one in BY_CODE.values():
        assert f'href="/published/{one.code}"' in front
        page = html.unescape(client.get(f"/published/{one.code}").text)
        assert (one.en if lang == "en" else one.zh) in page
        assert "document" in page
        if one.code == "coefficients":
            words = ("single secondary source", "只有一个二手来源")
            assert (words[lang == "zh"] in page, words[lang == "en"] in page) == (True, False)
        recalled = {"days-off", "delivery-kinds", "duties", "survey-cells", "usual-hours",
                    "end-use-mappings"}  # fmt: skip
        unread = ("unverified", "未核实") if one.code in recalled else ("second-hand", "二手来源")
        assert unread[lang == "zh"] in page
    assert client.get("/published/app_user").status_code == 404
    assert "/published" in client.get(site.path("office", "/accounts/electricity/2016-03")).text

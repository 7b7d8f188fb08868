"""Where readings and use are shown, all of them can be taken along as a file."""

import re
from html import unescape

LINK = re.compile(r'href="(/api/v1/exports/[^"]+)"')


def test_pages_lead_to_all_readings_and_all_use(site):
    client = site.client("of the office", lang="en")
    for path in ("/data", site.path("office")):
        links = [unescape(one) for one in LINK.findall(client.get(path).text)]
        assert {re.search(r"exports/(\w+)", one)[1] for one in links} == {"readings", "usage"}
        for link in links:
            answer = client.get(link)
            assert answer.status_code == 200, (link, answer.text)
            head, *rows, last = answer.text.splitlines()
            assert rows
            assert last.startswith("# CommonWatt")
            assert "institution id,institution,meter name" in head

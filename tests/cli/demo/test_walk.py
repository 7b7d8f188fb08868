"""A walk through the demo as it is told: every page that it names opens, and says what befell."""

import html
import re
import urllib.request

import pytest

from tests.cli.demo import sets
from tests.cli.demo.served import READY, Served, log_in
from tests.collector.rig import free_port, until

# What the demo says of an incident, and what its page must say of it.
SAID = {
    "a gateway was silent": "no readings: the total comes from those around it, its course",
    "a misread digit": "the reading left its line and came back: set aside",
    "zeros sent by a gateway": "0.000 kWh, the reading left its line and came back: set aside",
    "a register that wrapped": "the register wrapped, and was counted so",
    "a meter that was exchanged": "the meter was exchanged",
    "a register that stood still": "the register stood still and then caught up",
    "a hole of the source": "interval values never came",
}
LINE = re.compile(
    r"^    ([^,:(]+?)(?:[,:][^(]*)? \(\d+\): http://[^/]+(/\S+)( +\(as admin\))?$", re.MULTILINE
)


def text_of(opener, address: str) -> str:
    """Return the words of a page, as a reader has them."""
    asked = urllib.request.Request(address, headers={"Accept-Language": "en"})
    with opener.open(asked, timeout=60) as got:
        page = got.read().decode()
    page = re.sub(r"<(script|style).*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.mark.slow
def test_every_page_that_is_told_opens_for_whom_it_says_and_explains_what_befell(tmp_path):
    data = sets.cut(tmp_path / "set", meters=3, days=90)
    demo = Served(data, tmp_path / "demo", free_port())
    try:
        until(lambda: demo.found(READY), 240)
        url, said = demo.found(READY), demo.log.read_text()
        people = {who: log_in(url, demo, who) for who in ("officer", "admin", "planner")}

        assert "Review of bases" in said
        assert "bases left open" in said
        told = {what: (page, admin) for what, page, admin in LINE.findall(said)}
        assert set(told) == set(SAID)
        for what, (page, admin) in told.items():
            read = text_of(people["admin" if admin else "officer"], url + page)
            assert SAID[what] in read, (what, page)
        listed = text_of(people["planner"], f"{url}/unions")
        assert "Demo" in listed
    finally:
        demo.end()

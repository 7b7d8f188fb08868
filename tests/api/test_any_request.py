"""Whatever is asked is answered, or refused as a problem: never an inner error."""

import base64
import json
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.test_openapi import agreed

ODD = st.sampled_from(
    [
        "",
        "0",
        "-1",
        "1",
        "2",
        "999999999999999999999999",
        "1e5",
        "NaN",
        "null",
        "\0",
        "%00",
        "'; DROP TABLE reading; --",
        "电",
        "\U0001f600",
        "hour",
        "day",
        "month",
        "electricity",
        "UTC",
        "Europe/London",
        "Asia/Kolkata",
        "../../etc/passwd",
        "localtime",
        "2016-03",
        "2016-03-01",
        "2016-02-30",
        "0001-01-01",
        "9999-12-31",
        "1900-01",
        "2099-12",
        "2016-03-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.999999-14:00",
        "csv",
        "json",
        "true",
    ]
)
CURSOR = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=5,
).map(lambda said: base64.urlsafe_b64encode(json.dumps(said).encode()).decode())
VALUE = ODD | CURSOR | st.text(max_size=20)
LIKELY = {
    "after": CURSOR,
    "bom": st.just("true"),
    "carrier": st.just("electricity"),
    "class_code": st.just("EDU"),
    "department_line": st.just("education"),
    "format": st.sampled_from(["csv", "json"]),
    "from": st.sampled_from(["2016-03-01", "2016-03"]),
    "gateway": st.just("demo-a/g1"),
    "grain": st.sampled_from(["hour", "day", "month"]),
    "limit": st.just("2"),
    "month": st.just("2016-03"),
    "profile": st.just("DB37-2019"),
    "search": st.just("office"),
    "source": st.just("meter"),
    "to": st.sampled_from(["2016-03-03", "2016-12"]),
    "whole": st.just("true"),
    "zone": st.just("Europe/London"),
}
RARELY = st.sampled_from([False, False, True])
IDS = st.sampled_from(["1", "2", "3", "4"])
READS = [
    (path, operation.get("parameters", []), {int(code) for code in operation["responses"]})
    for path, methods in agreed()["paths"].items()
    for method, operation in methods.items()
    if method == "get" and path != "/metrics"
]


def written(value: str) -> str:
    return quote(value.encode("utf-8", "surrogatepass"), safe="")


@settings(max_examples=400)
@given(data=st.data())
def test_whatever_is_asked_is_answered_or_refused_as_a_problem(window, data):
    path, parameters, told = data.draw(st.sampled_from(READS))
    odd = data.draw(st.sampled_from([None, *(one["name"] for one in parameters)]))
    query = []
    for one in parameters:
        name = one["name"]
        values = VALUE if name == odd else LIKELY.get(name, IDS)
        if one["in"] == "path":
            path = path.replace(f"{{{name}}}", written(data.draw(values)) or "1")
        elif one["in"] == "query" and (one["required"] or name == odd or data.draw(RARELY)):
            query.append(f"{name}={written(data.draw(values))}")
    url = f"{path}?{'&'.join(query)}"
    answer = window.client("planner of all").get(url, headers={"Accept-Language": "en"})

    assert answer.status_code in (200, 404, 409, 422), (url, answer.text)
    assert answer.status_code in told, (url, told)
    if answer.status_code != 200:
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["code"] not in ("internal", "database.failed"), (url, problem)
        assert problem["next_zh"], (url, problem)
        assert problem["next_en"], (url, problem)

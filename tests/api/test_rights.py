"""A role without rights is refused by every route that changes something, whatever it is sent."""

import json

from tests.api.conftest import Front

# They change nothing of the field: who is logged in, what gateways bring with a key, and what
# brokers ask about those.
OPEN = {
    "/api/v1/login",
    "/api/v1/logout",
    "/api/v1/gateways/{province}/{gateway}/data",
    "/api/v1/readings",
    "/api/v1/broker/emqx/user",
    "/api/v1/broker/emqx/topic",
    "/api/v1/broker/rabbitmq/user",
    "/api/v1/broker/rabbitmq/vhost",
    "/api/v1/broker/rabbitmq/resource",
    "/api/v1/broker/rabbitmq/topic",
}
PLACES = {"carrier": "electricity", "month": "2016-03", "province": "demo-a", "gateway": "g1"}
WORDS = {"indicator": "total_kgce", "profile": "GB2589-2020", "rule": "A"}


def _payload(schema: dict, whole: dict, name: str = "") -> object:
    """Return the least that a schema takes."""
    if "$ref" in schema:
        return _payload(
            whole["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], whole, name
        )
    if name in WORDS:
        return WORDS[name]
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return _payload(schema[choice][0], whole, name)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object":
        return {
            key: _payload(schema["properties"][key], whole, key)
            for key in schema.get("required", [])
        }
    if kind == "array":
        return [_payload(schema.get("items", {}), whole)] * schema.get("minItems", 1)
    if kind == "string":
        by_form = {"date": "2016-03-02", "date-time": "2016-03-02T00:00:00Z"}
        return by_form.get(schema.get("format", ""), "1")
    return {"integer": max(1, schema.get("minimum", 1)), "number": 1.0}.get(kind, True)


def _changes(front: Front):
    whole = front.client().get("/api/v1/openapi.json").json()
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            if method != "get" and path not in OPEN:
                body = operation.get("requestBody", {}).get("content", {})
                schema = body.get("application/json", {}).get("schema")
                payload = None if schema is None else _payload(schema, whole)
                yield method, path, payload, operation["responses"]


def _url(front: Front, path: str) -> str:
    known = PLACES | {"channel_id": front.world.channel["office e"]}
    known |= {"institution_id": front.world.institution["office"]}
    url = path
    for part in path.split("/"):
        if part.startswith("{"):
            url = url.replace(part, str(known.get(part[1:-1], 1)))
    return url


def test_a_role_without_rights_is_refused_by_every_route_that_changes(front):
    front.world.admin("INSERT INTO role VALUES ('novice', '新角色', 'Novice')")
    front.world.admin(
        "INSERT INTO access_grant (viewer, role, scope) VALUES (%s, 'novice', 'all')",
        f"user:{front.world.user['outsider']}",
    )
    client = front.client("outsider")
    before = front.world.admin("SELECT count(*) FROM audit_entry")
    refused = 0
    for method, path, body, described in _changes(front):
        sent = {"content": b"x"} if body is None else {"content": json.dumps(body)}
        answer = client.request(
            method, _url(front, path), headers={"Content-Type": "application/json"}, **sent
        )
        assert answer.status_code in (403, 404, 422), (method, path, answer.text)
        assert str(answer.status_code) in described, (method, path)
        refused += answer.status_code in (403, 404)
    assert refused >= 8
    assert front.world.admin("SELECT count(*) FROM audit_entry") == before

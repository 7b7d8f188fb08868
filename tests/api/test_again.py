"""The API asks for the password once more where an action does; secrets are answered once."""

from urllib.parse import quote

from tests.api.conftest import PASSWORD


def test_the_password_comes_in_a_header_and_is_checked(front):
    client, user = front.client("planner of all"), front.world.user["outsider"]
    path, key = f"/api/v1/people/{user}/password", {"Idempotency-Key": "reset"}

    assert client.post(path, json={}, params={"dry_run": "true"}).status_code == 200
    without = client.post(path, json={}, headers=key)
    assert (without.status_code, without.json()["code"]) == (403, "login.again_needed")
    wrong = client.post(path, json={}, headers=key | {"X-Password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "login.again_wrong")

    right = key | {"X-Password": quote(PASSWORD)}
    done = client.post(path, json={}, headers=right)
    assert done.status_code == 201, done.text
    assert len(done.json()["password"]) >= 16
    again = client.post(path, json={}, headers=right)
    assert (again.status_code, again.headers["idempotent-replay"]) == (201, "true")
    assert again.json() == done.json() | {"password": None}


def test_a_file_is_taken_back_through_the_api(front):
    client, world = front.client("planner of all"), front.world
    person, office = world.user["outsider"], world.institution["office"]
    body = f"person,role,scope,institution\n{person},reader,institution,{office}\n"

    done = client.post("/api/v1/imports/user.grant", content=body).json()
    path = f"/api/v1/imports/{done['file_id']}/undo"
    assert client.post(path, params={"dry_run": "true"}).json() == {"dry_run": True, "rows": 1}
    assert client.post(path).json() == {"dry_run": False, "rows": 1}
    assert client.post(path).status_code == 409
    assert front.client("city reader").post(path).status_code == 404

"""A route is made when somebody asks it, and is then as if it had been made at once."""

from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from api.app import _called
from api.late import LateRoute


class Sum(BaseModel):
    """What two numbers come to."""

    sum: int


def made(route_class: type, refusals: dict) -> FastAPI:
    router = APIRouter(prefix="/sums", tags=["sums"], route_class=route_class, responses=refusals)

    @router.post("/{first}", name="add", status_code=201, response_model=Sum)
    def add(first: int, second: int) -> dict[str, int]:
        """Add them."""
        return {"sum": first + second}

    app = FastAPI(generate_unique_id_function=_called)
    for route in router.routes:
        if isinstance(route, LateRoute):
            route.of_app(REFUSALS, _called)
        else:
            route.unique_id, route.response_field.name = "add", "Response_add"
        app.router.routes.append(route)
    return app


REFUSALS = {409: {"description": "The state forbids it."}}


def test_it_answers_and_is_described_as_any_other():
    late, plain = made(LateRoute, {}), made(LateRoute.__base__, REFUSALS)
    (route,) = (one for one in late.routes if one.name == "add")

    assert not hasattr(type(route), "dependant")
    assert "dependant" not in vars(route)
    for path in ("/sums/2?second=3", "/sums/two?second=3", "/sums/2"):
        answers = [TestClient(app).post(path) for app in (late, plain)]
        assert answers[0].content == answers[1].content
        assert answers[0].status_code == answers[1].status_code
    assert "dependant" in vars(route)
    assert late.openapi() == plain.openapi()


def test_what_it_has_not_is_missed_and_makes_nothing():
    route = LateRoute("/x", lambda: None, name="x", methods=None, responses={})

    assert not hasattr(route, "__no_such__")
    assert "dependant" not in vars(route)

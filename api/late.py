"""Routes that are made when they are first asked for: most of a hundred actions seldom are."""

from collections.abc import Callable
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import compile_path


class LateRoute(APIRoute):
    """A route that finds out what it takes and answers when somebody asks it, or describes it.

    To be matched it needs its path and methods alone. Made at once, the routes of all declared
    actions, files and tables hold a tenth of what `serve` does, and its start waits for them.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **told: Any) -> None:
        self.path, self.endpoint = path, endpoint
        self.name = told["name"] or endpoint.__name__
        self.methods = {one.upper() for one in told["methods"] or ("GET",)}
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self._told = told

    def of_app(self, responses: dict[int | str, Any], unique_id: Callable[[APIRoute], str]) -> None:
        """Say what an application answers beside what the route does, and how it is called.

        Nothing once it is made: another application has told it the same.
        """
        if told := self.__dict__.get("_told"):
            told["responses"] = responses | told["responses"]
            told["generate_unique_id_function"] = unique_id

    def __getattr__(self, name: str) -> Any:
        """Make it, where something is asked of it that it has not yet."""
        asked = not (name.startswith("__") and name.endswith("__"))
        told = self.__dict__.pop("_told", None) if asked else None
        if told is None:
            raise AttributeError(name)
        super().__init__(self.path, self.endpoint, **told)
        return getattr(self, name)

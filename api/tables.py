"""In which form rows are wanted, and files as answers: the same figures, written the same way."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeVar, cast
from urllib.parse import quote

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from actions.table_files import MEDIA, FileForm, Head, TableFile, write
from actions.workbooks import MEDIA_TYPE

T = TypeVar("T")

_MEDIA: Final[dict["Form", str]] = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": MEDIA_TYPE,
}
TABLE_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "JSON, or CSV or XLSX with one row an entry: all of them unless `limit` is "
        "given. The file's name and X-Rows say how many and of when; where `limit` cut it short "
        "the name says `part`, and the header Link names the rest.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
Form = Literal["json", "csv", "xlsx"]


@dataclass(frozen=True, slots=True)
class Wish:
    """In which form rows are wanted; whole: all of them, for no number was asked for."""

    form: Form
    bom: bool
    whole: bool = False

    @property
    def table(self) -> bool:
        """Whether rows are wanted as a table, to be opened as a file."""
        return self.form != "json"

    def most(self, limit: int, most: int) -> int:
        """Return how many values of a series are read at once."""
        return most if self.whole else limit


def wish_of(
    request: Request,
    format: Annotated[  # noqa: A002 - the parameter's public name
        Form | None, Query(description="Overrides the header Accept.")
    ] = None,
    bom: Annotated[bool, Query(description="Begin CSV with a byte order mark, for Excel.")] = False,
) -> Wish:
    """Return the form that a request asks for."""
    form = format or _accepted(request.headers.get("accept", ""))
    return Wish(form, bom, form != "json" and "limit" not in request.query_params)


def _accepted(accept: str) -> Form:
    """Return the form that a client likes best; of equal ones JSON, then CSV."""
    qualities = {form: _quality(accept, media) for form, media in _MEDIA.items()}
    best = max(qualities.values())
    if not accept.strip() or best == 0:
        return "json"
    return next(form for form, quality in qualities.items() if quality == best)


def _quality(accept: str, media: str) -> float:
    """Return how much a header likes a media type: the most exact range that holds it counts."""
    found = (-1, 0.0)
    for one in accept.split(","):
        span, *parameters = (part.strip().lower() for part in one.split(";"))
        exact = (span == "*/*", span == f"{media.partition('/')[0]}/*", span == media)
        if any(exact):
            found = max(found, (exact.index(True), _q(parameters)))
    return found[1]


def _q(parameters: Sequence[str]) -> float:
    for one in parameters:
        name, _, value = one.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


AsWished = Annotated[Wish, Depends(wish_of)]
After = Annotated[str | None, Query(max_length=500, description="The `next` of the page before.")]


def next_url(request: Request, cursor: str | None) -> str | None:
    """Return the address of the following page."""
    if cursor is None:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in [*kept, ("after", cursor)])
    return f"{request.url.path}?{query}"


def table_of(
    header: Sequence[str],
    body: Iterable[Sequence[object]],
    name: str,
    wish: Wish,
    following: str | None,
    *,
    exact: Collection[str] = (),
) -> Response:
    """Return rows as a file; name and headers say how many and of when.

    exact: columns whose texts are decimal numbers.
    """
    heads = [Head(one, one in exact) for one in header]
    made = write(cast(FileForm, wish.form), heads, body, bom=wish.bom)
    return file_answer(made, name, following)


def file_answer(made: TableFile, name: str, following: str | None = None) -> Response:
    """Return a file that was written; following: where the rows go on that it has not."""
    headers = made.headers(name, whole=following is None)
    if following is not None:
        headers["Link"] = f'<{following}>; rel="next"'
    return StreamingResponse(made.chunks(), media_type=MEDIA[made.form], headers=headers)

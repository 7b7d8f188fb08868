"""The rival of `serve`: a form of six fields out of FastAPI, Jinja2 and psycopg, and nothing more.

Run as a program it serves until it is told to stop: `python -m benchmarks.rival_pages PORT URL`.
"""

import sys
from typing import Final

import jinja2
import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from psycopg_pool import ConnectionPool

NAME: Final = "FastAPI with Jinja2 and psycopg, one question a page, no log-in"
_FORM: Final = """<!doctype html><html lang="en"><title>{{ name }}</title><form method="post">
{% for one in fields %}<label>{{ one }} <input name="{{ one }}"></label>{% endfor %}
<button>Send</button></form>"""


def rival(database_url: str) -> FastAPI:
    """Return the page."""
    app = FastAPI()
    pool = ConnectionPool(database_url, min_size=1, max_size=8, open=True)
    page = jinja2.Environment(autoescape=True).from_string(_FORM)

    @app.get("/form/{number}")
    def form(number: int) -> HTMLResponse:
        with pool.connection() as connection:
            row = connection.execute("SELECT name FROM gateway WHERE id = %s", [number]).fetchone()
        fields = ("at", "value", "reason", "source", "by", "file")
        return HTMLResponse(page.render(name=row[0] if row else "", fields=fields))

    return app


if __name__ == "__main__":
    uvicorn.run(rival(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")

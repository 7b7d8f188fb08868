"""A service gives back what its threads have freed; on glibc it would else be kept by each."""

import subprocess
import sys

import pytest

from cli.start import served

# Eight threads meet, each with as much as a check of a password takes, and free it.
PROGRAM = """
import threading
import psutil
from cli import memory
memory.give_back()
before = psutil.Process().memory_info().rss
meet = threading.Barrier(8)
def work():
    for _ in range(3):
        block = bytearray(19 * 2**20)
        meet.wait()
        del block
        meet.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for one in threads: one.start()
for one in threads: one.join()
print((psutil.Process().memory_info().rss - before) / 1e6)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's own settings")
def test_what_threads_freed_is_given_back():
    assert float(_printed(PROGRAM)) < 19


# What computes, reads and writes files, speaks to brokers or is for development.
HEAVY = (
    "amqtt", "arro3", "click", "grafana_client", "hypothesis", "niquests", "numpy.linalg", "paho",
    "pydantic.v1", "rich", "segno", "simulators", "typer", "typst", "watchfiles", "worker",
    "xlsxwriter", "yaml",
)  # fmt: skip
LEAN = f"""
import sys
from cli import start
assert start.served(["serve", "--port", "0"]) is not None
from cli import memory, serving
memory.do_without()
memory.put_off_numpy()
memory.put_off_models()
import uvicorn.config, uvicorn.server
from cli.application import application
from api.app import create_app
from dashboards.pages.app import router
app = create_app(object(), extra_routers=[router()])
print([name for name in {HEAVY} if sys.modules.get(name)])
"""
COMPUTES = """
import numpy, threading
meet, found = threading.Barrier(8), []
def ask():
    meet.wait()
    found.append(numpy.int64(3) + numpy.arange(3).sum())
threads = [threading.Thread(target=ask) for _ in range(8)]
for one in threads: one.start()
for one in threads: one.join()
print(found == [6] * 8, sys.modules["numpy.linalg"].__name__, numpy.linalg.norm([3, 4]))
"""


def test_the_application_begins_without_what_no_page_needs():
    assert _printed(LEAN) == "[]"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("serve", {}),
        ("serve --port 8000 --host=0.0.0.0", {"port": 8000, "host": "0.0.0.0"}),
        ("serve --owned --database-url x", {"owned": True, "database_url": "x"}),
        ("serve --help", None),
        ("serve --port", None),
        ("serve --port --owned", None),
        ("serve --port=much", None),
        ("serve here", None),
        ("work", None),
        ("", None),
    ],
)
def test_a_plain_service_is_begun_without_what_reads_options(arguments, told):
    assert served(arguments.split()) == told


def test_numpy_comes_whole_when_threads_first_compute():
    assert _printed(LEAN + COMPUTES) == "[]\nTrue numpy.linalg 5.0"


TIDY = """
import threading, time
from cli import memory
told, trimmed = [], threading.Event()
memory._EVERY_S, memory._WORK_S = 0.01, 0.0
memory.trim = trimmed.set
memory.keep_tidy(lambda: told.append(trimmed.is_set()))
sum(range(10**6))
assert trimmed.wait(30)
print(told[0])
"""


def test_a_service_forgets_then_gives_back_while_it_works():
    assert _printed(TIDY) == "False"


APART = """
import tempfile
from jinja2 import Environment
from dashboards.pages import templating
tempfile.tempdir = tempfile.mkdtemp()
templating.compile_apart()
Environment._compile = None  # nothing is compiled here any more
env = templating.templates()
names = env.list_templates(extensions=["html"])
print(len(names) > 50, all(env.get_template(name) for name in names))
"""


def test_templates_are_compiled_by_another_process():
    assert _printed(APART) == "True True"


# `_forget_assigned` says why: this is pydantic's own, and may be called otherwise one day.
FORGETS = """
from typing import Annotated
from pydantic import BaseModel, Field
from pydantic_core import PydanticUndefined
from cli import memory
class Kept(BaseModel):
    most: Annotated[int, Field(le=9)] = Field(3, description="what it was")
told = Kept.model_fields["most"]
print(told._complete, told._original_assignment is not PydanticUndefined)
memory.settle()
class Later(Kept):
    name: str
print(told._original_assignment is PydanticUndefined, Later(name="a").most)
print(Later.model_json_schema()["properties"]["most"])
"""


def test_fields_of_models_forget_what_they_were_assigned_and_nothing_else():
    """The first line fails where pydantic keeps it elsewhere: nothing would be forgotten then."""
    held, forgotten, schema = _printed(FORGETS).splitlines()
    assert held == "True True"
    assert forgotten == "True 3"
    assert all(one in schema for one in ("'maximum': 9", "'default': 3", "'what it was'"))


def _printed(program: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return ended.stdout.strip()

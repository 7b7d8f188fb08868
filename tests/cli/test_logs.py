"""What a service says where nobody looks on: every line is JSON, whoever says it."""

import json
import subprocess
import sys

SAID = """
import logging
from cli import logs

logs.begin("serve")("serve.begins", url="http://127.0.0.1:8460")
logging.getLogger("psycopg.pool").warning("error connecting in %r: %s", "pool-1", "away\\n\\tup?")
logging.getLogger("a.library").info("of no concern")
try:
    {}["missing"]
except KeyError:
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
"""


def test_what_libraries_warn_of_is_a_line_of_json_as_all_else():
    ran = subprocess.run(
        [sys.executable, "-c", SAID], capture_output=True, text=True, check=True, timeout=60
    )
    begun, warned, failed = (json.loads(line) for line in ran.stderr.splitlines())

    assert {one["service"] for one in (begun, warned, failed)} == {"serve"}
    assert begun["event"] == "serve.begins"
    assert (warned["level"], warned["event"]) == (
        "warning",
        "error connecting in 'pool-1': away\n\tup?",
    )
    assert failed["level"] == "error"
    assert "KeyError: 'missing'" in failed["exception"]

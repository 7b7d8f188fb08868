"""A service gives back what its threads have freed; on glibc it would else be kept by each."""

import subprocess
import sys

import pytest

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
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert float(ended.stdout) < 19

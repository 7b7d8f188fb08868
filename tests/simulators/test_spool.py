"""The gateways' disk: what is kept survives a kill, and goes only when its number is receipted."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from metering.errors import ConflictError
from simulators.spool import Spool, Spooled

_KEEPS_ON = """
import sys
from pathlib import Path
from simulators.spool import Spool, Spooled
spool, made = Spool(Path(sys.argv[1]), "test"), 0
while True:
    made += 30
    group = [Spooled("p/g", spool.number("p/g"), 10, b"x" * 500) for _ in range(3)]
    spool.keep(group, {"m": made})
    print(made, flush=True)
"""


def kept(spool: Spool, *readings: int, gateway: str = "p/g") -> list[int]:
    group = [
        Spooled(gateway, spool.number(gateway), count, str(count).encode()) for count in readings
    ]
    spool.keep(group, {"m": sum(readings)})
    return [one.seq for one in group]


def test_only_the_numbers_of_a_receipt_are_forgotten(tmp_path):
    spool = Spool(tmp_path, "test")
    first, second, third = kept(spool, 5, 6, 7)

    gone = spool.forget("p/g", [(first, first), (third, third + 100)])
    nobodys = spool.forget("p/other", [(0, 2**53)])

    assert (gone, nobodys) == ([first, third], [])
    assert spool.waiting() == [("p/g", second)]
    assert spool.payload("p/g", second) == b"6"
    assert spool.payload("p/g", first) is None
    assert (spool.made, spool.receipted) == (18, 12)


def test_a_receipt_that_comes_twice_counts_once(tmp_path):
    spool = Spool(tmp_path, "test")
    first, second = kept(spool, 5, 6)

    spool.forget("p/g", [(first, second)])
    again = spool.forget("p/g", [(first, second)], refused=3)

    assert again == []
    assert (spool.receipted, spool.refused) == (11, 0)


def test_numbers_grow_over_the_life_of_a_gateway_from_unix_time_on(tmp_path):
    before_ms = time.time_ns() // 1_000_000
    spool = Spool(tmp_path, "test")
    seqs = kept(spool, 1, 1)
    spool.forget("p/g", [(seqs[0], seqs[1])])
    spool.close()

    again = Spool(tmp_path, "test")

    assert seqs[0] >= before_ms
    assert again.number("p/g") == seqs[1] + 1
    assert again.places() == {"m": 2}
    assert (again.made, again.receipted) == (2, 2)


def test_another_sets_spool_is_refused_with_the_way_out(tmp_path):
    Spool(tmp_path, "one").close()

    with pytest.raises(ConflictError) as caught:
        Spool(tmp_path, "other")

    assert caught.value.code == "spool.other_source"
    assert "--spool" in caught.value.text("en")


def test_a_spool_in_use_is_refused(tmp_path):
    mine = Spool(tmp_path, "test")
    kept(mine, 1)

    with pytest.raises(ConflictError) as caught:
        Spool(tmp_path, "test")

    assert caught.value.code == "spool.in_use"
    mine.close()


@pytest.mark.crash
@pytest.mark.parametrize("after", [1, 7, 23])
def test_what_was_kept_before_a_kill_is_there_whole(tmp_path, after):
    process = subprocess.Popen(
        [sys.executable, "-c", _KEEPS_ON, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    numbers = [int(process.stdout.readline()) for _ in range(after)]
    process.send_signal(signal.SIGKILL)
    process.wait()

    spool = Spool(tmp_path, "test")

    waiting = spool.waiting()
    assert spool.made >= numbers[-1]  # what it said is on the disk; more may be, never a part
    assert spool.made == 10 * len(waiting) == spool.places()["m"]
    assert len({seq for _, seq in waiting}) == len(waiting)
    assert spool.number("p/g") == max(seq for _, seq in waiting) + 1

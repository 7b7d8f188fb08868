"""The turnstile: strangers have a rate and one turn, known ones their own, nobody waits for all."""

import threading

import pytest

from actions.access.turnstile import BusyError, Turnstile


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def pushes(turnstile: Turnstile, count: int, address: str | None, login="x") -> list[bool]:
    let_in = []
    for number in range(count):
        try:
            with turnstile.turn(f"{login}{number}", address):
                let_in.append(True)
        except BusyError:
            let_in.append(False)
    return let_in


def test_an_address_has_so_many_tries_and_then_one_at_a_time():
    clock = Clock()
    turnstile = Turnstile(of_address=(3, 0.5), of_all=(100, 100), clock=clock)

    assert pushes(turnstile, 5, "a") == [True, True, True, False, False]
    assert pushes(turnstile, 1, "b") == [True]
    clock.now += 2
    assert pushes(turnstile, 2, "a") == [True, False]


def test_all_addresses_together_have_a_rate_too():
    turnstile = Turnstile(of_address=(100, 100), of_all=(4, 1), clock=Clock())
    let_in = [pushes(turnstile, 1, f"10.0.0.{i}")[0] for i in range(8)]
    assert let_in == [True] * 4 + [False] * 4


def test_who_logged_in_from_there_before_is_let_in_while_a_flood_is_not():
    turnstile = Turnstile(of_address=(3, 0.5), of_all=(5, 1), clock=Clock())
    with turnstile.turn("li", "a"):
        turnstile.succeeded("li", "a")
    pushes(turnstile, 50, "a")
    pushes(turnstile, 50, "b")

    for _ in range(20):
        with turnstile.turn("li", "a"):
            pass
    with pytest.raises(BusyError), turnstile.turn("li", "b"):  # elsewhere a stranger
        pass


def test_success_takes_nothing_from_those_behind_the_same_address():
    turnstile = Turnstile(of_address=(3, 0.5), of_all=(5, 1), clock=Clock())
    for number in range(40):
        with turnstile.turn(f"officer {number}", "the office"):
            turnstile.succeeded(f"officer {number}", "the office")


def test_where_the_address_is_not_known_nobody_is_counted_for_all():
    turnstile = Turnstile(of_address=(1, 0.5), of_all=(10, 1), clock=Clock())
    assert pushes(turnstile, 9, None) == [True] * 9


def test_a_known_one_does_not_wait_behind_strangers_and_the_queue_is_short():
    turnstile = Turnstile(waiting=2, longest_s=0.2, of_address=(99, 99), of_all=(99, 99))
    with turnstile.turn("li", "a"):
        turnstile.succeeded("li", "a")
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with turnstile.turn("stranger", "b"):
            inside.set()
            leave.wait(10)

    held = threading.Thread(target=stay)
    held.start()
    assert inside.wait(5)
    with turnstile.turn("li", "a"):
        pass
    with pytest.raises(BusyError) as told, turnstile.turn("another", "c"):
        pass
    assert told.value.where["wait_s"] >= 1
    leave.set()
    held.join()
    with turnstile.turn("another", "c"):
        pass

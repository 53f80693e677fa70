"""A lock that keeps the order of asking."""

from __future__ import annotations

import threading
import time

import pytest

from catallaxy.model.turns import Turns


def test_whoever_asked_first_is_let_in_first() -> None:
    turns, order = Turns(), list[int]()

    def ask(number: int) -> None:
        with turns:
            order.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(5)]
    with turns:
        for number, thread in enumerate(threads, 1):
            thread.start()
            until(turns, number)
    for thread in threads:
        thread.join()

    assert (order, turns.waiting) == ([0, 1, 2, 3, 4], 0)


def test_two_are_never_in_at_once() -> None:
    turns, inside, most = Turns(), 0, 0

    def ask() -> None:
        nonlocal inside, most
        for _ in range(200):
            with turns:
                inside += 1
                most = max(most, inside)
                time.sleep(0)
                inside -= 1

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (inside, most) == (0, 1)


def test_a_failure_inside_hands_the_turn_on() -> None:
    turns = Turns()

    with pytest.raises(KeyError), turns:
        raise KeyError("made to fail")

    with turns:
        assert turns.waiting == 0


def test_one_who_gives_up_waiting_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns()

    def interrupted(_event: threading.Event) -> bool:
        raise KeyboardInterrupt

    with turns:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Event, "wait", interrupted)
            with pytest.raises(KeyboardInterrupt), turns:
                pass
        assert turns.waiting == 0
    with turns:
        assert turns.waiting == 0


def until(turns: Turns, number: int) -> None:
    """Wait until so many wait for their turn."""
    end = time.monotonic() + 60.0
    while turns.waiting < number:
        assert time.monotonic() < end, "nobody asked"
        time.sleep(0.001)

"""Turns: a lock that lets in whoever asked first, so that nobody waits for ever beside those who ask often."""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType
from typing import Self


class Turns:
    """A lock that is handed on in the order of asking.

    An ordinary lock may be taken again by the thread that has just let go of it; a world that goes as fast as it can
    would keep its visitors out for seconds.

    Examples
    --------
    >>> turns = Turns()
    >>> with turns:
    ...     turns.waiting
    0
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._queue: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._queue)

    def __enter__(self) -> Self:
        with self._guard:
            if not self._taken:
                self._taken = True
                return self
            mine = threading.Event()
            self._queue.append(mine)
        try:
            mine.wait()
        except BaseException:  # Ctrl-C while waiting: the turn goes to the next
            with self._guard:
                if mine in self._queue:
                    self._queue.remove(mine)
                else:
                    self._hand_on()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._guard:
            self._hand_on()

    def _hand_on(self) -> None:
        if self._queue:
            self._queue.popleft().set()
        else:
            self._taken = False

"""From the desk to the panels of one browser tab: feeds, and the one pump that asks them.

A *feed* is a function of the desk and of what its panel has seen so far; it returns the message to send, or None,
and what the panel will have seen then. ``seen`` is None at first, and again after a reset: then it sends everything.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import solara

from ..core.errors import CatallaxyError
from ..core.logs import get_logger
from .desk import Desk

Message = dict[str, Any]
Feed = Callable[[Desk, Any], tuple[Message | None, Any]]
Act = Callable[[dict[str, Any]], Any]

BEAT = 0.2
"""Seconds between two looks at the desk: at most five messages a second to a panel."""
SHARE, SHARE_AT_FULL_SPEED = 4.0, 12.0
"""A browser that takes so long to draw what it was told is told more after so many times that: it stays free for who
looks at it, and a world that goes as fast as it can keeps the machine that both may be on."""
LOST = 1.5
"""Seconds between two looks for a tab that does not say that it has drawn, because nobody looks at it."""
_PULSE = 0.8
_OPENING = 2.0
_LOG = get_logger("dashboard")
ui: Any = solara


@dataclass
class _Panel:
    widget: Any
    feed: Feed
    every: float
    act: Act | None
    beats: bool
    seen: Any = None
    ready: bool = False
    due: float = 0.0
    stamp: Any = None
    failure: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)


class Tab:
    """The panels of one browser tab."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._panels: dict[int, _Panel] = {}
        self._numbers = 0
        self._began, self._clear = 0.0, 0.0  # when the last beat began, and when the next may
        self._wake = threading.Event()
        self._turn: Callable[[], None] | None = None
        self._turned = time.monotonic()
        self._turning = threading.Lock()

    def attach(
        self, widget: Any, feed: Feed, every: float = BEAT, act: Act | None = None, beats: bool = False
    ) -> Callable[[], None]:
        """Feed a widget from now on; returns what ends that. One that ``beats`` hears each second, news or none."""
        panel = _Panel(widget, feed, every, act, beats)
        number = self._numbers = self._numbers + 1
        self._panels[number] = panel

        def heard(_widget: Any, content: Any, _buffers: Any) -> None:
            if isinstance(content, dict) and content.get("ready"):
                with panel.lock:
                    panel.ready, panel.seen, panel.stamp, panel.due = True, None, None, 0.0
            elif isinstance(content, dict) and "drawn" in content:
                self._drawn(content["drawn"])
            elif panel.act is not None and isinstance(content, dict):
                self._do(panel, content)
            self._wake.set()

        widget.on_msg(heard)

        def detach() -> None:
            self._panels.pop(number, None)
            widget.on_msg(heard, remove=True)

        return detach

    def _do(self, panel: _Panel, content: dict[str, Any]) -> None:
        """Do what a visitor asked; a refusal is a note, and never ends a tab."""
        try:
            assert panel.act is not None
            panel.act(content)
        except CatallaxyError as error:
            self.desk.note(str(error), "error")
        except Exception as error:
            _LOG.exception("a panel's message failed")
            self.desk.note(f"that cannot be done: {type(error).__name__}: {error}", "error")
        with panel.lock:
            panel.stamp, panel.due = None, 0.0
        self._clear = 0.0  # whoever does something sees at once what it did

    def turn(self, there: Callable[[], None]) -> None:
        """Turn to another page: at once, or when the page turned to before is open in the browser.

        Whoever turns on and on sees the page asked for last. A panel that is closed before its browser has opened it
        would end in an error there, and every page between costs the time of a page.
        """
        self._turn = there
        self._turn_on()

    def _turn_on(self) -> None:
        """Turn to the page asked for last, unless the one before is still opening."""
        opening = any(not panel.ready for panel in tuple(self._panels.values()))
        if self._turn is None or (opening and time.monotonic() < self._turned + _OPENING):
            return
        if not self._turning.acquire(blocking=False):
            return  # who is turning looks again
        try:
            there, self._turn = self._turn, None
            if there is not None:
                there()
                self._turned = time.monotonic()
        finally:
            self._turning.release()
            self._wake.set()

    def refresh(self, widget: Any) -> None:
        """Tell a widget everything anew, at once."""
        for panel in tuple(self._panels.values()):
            if panel.widget is widget:
                with panel.lock:
                    panel.seen, panel.stamp, panel.due = None, None, 0.0
        self._wake.set()

    def pump(self, ended: threading.Event) -> None:
        """Feed the panels until ``ended``; a tab that nobody feeds costs nothing."""
        while not ended.is_set():
            self._turn_on()
            if time.monotonic() >= self._clear:
                self._beat()
            self._answer({})
            self._wake.wait(max(0.0, self._clear - time.monotonic()))
            self._wake.clear()

    def _beat(self) -> None:
        """Tell every panel what is new, and ask the one that beats how long the browser draws it."""
        self._began = time.monotonic()
        self._clear = self._began + BEAT
        news: dict[int, Message] = {}
        for number, panel in tuple(self._panels.items()):
            message = self._news(panel)
            if message is not None:
                news[number] = message
            self._answer(news)
        told = [panel for number, panel in tuple(self._panels.items()) if number in news and _told(panel, news[number])]
        asks = next((panel for panel in tuple(self._panels.values()) if panel.beats and panel.ready), None)
        if asks is not None and any(panel is not asks for panel in told):
            self._clear = self._began + LOST
            _sent(asks.widget, {"drawn": True})

    def _answer(self, news: dict[int, Message]) -> None:
        """Serve the panels that ask, each with the news that wait for it first; nobody else hears more before them."""
        for number, asked in tuple(self._panels.items()):
            if not asked.due:
                if number in news:
                    _told(asked, news.pop(number))
                self.serve(asked)

    def _drawn(self, seconds: Any) -> None:
        """Let the next beat begin when it is time for a browser that took so long to draw the last one."""
        if isinstance(seconds, int | float):
            share = SHARE if self.desk.pace else SHARE_AT_FULL_SPEED
            self._clear = self._began + min(max(BEAT, share * seconds), LOST)

    def serve(self, panel: _Panel) -> None:
        """Send a panel what is new, if it is due."""
        message = self._news(panel)
        if message is not None:
            _told(panel, message)

    def _news(self, panel: _Panel) -> Message | None:
        """Return what a panel is to be told, None if it is not due or nothing is new."""
        now = time.monotonic()
        with panel.lock:
            stamp = self.desk.stamp
            quiet = stamp == panel.stamp and not (panel.beats and now >= panel.due + _PULSE)
            if not panel.ready or now < panel.due or quiet:
                return None
            if panel.stamp is not None and panel.stamp[0] != stamp[0]:
                panel.seen = None
            try:
                message, panel.seen = panel.feed(self.desk, panel.seen)
                panel.failure = ""
            except Exception as error:
                panel.seen = None
                if self.desk.run.epoch != stamp[0]:
                    return None  # it read of two runs; of the new one it is told at the next beat
                message = {"error": _failed(panel, error)}
            panel.stamp, panel.due = stamp, now + panel.every - 0.01
            return message


def _told(panel: _Panel, message: Message) -> bool:
    """Send a panel a message; one that cannot be reached is told everything when it can."""
    sent = _sent(panel.widget, message)
    if not sent:
        with panel.lock:
            panel.seen = None
    return sent


def _failed(panel: _Panel, error: Exception) -> str:
    """Return how a panel's feed fails; the log is told once, until it fails in another way or succeeds."""
    failure = f"{type(error).__name__}: {error}"
    if failure != panel.failure:
        _LOG.error("a feed failed", exc_info=error)
    panel.failure = failure
    return failure


def _sent(widget: Any, message: Message) -> bool:
    """Send a message; False when the browser is gone, which is no reason to leave the other panels without news."""
    try:
        widget.send(message)
    except Exception:
        _LOG.debug("a panel cannot be reached", exc_info=True)
        return False
    return True


_TAB: Any = ui.create_context(None)


def provide(tab: Tab) -> None:
    """Make ``tab`` the one that `live` in components below this one means."""
    _TAB.provide(tab)


def this_tab() -> Tab:
    """Return the tab of the component that is being rendered."""
    tab: Tab = ui.use_context(_TAB)
    return tab


def live(
    kind: Any,
    feed: Feed,
    *,
    every: float = BEAT,
    act: Act | None = None,
    subject: Any = None,
    beats: bool = False,
    **traits: Any,
) -> Any:
    """Show a panel and keep it fed; with another ``subject`` it is told everything anew.

    Parameters
    ----------
    kind : class
        A panel of `catallaxy.visualization.widgets`.
    feed, act : callable
        What it is told, and what is done when it says something.
    every : float
        Seconds between two messages, at least.
    """
    tab = this_tab()
    element = kind.element(**traits)
    panel, shown = ui.use_ref(None), ui.use_ref(None)

    def attach() -> Callable[[], None]:
        shown.current = ui.get_widget(element)
        return tab.attach(
            shown.current,
            lambda desk, seen: panel.current[0](desk, seen),
            every,
            lambda said: panel.current[1](said),
            beats,
        )

    def again() -> None:
        if panel.current is not None and panel.current[2] != subject:
            tab.refresh(shown.current)  # an element equal to the one before it has no widget of its own
        panel.current = (feed, act or (lambda _said: None), subject)

    ui.use_effect(again, [subject, feed])
    ui.use_effect(attach, [])
    return element

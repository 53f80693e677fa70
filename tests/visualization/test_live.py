"""A tab's panels: what they are told, when, and that nothing a browser or a feed does ends them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from catallaxy.core.errors import OutOfBounds
from catallaxy.visualization.desk import Desk
from tests.visualization.small_desk import tiny_desk, within

pytest.importorskip("solara")

from catallaxy.visualization.live import Tab

Seen = Any


class Widget:
    """Stands in for a widget: keeps what it is sent, and says what a browser would."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self._hear: list[Callable[..., None]] = []
        self.detach: Callable[[], None] = lambda: None

    def on_msg(self, hear: Callable[..., None], remove: bool = False) -> None:
        if remove:
            self._hear.remove(hear)
        else:
            self._hear.append(hear)

    def send(self, message: dict[str, Any]) -> None:
        self.told.append(message)

    def say(self, content: Any) -> None:
        for hear in tuple(self._hear):
            hear(self, content, None)


def ticks(desk: Desk, seen: int | None) -> tuple[dict[str, Any], int]:
    """Tell all ticks at first, then the new ones."""
    tick = desk.run.snapshot.tick
    return {"from": 0 if seen is None else seen, "to": tick}, tick


@pytest.fixture
def desk() -> Iterator[Desk]:
    with tiny_desk() as desk:
        yield desk


@pytest.fixture
def tab(desk: Desk) -> Tab:
    return Tab(desk)


def served(tab: Tab) -> None:
    """Do what the pump does in one round, with every panel due."""
    for panel in tuple(tab._panels.values()):
        panel.due = 0.0
        tab.serve(panel)


def ready(tab: Tab, feed: Any = ticks, **more: Any) -> Widget:
    """Attach a widget whose page has opened."""
    widget = Widget()
    tab.attach(widget, feed, **more)
    widget.say({"ready": True})
    return widget


def test_a_panel_is_told_nothing_before_its_page_is_open(tab: Tab) -> None:
    widget = Widget()
    tab.attach(widget, ticks)

    served(tab)
    before = list(widget.told)
    widget.say({"ready": True})
    served(tab)

    assert before == []
    assert widget.told == [{"from": 0, "to": 0}]


def test_a_panel_is_told_everything_and_then_what_is_new(tab: Tab, desk: Desk) -> None:
    widget = ready(tab)
    served(tab)
    served(tab)
    desk.step(3)
    served(tab)

    assert widget.told == [{"from": 0, "to": 0}, {"from": 0, "to": 3}]


def test_after_a_reset_a_panel_is_told_everything_anew(tab: Tab, desk: Desk) -> None:
    widget = ready(tab)
    desk.step(3)
    served(tab)
    desk.reset()
    desk.step(2)
    served(tab)

    assert widget.told == [{"from": 0, "to": 3}, {"from": 0, "to": 2}]


def test_a_page_that_is_loaded_again_is_told_everything_anew(tab: Tab, desk: Desk) -> None:
    widget = ready(tab)
    desk.step(3)
    served(tab)
    widget.say({"ready": True})
    served(tab)

    assert widget.told == [{"from": 0, "to": 3}] * 2


def test_a_panel_with_another_subject_is_told_everything_anew(tab: Tab, desk: Desk) -> None:
    widget, other = ready(tab), ready(tab)
    desk.step(3)
    served(tab)
    tab.refresh(widget)
    served(tab)

    assert (len(widget.told), len(other.told)) == (2, 1)
    assert widget.told[-1] == {"from": 0, "to": 3}


def test_a_panel_is_not_told_more_often_than_it_asked(tab: Tab, desk: Desk) -> None:
    widget = ready(tab, every=0.25)
    ended = threading.Event()
    pump = threading.Thread(target=tab.pump, args=(ended,), daemon=True)
    desk.play()
    pump.start()
    began = time.monotonic()
    within(lambda: len(widget.told) >= 6)
    took = time.monotonic() - began
    ended.set()
    pump.join(5)

    assert took > 4 * 0.24
    assert not pump.is_alive()


def test_a_feed_that_fails_is_shown_and_tried_again(tab: Tab, desk: Desk) -> None:
    def feed(desk: Desk, seen: Seen) -> tuple[dict[str, Any], int]:
        if desk.run.snapshot.tick == 1:
            raise ZeroDivisionError("made to fail")
        return ticks(desk, seen)

    widget = ready(tab, feed)
    for _ in range(3):
        served(tab)
        desk.step()

    assert widget.told == [{"from": 0, "to": 0}, {"error": "ZeroDivisionError: made to fail"}, {"from": 0, "to": 2}]


def test_a_feed_that_goes_on_failing_is_logged_once_until_it_fails_otherwise_or_succeeds(
    tab: Tab, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    failures = {0: "first", 1: "first", 2: "second", 4: "second"}

    def feed(desk: Desk, seen: Seen) -> tuple[dict[str, Any], int]:
        if (why := failures.get(desk.run.snapshot.tick)) is not None:
            raise ZeroDivisionError(why)
        return ticks(desk, seen)

    ready(tab, feed)
    logged = list[int]()
    for _ in range(5):
        served(tab)
        logged.append(sum(record.exc_info is not None for record in caplog.records))
        desk.step()

    assert logged == [1, 1, 2, 2, 3]


def test_a_feed_that_read_of_two_runs_is_not_failed_but_asked_again(
    tab: Tab, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def feed(desk: Desk, seen: Seen) -> tuple[dict[str, Any], int]:
        if desk.run.epoch == 1:
            desk.reset()
            raise KeyError("a symbol of the run before")
        return ticks(desk, seen)

    widget = ready(tab, feed)
    served(tab)
    served(tab)

    assert widget.told == [{"from": 0, "to": 0}]
    assert not [record for record in caplog.records if record.exc_info]


def test_a_widget_that_cannot_be_reached_does_not_keep_the_others_waiting(tab: Tab, desk: Desk) -> None:
    def gone(_message: dict[str, Any]) -> None:
        raise RuntimeError("the socket is closed")

    broken, other = ready(tab), ready(tab)
    broken.send = gone  # type: ignore[method-assign]

    served(tab)

    assert other.told == [{"from": 0, "to": 0}]


def test_what_a_visitor_does_is_done_and_a_refusal_is_a_note(tab: Tab, desk: Desk) -> None:
    def act(said: dict[str, Any]) -> None:
        if said.get("act") == "pace":
            desk.set_pace(said["value"])
        else:
            desk.step()

    widget = ready(tab, act=act)
    widget.say({"act": "step"})
    widget.say({"act": "pace", "value": -3})
    widget.say({"act": "pace"})
    for crafted in (None, [], "step", 7):
        widget.say(crafted)

    assert desk.run.snapshot.tick == 1
    assert [(note.tone, note.text) for note in desk.notes] == [
        ("error", str(OutOfBounds("pace", -3, "give 0 to 100000 ticks a second, 0 for as fast as it goes"))),
        ("error", "that cannot be done: KeyError: 'value'"),
    ]


def test_a_panel_that_was_taken_off_is_neither_told_nor_heard(tab: Tab, desk: Desk) -> None:
    widget = Widget()
    detach = tab.attach(widget, ticks, act=lambda said: desk.step())
    widget.say({"ready": True})

    detach()
    served(tab)
    widget.say({"act": "step"})

    assert (widget.told, desk.run.snapshot.tick) == ([], 0)


def turned(tab: Tab, widgets: dict[str, Widget], name: str, ready: bool = True) -> Callable[[], None]:
    """Return what turns to a page of one panel, whose browser opens it at once or not."""

    def there() -> None:
        for widget in list(widgets.values())[-1:]:
            widget.detach()
        widgets[name] = Widget()
        widgets[name].detach = tab.attach(widgets[name], ticks)
        if ready:
            widgets[name].say({"ready": True})

    return there


def test_who_turns_pages_in_haste_sees_the_first_and_the_last(tab: Tab) -> None:
    """The next page waits until the browser has opened the one before."""
    pages: dict[str, Widget] = {}
    ended = threading.Event()
    for name in "abcd":
        tab.turn(turned(tab, pages, name, ready=False))
    assert list(pages) == ["a"]

    pump = threading.Thread(target=tab.pump, args=(ended,), daemon=True)
    pump.start()
    pages["a"].say({"ready": True})
    within(lambda: len(pages) > 1, 1.5)
    ended.set()
    pump.join(5)

    assert list(pages) == ["a", "d"]


def test_a_page_that_never_opens_holds_nobody_for_long(tab: Tab) -> None:
    pages: dict[str, Widget] = {}
    ended = threading.Event()
    tab.turn(turned(tab, pages, "a", ready=False))
    tab.turn(turned(tab, pages, "b"))
    pump = threading.Thread(target=tab.pump, args=(ended,), daemon=True)
    pump.start()
    within(lambda: list(pages) == ["a", "b"], 10.0)
    began = time.monotonic()
    tab.turn(turned(tab, pages, "c"))
    ended.set()
    pump.join(5)

    assert list(pages) == ["a", "b", "c"]
    assert time.monotonic() - began < 1.5


def test_a_panel_that_beats_hears_each_second_while_nothing_happens(tab: Tab) -> None:
    quiet, beating = ready(tab), ready(tab, beats=True)
    ended = threading.Event()
    pump = threading.Thread(target=tab.pump, args=(ended,), daemon=True)
    pump.start()
    within(lambda: len(beating.told) >= 3)
    ended.set()
    pump.join(5)

    assert len(quiet.told) == 1


def drawing(tab: Tab, desk: Desk, answer: Any, seconds: float) -> int:
    """Return how often a panel is told in so many seconds, by a browser that answers so whether it has drawn."""
    panel, ended = ready(tab), threading.Event()

    class Bar(Widget):
        def send(self, message: dict[str, Any]) -> None:
            super().send(message)
            if answer is not None and "drawn" in message:
                self.say({"drawn": answer})

    bar = Bar()
    tab.attach(bar, ticks, beats=True)
    bar.say({"ready": True})
    desk.set_pace(100)
    desk.play()
    pump = threading.Thread(target=tab.pump, args=(ended,), daemon=True)
    pump.start()
    within(lambda: len(panel.told) > 0, 5.0)
    before = len(panel.told)
    time.sleep(seconds)
    heard = len(panel.told) - before
    ended.set()
    pump.join(5)
    return heard


@pytest.mark.parametrize(
    ("answer", "most"),
    [(0.0, 16), (0.1, 7), (1e9, 3), (None, 3), ("soon", 3), (float("nan"), 16), (-5.0, 16), (True, 3)],
)
def test_a_browser_that_draws_slowly_is_told_less_often_and_never_forgotten(
    tab: Tab, desk: Desk, answer: Any, most: int
) -> None:
    """At most five times a second, a fifth of the time at most to draw, and each one and a half seconds at least."""
    heard = drawing(tab, desk, answer, 3.0)
    assert 1 <= heard <= most


def test_news_of_one_beat_are_sent_together(tab: Tab, desk: Desk) -> None:
    """A browser that hears panel after panel would draw after each: a feed that takes its time delays all the same."""
    sent: list[float] = []

    class Clocked(Widget):
        def send(self, message: dict[str, Any]) -> None:
            sent.append(time.monotonic())

    def slow(desk: Desk, seen: int | None) -> tuple[dict[str, Any], int]:
        time.sleep(0.1)
        return ticks(desk, seen)

    for _ in range(3):
        widget = Clocked()
        tab.attach(widget, slow)
        widget.say({"ready": True})
    served(tab)
    sent.clear()
    desk.step()
    for panel in tab._panels.values():
        panel.due = -1.0
    tab._beat()

    assert len(sent) == 3
    assert max(sent) - min(sent) < 0.1


def test_a_panel_that_asks_during_a_beat_hears_what_waits_for_it_before_the_answer(tab: Tab, desk: Desk) -> None:
    """What came before must not arrive after: a chart would lose rows, and the bar would say what is over."""
    asking = ready(tab)
    other = Widget()

    def asks_meanwhile(desk: Desk, seen: int | None) -> tuple[dict[str, Any], int]:
        if seen is not None:
            desk.step()
            for panel in tab._panels.values():
                if panel.widget is asking:
                    panel.stamp, panel.due = None, 0.0
        return ticks(desk, seen)

    tab.attach(other, asks_meanwhile)
    other.say({"ready": True})
    served(tab)
    desk.step()
    for panel in tab._panels.values():
        panel.due = -1.0
    asking.told.clear()
    tab._beat()

    assert [(told["from"], told["to"]) for told in asking.told] == [(0, 1), (1, 2)]


def test_a_tab_that_ends_lets_go_within_a_moment(tab: Tab, desk: Desk) -> None:
    """The pump may be waiting for its next round, and the world may play as fast as it goes."""
    ready(tab)
    ended = threading.Event()
    pump = threading.Thread(target=tab.pump, args=(ended,), daemon=True)
    desk.play()
    pump.start()
    time.sleep(0.3)

    began = time.monotonic()
    ended.set()
    pump.join(10)

    assert not pump.is_alive()
    assert time.monotonic() - began < 5.0

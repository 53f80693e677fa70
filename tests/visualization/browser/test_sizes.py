"""The dashboard on a phone, a tablet and a desk's screen: nothing is wider than the screen, nothing out of reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("solara")
pytest.importorskip("playwright")

from playwright.sync_api import expect

from catallaxy.visualization.frame import PAGES
from catallaxy.visualization.widgets import text
from tests.visualization.browser.dashboards import Dashboard, within

if TYPE_CHECKING:
    from tests.visualization.browser.dashboards import Tab

TabOf = Callable[..., "Tab"]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

PHONE, TABLET, SCREEN = {"width": 390, "height": 844}, {"width": 1024, "height": 768}, {"width": 1440, "height": 900}
_SCROLLED = "document.documentElement.scrollHeight - document.documentElement.clientHeight"
_SMALL = """() => [...document.querySelectorAll("button, select, input:not([type=checkbox]):not([type=range])")]
  .filter((node) => node.offsetParent && node.offsetHeight && node.offsetHeight < 31)
  .map((node) => node.outerHTML.slice(0, 90) + " " + node.offsetHeight)"""


@pytest.mark.parametrize("size", [PHONE, TABLET], ids=["phone", "tablet"])
@pytest.mark.parametrize("path", [path for path, _ in PAGES], ids=[path or "overview" for path, _ in PAGES])
def test_no_page_is_wider_than_the_screen(tab_of: TabOf, dashboard: Dashboard, path: str, size: dict[str, int]) -> None:
    tab = tab_of(dashboard)
    tab.page.set_viewport_size(size)
    tab.open(f"/{path}")

    expect(tab.page.locator(".cx-page")).to_have_count(1)
    expect(tab.page.get_by_text("loading …")).to_have_count(0, timeout=60_000)
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    expect(tab.page.locator(".cx-rail .cx-here")).to_be_in_viewport(ratio=0.99)
    if size is PHONE:
        assert tab.page.evaluate(_SMALL) == []


def test_a_phone_has_two_rows_of_handles_and_the_rest_behind_more(tab_of: TabOf, dashboard: Dashboard) -> None:
    tab = tab_of(dashboard)
    tab.page.set_viewport_size(PHONE)

    within(lambda: tab.part("bar").bounding_box()["height"] < 72)
    expect(tab.part("find")).to_be_hidden()
    tab.part("more").click()
    tab.page.get_by_label("colours of up and down").select_option("blue")
    expect(tab.page.locator("body")).to_have_attribute("data-tones", "blue")
    assert tab.part("find").bounding_box()["width"] > 120
    tab.part("find").fill("NOPE")
    tab.part("find").press("Enter")

    expect(tab.part("notes")).to_contain_text("there is no symbol 'NOPE' in this scenario")
    expect(tab.part("find")).to_be_hidden()


def test_the_bar_stays_while_a_phone_scrolls(tab_of: TabOf, dashboard: Dashboard) -> None:
    tab = tab_of(dashboard)
    tab.page.set_viewport_size(PHONE)
    expect(tab.part("ladder")).to_be_attached()

    tab.page.mouse.wheel(0, 900)
    within(lambda: tab.page.evaluate("scrollY") > 100)

    assert tab.part("bar").bounding_box()["y"] == 0
    below = tab.page.locator(".cx-rail").bounding_box()["y"] - tab.part("bar").bounding_box()["height"]
    assert below == pytest.approx(0.0, abs=0.5)


def test_the_overview_fills_a_screen_and_does_not_scroll(tab: Tab) -> None:
    for size in (SCREEN, {"width": 1920, "height": 1080}):
        tab.page.set_viewport_size(size)
        within(lambda: tab.page.evaluate(_SCROLLED) == 0)
        last = tab.page.locator(".cx-page > .cx-panel").last.bounding_box()
        assert last is not None
        assert size["height"] - 12 <= last["y"] + last["height"] <= size["height"] - 8


def test_tiles_fill_their_rows_to_the_end(tab: Tab) -> None:
    """Rows have as many tiles as the others, or one fewer, and end where the others do."""
    tab.page.set_viewport_size(PHONE)
    rows = """() => { const rows = new Map(); for (const tile of document.querySelectorAll(".cx-tile")) {
      const box = tile.getBoundingClientRect(); rows.set(box.top, [...(rows.get(box.top) || []), box.right]); }
      return [...rows.values()]; }"""

    within(lambda: [len(row) for row in tab.page.evaluate(rows)] == [3, 2, 2])
    assert len({round(row[-1]) for row in tab.page.evaluate(rows)}) == 1


def test_a_change_that_rounds_to_nothing_is_flat(tab: Tab) -> None:
    told = tab.page.evaluate(
        text("common.js")
        + "[0.00004, -0.00004, 0, 0.0002, -0.0002].map((x) => [FORMS.signed(x), tone(x)])"
        + ".concat([[FORMS.change(-0.004), tone(-0.004, 'change')], [FORMS.ratio(-0.001), FORMS.percent(-0.01)]])"
    )

    flat = ["■ 0.00 %", "cx-flat"]
    assert told == [flat] * 3 + [
        ["▲ +0.02 %", "cx-up"], ["▼ \u22120.02 %", "cx-down"], ["■ 0", "cx-flat"], ["0.00", "\u22121.00 %"],
    ]  # fmt: skip

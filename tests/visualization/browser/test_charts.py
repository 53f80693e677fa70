"""Charts in a real browser: what is saved of them is what they draw, and nothing on them is cut off."""

from __future__ import annotations

import csv
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("solara")
pytest.importorskip("playwright")

from playwright.sync_api import expect

from catallaxy.model.clock import DAYS_PER_MONTH
from catallaxy.model.economy import Economy
from tests.visualization.browser.dashboards import SCENARIO, SEED, SETTINGS, Dashboard, Tab, within

if TYPE_CHECKING:
    from playwright.sync_api import Locator

TabOf = Callable[..., Tab]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
DEPOSITS, LOANS = "deposits (minor units)", "loans to firms (minor units)"
HEADING = 30
"""Pixels of title and unit over a picture."""


@pytest.fixture(scope="module")
def lived(dashboard: Dashboard, chromium: Any) -> Economy:
    """The economy after the dashboard has been left to play for two months or more, computed here, all of it kept."""
    page = chromium.new_page()
    tab = Tab(page, dashboard).open()
    settings = SETTINGS | {"recording.ring_days": 1_000}
    economy = Economy(SCENARIO, rng=SEED, **{key.replace(".", "__"): value for key, value in settings.items()})
    months = 2 * DAYS_PER_MONTH * economy.clock.ticks_per_day
    tab.part("pace").select_option("100")
    tab.part("play").click()
    within(lambda: tab.tick > months)
    tab.paused()
    economy.run(ticks=tab.tick)
    page.close()
    return economy


def panel(tab: Tab, chart: str) -> Locator:
    """Return the panel around a chart, once the chart has drawn something."""
    stage = tab.part(chart)
    expect(stage.locator("canvas").first).to_be_visible(timeout=60_000)
    return tab.page.locator(".cx-panel", has=stage)


def saved(tab: Tab, chart: str, kind: str = "csv") -> tuple[str, bytes]:
    """Press a button of a chart; return name and content of the file."""
    button = panel(tab, chart).get_by_test_id(f"export-{kind}")
    with tab.page.expect_download() as found:
        button.press("Enter")
    return found.value.suggested_filename, Path(found.value.path()).read_bytes()


def table(tab: Tab, chart: str) -> list[dict[str, str]]:
    """Return the rows of a chart's CSV file."""
    return list(csv.DictReader(saved(tab, chart)[1].decode().splitlines()))


def test_candles_are_saved_as_they_are_drawn(tab_of: TabOf, dashboard: Dashboard, lived: Economy) -> None:
    symbol = lived.symbols[0]
    tab = tab_of(dashboard, f"/markets/{symbol}")

    name, content = saved(tab, "candles")
    rows = list(csv.DictReader(content.decode().splitlines()))

    assert name == f"catallaxy-{symbol}-Price-and-volume-tick-{lived.tick}.csv"
    assert list(rows[0]) == [
        "tick", "open (minor units)", "close (minor units)", "low (minor units)", "high (minor units)", "lots",
        "event", "not trading",
    ]  # fmt: skip
    drawn = json.loads(tab.part("candles").get_attribute("data-last") or "")
    assert [float(rows[-1][key]) for key in list(rows[0])[1:6]] == drawn[1:6]
    assert float(rows[-1]["close (minor units)"]) == lived.exchange.last[0]
    assert [int(row["tick"]) for row in rows] == list(range(lived.tick - len(rows) + 1, lived.tick + 1))
    assert int(tab.part("candles").get_attribute("data-rows") or 0) == len(rows) > 20


def test_series_of_month_ends_are_saved_in_full(tab_of: TabOf, dashboard: Dashboard, lived: Economy) -> None:
    rows = table(tab_of(dashboard, "/banks"), "loans")

    macro = lived.table("macro")
    assert [int(row["month"]) for row in rows] == macro["month"].tolist()
    assert [float(row[DEPOSITS]) for row in rows] == macro["deposits"].tolist()
    assert [float(row[LOANS]) for row in rows] == macro["loans"].tolist()
    assert [row["event"] for row in rows] == [""] * len(rows)


def test_figures_of_macroeconomics_name_their_units(tab_of: TabOf, dashboard: Dashboard, lived: Economy) -> None:
    tab = tab_of(dashboard, "/macro")
    rows, money = table(tab, "macro-labour"), table(tab, "macro-money")

    assert list(rows[0]) == [
        "month", "unemployed (per cent of the labour force)", "vacancies (per cent of the labour force)",
    ]  # fmt: skip
    idle = [float(row["unemployed (per cent of the labour force)"]) / 100.0 for row in rows]
    assert idle == pytest.approx(lived.table("macro")["unemployment"].tolist(), rel=1e-11)
    assert [float(row["deposits (minor units)"]) for row in money] == lived.table("macro")["deposits"].tolist()


def test_curves_and_stacked_bars_are_saved(tab_of: TabOf, dashboard: Dashboard, lived: Economy) -> None:
    tab = tab_of(dashboard, "/macro")
    places, sectors = table(tab, "macro-beveridge"), table(tab, "sheet-picture")

    macro = lived.table("macro")
    assert sorted(float(row["unemployed, per cent"]) for row in places) == pytest.approx(
        sorted(100.0 * macro["unemployment"]), rel=1e-6
    )
    assert [row["name"] for row in sectors] == ["households", "firms", "banks", "central bank", "government"]
    assert all(float(row[key]) == float(row[key]) for row in sectors for key in row if key.startswith("net worth"))


def test_a_network_is_saved_as_nodes_and_edges(tab_of: TabOf, dashboard: Dashboard, lived: Economy) -> None:
    rows = table(tab_of(dashboard, "/banks"), "network")

    closed = lived.closed
    assert closed is not None
    nodes = {row["name"]: row for row in rows if row["kind"] == "node"}
    assert list(nodes) == list(lived.symbols[closed.firms.size :])
    loans = lived.graphs().debts("interbank loan")
    lent = [row for row in rows if row["kind"] == "edge" and row["amount"]]
    assert sorted(float(row["amount"]) for row in lent) == sorted(amount for *_, amount in loans.edges(data="amount"))
    assert all(float(node["assets (minor units)"]) > 0.0 for node in nodes.values())


def test_a_map_and_a_depth_over_time_are_saved(tab_of: TabOf, dashboard: Dashboard, lived: Economy) -> None:
    areas = table(tab_of(dashboard, "/markets"), "heat")
    symbol = lived.symbols[0]
    depth = table(tab_of(dashboard, f"/markets/{symbol}"), "depth-map")

    assert {row["name"] for row in areas} == set(lived.symbols)
    assert list(areas[0]) == ["group", "name", "market value (minor units)", "change today (fraction)"]
    bids, asks = lived.exchange.books.depth(0, 24)
    levels = dict([*bids, *asks])
    assert {int(row["price (minor units)"]): int(row["lots"]) for row in depth}.items() <= levels.items()
    assert {int(row["best bid (minor units)"]) for row in depth} == {bids[0][0]}


def test_a_picture_is_twice_as_fine_and_carries_its_title(tab_of: TabOf, dashboard: Dashboard) -> None:
    tab = tab_of(dashboard, "/traders")

    name, content = saved(tab, "groups", "png")

    box = tab.part("groups").bounding_box()
    assert box is not None
    assert name.startswith("catallaxy-Mean-wealth-by-strategy-tick-")
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", content[16:24])
    assert (width, height) == (
        pytest.approx(2 * box["width"], abs=2),
        pytest.approx(2 * (box["height"] + HEADING), abs=2),
    )


def test_buttons_wait_for_the_pointer_or_the_keyboard_and_cover_no_handle(tab_of: TabOf, dashboard: Dashboard) -> None:
    tab = tab_of(dashboard, "/traders")
    around = panel(tab, "groups")
    buttons, handles = around.locator(".cx-export"), around.locator(".cx-choice")
    around.scroll_into_view_if_needed()
    before = around.bounding_box()
    tab.page.mouse.move(1, 1)
    expect(buttons).to_have_css("opacity", "0")

    around.hover()
    expect(buttons).to_have_css("opacity", "1")
    ours, theirs = buttons.bounding_box(), handles.bounding_box()
    assert ours is not None
    assert theirs is not None
    assert ours["x"] + ours["width"] <= theirs["x"]
    assert around.bounding_box() == before

    tab.page.mouse.move(1, 1)
    expect(buttons).to_have_css("opacity", "0")
    around.get_by_test_id("export-csv").focus()
    expect(buttons).to_have_css("opacity", "1")
    expect(around.get_by_test_id("export-csv")).to_have_attribute(
        "aria-label", "save the numbers of this chart, as CSV"
    )


def test_fingers_always_see_the_buttons(tab_of: TabOf, dashboard: Dashboard) -> None:
    tab = tab_of(dashboard, "/traders", has_touch=True, is_mobile=True)

    expect(panel(tab, "groups").locator(".cx-export")).to_have_css("opacity", "1")


CUT = """async () => {
  const charts = await window.catallaxyCharts, found = [];
  for (const stage of document.querySelectorAll(".cx-chart")) {
    const chart = charts.getInstanceByDom(stage), legend = chart?.getOption()?.legend?.[0];
    for (const one of chart?.getZr().storage.getDisplayList(true) || []) {
      const words = one.style?.text, box = one.getBoundingRect().clone();
      if (one.type !== "tspan" || one.ignore) continue;
      if (one.transform) box.applyTransform(one.transform);
      const paged = legend?.type === "scroll" && box.y < 30;
      const fits = box.x > -0.5 && box.x + box.width < stage.clientWidth + 0.5;
      if (!paged && !fits) found.push([stage.dataset.testid, words]);
    }
  }
  return found;
}"""


@pytest.mark.parametrize("path", ["/", "/banks", "/macro", "/resources", "/traders", "/markets/B01", "/psychology"])
def test_no_word_on_a_chart_is_cut_off(tab_of: TabOf, dashboard: Dashboard, lived: Economy, path: str) -> None:
    tab = tab_of(dashboard, path)
    expect(tab.page.locator(".cx-chart canvas").first).to_be_visible(timeout=60_000)
    tab.page.wait_for_timeout(2_000)

    for width in (1440, 1024, 390):
        tab.page.set_viewport_size({"width": width, "height": 900})
        tab.page.wait_for_timeout(300)
        assert tab.page.evaluate(CUT) == [], width


def test_the_table_of_resources_fits_a_screen(tab_of: TabOf, dashboard: Dashboard, lived: Economy) -> None:
    tab = tab_of(dashboard, "/resources")
    scroll = tab.part("resources").locator(".cx-scroll")
    expect(tab.part("resources").locator("tbody tr").first).to_be_visible()
    assert scroll.evaluate("box => box.scrollWidth <= box.clientWidth")

    tab.page.set_viewport_size({"width": 1024, "height": 900})
    first = scroll.locator("tbody tr td").first
    before = first.bounding_box()
    scroll.evaluate("box => { box.scrollLeft = 200; }")
    assert first.bounding_box() == before

"""Tables and pages of one owner in the browser: sorted, filtered and paged by hand, with the engine's numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("solara")
pytest.importorskip("playwright")

from playwright.sync_api import expect

from catallaxy.model.economy import Economy
from tests.visualization.browser.dashboards import Dashboard, Tab, economy_at, within

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
PER_PAGE = 20


@pytest.fixture
def traders(tab_of: Callable[..., Tab], dashboard: Dashboard) -> Tab:
    """The page of traders, paused after a tick at least."""
    tab = tab_of(dashboard, "/traders").paused()
    if not tab.tick:
        tab.part("step").click()
        tab.shows_tick(1)
    expect(rows(tab)).to_have_count(PER_PAGE)
    return tab


def table(tab: Tab) -> Any:
    return tab.part("traders")


def rows(tab: Tab) -> Any:
    return table(tab).locator("tbody tr")


def owners(tab: Tab) -> list[int]:
    """Return the owners in the order of their rows."""
    return [int(key) for key in rows(tab).evaluate_all("(rows) => rows.map((row) => row.dataset.key)")]


def sorted_by(tab: Tab, key: str) -> str:
    """Return how a column is sorted, as a screen reader would be told."""
    return str(table(tab).locator(f"th:has([data-testid=sort-{key}])").get_attribute("aria-sort"))


def richest(economy: Economy, *, down: bool = True) -> list[int]:
    """Return the deposits of the traders, the most or the least first, in whole currency units."""
    cash = np.sort(economy.cash_of(economy.trader_owners())) // 100
    return [int(amount) for amount in (cash[::-1] if down else cash)]


def told(tab: Tab, column: int) -> list[int]:
    """Return a column of money, in whole currency units."""
    words = rows(tab).locator(f"td:nth-child({column})").evaluate_all("(cells) => cells.map((cell) => cell.title)")
    return [int(word.replace("\u2009", "").replace("\u2212", "-")) for word in words]


def test_a_table_is_sorted_both_ways_by_click_and_by_key(traders: Tab) -> None:
    """The fifth column is deposits; what it shows is the engine's, the whole amount in the cell's title."""
    economy, heading = economy_at(traders.tick), table(traders).get_by_test_id("sort-cash")
    heading.click()
    within(lambda: sorted_by(traders, "cash") == "descending")
    assert told(traders, 5) == richest(economy)[:PER_PAGE]
    assert economy.cash_of_owner(owners(traders)[0]) // 100 == richest(economy)[0]
    expect(heading).to_be_focused()

    traders.page.keyboard.press("Enter")
    within(lambda: sorted_by(traders, "cash") == "ascending")
    assert told(traders, 5) == richest(economy, down=False)[:PER_PAGE]
    traders.page.keyboard.press("Enter")
    within(lambda: sorted_by(traders, "cash") == "descending")
    assert sorted_by(traders, "wealth") == "none"
    assert traders.state == "paused"


def test_a_table_is_filtered_and_paged_and_keeps_it_while_the_world_goes_on(traders: Tab) -> None:
    economy, on = economy_at(traders.tick), table(traders).get_by_label("next page")
    everybody = len(economy.trader_owners())
    expect(table(traders)).to_contain_text(f"{everybody} of {everybody} traders, page 1 of {-(-everybody // PER_PAGE)}")
    first = owners(traders)
    on.click()
    expect(table(traders)).to_contain_text("page 2 of")
    assert not set(first) & set(owners(traders))

    table(traders).get_by_label("filter rows").fill("noise")
    noisy = next(one for one in economy.populations if one.name == "noise").size
    expect(table(traders)).to_contain_text(f"{noisy} of {everybody} traders")
    words = rows(traders).locator("td:nth-child(2)").all_inner_texts()
    assert len(words) == min(noisy, PER_PAGE)
    assert set(words) == {"noise"}
    table(traders).get_by_test_id("sort-trades").click()
    within(lambda: sorted_by(traders, "trades") == "descending")
    traders.part("play").click()
    left_at = traders.tick
    within(lambda: traders.tick > left_at + 40)
    traders.paused()
    assert sorted_by(traders, "trades") == "descending"
    expect(table(traders).get_by_label("filter rows")).to_have_value("noise")
    expect(table(traders)).to_contain_text(f"{noisy} of {everybody} traders")
    numbers = [int(word) for word in rows(traders).locator("td:last-child").all_inner_texts()]
    assert numbers == sorted(numbers, reverse=True)


def test_leaders_stand_beside_the_table_and_open_their_pages(traders: Tab) -> None:
    within(lambda: sorted_by(traders, "wealth") == "descending")
    leaders = traders.part("leaders-wealth").locator("tbody tr")
    keys = leaders.evaluate_all("(rows) => rows.map((row) => row.dataset.key)")
    assert len(keys) > 3
    assert [int(key) for key in keys] == owners(traders)[: len(keys)]
    expect(traders.part("ranks")).to_be_attached()
    leaders.first.click()
    expect(traders.page).to_have_url(f"{traders.dashboard.address}/traders/{keys[0]}")


def test_a_filter_that_nobody_meets_says_so_and_what_one_may_be(traders: Tab) -> None:
    search = table(traders).get_by_label("filter rows")
    for nonsense in ("xyzzy", "wealth>>", "<script>alert(1)</script>", "\u0000", "9" * 4_000):
        search.fill(nonsense)
        expect(table(traders)).to_contain_text("nobody meets this filter; try a strategy, an id, or a condition")
        expect(rows(traders)).to_have_count(1)
    search.fill("")
    expect(rows(traders)).to_have_count(PER_PAGE)


def test_a_row_that_is_chosen_stays_so_while_rows_are_told_anew(
    tab_of: Callable[..., Tab], dashboard: Dashboard
) -> None:
    tab = tab_of(dashboard, "/scenarios").paused()
    grid = tab.part("scenarios")
    row = grid.locator("tr[data-key=panic]")
    row.click()
    expect(row).to_have_class("cx-selected ")
    grid.get_by_test_id("sort-name").click()
    before = tab.tick
    tab.part("play").click()
    tab.reaches("playing")
    within(lambda: tab.tick > before + 3)
    tab.paused()

    expect(row).to_have_class("cx-selected ")
    assert grid.locator("tr.cx-selected").count() == 1
    expect(tab.part("open")).to_contain_text("panic:")


def test_a_row_opens_the_page_of_its_trader_whose_numbers_are_the_engines_and_a_reload_keeps_it(traders: Tab) -> None:
    economy, shown = economy_at(traders.tick), owners(traders)
    securities = economy.exchange.listings.security
    owner = next(one for one in shown if economy.ledger.holdings[one, securities, 1].any())  # some lots wait in orders
    rows(traders).nth(shown.index(owner)).focus()
    traders.page.keyboard.press("Enter")
    expect(traders.page).to_have_url(f"{traders.dashboard.address}/traders/{owner}")
    traders.page.reload()
    traders.fed()

    assert traders.page.url == f"{traders.dashboard.address}/traders/{owner}"
    held = traders.part("owner-holdings").locator("tbody tr")
    expect(held.first).to_be_visible()
    found = {}
    for cells in held.evaluate_all("(rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"):
        if cells[0] in economy.symbols:
            found[cells[0]] = int(cells[1].replace("\u2009", ""))
    due = {symbol: economy.lots_of_owner(owner, symbol) for symbol in economy.symbols}
    assert found == {symbol: lots for symbol, lots in due.items() if lots}
    traders.page.get_by_text("‹ all traders").click()
    expect(rows(traders)).to_have_count(PER_PAGE)


def test_an_address_of_nobody_says_so(tab_of: Callable[..., Tab], dashboard: Dashboard) -> None:
    for named in ("999999", "-1"):
        tab = tab_of(dashboard, f"/traders/{named}")
        expect(tab.page.get_by_text(f"There is no owner {named}")).to_be_visible()
        tab.page.close()


def test_an_address_of_no_symbol_says_so(tab_of: Callable[..., Tab], dashboard: Dashboard) -> None:
    tab = tab_of(dashboard, "/markets/NOPE")
    expect(tab.page.locator(".cx-content")).to_contain_text("NOPE")
    expect(tab.page.locator(".cx-content")).to_contain_text("no symbol")

"""Addresses that name nothing: pages say so, once, and name nothing that is not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("solara")
pytest.importorskip("playwright")

from playwright.sync_api import expect

from tests.visualization.browser.dashboards import SCENARIO, TINY_MARKET, Dashboard, Tab, command

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_resource_or_bank_that_is_not_there_is_said_to_be_and_titles_nothing(
    tab_of: Callable[..., Tab], dashboard: Dashboard
) -> None:
    page = tab_of(dashboard, "/resources/foo").page.locator(".cx-page")
    expect(page).to_contain_text(f"There is no resource 'foo' in scenario {SCENARIO}")
    expect(page.get_by_test_id("resource-price")).to_have_count(0)
    page.get_by_text("lithium", exact=True).click()
    expect(page).to_contain_text("Lithium: price")
    expect(page.get_by_test_id("unknown")).to_have_count(0)

    tab = tab_of(dashboard, "/banks/NOPE")
    page = tab.page.locator(".cx-page")
    expect(page).to_contain_text("There is no bank NOPE in this scenario")
    assert page.inner_text().count("NOPE") == 1
    assert "What if" not in page.inner_text()
    tab.part("banks").locator("tr[data-key=B02]").click()
    expect(page).to_contain_text("B02: balance sheet")
    expect(page).to_contain_text("What if B02 lost")


def test_a_market_alone_says_once_that_it_has_no_banks(tab_of: Callable[..., Tab], tmp_path: Path) -> None:
    with Dashboard(command(scenario="markets", settings=TINY_MARKET), tmp_path, "markets") as dashboard:
        tab = tab_of(dashboard, "/banks")
        page = tab.page.locator(".cx-page")
        expect(page).to_contain_text("This scenario has no banks")
        assert page.inner_text().casefold().count("no banks") == 1
        tab.page.close()

"""Another scenario under every page: each shows the new world, and nothing fails on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("solara")
pytest.importorskip("playwright")

from playwright.sync_api import expect

from tests.visualization.browser.dashboards import Dashboard, Tab, command, economy_at

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
PATHS = (
    ("/", "/markets/{symbol}", "/traders/5", "/banks"),
    ("/markets", "/traders", "/resources", "/psychology"),
    ("/macro", "/rules", "/runs", "/help"),
)


@pytest.mark.parametrize("paths", PATHS, ids=["one thing", "lists", "the world"])
def test_every_page_shows_the_scenario_that_another_tab_opens(
    tab_of: Callable[..., Tab], tmp_path: Path, paths: tuple[str, ...]
) -> None:
    """The first has no economy and other symbols; the second has both again."""
    with Dashboard(command("--pace", "5"), tmp_path) as dashboard:
        first = economy_at(0).symbols
        acting = tab_of(dashboard, "/scenarios")
        tabs = {path: tab_of(dashboard, path.format(symbol=first[0])) for path in paths}
        acting.part("play").click()
        for scenario in ("markets", "rate-hike"):
            opened(acting, scenario)
            for path, tab in tabs.items():
                expect(tab.fact("scenario")).to_have_text(scenario, timeout=60_000)
                expect(tab.page.get_by_text("loading …")).to_have_count(0, timeout=60_000)
                tab.page.wait_for_timeout(600)
                assert tab.page.locator(".cx-curtain.cx-error:visible").all_inner_texts() == [], (scenario, path)
            if "/" in tabs:
                shows_a_symbol_of(tabs["/"])
        acting.paused()
        for tab in (*tabs.values(), acting):
            tab.page.close()
    assert "Traceback" not in dashboard.log, dashboard.log


def shows_a_symbol_of(overview: Tab) -> None:
    """The chosen card, the titles and the book are of one symbol, which the cards have."""
    selected = overview.page.locator(".cx-card.cx-selected")
    expect(selected).to_have_count(1)
    symbol = str(selected.get_attribute("aria-label"))
    for title in ("price and volume", "book and trades"):
        expect(overview.page.locator(".cx-title", has_text=title)).to_contain_text(f"{symbol}: {title}")
    expect(overview.part("ladder").locator(".cx-level").first).to_be_visible()


def opened(tab: Tab, scenario: str) -> None:
    """Open a scenario as a visitor does."""
    tab.part("scenarios").locator(f"tr[data-key={scenario}]").click()
    form = tab.part("open")
    expect(form).to_contain_text(f"{scenario}:")
    form.get_by_test_id("act-open").click()
    form.get_by_test_id("confirm").click()
    expect(tab.fact("scenario")).to_have_text(scenario, timeout=120_000)

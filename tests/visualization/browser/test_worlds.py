"""Worlds come and go under open tabs: another scenario, a reset, a tab that leaves; charts go on from stored bars."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("solara")
pytest.importorskip("playwright")

from playwright.sync_api import expect

from catallaxy.ledger.manifest import Manifest
from catallaxy.ledger.verification import verify
from catallaxy.visualization.reel import CLOSE
from tests.visualization.browser.dashboards import SCENARIO, Dashboard, Tab, command, economy_at, within

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
OTHER, SEED = "rate-hike", 5


def test_another_scenario_opened_while_the_world_plays_is_what_every_tab_shows(
    tab_of: Callable[..., Tab], tmp_path: Path
) -> None:
    """It goes on playing; the run before has ended whole, and a reset opens the new one again."""
    with Dashboard(command("--pace", "30"), tmp_path) as dashboard:
        tab, other = tab_of(dashboard, "/scenarios"), tab_of(dashboard)
        cards = other.page.locator(".cx-card").count()
        tab.part("play").click()
        other.reaches("playing")
        tab.part("scenarios").locator(f"tr[data-key={OTHER}]").click()
        form = tab.part("open")
        expect(form).to_contain_text(f"{OTHER}:")
        form.get_by_test_id("field-seed").fill("-1")
        form.get_by_test_id("act-open").click()
        expect(form.get_by_role("alertdialog")).to_contain_text("seed is -1; give at least 0")
        form.get_by_test_id("field-seed").fill(str(SEED))
        form.get_by_test_id("act-open").click()
        expect(form.get_by_role("alertdialog")).to_contain_text(f"Opening {OTHER} ends {SCENARIO} at tick")
        assert tab.fact("scenario").inner_text() == SCENARIO
        form.get_by_test_id("confirm").click()

        for one in (tab, other):
            expect(one.fact("scenario")).to_have_text(OTHER, timeout=60_000)
            expect(one.fact("seed")).to_have_text(str(SEED))
        other.reaches("playing")
        within(lambda: other.tick > 0)
        first = next((tmp_path / "runs").glob(f"dashboard-{SCENARIO}-*"))
        within(lambda: bool(Manifest.read(first).finished))
        assert (Manifest.read(first).reason, verify(first).problems) == ("closed", [])
        assert other.page.locator(".cx-card").count() >= cards
        other.page.close()
        left_at = tab.tick
        within(lambda: tab.tick > left_at + 3)
        tab.paused()
        tab.part("reset").click()
        tab.part("reset").click()
        tab.shows_tick(0)
        assert (tab.fact("scenario").inner_text(), tab.fact("seed").inner_text()) == (OTHER, str(SEED))
        tab.page.close()


def test_candles_go_on_from_stored_bars_although_no_trade_is_kept(
    tab_of: Callable[..., Tab], dashboard: Dashboard
) -> None:
    """The scenario records neither trades nor bars; who comes late sees the whole history, each bar the engine's."""
    tab = tab_of(dashboard).paused()
    last = tab.tick + 3
    economy = economy_at(last)
    assert not economy.settings.recording.trades
    bars = economy.snapshot.bars[:, :5].astype(int)
    book = int(abs(bars[:, 0] - bars[:, CLOSE]).argmax())
    tab.open(f"/markets/{economy.symbols[book]}")
    for tick in range(last - 2, last + 1):
        tab.part("step").click()
        tab.shows_tick(tick)
    tab.page.reload()
    tab.fed()
    chart = tab.page.locator(f".cx-chart[aria-label^='candles of {economy.symbols[book]}']")
    within(lambda: f"tick {last}" in (chart.get_attribute("data-last") or ""))

    label, opened, closed, low, high, lots = json.loads(chart.get_attribute("data-last"))[:6]
    assert label == f"tick {last}"
    assert [opened, high, low, closed, lots] == bars[book].tolist()
    assert closed == economy.exchange.last[book] != opened
    assert int(chart.get_attribute("data-rows")) >= min(last, 180)

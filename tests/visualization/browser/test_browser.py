"""The dashboard in a real browser: what a visitor does, what every page shows, and what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("solara")
pytest.importorskip("playwright")

from playwright.sync_api import expect

import catallaxy
from catallaxy.ledger.manifest import Manifest
from catallaxy.ledger.verification import verify
from catallaxy.visualization.frame import PAGES
from tests.visualization.browser.dashboards import (
    SCENARIO,
    SEED,
    Dashboard,
    command,
    economy_at,
    misbehaving,
    number,
    within,
)

if TYPE_CHECKING:
    from tests.visualization.browser.dashboards import Tab

TabOf = Callable[..., "Tab"]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize(("path", "name"), PAGES, ids=[path or "overview" for path, _ in PAGES])
def test_every_page_opens_without_complaint_and_asks_nobody_outside(
    tab_of: TabOf, dashboard: Dashboard, path: str, name: str
) -> None:
    tab = tab_of(dashboard, f"/{path}")

    expect(tab.page.locator(".cx-here span")).to_have_text(name)
    expect(tab.page.locator(".cx-page")).to_be_visible()
    expect(tab.page.get_by_text("loading …")).to_have_count(0, timeout=60_000)
    assert tab.page.locator(".cx-curtain.cx-error:visible").all_inner_texts() == []


def test_play_lets_ticks_go_on_and_pause_stops_them(tab: Tab) -> None:
    before = tab.tick

    tab.part("play").click()
    tab.reaches("playing")
    within(lambda: tab.tick > before + 3)
    tab.paused()
    stopped = tab.tick
    tab.page.wait_for_timeout(600)

    assert tab.tick == stopped


def test_step_makes_one_tick_by_button_and_by_key(tab: Tab) -> None:
    before = tab.tick

    tab.part("step").click()
    tab.shows_tick(before + 1)
    tab.page.locator("body").press(".")
    tab.shows_tick(before + 2)


def test_space_plays_and_pauses_and_digits_turn_pages(tab: Tab) -> None:
    tab.page.keyboard.press(" ")
    tab.reaches("playing")
    tab.page.keyboard.press(" ")
    tab.reaches("paused")
    tab.page.keyboard.press("5")

    expect(tab.page.locator(".cx-here span")).to_have_text("Macro & policy")
    assert tab.page.url == tab.dashboard.address + "/macro"


def test_a_symbol_is_found_by_its_name(tab: Tab) -> None:
    symbol = economy_at(0).symbols[0]

    tab.page.keyboard.press("/")
    expect(tab.part("find")).to_be_focused()
    tab.page.keyboard.type(symbol.lower())
    tab.page.keyboard.press("Enter")

    expect(tab.page).to_have_url(f"{tab.dashboard.address}/markets/{symbol}")


def test_a_symbol_that_is_not_there_is_told(tab: Tab) -> None:
    tab.part("find").fill("NOPE")
    tab.part("find").press("Enter")

    expect(tab.part("notes")).to_contain_text("there is no symbol 'NOPE' in this scenario")


def test_a_pace_chosen_in_one_tab_is_seen_in_the_other(tab: Tab, tab_of: TabOf) -> None:
    other = tab_of(tab.dashboard)

    tab.part("pace").select_option("100")
    expect(other.part("pace")).to_have_value("100")
    other.part("pace").select_option("30")

    tab.page.locator("body").click()
    expect(tab.part("pace")).to_have_value("30")


def test_of_clicks_in_haste_the_last_one_counts(tab: Tab) -> None:
    """Thirty pages are asked for in a moment; the first opens, and hardly any other before the last."""
    opened = """async () => {
      const links = [...document.querySelectorAll(".cx-rail a")], shown = new Set(), last = links.length - 1;
      const look = new MutationObserver(() => shown.add(location.pathname));
      look.observe(document.querySelector(".cx-frame"), { childList: true, subtree: true });
      for (let k = 0; k < 29; k++) links[(3 * k + 1) % last].click();
      links[last].click();
      for (let k = 0; k < 600 && !document.querySelector(".cx-here")?.closest("a")?.href.endsWith("/help"); k++)
        await new Promise((go) => setTimeout(go, 50));
      look.disconnect();
      return [...shown];
    }"""

    paths = tab.page.evaluate(opened)
    assert len(paths) <= 4, paths
    expect(tab.page).to_have_url(f"{tab.dashboard.address}/help")
    expect(tab.page.locator(".cx-title").first).to_have_text("What the pages show")
    expect(tab.page.get_by_text("loading …")).to_have_count(0)
    tab.page.wait_for_timeout(1_000)
    assert tab.page.url == f"{tab.dashboard.address}/help"
    assert tab.complaints == []


def test_a_deep_link_survives_a_reload(tab_of: TabOf, dashboard: Dashboard) -> None:
    symbol = economy_at(0).symbols[-1]
    tab = tab_of(dashboard, f"/markets/{symbol}")

    tab.page.reload()
    tab.fed()

    assert tab.page.url == f"{dashboard.address}/markets/{symbol}"
    expect(tab.page.locator(".cx-content").get_by_text(symbol).first).to_be_visible()


def test_an_address_that_is_no_page_is_a_404(dashboard: Dashboard) -> None:
    assert dashboard.get("/nonsense")[0] == 404


def test_two_tabs_see_the_same_tick(tab: Tab, tab_of: TabOf) -> None:
    other = tab_of(tab.dashboard)

    other.part("play").click()
    tab.reaches("playing")
    within(lambda: tab.tick > 3)
    tab.paused()
    other.reaches("paused")

    within(lambda: tab.tick == other.tick)
    assert tab.fact("date").inner_text() == other.fact("date").inner_text()


def test_a_tab_that_closes_leaves_the_world_playing(tab: Tab, tab_of: TabOf) -> None:
    other = tab_of(tab.dashboard)
    other.part("play").click()
    tab.reaches("playing")

    other.page.close()
    left_at = tab.tick

    within(lambda: tab.tick > left_at + 5)


def test_the_figures_on_the_page_are_the_engines(tab: Tab) -> None:
    """The same seed, computed here to the tick that the page shows."""
    tab.page.wait_for_timeout(600)
    economy = economy_at(tab.tick)

    assert number(tab.part("tile-index").locator(".cx-figure").inner_text()) == pytest.approx(economy.index, abs=0.005)
    for symbol in economy.symbols[:5]:
        price = tab.part(f"card-{symbol}").locator(".cx-card-price").inner_text()
        assert round(100 * number(price)) == economy.exchange.last[economy.symbols.index(symbol)]
    assert tab.fact("seed").inner_text() == str(SEED)


def test_a_reset_asks_first_and_then_opens_the_same_seed_again(tab: Tab) -> None:
    tab.part("step").click()
    before = tab.tick

    tab.part("reset").click()
    expect(tab.part("reset")).to_have_text(f"reset to seed {SEED}: ends this run")
    assert tab.tick >= before
    tab.part("reset").click()

    tab.shows_tick(0)
    assert tab.fact("seed").inner_text() == str(SEED)
    expect(tab.part("notes")).to_contain_text(f"{SCENARIO} opened, seed {SEED}")


def test_the_dashboard_fits_a_phone(tab_of: TabOf, dashboard: Dashboard) -> None:
    """The page may be tall, but not wider than the screen."""
    tab = tab_of(dashboard)
    tab.page.set_viewport_size({"width": 390, "height": 844})

    within(lambda: tab.page.evaluate("document.documentElement.scrollWidth") <= 390)


def test_a_world_that_fails_says_why_at_its_last_sealed_tick_and_tabs_are_let_go(tab_of: TabOf, tmp_path: Path) -> None:
    with Dashboard(misbehaving(), tmp_path) as dashboard:
        tab = tab_of(dashboard)
        tab.part("play").click()
        tab.reaches("halted")

        expect(tab.part("notes")).to_contain_text(
            "halted in tick 5, stage 'break_down': ZeroDivisionError: made to fail"
        )
        expect(tab.part("notes")).to_contain_text("The last sealed tick, 4, is shown; reset opens the scenario again.")
        tab.shows_tick(4)
        expect(tab.part("play")).to_be_disabled()
        tab.page.locator(".cx-rail a[href$='/rules']").click()
        stage = tab.part("stages").locator("tr[data-key=break_down]")
        expect(stage).to_contain_text("halted: ZeroDivisionError: made to fail")
        expect(stage).to_have_class("cx-error")
        expect(tab.part("stages").locator("tr[data-key=trade]")).to_contain_text("done")
        expect(tab.part("pipeline")).to_have_attribute("aria-label", "stages of a tick")
        assert dashboard.tabs == 1

        tab.page.context.set_offline(True)  # a lid is closed: nobody says goodbye
        tab.page.close()
        within(lambda: dashboard.tabs == 0)


def test_a_server_that_is_killed_is_missed_and_found_again(tab_of: TabOf, tmp_path: Path) -> None:
    with Dashboard(command(), tmp_path) as first:
        tab = tab_of(first)
        tab.part("step").click()
        tab.shows_tick(1)
        first.kill()
        expect(tab.page.get_by_text(re.compile("no word for"))).to_be_visible(timeout=30_000)
        expect(tab.page.locator("body")).to_have_class(re.compile("cx-stale"))
        assert verify(first.run).problems == []
        assert not Manifest.read(first.run).finished
        with catallaxy.resume(first.run) as economy:
            assert economy.tick == 1
            economy.step()
            assert economy.chain_head == economy_at(2).chain_head
        assert catallaxy.replay(first.run) is None
        with Dashboard(command(port=first.port), tmp_path):
            tab.page.reload()
            tab.fed()
            tab.shows_tick(0)
            tab.part("step").click()
            tab.shows_tick(1)
            tab.page.close()
    assert all("REFUSED" in complaint or "WebSocket" in complaint for complaint in tab.complaints)
    tab.complaints.clear()  # they were of the socket that was gone


def test_what_was_done_in_the_browser_replays(tab_of: TabOf, tmp_path: Path) -> None:
    with Dashboard(command(), tmp_path) as dashboard:
        tab = tab_of(dashboard)
        tab.part("play").click()
        within(lambda: tab.tick >= 5)
        tab.paused()
        tab.part("step").click()
        tab.page.wait_for_timeout(400)
        tick = tab.tick
        tab.page.close()

    folder = tmp_path / "runs" / f"dashboard-{SCENARIO}-1"
    manifest = Manifest.read(folder)
    assert (manifest.reason, manifest.last_tick) == ("closed", tick)
    assert manifest.head == economy_at(tick).chain_head
    assert catallaxy.replay(folder) is None

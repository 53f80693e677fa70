"""What tests in a browser share: one Chromium, one dashboard, tabs that neither complain nor call elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.visualization.browser.dashboards import Dashboard, Tab

collect_ignore = ["misbehaving.py"]
QUIET = ["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser of the system; playwright's own would have to be downloaded."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed; Debian, Ubuntu: apt install chromium fonts-dejavu")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)  # machines that test are busy
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The dashboard of a small closed economy, started by its command; whoever changes its world opens another."""
    from tests.visualization.browser.dashboards import Dashboard, command

    with Dashboard(command("--pace", "30"), tmp_path_factory.mktemp("dashboard")) as dashboard:
        yield dashboard


@pytest.fixture
def tab_of(chromium: Any) -> Iterator[Callable[..., Tab]]:
    """Open a tab of a dashboard, each with cookies of its own; whoever expects complaints clears them."""
    from tests.visualization.browser.dashboards import Tab

    contexts, tabs = list[Any](), list[Tab]()

    def open_tab(dashboard: Dashboard, path: str = "/", **more: Any) -> Tab:
        contexts.append(chromium.new_context(viewport={"width": 1440, "height": 900}, **more))
        tabs.append(Tab(contexts[-1].new_page(), dashboard))
        return tabs[-1].open(path)

    yield open_tab
    found = [(tab.complaints, tab.outside) for tab in tabs]
    for context in contexts:
        context.close()
    assert found == [([], [])] * len(found)


@pytest.fixture
def bare(chromium: Any) -> Iterator[Any]:
    """An empty page, for a panel alone."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def tab(tab_of: Callable[..., Tab], dashboard: Dashboard) -> Tab:
    """A tab of the dashboard, paused."""
    return tab_of(dashboard).paused()

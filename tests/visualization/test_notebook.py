"""In a notebook the same panels show an economy offline, and `plot` draws economies, runs and matrices alike."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("anywidget", reason="the dashboard is an extra")
pytest.importorskip("matplotlib", reason="figures are drawn with matplotlib")

import catallaxy
from catallaxy.batch.live_run import LiveRun
from catallaxy.batch.plotting import figure_names, figures_of, plot
from catallaxy.batch.run_data import RunData
from catallaxy.core.errors import MissingExtra, NotARun, OutOfBounds
from catallaxy.model.economy import Economy
from catallaxy.visualization import notebook
from catallaxy.visualization.assets import missing_assets
from tests.batch.small_runs import SMALL
from tests.model.closed_economy import lived

needs_assets = pytest.mark.skipif(bool(missing_assets()), reason="solara-assets is not installed")


@pytest.fixture(scope="module")
def economy() -> Economy:
    return lived(45)


@pytest.fixture(scope="module")
def market() -> Economy:
    economy = Economy("markets", rng=7, recording__ring_days=100, **SMALL)
    economy.run(ticks=240)
    return economy


def heard(widget: Any, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return what a page is told once it says that it is ready."""
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(widget, "send", told.append)
    widget._handle_custom_msg({"ready": True}, [])
    return told


# -- show -----------------------------------------------------------------------------------------


@needs_assets
def test_show_tells_a_page_the_key_figures_and_figures_of_the_economy(
    economy: Economy, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = catallaxy.show(economy, symbols=1)
    tiles, charts = shown.children
    (told,) = heard(tiles, monkeypatch)
    values = {tile["key"]: tile["value"] for tile in told["tiles"]}
    macro = economy.table("macro").iloc[-1]
    assert values["index"] == economy.index
    assert values["unemployment"] == pytest.approx(macro["unemployment"])
    assert values["gdp"] == pytest.approx(macro["gdp"])
    index, *others = charts.children
    (drawn,) = heard(index, monkeypatch)
    line = drawn["option"]["series"][1]["data"]
    assert line[-1][1] == pytest.approx(economy.index, rel=1e-6)
    assert drawn["option"]["title"]["text"] == "Index and anchor"
    assert len(others) >= 5
    json.dumps([heard(chart, monkeypatch) for chart in others], allow_nan=False)


@needs_assets
def test_charts_bring_their_library_and_ask_no_server(economy: Economy) -> None:
    shown = catallaxy.show(economy, symbols=0)
    for chart in shown.children[1].children:
        assert len(chart.library) > 500_000
        assert chart.library == notebook.library()


@needs_assets
def test_an_economy_at_its_opening_shows_what_there_is_and_update_shows_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fresh = Economy("markets", rng=7, **SMALL)
    shown = catallaxy.show(fresh)
    assert shown.children[1].children == ()
    values = {tile["key"]: tile["value"] for tile in heard(shown.children[0], monkeypatch)[0]["tiles"]}
    assert (values["index"], values["gdp"]) == (100.0, None)
    fresh.run(ticks=20)
    shown.update()
    names = [chart.label for chart in shown.children[1].children]
    assert names[0].startswith("Line chart of the index")
    assert len(names) == 3
    kept = shown.children[1].children
    fresh.run(ticks=10)
    shown.update()
    assert shown.children[1].children == kept
    told = heard(kept[0], monkeypatch)
    assert len(told) == 1
    assert told[0]["option"]["series"][1]["data"][-1][0] == 3.0


def test_what_cannot_be_shown_is_refused(market: Economy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(OutOfBounds, match=r"catallaxy\.plot"):
        catallaxy.show("runs/market")  # type: ignore[arg-type]
    for symbols in (-1, 9, True, 1.5):
        with pytest.raises(OutOfBounds, match="symbols"):
            catallaxy.show(market, symbols=symbols)  # type: ignore[arg-type]
    monkeypatch.setattr(notebook, "assets_folder", lambda: tmp_path)
    with pytest.raises(MissingExtra, match="solara-assets"):
        catallaxy.show(market)


# -- plot -----------------------------------------------------------------------------------------


def test_an_economy_in_memory_reads_like_its_run_folder(tmp_path: Path, market: Economy) -> None:
    with Economy("markets", rng=7, out=tmp_path / "run", recording__ring_days=100, **SMALL) as stored:
        stored.run(ticks=240)
    live, read = LiveRun(market), RunData(tmp_path / "run")
    assert live.symbols == read.symbols
    assert (live.last_tick, live.chain_head) == (read.last_tick, read.chain_head)
    np.testing.assert_array_equal(live.bars("AAPL", 10).close, read.bars("AAPL", 10).close)
    assert {name: values.tolist() for name, values in live.spreads().items()} == {
        name: values.tolist() for name, values in read.spreads().items()
    }
    assert [group.wealth.tolist() for group in live.groups] == [group.wealth.tolist() for group in read.groups]
    assert live.rows["trades"] == read.rows["trades"]
    names = [name for name in figure_names(tmp_path / "run") if name != "stages"]
    assert [name for name in figure_names(market) if name != "stages"] == names


def test_plot_draws_economies_folders_and_matrices(economy: Economy, market: Economy, tmp_path: Path) -> None:
    assert plot(market).axes[0].get_title(loc="left") == "Index and anchor"
    drawn = plot(economy, "macro-labour")
    unemployment = 100.0 * economy.table("macro")["unemployment"].to_numpy()
    np.testing.assert_allclose(drawn.axes[0].lines[0].get_ydata(), unemployment)
    assert plot(economy.balance_sheet()).axes[0].get_title(loc="left") == "Balance sheet"
    assert catallaxy.plot is plot
    with pytest.raises(OutOfBounds, match="index"):
        plot(market, "indx")
    with pytest.raises(OutOfBounds, match="give an economy"):
        plot(3)
    with pytest.raises(NotARun):
        plot(tmp_path / "nothing")
    assert [figure.name for figure in figures_of(economy.flows("month"))] == ["flows"]


def test_naming_show_loads_neither_widgets_nor_a_drawing_library() -> None:
    code = "import sys, catallaxy; assert 'show' in dir(catallaxy); print('ipywidgets' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_charts_say_how_far_back_tables_without_a_folder_reach() -> None:
    forgetful = Economy("markets", rng=7, recording__ring_days=2, **SMALL)
    forgetful.run(days=3)
    (largest,) = LiveRun(forgetful).by_weight[:1]
    named = [figure.title for figure in notebook.figures_shown(forgetful, 1)]
    assert named == ["Index and anchor, the last 2 days", f"{largest}, the last 2 days"]

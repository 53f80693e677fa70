"""The page of runs: what is stored is listed, drawn and taken away; what is broken says so; nothing else is opened."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("solara", reason="the dashboard is an extra")
pytest.importorskip("matplotlib", reason="figures are drawn with matplotlib")

from catallaxy.batch.figures import Bars, Figure
from catallaxy.batch.report import report_of
from catallaxy.batch.run_data import RunData
from catallaxy.batch.run_figures import figure_named, figures_of_experiment, figures_of_run
from catallaxy.core.errors import CorruptTable, NoSuchTable, NotARun, OutOfBounds
from catallaxy.ledger.manifest import Manifest
from catallaxy.ledger.verification import verify
from catallaxy.model.economy import Economy
from catallaxy.visualization import shelf as shelves
from catallaxy.visualization.echarts import option
from catallaxy.visualization.run_views import height_of, opened, png, told_once
from catallaxy.visualization.shelf import Shelf, download, preview, shelf_rows, table_rows, too_large
from tests.batch.small_runs import made
from tests.model.closed_economy import closed

RESPONSES = "experiment,column,period,mean,low,high,p5,p95,share,n,unit\n"
ROWS = "hike,output,-1,0,0,0,0,0,,6,%\nhike,output,1,-0.5,-0.7,-0.3,-0.8,-0.2,1,6,%\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a market, a closed economy, an experiment, a nested run, and three broken folders."""
    folder = tmp_path_factory.mktemp("runs")
    made(folder / "market", 240, {"kind": "fundamental_jump", "at": 50, "size": -0.1})
    with closed(seed=2, out=folder / "economy") as economy:
        economy.run(days=45)
    made(folder / "sweep" / "seed-1", 12)
    (folder / "hike").mkdir()
    (folder / "hike" / "experiment.json").write_text(json.dumps({"name": "rate-hike", "status": "finished"}))
    (folder / "hike" / "responses.csv").write_text(RESPONSES + ROWS)
    shutil.copytree(folder / "market", folder / "cut")
    part = next((folder / "cut" / "world").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:100])
    (folder / "torn").mkdir()
    (folder / "torn" / "manifest.json").write_text('{"schema": 1')
    (folder / "empty").mkdir()
    return folder


def test_the_newest_run_that_ended_is_shown_first(tmp_path: Path) -> None:
    """One that goes on counts only where none has ended."""
    shelf = Shelf(tmp_path)
    assert shelf.newest() == ""
    with Economy("markets", rng=7, out=tmp_path / "open", traders__number=40, stocks__number=2) as economy:
        economy.step()
        assert shelf.newest() == "open"
        made(tmp_path / "ended", 12)
        assert shelf.newest() == "ended"


def test_the_shelf_lists_what_each_folder_is(root: Path) -> None:
    entries = {entry.name: entry for entry in Shelf(root).entries()}
    assert set(entries) == {"market", "economy", "sweep/seed-1", "hike", "cut", "torn"}
    manifest = Manifest.read(root / "market")
    market = entries["market"]
    assert (market.kind, market.status, market.scenario, market.seed) == ("run", "closed", "markets", 7)
    assert (market.ticks, market.head) == (240, manifest.head)
    assert (entries["hike"].kind, entries["hike"].scenario) == ("experiment", "rate-hike")
    assert entries["torn"].kind == "broken"
    rows = {row.key: row for row in shelf_rows(Shelf(root))}
    assert rows["torn"].cells[2] == "cannot be read"
    assert rows["market"].cells[6] == manifest.head[:12]


def test_a_folder_that_does_not_exist_yet_is_an_empty_shelf(tmp_path: Path) -> None:
    assert Shelf(tmp_path / "runs").entries() == []


def test_a_run_under_way_is_open_and_its_ticks_are_not_known(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    with Economy("markets", rng=1, out=tmp_path / "a", traders__number=60, stocks__number=1, anchor__source="walk"):
        entry = shelf.entries()[0]
        assert (entry.status, entry.ticks) == ("open", None)
    assert shelf.entries()[0].status == "closed"


@pytest.mark.parametrize("name", ["..", "../market", "/etc", "", ".", "market/../..", "a\0b", "link", "x" * 5000])
def test_only_what_lies_inside_is_opened(root: Path, tmp_path: Path, name: str) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "link").symlink_to(root / "market")
    with pytest.raises((OutOfBounds, NotARun)):
        Shelf(inner).find(name)
    found = opened(Shelf(inner), name)
    assert found.wrong
    assert not found.figures
    assert not found.tables


def test_a_run_shows_its_own_figures_and_numbers(root: Path) -> None:
    found = opened(Shelf(root), "economy")
    run = RunData(root / "economy")
    assert not found.wrong
    report = report_of(run)
    names = [figure.name for figure in found.figures]
    assert {"index", "macro-output", "macro-labour", "macro-prices", "balance-sheet", "wealth"} <= set(names)
    assert all(figure.title in report for figure in found.figures if not figure.name.startswith("candles"))
    tiles = {tile["key"]: tile["value"] for tile in found.tiles}
    assert tiles["ticks"] == 45
    assert tiles["index"] == pytest.approx(float(run.world["index"][-1]))
    assert tiles["head"] == run.manifest.head[:12]
    labour = figure_named(found.figures, "macro-labour")
    drawn = option(labour)["series"][0]["data"]
    unemployment = run.store.read("macro").column("unemployment").to_pylist()
    assert [point[1] for point in drawn] == pytest.approx([100.0 * share for share in unemployment])


def test_a_run_without_an_economy_has_no_macro_figures(root: Path) -> None:
    names = [figure.name for figure in figures_of_run(RunData(root / "market"))]
    assert "index" in names
    assert not any(name.startswith("macro") for name in names)


def test_an_unknown_figure_names_those_there_are() -> None:
    with pytest.raises(OutOfBounds, match="none: nothing to draw"):
        figure_named([], "index")


def test_an_experiment_shows_its_responses(root: Path) -> None:
    found = opened(Shelf(root), "hike")
    assert [figure.name for figure in found.figures] == ["response-output"]
    assert found.figures[0].marks[2].y.tolist() == [0.0, -0.5]  # type: ignore[union-attr]
    assert found.words == "rate-hike"


def test_responses_that_are_something_else_are_refused(tmp_path: Path) -> None:
    (tmp_path / "responses.csv").write_text("a,b\n1,2\n")
    with pytest.raises(CorruptTable, match="column 'column' is missing"):
        figures_of_experiment(tmp_path)


@pytest.mark.parametrize(
    ("name", "words"), [("cut", "world"), ("torn", "manifest.json"), ("empty", "empty"), ("nowhere", "nowhere")]
)
def test_a_broken_folder_says_what_is_wrong_and_what_to_do(root: Path, name: str, words: str) -> None:
    found = opened(Shelf(root), name)
    assert words in found.wrong
    assert found.remedy
    assert found.figures == ()


def test_tables_are_previewed_newest_first(root: Path) -> None:
    run = RunData(root / "market")
    assert {row.key: row.cells[1] for row in table_rows(run)}["world"] == 240
    columns, rows = preview(root / "market", "world")
    place = [column.key for column in columns].index("tick")
    assert [row.cells[place] for row in rows] == list(range(240, 0, -1))
    assert columns[place].title == "the tick the row belongs to, from 1; 0 is the opening (tick)"
    assert preview(root / "market", "macro")[1] == []
    with pytest.raises(NoSuchTable):
        preview(root / "market", "../manifest")


def test_a_table_is_taken_away_whole(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = RunData(root / "market").store.read("trades").to_pandas()
    csv = pd.read_csv(io.BytesIO(download(root / "market", "trades", "csv")))
    parquet = pd.read_parquet(io.BytesIO(download(root / "market", "trades", "parquet")))
    pd.testing.assert_frame_equal(csv.astype(stored.dtypes), stored)
    assert parquet["price"].tolist() == stored["price"].tolist()
    assert too_large(root / "market", "trades") == ""
    monkeypatch.setattr(shelves, "LARGEST_DOWNLOAD", 10)
    assert "catallaxy export" in too_large(root / "market", "trades")


def test_a_figure_is_taken_away_as_png(root: Path) -> None:
    figure = figure_named(figures_of_run(RunData(root / "market")), "index")
    assert png(figure).startswith(b"\x89PNG")


def test_what_does_not_change_is_told_once_to_each_panel() -> None:
    feed = told_once({"option": {}})
    told, seen = feed(None, None)  # type: ignore[arg-type]
    assert told == {"option": {}}
    assert feed(None, seen)[0] is None  # type: ignore[arg-type]


# -- tables that are gone -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        (["macro"], "table macro is missing"),
        (["macro", "world"], "tables macro, world are missing"),
        (["blocks"], "table blocks is missing"),
    ],
)
def test_a_run_without_a_table_that_was_sealed_is_not_called_complete(
    root: Path, tmp_path: Path, gone: list[str], words: str
) -> None:
    folder = tmp_path / "economy"
    shutil.copytree(root / "economy", folder)
    for name in gone:
        shutil.rmtree(folder / name)

    found = opened(Shelf(tmp_path), "economy")

    assert found.lacks == f"{words}; catallaxy verify {folder} tells more"
    assert "complete" not in found.words
    assert {problem.table for problem in verify(folder).problems} >= set(gone)


def test_a_run_without_a_closing_table_says_so(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "economy", tmp_path / "economy")
    path = next((tmp_path / "economy" / "closing").glob("*.parquet"))
    path.unlink()

    assert f"table closing/{path.stem} is missing" in opened(Shelf(tmp_path), "economy").lacks


@pytest.mark.parametrize("name", ["market", "economy"])
def test_a_whole_run_is_complete_also_without_tables_that_had_no_rows(root: Path, name: str) -> None:
    found = opened(Shelf(root), name)

    assert (found.lacks, verify(root / name).ok) == ("", True)
    assert found.words.endswith(", complete.")


# -- experiments that are not ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('{"name": 5, "seeds": 7, "verdict": null}', "'name' is 5; due: text"),
        ('{"name": "a", "seeds": 7, "verdict": null}', "'seeds' is 7; due: a list"),
        ('{"name": "a", "verdict": ["x"]}', "'verdict' is ['x']; due: text"),
        ('{"name": "a", "horizon": true}', "'horizon' is True; due: a whole number"),
        ("{}", "'name' is missing"),
        ("[1]", "it holds no JSON object"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_an_experiment_that_says_nonsense_is_told_by_file_and_fact(tmp_path: Path, text: str, cause: str) -> None:
    file = tmp_path / "odd" / "experiment.json"
    file.parent.mkdir()
    file.write_text(text)

    found = opened(Shelf(tmp_path), "odd")

    assert found.wrong.startswith(f"{file} cannot be read: ")
    assert cause in found.wrong
    assert "neither" not in found.remedy
    assert "run the experiment again" in found.remedy
    assert Shelf(tmp_path).entries()[0].kind == "broken"


def test_a_figure_is_high_enough_for_every_bar_to_be_named() -> None:
    few, many = (
        Figure("f", "F", "", "", (Bars(tuple(map(str, range(n))), np.ones(n)),), wide=True) for n in (3, 40)
    )  # fmt: skip
    assert height_of(few) == 280
    assert height_of(many) >= 40 * 16

"""The economy in a report, and figures of matrices: what they show is what the tables and the ledger hold."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="figures are drawn with matplotlib")

from catallaxy.batch.figures import Blocks, Dots, Line, Rule
from catallaxy.batch.macro_figures import macro_figures, real_gdp, year_of_gdp
from catallaxy.batch.macro_section import balance_sheet, macro_months, macro_section
from catallaxy.batch.matrix_figures import matrix_figure, plot, stacked
from catallaxy.batch.run_data import RunData
from catallaxy.core.units import SECTORS
from catallaxy.ledger.matrix_text import Row
from catallaxy.model.economy import Economy
from tests.batch.small_runs import made
from tests.batch.test_report import Page, page_of
from tests.model.closed_economy import closed

HEADINGS = ("Output", "Labour", "Inflation and the policy rate", "Money, credit and public debt")


@pytest.fixture(scope="module")
def economy(tmp_path_factory: pytest.TempPathFactory) -> Economy:
    """Fourteen months that were stored, one shock among them."""
    folder = tmp_path_factory.mktemp("report") / "run"
    shock = {"kind": "demand_shift", "at": 100, "size": 0.05}
    with closed(shock, out=folder, identities="fast", recording__ring_days=400) as economy:
        economy.run(days=14 * 21)
    return economy


@pytest.fixture(scope="module")
def run(economy: Economy) -> RunData:
    return RunData(economy.memory.folder)


def test_a_report_of_a_closed_economy_shows_months_and_balance_sheet(run: RunData) -> None:
    page = page_of(run.folder)
    assert "economy" in page.ids
    assert not page.crossed
    assert all(title in page.text for title in (*HEADINGS, "Balance sheet of the sectors", "net worth"))
    assert len(page.ids) == len(set(page.ids))
    last = macro_months(run)
    assert f"{100 * last['unemployment'][-1]:.1f} %" in page.text
    assert "households" in page.text


def test_the_balance_sheet_of_a_stored_run_is_that_of_the_ledger(run: RunData, economy: Economy) -> None:
    rows = {row.label: row.amounts.tolist() for row in balance_sheet(run)}
    kept, _ = economy.balance_sheet().rows()
    real = np.zeros(len(SECTORS), np.int64)
    for row in kept:
        if row.label in ("fixed capital", "inventories"):
            real += row.amounts
        elif row.label != "net worth" and row.shown:
            assert rows.pop(row.label) == row.amounts.tolist(), row.label
    assert rows.pop("capital and inventories") == pytest.approx(real.tolist(), rel=0.2)  # at replacement cost, at cost
    assert not rows


def test_a_market_alone_has_no_section_and_a_first_month_says_that_it_waits(tmp_path: Path) -> None:
    assert macro_section(RunData(made(tmp_path / "market", 20))) == ""
    with closed(out=tmp_path / "young", identities="fast") as economy:
        economy.run(days=5)
    assert "no month has ended yet" in macro_section(RunData(tmp_path / "young"))


def test_three_equations_show_what_they_know(tmp_path: Path) -> None:
    """No balance sheet, no labour market: an output gap, inflation and the rate."""
    with Economy(
        "markets", rng=7, out=tmp_path / "reduced", macro__form="reduced", traders__number=40, stocks__number=1,
        anchor__source="walk", clock__ticks_per_day=1,
    ) as economy:  # fmt: skip
        economy.run(days=63)
    text = Page(macro_section(RunData(tmp_path / "reduced"))).text
    assert "Output gap" in text
    assert "Inflation and the policy rate" in text
    assert "Labour" not in text
    assert "GDP" not in text


# -- figures --------------------------------------------------------------------------------------


def test_lines_are_the_columns_of_table_macro(run: RunData, economy: Economy) -> None:
    macro = economy.table("macro")
    figures = {figure.title: figure for figure in macro_figures(macro_months(run), [(4.8, "demand shift")])}
    assert tuple(figures) == HEADINGS
    inflation, _, rate = (mark for mark in figures[HEADINGS[2]].marks if isinstance(mark, Line))
    assert inflation.y[1:].tolist() == pytest.approx((100 * macro["inflation"][1:]).tolist())
    assert rate.y.tolist() == pytest.approx((100 * macro["policy_rate"]).tolist())
    assert all(any(isinstance(mark, Rule) and mark.at == 4.8 for mark in f.marks) for f in figures.values())
    real = macro["gdp"] / macro["deflator"]
    assert real_gdp(macro_months(run)).tolist() == pytest.approx((100 * real / real[0]).tolist())


def test_a_year_of_gdp_is_the_last_twelve_months() -> None:
    months = np.arange(1.0, 15.0)
    assert year_of_gdp(months)[[0, 1, 11, 12, 13]].tolist() == [12.0, 18.0, 78.0, 90.0, 102.0]


def test_one_month_is_no_line() -> None:
    assert macro_figures({"month": np.array([1.0])}) == []


@pytest.mark.parametrize("matrix", ["balance_sheet", "flows", "revaluations"])
def test_every_matrix_can_be_drawn_and_its_pieces_add_up(matrix: str, economy: Economy) -> None:
    source = economy.balance_sheet() if matrix == "balance_sheet" else getattr(economy, matrix)("year")
    figure = matrix_figure(source)
    pieces = [mark for mark in figure.marks if isinstance(mark, Blocks)]
    (dots,) = (mark for mark in figure.marks if isinstance(mark, Dots))
    assert np.sum([piece.lengths for piece in pieces], axis=0) == pytest.approx(dots.x, abs=1e-6)
    assert plot(source).axes[0].get_xlabel() == figure.x_label
    for name in pieces[0].names:
        assert name in figure.alt


def test_small_rows_become_one_and_pieces_do_not_overlap() -> None:
    lines = [Row(f"kind {k}", np.array([k, -k, *[0] * (len(SECTORS) - 2)]) * 100_000) for k in range(1, 13)]
    figure = stacked("x", "Flows", lines, np.zeros(len(SECTORS), np.int64), ends="saving", sides=("paid", "got"))
    pieces = [mark for mark in figure.marks if isinstance(mark, Blocks)]
    assert [piece.label for piece in pieces] == [*(f"kind {k}" for k in range(6, 13)), "other"]
    assert pieces[-1].lengths.tolist() == [15.0, -15.0]
    for before, after in itertools.pairwise(pieces):
        assert after.starts.tolist() == (before.starts + before.lengths).tolist()
    assert figure.x_label == "paid to the left, got to the right; thousands"

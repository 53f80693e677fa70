"""Macro & policy: the economy month by month, the levers of policy, and accounts that close."""

from __future__ import annotations

from ...ledger.periods import MONTH, PERIODS, RUN
from .. import feeds_macro as feeds
from .. import levers
from ..epoch import use_epoch
from ..frame import Page, Panel, component, the_desk, ui
from ..live import live
from ..views_macro import NO_ECONOMY
from ..widgets import Accounts, Chart, Choice, Levers, Matrix, Tiles

POLICY = ("central_bank", "treasury", "prudential", "asset_purchases")
_CHARTS = (
    ("output", "Output", ""), ("inflation", "Inflation", "% a year"),
    ("labour", "Labour", "% of the labour force"), ("rates", "Interest rates", "% a year"),
    ("money", "Money and debt", "currency units"), ("velocity", "Velocity of money", "a year's GDP over deposits"),
)  # fmt: skip
_CURVES = (
    ("phillips", "Phillips curve", "inflation over {slack}, %"),
    ("beveridge", "Beveridge curve", "vacancies over unemployed, %"),
)
_ENDED, _UNDER_WAY = "last", "under way"
_HEIGHT = 178


@component
def Macro() -> None:
    """Show what the scenario has: months, levers and accounts, or the accounts of a market alone."""
    desk = the_desk()
    use_epoch(desk)
    form = desk.run.scenario.macro.form
    if form == "none":
        _Market()
    else:
        _Economy(form == "reduced")


@component
def _Economy(reduced: bool) -> None:
    output = "output gap, % of potential" if reduced else "real GDP, first month = 100"
    slack = "output gap" if reduced else "unemployed"
    with Page():
        with ui.Div(classes=["cx-bare", "cx-w12"]):
            live(Tiles, feeds.tiles, every=0.5)
        for name, title, unit in _CHARTS:
            with Panel(title, 3, unit or output):
                live(Chart, feeds.chart(name), every=1.0, label=title, testid=f"macro-{name}", height=_HEIGHT)
        for name, title, unit in _CURVES:
            with Panel(title, 3, unit.format(slack=slack)):
                live(Chart, feeds.scatter(name), every=2.0, label=title, testid=f"macro-{name}", height=_HEIGHT)
        _policy()
        with Panel("GDP three ways", 7, "last month, currency units"):
            live(Accounts, feeds.gdp, every=1.0, testid="gdp")
        _sheet()
        _flows()
        _picture()


@component
def _Market() -> None:
    with Page():
        with Panel("Macro & policy", 12):
            ui.HTML(tag="p", classes=["cx-curtain"], unsafe_innerHTML=NO_ECONOMY)
        _sheet()
        _picture()
        _flows()


def _policy() -> None:
    """Show the levers of policy beside what lies at their right, in a box of its own height."""
    desk = the_desk()
    with (
        ui.Div(classes=["cx-bare", "cx-w5"], style="grid-row: span 2"),
        Panel("Policy levers", 12, "each says when it acts"),
        ui.Div(style="height: 500px; overflow-y: auto"),
    ):
        live(Levers, levers.feed(POLICY), act=levers.act(desk), every=0.5, testid="policy-levers", unfolded=1)


def _sheet() -> None:
    """Show the balance sheet of the moment."""
    with Panel("Balance sheet", 7, "currency units, at the last seal"):
        live(
            Matrix, feeds.matrix(feeds.SHEET, lambda: MONTH, lambda: False), every=2.0,
            label="balance-sheet matrix", testid=feeds.SHEET,
        )  # fmt: skip


def _picture() -> None:
    """Show the balance sheet as bars."""
    with Panel("Who has and who owes", 5, "currency units; dots: net worth"):
        live(Chart, feeds.sheet_picture, every=5.0, label="balance sheet", testid="sheet-picture", height=330)


def _flows() -> None:
    """Show transactions and revaluations of a period; the first takes two rows."""
    period, choose = ui.use_state(MONTH)
    ended, end = ui.use_state(True)
    now = ui.use_ref((period, ended))
    now.current = period, ended
    chosen = lambda: now.current[0], lambda: now.current[1]
    periods = Choice.element(
        options=list(PERIODS), value=period, label="period", testid="matrix-period",
        on_value=lambda value: choose(value if value in PERIODS else MONTH),
    )  # fmt: skip
    halves = Choice.element(
        options=[_ENDED, _UNDER_WAY], value=_ENDED if ended else _UNDER_WAY, label="which of them",
        testid="matrix-ended", on_value=lambda value: end(value == _ENDED),
    )  # fmt: skip
    handles = [ui.Div(style="display: flex; gap: 6px", children=[halves, periods])]
    which = "of the run" if period == RUN else f"of the {period} {'that ended last' if ended else 'under way'}"
    with (
        ui.Div(classes=["cx-bare", "cx-w7"], style="grid-row: span 2"),
        Panel("Transactions", 12, which, handles=handles),
    ):
        live(
            Matrix, feeds.matrix(feeds.FLOWS, *chosen), every=2.0, subject=now.current,
            label="transactions-flow matrix", testid=feeds.FLOWS,
        )  # fmt: skip
    with Panel("Revaluations", 5, which):
        live(
            Matrix, feeds.matrix(feeds.REVALUATIONS, *chosen), every=2.0, subject=now.current,
            label="revaluation matrix", testid=feeds.REVALUATIONS,
        )  # fmt: skip

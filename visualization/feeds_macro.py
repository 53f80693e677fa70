"""The feeds of the page of macroeconomics: charts are told at month ends and when something strikes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..batch.figures import Figure
from ..batch.matrix_figures import matrix_figure
from ..core.errors import CatallaxyError
from ..ledger.matrices import FlowMatrix, Matrix, Revaluations
from ..ledger.periods import RUN
from ..model.economy import Economy
from . import views_accounts, views_macro
from .desk import Desk
from .echarts import growing, option, rows
from .live import Feed, Message
from .macro_history import MOST, Months, months_of
from .views_macro import NO_ECONOMY, NO_MONTH, Shown

SHEET, FLOWS, REVALUATIONS = "balance-sheet", "flows", "revaluations"
MATRICES: Mapping[str, Callable[[Economy, str, bool], Matrix]] = {
    SHEET: lambda economy, _period, _ended: economy.balance_sheet(),
    FLOWS: lambda economy, period, ended: FlowMatrix.of(economy.ledger, period, ended=ended),
    REVALUATIONS: lambda economy, period, ended: Revaluations.of(economy.ledger, period, ended=ended),
}
FORMS: Mapping[str, str] = {"money": "money"}
"""Number formats of charts whose values are no plain numbers."""
_FEW = 3


def missing(desk: Desk) -> str:
    """Return why there are no months to show, if so."""
    if desk.run.scenario.macro.form == "none":
        return NO_ECONOMY
    return "" if months_of(desk).size else NO_MONTH


def tiles(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
    """Tell the key figures of the newest month."""
    months = months_of(desk)
    if seen == months.newest:
        return None, seen
    told = views_macro.tiles(months, desk.look(views_macro.reports_of))
    return {"fresh": seen is None, "tiles": told}, months.newest


def chart(name: str) -> Feed:
    """Tell a chart its months: all at first and when something strikes, then those that are new."""
    draw = views_macro.CHARTS[name]

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        if empty := missing(desk):
            return ({"empty": empty}, empty) if empty != seen else (None, seen)
        months = months_of(desk)
        told, moments, anew = seen if isinstance(seen, tuple) else (0, -1, True)
        if (told, moments) == (months.newest, len(months.moments)):
            return None, seen
        figure = draw(months)
        anew = anew or told <= MOST < months.newest
        fresh = (months.newest, len(months.moments), _reaches(months) > months.newest or months.size < _FEW)
        if isinstance(figure, str):
            return {"empty": figure}, fresh
        if anew or moments != len(months.moments):
            return {"option": _drawn(figure, months), "rows": rows(figure)}, fresh
        since = max(0, months.size - (months.newest - told))
        return {"rows": rows(figure, since), "keep": MOST}, fresh

    return feed


def _drawn(figure: Figure, months: Months) -> Message:
    """Return the option of a growing figure, wide enough for what has struck since the last month end.

    Its axis begins with the run while that is shown, so that months are counted in even steps. A few months are shown
    as points, for a line needs two.
    """
    drawn = growing(figure, named=False, form=FORMS.get(figure.name, "number"))
    axis = drawn["xAxis"][0]
    axis |= {"minInterval": 1, "splitNumber": 3}
    axis["axisLabel"] |= {"formatter": "month {value}", "showMinLabel": not _begins_late(months)}
    axis["min"] = "dataMin" if _begins_late(months) else 0
    for series in drawn["series"]:
        series["showSymbol"] = months.size < _FEW
    if (reach := _reaches(months)) > months.newest:
        axis["max"] = reach
    return _small(drawn)


def _begins_late(months: Months) -> bool:
    """Return whether the first months are shown no more."""
    return months.size >= MOST and int(months.columns["month"][0]) > 1


def _small(drawn: Message) -> Message:
    """Return an option with as few marks on its axis as a small chart has room for."""
    drawn["yAxis"][0]["splitNumber"] = 3
    return drawn


def _reaches(months: Months) -> int:
    """Return the month with which the axis has to end."""
    last = months.moments[-1].tick if months.moments else 0
    return max(months.newest, -(-last // months.per_month))


def scatter(name: str) -> Feed:
    """Tell the Phillips or the Beveridge curve."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        if empty := missing(desk):
            return ({"empty": empty}, empty) if empty != seen else (None, seen)
        months = months_of(desk)
        if seen == months.newest:
            return None, seen
        figure = _curve(desk, name, months)
        return (
            {"empty": figure} if isinstance(figure, str) else {"option": _small(option(figure, named=False))}
        ), months.newest

    return feed


def _curve(desk: Desk, name: str, months: Months) -> Shown:
    if name == "beveridge":
        return views_macro.beveridge(months)
    return views_macro.phillips(months, desk.look(views_macro.reports_of))


def matrix(name: str, period: Callable[[], str], ended: Callable[[], bool]) -> Feed:
    """Tell a table a matrix: of the moment, of a period under way, or of the one that ended last; a run never ends."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        last = ended() and period() != RUN
        try:
            found = desk.look(lambda economy: views_accounts.matrix(MATRICES[name](economy, period(), last)))
        except CatallaxyError as error:
            found = {"empty": str(error)}
        return (None, seen) if found == seen else (found, found)

    return feed


def sheet_picture(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
    """Tell a chart what each sector has and owes."""
    if seen == desk.run.snapshot.tick:
        return None, seen
    figure = desk.look(lambda economy: matrix_figure(economy.balance_sheet()))
    return {"option": option(figure)}, desk.run.snapshot.tick


def gdp(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
    """Tell the GDP of the last month three ways."""
    if desk.run.scenario.macro.form != "full":
        reduced = desk.run.scenario.macro.form == "reduced"
        empty = views_macro.ONLY_CLOSED.format(what="national accounts") if reduced else NO_ECONOMY
    else:
        empty = "" if months_of(desk).size else NO_MONTH
    if empty:
        return ({"empty": empty}, empty) if empty != seen else (None, seen)
    month = months_of(desk).newest
    if seen == month:
        return None, seen
    told = desk.look(lambda e: None if e.closed is None else views_accounts.gdp(e.closed.accounts.month, month))
    return told, month

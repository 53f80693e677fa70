"""The page of macroeconomics: every figure is the economy's own, and every sum that is shown is counted anew."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from catallaxy.batch.figures import Dots, Figure, Line, Rule
from catallaxy.core.units import SECTORS, Sector
from catallaxy.ledger.matrices import FlowMatrix, Revaluations
from catallaxy.ledger.periods import MONTH
from catallaxy.model.clock import DAYS_PER_MONTH
from catallaxy.visualization import feeds_macro as feeds
from catallaxy.visualization import views_accounts, views_macro
from catallaxy.visualization.desk import Desk
from catallaxy.visualization.macro_history import Moment, Months, months_of

SMALL: dict[str, Any] = {
    "traders": {"number": 150, "activity": 0.1}, "firms": {"number": 6}, "banks": {"number": 3},
    "clock": {"ticks_per_day": 1, "days": 600},
}  # fmt: skip
HIKE = {"kind": "rate_change", "at": 30, "size": 0.02}
ALONE: dict[str, Any] = {
    "traders": {"number": 50}, "stocks": {"number": 2}, "anchor": {"source": "walk"}, "clock": {"ticks_per_day": 1},
}  # fmt: skip
MONTHS = 17
NAMES = tuple(views_macro.CHARTS)


@pytest.fixture(scope="module")
def lived() -> Iterator[Desk]:
    """A small closed economy after seventeen months, in the second of which the policy rate was raised."""
    with Desk("economy-coarse", seed=1, changes=SMALL | {"shocks": [HIKE]}, pace=0.0) as desk:
        desk.step(MONTHS * DAYS_PER_MONTH)
        yield desk


def young(scenario: str = "economy-coarse", **changes: Any) -> Desk:
    return Desk(scenario, seed=1, changes={**(SMALL if scenario == "economy-coarse" else ALONE), **changes}, pace=0.0)


def macro(desk: Desk) -> Any:
    return desk.world.economy.table("macro")


def lines(figure: Any) -> dict[str, Line]:
    assert isinstance(figure, Figure)
    return {mark.label: mark for mark in figure.marks if isinstance(mark, Line)}


def told(desk: Desk, feed: Any, seen: Any = None) -> dict[str, Any]:
    message, _ = feed(desk, seen)
    assert message is not None
    json.dumps(message, allow_nan=False)
    return dict(message)


def test_charts_of_months_are_table_macro(lived: Desk) -> None:
    months, table = months_of(lived), macro(lived)

    assert months.size == len(table) == MONTHS
    real = table["gdp"] / table["deflator"]
    assert lines(views_macro.output(months))["real GDP"].y == pytest.approx(100 * real / real.iloc[0])
    assert lines(views_macro.labour(months))["unemployed"].y == pytest.approx(100 * table["unemployment"])
    assert lines(views_macro.labour(months))["vacancies"].y == pytest.approx(100 * table["vacancy_rate"])
    assert {name: line.y[-1] for name, line in lines(views_macro.inflation(months)).items()} == pytest.approx(
        {"inflation": 100 * table["inflation"].iloc[-1], "expected": 100 * table["expected_inflation"].iloc[-1],
         "target": 100 * lived.world.economy.settings.central_bank.target}
    )  # fmt: skip
    assert {name: line.y[-1] for name, line in lines(views_macro.rates(months)).items()} == pytest.approx(
        {"policy rate": 100 * table["policy_rate"].iloc[-1], "long yield": 100 * table["long_yield"].iloc[-1],
         "loan rate": 100 * table["loan_rate"].iloc[-1]}
    )  # fmt: skip
    for name, column in (("deposits", "deposits"), ("loans", "loans"), ("public debt", "public_debt")):
        assert lines(views_macro.money(months))[name].y.tolist() == table[column].tolist()
    assert lines(views_macro.velocity(months))["velocity"].y.tolist() == table["velocity"].tolist()


def test_a_shock_is_marked_where_it_struck(lived: Desk) -> None:
    for name in NAMES:
        figure = views_macro.CHARTS[name](months_of(lived))
        assert isinstance(figure, Figure)
        assert [mark for mark in figure.marks if isinstance(mark, Rule)] == [Rule(1.43, "rate change", "warn")]


def test_moments_of_one_month_share_a_mark_and_old_ones_go() -> None:
    columns = {"month": np.array([5.0, 6.0])}
    moments = (Moment(1, "flood"), Moment(110, "run"), Moment(110, "wage push"), Moment(110, "run"))
    months = Months(columns, moments, 130, 21)

    assert [(rule.at, rule.label) for rule in views_macro.rules(months) if isinstance(rule, Rule)] == [(5.24, "run +1")]


def test_the_curves_mark_the_newest_month_and_draw_the_slope_of_the_reports(lived: Desk) -> None:
    months, table, economy = months_of(lived), macro(lived), lived.world.economy
    reports = economy.reports()
    assert reports.phillips is not None
    slope = reports.phillips.slope

    phillips, beveridge = views_macro.phillips(months, reports), views_macro.beveridge(months)
    assert isinstance(phillips, Figure)
    assert isinstance(beveridge, Figure)
    newest = [mark for mark in phillips.marks if isinstance(mark, Dots)][-1]
    assert (newest.x[0], newest.y[0]) == pytest.approx(
        (100 * table["unemployment"].iloc[-1], 100 * table["inflation"].iloc[-1])
    )
    (fitted,) = (line for name, line in lines(phillips).items() if name.startswith("slope"))
    assert (fitted.y[1] - fitted.y[0]) / (fitted.x[1] - fitted.x[0]) == pytest.approx(-slope)
    assert fitted.y.mean() - slope * (table["unemployment"].mean() * 100 - fitted.x.mean()) == pytest.approx(
        100 * table["inflation"].mean(), rel=0.02
    )
    assert fitted.label == f"slope {slope:+.2f}".replace("-", "\u2212")
    last = [mark for mark in beveridge.marks if isinstance(mark, Dots)][-1]
    assert last.y[0] == pytest.approx(100 * table["vacancy_rate"].iloc[-1])


def test_key_figures_are_those_of_the_newest_month(lived: Desk) -> None:
    table, reports = macro(lived), lived.world.economy.reports()
    figures = {tile["key"]: tile["value"] for tile in told(lived, feeds.tiles)["tiles"]}

    newest = table.iloc[-1]
    real = table["gdp"] / table["deflator"]
    assert reports.okun is not None
    assert reports.phillips is not None
    assert figures == pytest.approx({
        "gdp": newest["gdp"], "growth": real.iloc[-1] / real.iloc[-13] - 1, "inflation": newest["inflation"],
        "unemployment": newest["unemployment"], "policy_rate": newest["policy_rate"],
        "debt": newest["public_debt"] / table["gdp"].iloc[-12:].sum(), "velocity": newest["velocity"],
        "phillips": reports.phillips.slope, "okun": reports.okun.slope,
    })  # fmt: skip


@pytest.mark.parametrize("period", ["day", "month", "year", "run"])
def test_the_matrices_are_those_of_the_economy_and_close(lived: Desk, period: str) -> None:
    economy = lived.world.economy
    sheet = told(lived, feeds.matrix(feeds.SHEET, lambda: period, lambda: True))
    flows = told(lived, feeds.matrix(feeds.FLOWS, lambda: period, lambda: True))
    gains = told(lived, feeds.matrix(feeds.REVALUATIONS, lambda: period, lambda: True))

    assert sheet["gaps"] == flows["gaps"] == gains["gaps"] == []
    frame = economy.balance_sheet().valued()
    households = sheet["heads"].index("households")
    rows = {row["label"]: row for row in sheet["rows"]}
    assert rows["loan"]["cells"][sheet["heads"].index("banks")] == frame.loc["loan", "B"]
    assert rows["less net worth"]["cells"][households] == frame.loc["net worth", "H"]
    worth = economy.balance_sheet().net_worth()[SECTORS.index(Sector.HOUSEHOLDS)]
    assert rows["less net worth"]["cells"][households] == -worth
    assert rows["deposit"]["sum"] == 0
    assert rows["deposit"]["lawful"]
    assert not rows["fixed capital"]["lawful"]
    assert sheet["last"]["cells"] == [0] * len(sheet["heads"])
    assert flows["last"]["cells"] == [0] * len(flows["heads"])
    assert not gains["last"]["columns"]
    ended = period != "run"
    assert sum(gains["last"]["cells"]) == 0
    total = Revaluations.of(economy.ledger, period, ended=ended).total()
    assert [amount for amount in gains["last"]["cells"] if amount] == [amount for amount in total.tolist() if amount]
    wages = FlowMatrix.of(economy.ledger, period, ended=ended).to_pandas()["H"].get("wages", 0)
    shown = {row["label"]: row["cells"][flows["heads"].index("households")] for row in flows["rows"]}
    assert shown.get("wages", 0) == wages


def test_a_broken_sum_is_told_with_its_place_and_amount(lived: Desk) -> None:
    sheet, flows = lived.look(lambda e: (e.balance_sheet(), FlowMatrix.of(e.ledger, MONTH, ended=True)))
    net = sheet.net.copy()
    net[sheet.names.index("deposit"), 0] += 5
    gains = flows.gains.copy()
    gains[flows.kinds.index("wages"), 1] -= 7
    accounts = lived.world.economy.closed.accounts.month  # type: ignore[union-attr]

    assert ("deposit", 5) in views_accounts.matrix(replace(sheet, net=net))["gaps"]
    broken = views_accounts.matrix(replace(flows, gains=gains))["gaps"]
    assert broken == [("wages", -7), ("column F", -7), ("all", -7)]
    dearer, spent = replace(accounts, wages=accounts.wages + 1), replace(accounts, saving=0)
    assert views_accounts.gdp(dearer, 3)["gaps"] == [("income against expenditure", 1)]
    assert views_accounts.gdp(spent, 3)["gaps"] == [("saving against investment", -accounts.saving)]


def test_gdp_is_the_same_three_ways_to_the_cent(lived: Desk) -> None:
    message, table = told(lived, feeds.gdp), macro(lived).iloc[-1]

    assert message["gaps"] == []
    assert [side["total"] for side in message["sides"]] == [table["gdp"], table["gdp_production"], table["gdp_income"]]
    assert dict(message["sides"][0]["parts"]) == {
        "consumption": table["consumption"], "investment": table["investment"],
        "government purchases": table["government"], "change of inventories": table["inventories"],
    }  # fmt: skip
    assert message["saving"] == table["saving"]
    assert message["month"] == MONTHS


def test_charts_hear_of_all_months_then_of_new_ones_and_after_a_change_of_all_again() -> None:
    with young() as desk:
        feed = feeds.chart("inflation")
        message, seen = feed(desk, None)
        assert message == {"empty": views_macro.NO_MONTH}
        assert feed(desk, seen) == (None, seen)

        desk.step(2 * DAYS_PER_MONTH)
        message, seen = feed(desk, seen)
        assert message is not None
        assert [row[0] for row in message["rows"]] == [1.0, 2.0]
        assert message["option"]["xAxis"][0]["max"] == "dataMax"
        desk.step()
        assert feed(desk, seen) == (None, seen)

        desk.step(DAYS_PER_MONTH)
        message, seen = feed(desk, seen)
        assert message is not None
        assert [row[0] for row in message["rows"]] == [1.0, 2.0, 3.0]
        axis = message["option"]["xAxis"][0]
        assert (axis["min"], axis["minInterval"], axis["axisLabel"]["showMinLabel"]) == (0, 1, True)
        assert axis["axisLabel"]["formatter"] == "month {value}"
        assert message["option"]["series"][0]["showSymbol"] is False  # the first two months were points
        desk.step(DAYS_PER_MONTH)
        message, seen = feed(desk, seen)
        assert message is not None
        assert "option" not in message
        assert [row[0] for row in message["rows"]] == [4.0]

        desk.world.economy.change({"central_bank.target": 0.04})
        desk.step()
        message, seen = feed(desk, seen)
        assert message is not None
        assert message["option"]["xAxis"][0]["max"] == 5  # the mark lies in the month under way
        assert "target → 0.04" in json.dumps(message["option"], ensure_ascii=False)
        desk.step(DAYS_PER_MONTH)
        message, seen = feed(desk, seen)
        assert message is not None
        assert [row[0] for row in message["rows"]] == [1.0, 2.0, 3.0, 4.0, 5.0]
        assert [row[3] for row in message["rows"]] == [2.0, 2.0, 2.0, 2.0, 4.0]
        assert message["option"]["xAxis"][0]["max"] == "dataMax"

        desk.reset()
        assert feed(desk, None)[0] == {"empty": views_macro.NO_MONTH}


def test_the_picture_of_the_balance_sheet_ends_with_net_worth(lived: Desk) -> None:
    drawn = told(lived, feeds.sheet_picture)["option"]
    worth = lived.world.economy.balance_sheet().net_worth()

    (dots,) = (series for series in drawn["series"] if series["type"] == "scatter")
    shown = np.array([x for x, _ in dots["data"]])
    assert shown / shown[0] == pytest.approx(worth[worth != 0] / worth[0], rel=1e-5)
    assert drawn["yAxis"][0]["data"][0] == "households"


@pytest.mark.parametrize("form", ["none", "reduced"])
def test_what_a_scenario_lacks_is_said_in_a_sentence(form: str) -> None:
    with young("markets", macro={"form": form}) as desk:
        desk.step(2 * DAYS_PER_MONTH)
        messages = {name: told(desk, feeds.chart(name)) for name in NAMES}
        messages |= {name: told(desk, feeds.scatter(name)) for name in ("phillips", "beveridge")}
        missing = {name for name, message in messages.items() if "empty" in message}

        sheet = told(desk, feeds.matrix(feeds.SHEET, lambda: "day", lambda: True))
        assert sheet["gaps"] == []
        assert "empty" in told(desk, feeds.gdp)
        if form == "none":
            assert missing == set(messages)
            assert messages["output"]["empty"] == views_macro.NO_ECONOMY
        else:
            assert missing == {"labour", "velocity", "beveridge"}
            assert "labour market" in messages["labour"]["empty"]
            assert messages["money"]["rows"][-1][1:] == [pytest.approx(desk.world.economy.ledger.issued[0], rel=1e-6)]


def test_key_figures_that_a_scenario_lacks_are_missing_not_zero() -> None:
    with young("markets", macro={"form": "reduced"}) as desk:
        desk.step(2 * DAYS_PER_MONTH)
        figures = {tile["key"]: tile["value"] for tile in told(desk, feeds.tiles)["tiles"]}
        assert set(figures) == {"output_gap", "inflation", "expected_inflation", "policy_rate", "long_yield"}
        assert figures["policy_rate"] == pytest.approx(desk.look(lambda e: e.reduced.policy_rate))  # type: ignore[union-attr]
    with young() as desk:
        assert {tile["value"] for tile in told(desk, feeds.tiles)["tiles"]} == {None}


def test_a_period_that_has_not_ended_is_said_so() -> None:
    with young() as desk:
        desk.step(3)
        feed = feeds.matrix(feeds.FLOWS, lambda: "year", lambda: True)
        assert "no year has ended yet" in told(desk, feed)["empty"]
        assert told(desk, feeds.matrix(feeds.FLOWS, lambda: "year", lambda: False))["gaps"] == []
        assert feed(desk, feed(desk, None)[1])[0] is None

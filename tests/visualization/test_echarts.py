"""Figure specifications as ECharts options: every mark says what the figure says, in tones, as plain data."""

from __future__ import annotations

import json
import math
import re
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from catallaxy.batch.figures import (
    TONES,
    Area,
    Band,
    Bars,
    Blocks,
    Candles,
    Dots,
    Figure,
    Line,
    Mark,
    Rule,
    Stems,
)
from catallaxy.batch.matrix_figures import matrix_figure
from catallaxy.model.economy import Economy
from catallaxy.visualization.echarts import growing, option, rows

X = np.arange(3.0)
Y = np.array([2.0, 4.0, 3.0])
CANDLES = Candles(X, Y, Y + 2.0, Y - 1.0, np.array([3.0, 3.5, 3.0]), np.array([10.0, 0.0, 20.0]))
WEB = files("catallaxy.visualization") / "web"


def figure(*marks: Mark, **settings: Any) -> Figure:
    return Figure("one", "One", "month", "per cent", marks, **settings)


def series(*marks: Mark, **settings: Any) -> list[dict[str, Any]]:
    drawn: list[dict[str, Any]] = option(figure(*marks, **settings))["series"]
    return drawn


def test_a_line_keeps_its_points_its_gap_and_its_look() -> None:
    gap = np.array([1.0, math.nan, 3.0])
    (line,) = series(Line(X, gap, "inflation", "second", 1.2, (4.0, 2.0), steps=True))

    assert (line["type"], line["name"], line["step"]) == ("line", "inflation", "end")
    assert line["data"] == [[0.0, 1.0], [1.0, None], [2.0, 3.0]]
    assert line["lineStyle"] == {"color": "@second", "width": 1.2, "type": [4.0, 2.0]}
    assert line["itemStyle"]["color"] == "@second"
    assert series(Line(X, Y))[0]["lineStyle"]["type"] == "solid"


def test_labels_at_line_ends_are_no_legend_and_do_not_overlap() -> None:
    near = option(figure(Line(X, Y, "base", ends=True), Line(X, Y + 0.001, "hike", "up", ends=True)))
    far = option(figure(Line(X, Y, "base", ends=True), Line(X, Y + 9.0, "hike", "up", ends=True)))

    offsets = [one["endLabel"]["offset"][1] for one in near["series"]]
    assert "legend" not in near
    assert abs(offsets[0] - offsets[1]) >= 13
    assert [one["endLabel"]["offset"] for one in far["series"]] == [[0, 0], [0, 0]]
    assert near["grid"]["right"] > option(figure(Line(X, Y, "base")))["grid"]["right"]


def test_dots_stems_and_bands() -> None:
    dots, stems, band = series(Dots(X, Y, "now", "up", 81.0, hollow=True), Stems(X, Y), Band(-0.1, 0.1, "95 %"))

    assert (dots["type"], dots["symbolSize"], dots["itemStyle"]["color"]) == ("scatter", 10.0, "transparent")
    assert dots["itemStyle"]["borderColor"] == "@up"
    assert (stems["type"], stems["data"]) == ("bar", [[0.0, 2.0], [1.0, 4.0], [2.0, 3.0]])
    assert band["markArea"]["data"] == [[{"yAxis": -0.1}, {"yAxis": 0.1}]]


def test_an_area_lies_between_its_curves() -> None:
    low, high = series(Area(X, Y - 1.0, Y + 1.0, "band"))

    assert low["stack"] == high["stack"]
    assert low["stackStrategy"] == high["stackStrategy"] == "all"
    assert [below[0] + height[0] for below, height in zip(low["data"], high["data"], strict=True)] == [3.0, 5.0, 4.0]
    assert [row[high["encode"]["x"]] for row in high["data"]] == [0.0, 1.0, 2.0]
    assert [row[high["encode"]["tooltip"][0]] for row in high["data"]] == [3.0, 5.0, 4.0]


def test_moments_are_marked_in_order_and_named() -> None:
    (rules,) = series(Rule(2.0, "flood", "down"), Rule(1.0, "rule switched"))

    marks = rules["markLine"]["data"]
    assert [(mark["xAxis"], mark["name"], mark["lineStyle"]["color"]) for mark in marks] == [
        (1.0, "rule switched", "@second"), (2.0, "flood", "@down"),
    ]  # fmt: skip
    assert rules["data"] == []


def test_bars_and_blocks_name_the_vertical_axis_from_the_top() -> None:
    names = ("households", "banks")
    drawn = option(figure(Bars(names, np.array([1.0, -2.0]), "net", notes=("+1", "-2"))))
    blocks = series(Blocks(names, np.array([5.0, 0.0]), np.array([-2.0, 3.0]), "deposits", "group1"))

    assert (drawn["yAxis"][0]["data"], drawn["yAxis"][0]["inverse"]) == (["households", "banks"], True)
    assert [(bar["value"], bar["label"]["formatter"]) for bar in drawn["series"][0]["data"]] == [
        (1.0, "+1"),
        (-2.0, "-2"),
    ]
    assert drawn["xAxis"][0]["splitLine"]["show"]
    assert [one["data"] for one in blocks] == [[5.0, 0.0], [-2.0, 3.0]]
    assert [one["itemStyle"]["color"] for one in blocks] == ["transparent", "@group1"]
    assert blocks[0]["stack"] == blocks[1]["stack"]


def test_candles_are_hollow_when_they_rise_and_leave_room_for_the_volume() -> None:
    drawn = option(figure(CANDLES))
    bodies, volume = drawn["series"]

    assert bodies["data"][0] == [0.0, 2.0, 3.0, 1.0, 4.0]  # open, close, low, high
    assert bodies["itemStyle"] == {
        "color": "transparent", "color0": "@down", "borderColor": "@up", "borderColor0": "@down",
    }  # fmt: skip
    assert [row[1] for row in volume["data"]] == [10.0, 0.0, 20.0]
    assert (volume["yAxisIndex"], drawn["yAxis"][1]["max"]) == (1, 92.0)
    assert drawn["yAxis"][0]["min"] < 1.0
    assert "legend" not in drawn


def test_axes_are_logarithmic_named_and_formatted_as_asked() -> None:
    points = Dots(np.array([0.001, 1.0]), np.array([1.0, 8.0]))
    drawn = option(figure(points, log_x=True, log_y=True), form="percent")
    bare = option(figure(points), named=False)

    assert [drawn[axis][0]["type"] for axis in ("xAxis", "yAxis")] == ["log", "log"]
    assert [drawn[axis][0]["logBase"] for axis in ("xAxis", "yAxis")] == [10, 2]
    assert (drawn["xAxis"][0]["name"], drawn["yAxis"][0]["name"]) == ("month", "per cent")
    assert (drawn["yAxis"][0]["axisLabel"]["formatter"], drawn["tooltip"]["valueFormatter"]) == ("$percent", "$percent")
    assert bare["xAxis"][0]["type"] == "value"
    assert "name" not in bare["xAxis"][0]
    assert "name" not in bare["yAxis"][0]


@pytest.mark.parametrize(("first", "last", "shown"), [(0.0, 90.0, True), (1.0, 90.0, False), (1.0, 3.0, True)])
def test_an_axis_that_begins_out_of_step_does_not_say_where(first: float, last: float, shown: bool) -> None:
    axis = option(figure(Line(np.array([first, last]), np.ones(2), "index")))["xAxis"][0]

    assert (axis["min"], axis["axisLabel"]["showMinLabel"]) == ("dataMin", shown)


def test_axes_without_names_still_know_what_they_count() -> None:
    drawn = option(figure(Line(X, Y, "inflation")), named=False)

    assert (drawn["xAxis"][0]["quantity"], drawn["yAxis"][0]["quantity"]) == ("month", "per cent")
    assert "quantity" not in option(figure(Line(X, Y, "inflation")))["xAxis"][0]


def test_a_growing_figure_is_its_option_without_numbers_and_its_rows() -> None:
    spec = figure(Line(X, Y, "inflation"), Rule(1.0, "flood"), Line(X, Y + 1.0, "target", "muted"))
    drawn = growing(spec)

    lines = [one for one in drawn["series"] if one["id"] != "rules"]
    assert [one["encode"] for one in lines] == [{"x": 0, "y": 1}, {"x": 0, "y": 2}]
    assert not any("data" in one for one in lines)
    assert rows(spec) == [[0.0, 2.0, 3.0], [1.0, 4.0, 5.0], [2.0, 3.0, 4.0]]
    assert rows(spec, since=2) == [[2.0, 3.0, 4.0]]


def test_labels_are_never_taken_for_tones_or_formats() -> None:
    (line,) = series(Line(X, Y, "@up"))

    assert line["name"] == "\u200b@up"
    assert option(figure(Line(X, Y, "$price"), Line(X, Y)))["legend"]["data"][0]["name"] == "\u200b$price"


def test_what_stands_alone_needs_no_legend() -> None:
    assert "legend" not in option(figure(Line(X, Y, "velocity"), Rule(1.0, "flood")))
    assert len(option(figure(Line(X, Y, "velocity"), Line(X, Y, "trend")))["legend"]["data"]) == 2


@pytest.mark.parametrize(
    "mark",
    [
        Line(X, np.array([1.0, math.inf, math.nan]), "a"), Dots(X, Y, "b"), Stems(X, Y, "c"), Band(0.0, 1.0, "d"),
        Area(X, Y, Y, "e"), Rule(1.0, "f"), Bars(("a",), np.array([math.nan]), "g"),
        Blocks(("a",), np.zeros(1), np.ones(1), "h"), CANDLES,
    ],
)  # fmt: skip
def test_every_mark_becomes_plain_data_in_tones_that_the_style_sheet_has(mark: Mark) -> None:
    sent = json.dumps(option(figure(mark)), allow_nan=False)

    style, script = ((WEB / name).read_text("utf-8") for name in ("style.css", "common.js"))
    tones = set(re.findall(r'"@(\w+)"', sent))
    forms = set(re.findall(r'"\$(\w+)"', sent))
    assert tones <= set(re.findall(r"--cx-(\w+):", style))
    assert forms <= set(re.findall(r"^  (\w+): \(x\)", script, re.MULTILINE))
    assert set(TONES) <= set(re.findall(r"--cx-(\w+):", style)) | {"ground"}


def test_empty_figures_are_drawn_empty() -> None:
    none = np.zeros(0)

    assert json.dumps(option(figure(Line(none, none, "a"), Area(none, none, none))), allow_nan=False)
    assert json.dumps(option(figure(Candles(none, none, none, none, none, none))), allow_nan=False)
    assert option(figure())["series"] == []


def test_the_balance_sheet_of_an_economy_is_drawn_as_its_figure_says() -> None:
    economy = Economy("markets", rng=7, traders__number=60, stocks__number=2, anchor__source="walk")
    spec = matrix_figure(economy.balance_sheet())
    drawn = option(spec)

    pieces = [mark for mark in spec.marks if isinstance(mark, Blocks)]
    shown = [one for one in drawn["series"] if one.get("name") in {mark.label for mark in pieces}]
    assert [one["data"] for one in shown] == [pytest.approx(mark.lengths.tolist(), rel=1e-6) for mark in pieces]
    assert drawn["yAxis"][0]["data"] == list(pieces[0].names)


def test_candles_have_room_beside_them_and_dates_are_whole() -> None:
    days = np.arange(4.0, 9.0)
    candles = Candles(days, days, days + 1.0, days - 1.0, days, days)

    (axis,) = option(Figure("candles-A", "A", "trading day", "price", (candles,)))["xAxis"]

    assert (axis["min"], axis["max"], axis["minInterval"]) == (3.4, 8.6, 1)


def test_an_axis_of_months_has_no_half_month() -> None:
    months = Figure("output", "Output", "month", "points", (Line(np.arange(1.0, 4.0), np.ones(3), "output"),))
    parts = Figure("ticks", "Index", "day", "points", (Line(np.array([0.25, 0.5]), np.ones(2), "index"),))

    assert option(months)["xAxis"][0]["minInterval"] == 1
    assert "minInterval" not in option(parts)["xAxis"][0]

"""What the page of scenarios tells: what can be opened, what has been injected, and how a branch fares."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from ..core.errors import CatallaxyError, UnknownScenario
from ..model.scenario import Scenario, load_scenario, scenario_names
from ..model.shocks import parse_shock
from .branch import Measure, branch_of
from .desk import Desk
from .listing import Ask, Column, Row, answer, when_new
from .live import Feed, Message
from .opening import Opening
from .shock_forms import SHOCK_COLUMNS, AskedShock, effect, effect_once_confirmed, shock_rows
from .views import date_of

SCENARIO_COLUMNS = (
    Column("name", "scenario"), Column("about", "what it shows"), Column("form", "economy"),
    Column("traders", "traders", "count", "owners who trade"), Column("stocks", "stocks", "count"),
    Column("days", "days", "count", "trading days to its end"),
    Column("shocks", "shocks", "count", "dated shocks that come with it"),
)  # fmt: skip
_FORMS = {"full": "closed", "reduced": "three equations", "none": "market only"}
_LONG = 900


@functools.cache
def scenario_rows() -> tuple[Row, ...]:
    """Return the scenarios that ship, read from their files; one that cannot be read says why."""
    rows = []
    for name in scenario_names():
        try:
            s = load_scenario(name)
        except CatallaxyError as error:
            rows.append(Row(name, (name, str(error), "", None, None, None, None)))
            continue
        rows.append(_row(name, s))
    return tuple(rows)


def _row(name: str, s: Scenario) -> Row:
    traders, stocks = sum(s.traders.groups().values()), len(s.symbols())
    return Row(name, (name, s.description, _FORMS[s.macro.form], traders, stocks, s.clock.days, len(s.shocks)))


def listed(desk: Desk) -> list[Row]:
    """Return the scenario under way, as it was opened and by the name or file that opened it, then those that ship."""
    name = Opening.of(desk.run).name
    return [_row(name, desk.run.scenario), *(row for row in scenario_rows() if row.key != name)]


def wanted(desk: Desk, name: str) -> str:
    """Return the name of a scenario that is listed.

    Raises
    ------
    UnknownScenario
        For any other, also a file: which files are opened is for the command line to say.
    """
    names = tuple(row.key for row in listed(desk))
    if name not in names:
        raise UnknownScenario(name[:80], names)
    return name


def scenarios(ask: Callable[[], Ask], selected: Callable[[], str]) -> Feed:
    """Tell a grid the scenario under way and those that ship."""
    return when_new(
        lambda desk: answer(listed(desk), SCENARIO_COLUMNS, ask(), things="scenarios", selected=selected(), per_page=30)
    )


def open_form(desk: Desk, name: str) -> Message:
    """Return the form that opens a scenario."""
    row = next((row for row in listed(desk) if row.key == name), None)
    about = str(row.cells[1]) if row is not None else ""
    traders = (row.cells[3] or 0) if row is not None else 0
    size = " It is large: opening takes a while." if traders >= 50_000 else ""
    seed = {"name": "seed", "label": "seed", "kind": "integer", "value": desk.run.seed, "least": 0,
            "text": "Scenario and seed decide over every number of a run. Left empty, a seed is drawn."}  # fmt: skip
    return {
        "text": f"{name}: {about}{size}", "groups": [], "fields": [seed],
        "actions": [{"key": "open", "label": "open …", "main": True}],
    }  # fmt: skip


def shocks(ask: Callable[[], Ask]) -> Feed:
    """Tell a grid the shocks of the world."""

    def read(desk: Desk) -> Message:
        rows = desk.look(shock_rows)
        return answer(rows, SHOCK_COLUMNS, ask(), things="shocks", per_page=12, none="no shock is under way or to come")

    return when_new(read)


def branch_status(desk: Desk) -> Message:
    """Return the form that says how a branch fares and what may be done with it."""
    branch = branch_of(desk.run.world)
    if branch is None:
        return {"groups": [], "fields": [], "actions": [], "text": NO_BRANCH}
    per_day = branch.per_day
    kind = str(branch.shock.get("kind", ""))
    what = "no change: both worlds must stay equal" if not kind else f"{kind.replace('_', ' ')} in the branch alone"
    if branch.error:
        state = f"The branch ended after tick {branch.tick}: {branch.error}"
    elif branch.is_over:
        state = f"Followed for all of its {branch.days} trading days."
    else:
        state = f"Followed for {branch.days} trading days, to {date_of(branch.ends, per_day).partition(' ·')[0]}."
    last = branch.rows["index"][-1]
    index = f" Index: baseline {last[1]:.2f}, branch {last[2]:.2f}."
    return {
        "text": f"Since {date_of(branch.began + 1, per_day).partition(' ·')[0]}, {what}. {state}{index}",
        "groups": [], "fields": [],
        "actions": [
            {"key": "keep", "label": "keep it going", "off": bool(branch.error),
             "title": f"{branch.horizon} days more"},
            {"key": "close", "label": "close the branch", "title": "let go of the second world"},
        ],
    }  # fmt: skip


NO_BRANCH = (
    "There is no branch. Fill in a shock and choose “branch here”: a second world goes on from the present state "
    "with that shock, and is drawn beside this one."
)


def comparison(measure: Measure) -> Feed:
    """Tell a chart branch beside baseline: all at first, then what is new."""

    def feed(desk: Desk, seen: tuple[Any, int] | None) -> tuple[Message | None, tuple[Any, int]]:
        branch = branch_of(desk.run.world)
        said: tuple[Any, int] = (None if branch is None else id(branch), 0)
        if branch is None:
            return (None, said) if seen == said else ({"empty": "\u00a0"}, said)
        rows = branch.rows[measure.key]
        if not rows:
            macro = desk.run.scenario.macro.form != "none"
            why = "measured at month ends, and none has ended since" if macro else "this scenario has no economy"
            text = f"{measure.title}: {why}."
            return (None, said) if seen == said else ({"empty": text}, said)
        if seen is None or seen[0] != id(branch) or seen[1] == 0:
            return {"option": comparison_option(measure), "rows": rounded(rows)}, (id(branch), len(rows))
        if len(rows) == seen[1]:
            return None, seen
        return {"rows": rounded(rows[seen[1] :]), "keep": _LONG}, (id(branch), len(rows))

    return feed


def comparison_csv(desk: Desk) -> bytes:
    """Return what was compared as CSV: measure, day, baseline, branch, difference, in the measures' own units."""
    branch = branch_of(desk.run.world)
    return b"" if branch is None else branch.csv()


def rounded(rows: list[tuple[float, float, float, float]]) -> list[list[float]]:
    """Return rows as they are sent."""
    return [[row[0], round(row[1], 4), round(row[2], 4), round(row[3], 5)] for row in rows]


def comparison_option(measure: Measure) -> dict[str, Any]:
    """Return the ECharts option of two lines and, below, their difference; rows: day, baseline, branch, difference."""
    words = {"color": "@muted", "fontSize": 11}
    quiet = {"axisLine": {"lineStyle": {"color": "@line"}}, "axisTick": {"show": False}, "splitLine": {"show": False}}
    reach = {"type": "value", "min": "dataMin", "max": "dataMax", **quiet}
    up = {"scale": True, "position": "right", "splitLine": {"lineStyle": {"color": "@line"}}, "splitNumber": 3,
          "axisLabel": {**words, "formatter": "$plain"}}  # fmt: skip
    monthly = measure.key != "index"  # the first month is a point without a line
    line = {"type": "line", "showSymbol": monthly, "symbolSize": 4, "animation": False}
    return {
        "title": {"text": f"{measure.title}, {measure.unit}", "top": 0, "left": 0,
                  "textStyle": {"color": "@text", "fontSize": 12, "fontWeight": 600}},
        "legend": {"top": 16, "left": 0, "itemWidth": 16, "itemHeight": 3, "textStyle": words, "icon": "roundRect"},
        "grid": [{"left": 8, "right": 56, "top": 38, "height": "38%"},
                 {"left": 8, "right": 56, "top": "70%", "bottom": 34}],
        "tooltip": {"trigger": "axis", "backgroundColor": "@panel", "borderColor": "@line",
                    "textStyle": {"color": "@text", "fontSize": 12}, "valueFormatter": "$plain"},
        "axisPointer": {"link": [{"xAxisIndex": "all"}]},
        "xAxis": [
            {**reach, "axisLabel": {"show": False}},
            {**reach, "gridIndex": 1, "axisLabel": {**words, "formatter": "$plain"}, "name": "trading day",
             "nameLocation": "middle", "nameGap": 20, "nameTextStyle": words},
        ],
        "yAxis": [up, {**up, "gridIndex": 1, "splitNumber": 1}],
        "series": [
            {**line, "name": "baseline", "encode": {"x": 0, "y": 1},
             "lineStyle": {"color": "@accent", "width": 2.2}, "itemStyle": {"color": "@accent"}},
            {**line, "name": "branch", "encode": {"x": 0, "y": 2},
             "lineStyle": {"color": "@group2", "width": 1.6, "type": [5, 3]}, "itemStyle": {"color": "@group2"}},
            {**line, "name": f"difference, {measure.difference}", "xAxisIndex": 1, "yAxisIndex": 1,
             "encode": {"x": 0, "y": 3}, "lineStyle": {"color": "@second", "width": 1.4},
             "itemStyle": {"color": "@second"}, "areaStyle": {"color": "@second", "opacity": 0.15}},
        ],
    }  # fmt: skip


def told_effect(desk: Desk, asked: AskedShock, *, alone: bool) -> str:
    """Return what a shock will do and where: at which tick, or while the world plays how long after it is confirmed."""
    tick, per_day = desk.run.snapshot.tick, desk.run.scenario.clock.ticks_per_day
    shock = parse_shock(asked(tick))
    plays = desk.state == "playing"
    told = effect_once_confirmed(shock, asked, tick, per_day) if plays else effect(shock, per_day)
    if alone:
        return f"In a second world alone, for {asked.horizon} trading days. {told}"
    return f"{told} A reset opens the world again without it."

"""What ticks and matching must reach and aim at, and how a benchmark stands against it, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Target:
    """A figure with its bounds; ``most`` is the sense: the figure may be at most (or at least) that."""

    name: str
    unit: str
    must: float
    aim: float | None
    measure: Callable[[Mapping[str, Any]], float | None]
    most: bool = True


def _tick(key: str, traders: int, activity: float) -> Callable[[Mapping[str, Any]], float | None]:
    def find(found: Mapping[str, Any]) -> float | None:
        for case in found["ticks"]:
            if (case["traders"], case["activity"]) == (traders, activity):
                return float(case[key]) if key == "ms" else float(case[key]) / 1e3
        return None

    return find


def _matching(found: Mapping[str, Any]) -> float | None:
    cases = [case["messages_per_second"] / 1e6 for case in found["order_book"] if case["books"] == 20]
    return cases[0] if cases else None


def _economy(scenario: str, key: str) -> Callable[[Mapping[str, Any]], float | None]:
    def find(found: Mapping[str, Any]) -> float | None:
        cases = [case for case in found.get("economy", ()) if case["scenario"] == scenario]
        return float(cases[0][key]) if cases else None

    return find


def _value(part: str, key: str, factor: float = 1.0) -> Callable[[Mapping[str, Any]], float | None]:
    return lambda found: factor * float(found[part][key])


TARGETS: tuple[Target, ...] = (
    Target("matching over 20 books (match, acks, fills)", "M messages/s", 8.0, 12.0, _matching, most=False),
    Target("tick, 100,000 traders, 10 % active", "ms", 10.0, 6.0, _tick("ms", 100_000, 0.1)),
    Target("tick, 100,000 traders, all active", "ms", 80.0, 50.0, _tick("ms", 100_000, 1.0)),
    Target("tick, 1,000,000 traders, 10 % active", "ms", 160.0, 100.0, _tick("ms", 1_000_000, 0.1)),
    Target("memory, 100,000 traders", "GB", 0.6, 0.4, _tick("peak_rss_mb", 100_000, 0.1)),
    Target("memory, 1,000,000 traders", "GB", 1.5, None, _tick("peak_rss_mb", 1_000_000, 0.1)),
    Target("import catallaxy", "s", 0.3, None, _value("start", "import_catallaxy_s")),
    Target("from catallaxy import Economy", "s", 1.2, None, _value("start", "import_economy_s")),
    Target("first tick, warm", "s", 2.0, None, _value("start", "first_tick_warm_s")),
    Target("recording every trade to a folder", "% of a tick", 15.0, None, _value("recording", "tables_share", 100.0)),
    Target("economy, a year of 10,000 households", "s", 60.0, None, _economy("economy", "year_s")),
    Target("economy, a month end of 10,000 households", "ms", 30.0, None, _economy("economy", "month_ms")),
    Target("economy, a day end of 10,000 households", "ms", 10.0, None, _economy("economy", "day_ms")),
    Target("economy-coarse, a year", "s", 3.0, None, _economy("economy-coarse", "year_s")),
    Target("identities", "% of a tick", 10.0, None, _value("identities", "share", 100.0)),
)


def standing(target: Target, value: float | None) -> str:
    """Return how a figure stands: met, met with the aim, or missed, and by how much.

    Examples
    --------
    >>> standing(TARGETS[1], 7.1), standing(TARGETS[1], 12.0), standing(TARGETS[1], None)
    ('met, 29 % below', 'missed by 20 %', 'not measured')
    """
    if value is None:
        return "not measured"
    over = value / target.must - 1.0
    if (over > 0) if target.most else (over < 0):
        return f"missed by {abs(over):.0%}".replace("%", " %")
    reached = target.aim is not None and (value <= target.aim if target.most else value >= target.aim)
    side = "below" if target.most else "above"
    return f"met{', aim too' if reached else ''}, {abs(over):.0%} {side}".replace("%", " %")


def budget_table(found: Mapping[str, Any]) -> str:
    """Return a Markdown table of every target beside what `catallaxy.batch.bench.bench` returned."""
    rows = ["| figure | unit | measured | must | aim | |", "|---|---|--:|--:|--:|---|"]
    for target in TARGETS:
        value = target.measure(found)
        sign = "<=" if target.most else ">="
        aim = "" if target.aim is None else f"{sign} {target.aim:g}"
        shown = "" if value is None else f"{value:.3g}"
        rows.append(
            f"| {target.name} | {target.unit} | {shown} | {sign} {target.must:g} | {aim} | {standing(target, value)} |"
        )
    return "\n".join(rows)

"""What the page of psychology shows: the moods of the market and of each symbol, and the regime of the market."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..markets.regime import REGIMES
from ..model.economy import Economy
from .event_log import Entry
from .listing import Column, Row, known

NO_MOODS = "This scenario has no moods: it needs psychology.enabled = true, as scenario panic has."
NO_DAY_YET = "No day has ended yet; moods and the regime are measured at day ends."
NO_NEWS = (
    "No shock has struck yet. No scenario has news; where there are moods they follow returns, volatility, orders, "
    "margin calls, breadth and shocks."
)
COLUMNS = (
    Column("symbol", "symbol"),
    Column("sentiment", "sentiment", "change", "signed index S in [-1, 1]; moves no price by itself"),
    Column("fear", "fear", "ratio", "max(0, -S)"),
    Column("greed", "greed", "ratio", "max(0, S)"),
    Column("herding", "herding", "ratio", "one-sidedness of taking orders beyond that of independent ones"),
    Column("herds", "herds", "flag", "whether herding is above its threshold"),
    Column("confidence", "confidence", "ratio", "(1 - standard deviation across traders) × (1 + S) / 2"),
)


def mood(economy: Economy) -> dict[str, Any]:
    """Return the mood and the regime of the market; None for what a scenario lacks.

    ``drawdown`` is the share by which the index lies below its high of a year, ``distance`` the log of the index over
    its fundamental value.
    """
    moods = economy.psychology
    told: dict[str, Any] = dict.fromkeys(("sentiment", "fear", "greed", "herding", "confidence", "disagreement"))
    if moods is not None:
        told = {"sentiment": moods.sentiment, **{name: getattr(moods.market, name) for name in tuple(told)[1:]}}
    days = economy.tick // economy.clock.ticks_per_day
    _, volatility, drawdown, distance = economy.regimes.measurements
    classified = {
        "regime": economy.regimes.regime,
        "volatility": volatility,
        "drawdown": drawdown,
        "distance": distance,
    }
    return told | (classified if days else dict.fromkeys(classified))


def symbols(economy: Economy) -> list[Row]:
    """Return a row for each symbol with its mood; none where there are no moods."""
    moods = economy.psychology
    if moods is None:
        return []
    columns = (moods.index, moods.fear, moods.greed, moods.herding, moods.is_herding, moods.confidence)
    rows = zip(economy.symbols, *(column.tolist() for column in columns), strict=True)
    return [Row(symbol, (symbol, *values)) for symbol, *values in rows]


def day_lines(rows: Iterable[Mapping[str, Any]], shocked: set[int], per_day: int) -> list[list[Any]]:
    """Return a line for each day of table sentiment: day, S of the market, herding, confidence, disagreement, mark.

    The mark is S on days on which a shock struck, ``shocked``.
    """
    lines = []
    for row in rows:
        if row["symbol"] == "":
            day, level = row["tick"] // per_day, known(row["sentiment"])
            others = (known(row[name]) for name in ("herding", "confidence", "disagreement"))
            lines.append([f"day {day}", level, *others, level if day in shocked else None])
    return lines


def strip(rows: Iterable[Mapping[str, Any]], shown: Sequence[str], per_day: int) -> list[list[Any]]:
    """Return day, symbol and S for each of the symbols ``shown``."""
    wanted = frozenset(shown)
    return [
        [f"day {row['tick'] // per_day}", row["symbol"], round(row["sentiment"], 3)]
        for row in rows
        if row["symbol"] in wanted
    ]


def regime_lines(rows: Iterable[Mapping[str, Any]], per_day: int) -> list[list[Any]]:
    """Return a line for each day end of table world: day, index, number and name of the regime, and 1.

    The table says in the last tick of a day what the day before was classified as.
    """
    return [
        [f"day {row['tick'] // per_day}", round(row["index"], 3), REGIMES.index(row["regime"]), row["regime"], 1]
        for row in rows
        if row["tick"] % per_day == 0
    ]


def stirred(entries: Iterable[Entry], per_day: int) -> list[dict[str, Any]]:
    """Return the shocks among ``entries`` as rows of an event strip, oldest first."""
    return [
        {
            "when": f"day {(one.tick - 1) // per_day + 1}", "name": one.name, "tone": one.tone,
            "text": " · ".join(part for part in (one.symbol, one.text) if part),
        }
        for one in entries
        if one.name.startswith("shock")
    ]  # fmt: skip

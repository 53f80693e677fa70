"""The feeds of the page of banks: key figures, network, table, balance sheet, what-if, series and log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..model.clock import DAYS_PER_MONTH
from ..model.closed_economy import ClosedEconomy
from ..model.economy import Economy
from . import charts_network, views_banks, views_contagion
from .desk import Desk
from .event_marks import marks_of
from .live import Feed, Message

NO_BANKS = "This scenario has no banks: it simulates no closed economy behind the market (macro.form is not full)."
NONE = "No banks in this scenario."
ROWS, MOST_RANKED, KEPT = 20, 100, 240
Chosen = Callable[[], str]


class Column(NamedTuple):
    """A column of a table: key, heading, number format, and what it means."""

    key: str
    label: str
    form: str
    title: str

    def told(self, *, sortable: bool = True) -> dict[str, Any]:
        """Return the column as a grid takes it."""
        return {**self._asdict(), "sortable": sortable}


COLUMNS = (
    Column("bank", "bank", "text", "symbol of the bank"),
    Column("state", "state", "text", "whether a bank works in the slot, and how often one has failed in it"),
    Column("capital_ratio", "capital", "percent", "capital ratio: equity over risk-weighted assets"),
    Column("leverage_ratio", "leverage", "percent", "leverage ratio: equity over all assets"),
    Column("liquidity_coverage", "liquidity", "percent", "liquidity coverage: liquid assets over a month's outflow"),
    Column("assets", "assets", "money", "all assets"),
    Column("reserves", "reserves", "money", "balance at the central bank"),
    Column("deposits", "deposits", "money", "owed to customers"),
    Column("loans", "loans", "money", "loans to firms"),
    Column("arrears", "in arrears", "percent", "part of these loans owed by firms that missed interest last month"),
    Column("interbank", "interbank", "money", "lent to other banks less borrowed from them"),
    Column("advances", "advances", "money", "borrowed from the central bank"),
    Column("loan_rate", "loan rate", "percent", "rate of its loans, a year"),
    Column("rank", "DebtRank", "ratio", "share of interbank lending that others lose if it fails (Bardoscia 2015)"),
)


class Ask:
    """What a visitor wants of the table: the order, the filter and the page; a crafted question is put right."""

    def __init__(self) -> None:
        self.sort, self.down, self.filter, self.page = "assets", True, "", 0

    def hear(self, said: Mapping[str, Any]) -> None:
        """Take the question that a grid sends."""
        sort, page = said.get("sort"), said.get("page")
        if sort in [column.key for column in COLUMNS]:
            self.sort = str(sort)
        self.down = said.get("down") is not False
        self.filter = str(said.get("filter") or "")[:40]
        self.page = page if isinstance(page, int) and page >= 0 else 0

    def told(self) -> dict[str, Any]:
        """Return the question as a grid takes it."""
        return {"sort": self.sort, "down": self.down, "filter": self.filter, "page": self.page}


def of_banks(desk: Desk, reader: Callable[[Economy, ClosedEconomy], Any]) -> Any:
    """Return what ``reader`` makes of a closed economy; None where there is none."""
    return desk.look(lambda economy: None if economy.closed is None else reader(economy, economy.closed))


def tiles(desk: Desk, seen: tuple[Any, ...] | None) -> tuple[Message | None, tuple[Any, ...] | None]:
    """Tell the key figures of the banking system and of its last settlement."""
    found = of_banks(desk, views_banks.settlement)
    if found is None:
        return ({"empty": NO_BANKS}, ()) if seen is None else (None, seen)
    corridor = f"corridor {found['floor']:.2%} to {found['ceiling']:.2%}"
    figures = (
        ("capital_ratio", "capital", "percent", f"capital ratio of all banks; {found['required']:.1%} is required"),
        ("open", "banks open", "count", "banks that work"),
        ("failures", "failed", "count", "banks resolved in this run"),
        ("loans", "loans", "money", "loans to firms"), ("deposits", "deposits", "money", "owed to customers"),
        ("reserves", "reserves", "money", "balances at the central bank"),
        ("advances", "advances", "money", "borrowed overnight from the central bank"),
        ("volume", "interbank", "money", "lent overnight between banks at the last day end"),
        ("rate", "its rate", "percent", "mean rate of the interbank loans; a dash when nothing was lent"),
        ("unmet", "still short", "money", "reserves that banks lacked to their targets after the last day end"),
        ("policy_rate", "policy rate", "percent", corridor),
    )  # fmt: skip
    told = tuple((key, label, form, title, found[key]) for key, label, form, title in figures)
    if told == seen:
        return None, seen
    names = ("key", "label", "form", "title", "value")
    fresh = [dict(zip(names, tile, strict=True)) for tile in told if seen is None or tile not in seen]
    return {"fresh": seen is None, "tiles": fresh}, told


def network(chosen: Chosen) -> Feed:
    """Tell the graph who lent whom: the layout once, then the banks and loans of the day."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        day = desk.run.snapshot.day
        if seen is not None and seen[0] == day:
            return None, seen
        found = of_banks(desk, views_banks.network)
        if found is None:
            return ({"empty": NONE}, (day, ())) if seen is None else (None, (day, ()))
        rules, patch = (found.minimum, found.required), charts_network.network_patch(found, chosen())
        if seen is None or seen[1] != rules:
            return {"option": charts_network.network_option(found, patch)}, (day, rules)
        return {"patch": patch}, (day, rules)

    return feed


def grid(ask: Ask, chosen: Chosen) -> Feed:
    """Tell the table a page of banks; DebtRank is counted anew each day, beyond the world's lock."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        day = desk.run.snapshot.day
        stale = seen is None or seen[1] != day
        found = of_banks(
            desk, lambda e, c: (views_banks.overview(e, c), views_contagion.system(e, c) if stale else None)
        )
        if found is None:
            return ({"empty": NONE}, ("", day, {})) if seen is None else (None, seen)
        table, banks = found
        few = len(table["bank"]) <= MOST_RANKED
        ranks = (views_contagion.ranks(banks) if few else {}) if stale else seen[2]
        table["rank"] = [ranks.get(name) for name in table["bank"]]
        told = page_of(table, ask, chosen())
        if not stale and told == seen[0]:
            return None, seen
        heads = {"columns": [column.told() for column in COLUMNS]} if seen is None else {}
        return {**heads, **told}, (told, day, ranks)

    return feed


def page_of(table: Mapping[str, list[Any]], ask: Ask, chosen: str) -> Message:
    """Return the page of the table that was asked for; what is not known comes last in any order."""
    keys = [column.key for column in COLUMNS]
    rows = [dict(zip(keys, row, strict=True)) for row in zip(*(table[key] for key in keys), strict=True)]
    word = ask.filter.casefold()
    kept = [row for row in rows if word in f"{row['bank']} {row['state']}".casefold()]
    some = sorted((row for row in kept if row[ask.sort] is not None), key=lambda row: row[ask.sort], reverse=ask.down)
    some += [row for row in kept if row[ask.sort] is None]
    pages = max(1, -(-len(some) // ROWS))
    ask.page = min(ask.page, pages - 1)
    shown = some[ask.page * ROWS : (ask.page + 1) * ROWS]
    told = [
        {"key": row["bank"], "cells": [_brief(row[key]) for key in keys], "selected": row["bank"] == chosen}
        for row in shown
    ]
    return {
        "rows": told, "ask": ask.told(), "pages": pages, "status": f"{len(kept)} of {len(rows)} banks",
    }  # fmt: skip


def _brief(value: Any) -> Any:
    return round(value, 5) if isinstance(value, float) else value


def sheet(chosen: Chosen, draw: Callable[[dict[str, int], dict[str, int], bool], Message]) -> Feed:
    """Tell a panel the balance sheet of the chosen bank, as ``draw`` makes it."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        symbol, before = chosen(), seen[0] if seen else {}

        def read(economy: Economy, c: ClosedEconomy) -> Any:
            names = views_banks.symbols_of(economy)
            return views_banks.balance_sheet(economy, c, names.index(symbol)) if symbol in names else ()

        found = of_banks(desk, read)
        if not found:
            return ({"empty": NONE if found is None else unknown(symbol)}, ()) if seen is None else (None, seen)
        assets, liabilities = found
        if not any(assets.values()) and found != seen:
            return {"empty": f"{symbol} has failed, and what it had and owed is another's now."}, found
        return (None, seen) if found == seen else (draw(assets, liabilities, not any(before.values())), found)

    return feed


def quiet(feed: Feed) -> Feed:
    """Let a panel show nothing where the one above it says what is missing."""

    def told(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        message, after = feed(desk, seen)
        return ({"empty": ""} if message and "empty" in message else message), after

    return told


def unknown(symbol: str) -> str:
    """Return the sentence for a bank that a scenario does not have."""
    return f"There is no bank {symbol} in this scenario; choose one in the network or in the table."


def what_if(chosen: Chosen, share: Callable[[], float], draw: Callable[[Any, bool], Message]) -> Feed:
    """Tell a panel what a loss of the chosen bank would do, as ``draw`` makes it; anew each day."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        day = desk.run.snapshot.day
        if seen == day:
            return None, seen
        banks = of_banks(desk, views_contagion.system)
        if banks is None:
            return {"empty": NONE}, day
        if chosen() not in banks.symbols:
            gone = chosen() in desk.look(views_banks.symbols_of)
            return {"empty": f"{chosen()} has failed and has nothing to lose." if gone else unknown(chosen())}, day
        outcome = views_contagion.what_if(banks, banks.symbols.index(chosen()), share())
        return draw(outcome, True), day

    return feed


def monthly(option: Callable[[float], dict[str, Any]], columns: tuple[int, ...], chosen: Chosen) -> Feed:
    """Tell a chart the month ends: all that are kept at first, then those that are new."""

    def feed(desk: Desk, seen: tuple[int, float] | None) -> tuple[Message | None, tuple[int, float] | None]:
        run = desk.run
        per_month = run.scenario.clock.ticks_per_day * DAYS_PER_MONTH
        last = run.snapshot.tick - run.snapshot.tick % per_month
        if seen is not None and last <= seen[0]:
            return None, seen
        rules = of_banks(desk, lambda e, c: e.prudential.total + e.prudential.buffer)
        if rules is None:
            return {"empty": NONE}, (last, 0.0)
        fresh = seen is None or seen[0] == 0 or seen[1] != rules
        since = 0 if seen is None or fresh else seen[0]
        rows = views_banks.months(run.world.economy, since, chosen())
        if not rows:
            first = f"The first month ends on day {DAYS_PER_MONTH}; until then there is nothing to draw."
            return ({"empty": first}, (0, rules)) if seen is None else (None, seen)
        rows = rows[-KEPT:]
        ends = [int(row[0] or 0) for row in rows]
        events = marks_of(desk, ends, ends[0] - per_month)
        told = [
            [f"month {row[1]:.0f}", *(row[column] for column in columns), *event]
            for row, event in zip(rows, events, strict=True)
        ]
        newest = int(rows[-1][0] or 0), rules
        return ({"option": option(rules), "rows": told} if fresh else {"rows": told, "keep": KEPT}), newest

    return feed


def log(desk: Desk, seen: int | None) -> tuple[Message | None, int]:
    """Tell what befell banks since."""
    tick = desk.run.snapshot.tick
    if desk.world.economy.closed is None:
        return ({"empty": NONE}, tick) if seen is None else (None, tick)
    newest = desk.look(lambda economy: tuple(economy.recorder.happened)) if seen is None else ()
    rows = views_banks.log(desk.world.economy, newest, -1 if seen is None else seen, tick)
    if seen is not None and not rows:
        return None, tick
    quiet = "No failure, run or capital plan among the events that are kept."
    return {"fresh": seen is None, "events": rows, "quiet": quiet}, tick

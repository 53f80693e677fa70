"""The recorder: reads the economy at the end of a tick and writes the rows of its tables."""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..agents.psychology import Psychology
from ..core.kernel import kernel
from ..core.schemas import TABLES
from ..core.units import SECTORS, IntArray
from ..ledger.chart import BOND, MARGIN_LOAN
from ..markets.exchange import Counters, RoundOutcome
from ..markets.orders import (
    A_FILLED,
    A_STATUS,
    BOOK,
    F_BOOK,
    F_MAKER,
    F_MAKER_ORDER,
    F_PRICE,
    F_QUANTITY,
    F_SIDE,
    F_TAKER,
    F_TAKER_ORDER,
    KIND,
    OWNER,
    PRICE,
    QUANTITY,
    SIDE,
    Kind,
    Status,
)
from ..markets.published_indices import sentiment_01, volatility_multiplier
from .alerts import Alert
from .closed_economy import ClosedEconomy
from .commands import ActionResult, Command
from .month_tables import bank_rows, firm_rows, history_row, macro_row, resource_rows
from .reduced_economy import ReducedEconomy, reduced_row

if TYPE_CHECKING:
    from ..policies.policy_rule import Readings
    from .economy import Economy

_KINDS = tuple(kind.name.lower() for kind in Kind)
_STATES = tuple(status.name.lower() for status in Status)
_SECTORS = tuple(str(sector) for sector in SECTORS)
_NEWEST = 64
_LEAST_MOVE = 1e-6  # of the policy rate: a hundredth of a basis point


class Happened(NamedTuple):
    """An event as table events has it."""

    tick: int
    event: str
    owner: int
    target: int
    symbol: str
    facts: dict[str, Any]


@kernel
def add_by_group(volume: IntArray, group: IntArray, maker: IntArray, taker: IntArray, quantity: IntArray) -> None:
    """Add each trade's lots to ``volume`` (groups,) of both its sides; ``group`` is by owner."""
    for i in range(quantity.shape[0]):
        volume[group[maker[i]]] += quantity[i]
        volume[group[taker[i]]] += quantity[i]


class Recorder:
    """Writes typed rows into the economy's store; holds the day's running sums, and what views show as newest.

    Attributes
    ----------
    fills : deque of (tick, (9, m) int64)
        The newest rounds in which something was traded, with the rows of `catallaxy.markets.orders`.
    happened : deque of Happened
        The newest events. Neither is part of a run's state.
    """

    def __init__(self, economy: Economy) -> None:
        self.economy = economy
        self.settings = economy.settings.recording
        self.volume_by_group: IntArray = np.zeros(len(economy.populations) + 1, np.int64)
        self.orders_before = [population.orders_sent for population in economy.populations]
        self.fills: deque[tuple[int, IntArray]] = deque(maxlen=_NEWEST)
        self.happened: deque[Happened] = deque(maxlen=4 * _NEWEST)

    def _append(self, table: str, **columns: Any) -> None:
        self.economy.store.append(table, {"tick": self.economy.tick, **columns})

    def _symbols(self, codes: IntArray) -> tuple[IntArray, tuple[str, ...]]:
        return codes, self.economy.symbols

    # -- each round ---------------------------------------------------------------------------

    def note_round(self, outcome: RoundOutcome) -> None:
        """Write the round's trades and, when asked for, its orders."""
        fills = outcome.fills
        if fills.shape[1]:
            self.fills.append((self.economy.tick, fills))
            if self.settings.trades:
                self._append(
                    "trades",
                    symbol=self._symbols(fills[F_BOOK]),
                    price=fills[F_PRICE],
                    quantity=fills[F_QUANTITY],
                    maker=fills[F_MAKER],
                    taker=fills[F_TAKER],
                    maker_order=fills[F_MAKER_ORDER],
                    taker_order=fills[F_TAKER_ORDER],
                    aggressor=fills[F_SIDE],
                )
            group, quantity = self.economy.group_of, fills[F_QUANTITY]
            add_by_group(self.volume_by_group, group, fills[F_MAKER], fills[F_TAKER], quantity)
        if self.settings.orders:
            self._note_orders(outcome)

    def _note_orders(self, outcome: RoundOutcome) -> None:
        sent = np.flatnonzero(outcome.messages[:, QUANTITY] > 0)
        rows = outcome.messages[sent]
        accepted = outcome.accepted[sent]
        status = np.where(accepted, outcome.acks[sent, A_STATUS], int(Status.REJECTED))
        self._append(
            "orders",
            symbol=self._symbols(rows[:, BOOK]),
            order=outcome.first_order + sent,
            owner=rows[:, OWNER],
            side=rows[:, SIDE],
            kind=(rows[:, KIND], _KINDS),
            price=rows[:, PRICE],
            quantity=rows[:, QUANTITY],
            filled=np.where(accepted, outcome.acks[sent, A_FILLED], 0),
            status=(status, _STATES),
        )

    # -- each tick ----------------------------------------------------------------------------

    def note_tick(self, counters: Counters) -> None:
        """Write the tick's bars, quotes and the row of table world."""
        economy = self.economy
        books = np.arange(economy.exchange.listings.size)
        if self.settings.bars:
            self._append("bars", symbol=self._symbols(books), interval=1, **vars(economy.exchange.bars.tick_bars()))
        if self.settings.quotes:
            quotes = economy.exchange.quotes
            self._append(
                "quotes",
                symbol=self._symbols(books),
                bid=quotes[:, 0],
                ask=quotes[:, 1],
                bid_quantity=quotes[:, 2],
                ask_quantity=quotes[:, 3],
                last=economy.exchange.last,
                fundamental=economy.fundamental,
            )
        self._append(
            "world",
            day=[economy.day],
            index=[economy.index],
            anchor=[economy.anchor_index],
            messages=[counters.messages],
            trades=[counters.trades],
            volume=[counters.volume],
            turnover=[counters.turnover],
            market_open=[economy.market_open],
            **self._rates(),
            regime=economy.regimes.regime,
        )

    def _rates(self) -> dict[str, list[float]]:
        """Return interest, inflation and growth as the world sees them; NaN where no economy is simulated."""
        closed, reduced, unknown = self.economy.closed, self.economy.reduced, float("nan")
        if reduced is not None:
            inflation = reduced.month.inflation_12m
            return {"interest_rate": [reduced.policy_rate], "inflation_rate": [inflation], "gdp_growth": [unknown]}
        if closed is None:
            return {"interest_rate": [unknown], "inflation_rate": [unknown], "gdp_growth": [unknown]}
        return {
            "interest_rate": [closed.policy_rate], "inflation_rate": [closed.indices.inflation],
            "gdp_growth": [closed.history.growth],
        }  # fmt: skip

    # -- each day end -------------------------------------------------------------------------

    def note_day(self) -> None:
        """Write daily bars, depth, flows, balances, revaluations and group statistics."""
        economy = self.economy
        books = np.arange(economy.exchange.listings.size)
        self._append(
            "bars",
            symbol=self._symbols(books),
            interval=economy.clock.ticks_per_day,
            **vars(economy.exchange.bars.day_bars()),
        )
        if self.settings.depth_levels:
            depth = economy.exchange.books.depth_rows(self.settings.depth_levels)
            if depth.shape[0]:
                self._append(
                    "book", symbol=self._symbols(depth[:, 0]), side=depth[:, 1], level=depth[:, 2],
                    price=depth[:, 3], quantity=depth[:, 4],
                )  # fmt: skip
        self._note_flows()
        self._note_balances()
        self._note_revaluations()
        self._note_groups()

    def _note_flows(self) -> None:
        rows = self.economy.ledger.flow_rows()
        if rows:
            instrument, kind, payer, payee, amount = zip(*rows, strict=True)
            self._append(
                "flows", instrument=list(instrument), kind=list(kind), payer=list(payer), payee=list(payee),
                amount=np.array(amount, np.int64),
            )  # fmt: skip

    def _note_balances(self) -> None:
        ledger = self.economy.ledger
        claims, debts = ledger.contract_positions()
        assets = np.concatenate([ledger.held, claims])
        liabilities = np.concatenate([ledger.liabilities(), debts])
        number, sector = np.nonzero((assets != 0) | (liabilities != 0))
        self._append(
            "balances", instrument=(number, tuple(ledger.names)), sector=(sector, _SECTORS),
            asset=assets[number, sector], liability=liabilities[number, sector],
        )  # fmt: skip

    def _note_revaluations(self) -> None:
        ledger = self.economy.ledger
        today = ledger.today()
        number, sector = np.nonzero((today.revalued != 0) | (today.lost != 0))
        if number.size:
            marks = np.concatenate([ledger.marks, np.ones(len(ledger.instruments.contractual), np.int64)])
            self._append(
                "revaluations", instrument=(number, tuple(ledger.names)), sector=(sector, _SECTORS),
                mark=marks[number], revaluation=today.revalued[number, sector], written_off=today.lost[number, sector],
            )  # fmt: skip

    def _note_groups(self) -> None:
        economy = self.economy
        groups = economy.populations
        if not groups:
            return
        cash, lots, value = economy.group_totals()
        sent = [population.orders_sent for population in groups]
        count = len(groups)
        self._append(
            "agents",
            group=[population.name for population in groups],
            traders=[population.size for population in groups],
            cash=cash,
            wealth=cash + value,
            shares=lots,
            orders=np.array(sent, np.int64) - np.array(self.orders_before, np.int64),
            volume=self.volume_by_group[:count].copy(),
        )
        self.volume_by_group[:] = 0
        self.orders_before = sent

    def note_moods(self, psychology: Psychology) -> None:
        """Write the moods of every symbol and, in a row without a symbol, of the market."""
        market = psychology.market
        level = np.append(psychology.index, market.index)
        fear, greed = np.append(psychology.fear, market.fear), np.append(psychology.greed, market.greed)
        herding = np.append(psychology.herding, market.herding)
        weights = psychology.settings.fear_weight, psychology.settings.greed_weight
        self._append(
            "sentiment",
            symbol=(np.arange(level.size), (*self.economy.symbols, "")),
            sentiment=level,
            sentiment_01=sentiment_01(level),
            fear=fear,
            greed=greed,
            herding=herding,
            is_herding=np.append(psychology.is_herding, market.is_herding),
            confidence=np.append(psychology.confidence, market.confidence),
            disagreement=market.disagreement,
            volatility_multiplier=volatility_multiplier(fear, greed, herding, np.abs(level), *weights),
        )

    # -- each month end -----------------------------------------------------------------------

    def note_month(self, closed: ClosedEconomy) -> None:
        """Write the month's rows of tables macro, firms, banks and resources, and let the history remember it."""
        row = macro_row(self.economy, closed)
        closed.history.note_month(**history_row(closed, row))
        self._append("macro", **row)
        self._append("firms", **firm_rows(self.economy, closed))
        self._append("banks", **bank_rows(self.economy, closed))
        self._append("resources", **resource_rows(closed))

    def note_reduced(self, reduced: ReducedEconomy) -> None:
        """Write what three equations know of a month into table macro: the other rates are NaN, other amounts 0."""
        known = reduced_row(self.economy, reduced)
        columns = [column for column in TABLES["macro"].columns if column.name != "tick"]
        absent = {column.name: np.nan if column.type == "float64" else 0 for column in columns}
        self._append("macro", **(absent | known))

    def note_indices(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write rows of table indices; what a row does not give is NaN."""
        names = [name for name in TABLES["indices"].names if name not in ("tick", "subject")]
        columns = {name: np.array([row.get(name, np.nan) for row in rows], np.float64) for name in names}
        self._append("indices", subject=[row["subject"] for row in rows], **columns)

    # -- now and then -------------------------------------------------------------------------

    def wealth_rows(self) -> dict[str, Any]:
        """Return the columns of table snapshots: every trader's wealth now, ranked."""
        economy = self.economy
        owners = economy.trader_owners()
        cash = economy.cash_of(owners)
        value, borrowed = economy.portfolio_value(owners), np.zeros(owners.shape[0], np.int64)
        if economy.closed is not None:
            value += economy.ledger.owned(BOND, owners)
            borrowed = economy.ledger.contracts.debts[MARGIN_LOAN, owners]
        worth = cash + value - borrowed
        rank = np.empty(owners.shape[0], np.int64)
        rank[np.lexsort((owners, -worth))] = np.arange(1, owners.shape[0] + 1)
        groups = (*(population.name for population in economy.populations), "object")
        return {
            "tick": economy.tick,
            "owner": owners,
            "group": (economy.group_of[owners], groups),
            "net_worth": worth,
            "cash": cash,
            "portfolio_value": value,
            "margin_used": borrowed,
            "rank": rank,
        }

    def note_wealth(self) -> None:
        """Write a snapshot of every trader, and the contracts (at checkpoints)."""
        economy = self.economy
        self.economy.store.append("snapshots", self.wealth_rows())
        rows = economy.ledger.contracts.rows
        if rows.shape[0]:
            names = tuple(i.name for i in economy.ledger.instruments.contractual)
            self._append(
                "contracts", contract=np.arange(rows.shape[0]), creditor=rows[:, 0], debtor=rows[:, 1],
                instrument=(rows[:, 2], names), amount=rows[:, 3], due=rows[:, 4],
            )  # fmt: skip

    def note_event(self, event: str, *, owner: int = -1, target: int = -1, symbol: str = "", **facts: Any) -> None:
        """Write a row of table events."""
        self.happened.append(Happened(self.economy.tick, event, owner, target, symbol, facts))
        self._append(
            "events", event=[event], owner=[owner], target=[target], symbol=[symbol],
            payload=[json.dumps(facts, sort_keys=True)],
        )  # fmt: skip

    def note_alerts(self, alerts: Sequence[Alert]) -> None:
        """Write the alerts that fired."""
        if alerts:
            names = ("rule", "level", "value", "threshold", "symbol", "message")
            self._append("alerts", **{name: [getattr(alert, name) for alert in alerts] for name in names})

    def note_action(self, command: Command, payload: Mapping[str, Any], result: ActionResult) -> None:
        """Write a row of table actions."""
        facts = {"reason": result.reason, "message": result.message, "order": result.order, "filled": result.filled}
        self._append(
            "actions", source=[command.source], sequence=[command.sequence], owner=[self._known_owner(command.owner)],
            action=[str(payload.get("type", "?"))], target=[-1], symbol=[str(payload.get("symbol", ""))],
            payload=[json.dumps(payload, sort_keys=True)], success=[result.success],
            result=[json.dumps(facts, sort_keys=True)],
        )  # fmt: skip

    def _known_owner(self, owner: int) -> int:
        return owner if 0 <= owner < self.economy.ledger.owners.size else -1

    def state(self) -> dict[str, Any]:
        """Return plain values from which `restore` goes on."""
        return {"volume_by_group": self.volume_by_group.tolist(), "orders_before": list(self.orders_before)}

    def restore(self, values: dict[str, Any]) -> None:
        """Take the state returned by `state`."""
        self.volume_by_group = np.array(values["volume_by_group"], np.int64)
        self.orders_before = [int(value) for value in values["orders_before"]]

    def note_rate(self, before: float, after: float, readings: Readings, *, owner: int) -> None:
        """Write the event of a policy rate that moved by a hundredth of a basis point or more, and what was read."""
        if abs(after - before) >= _LEAST_MOVE:
            told = {"before": before, "after": after, "inflation": readings.inflation_12m, "output_gap": readings.gap}
            facts: dict[str, Any] = {name: round(value, 6) for name, value in told.items() if math.isfinite(value)}
            self.note_event("policy_rate", owner=owner, **facts)

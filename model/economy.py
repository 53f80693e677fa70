"""`Economy`: a Mesa model of a closed financial economy, told as a page of named stages."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np

from ..agents.handles import TraderHandle
from ..agents.households import Households
from ..agents.institutions import Institution
from ..agents.market import Market, MarketArrays
from ..agents.mood_effects import calm_scales
from ..agents.populated_model import PopulatedModel
from ..agents.population import Population
from ..agents.psychology import Psychology
from ..agents.regulator import Regulator
from ..agents.traders import Trader
from ..core.errors import CatallaxyError, Halted, OutOfBounds
from ..core.logs import get_logger
from ..core.mesa_adaptor import Collector, taken_apart
from ..core.parameters import Parameters, unflattened
from ..core.units import TRADING_DAYS_PER_YEAR, FloatArray, IntArray, OwnerId, Sector, Tick
from ..ledger.blocks import genesis
from ..ledger.files import canonical_json
from ..ledger.ledger import Ledger
from ..ledger.matrices import BalanceSheet, FlowMatrix, Revaluations
from ..ledger.periods import DAY, MONTH, YEAR, known_period
from ..ledger.tables import digest_arrays
from ..markets.exchange import Counters, Exchange
from ..markets.order_sheet import OrderSheet
from ..markets.orders import NO_EXPIRY
from ..markets.regime import RegimeClassifier
from ..markets.tape import Tape
from ..policies.prudential import PrudentialSettings
from .alerts import Alerts
from .anchors import build_anchor
from .changes import after_commands, with_changes
from .clock import DAYS_PER_MONTH, Clock
from .closed_economy import ClosedEconomy
from .commands import ActionResult, Command, plain_values
from .contagion import Contagion, contagion_in
from .door import Refused, check_action
from .floor import Floor, post_estate
from .genesis import endow, form_populations, found_institutions, list_stocks, slots_needed
from .graphs import Graphs
from .levers import Lever, levers_of
from .margin import open_margin
from .moods import open_psychology
from .national_accounts import real_assets
from .opening_stocks import Opening
from .payouts import value_shares
from .persistence import Memory
from .recorder import Recorder
from .reduced_economy import ReducedEconomy
from .reports import MacroReports, reports
from .roster import EconomyRoster
from .scenario import Scenario, load_scenario
from .schedule import Schedule, Stage, When
from .shock_effects import banks_standard
from .shocks import check_shock, parse_shock
from .snapshot import Snapshot
from .stages import default_schedule
from .state import State, restore_state, state_of

_LOG = get_logger("economy")


class Quote(NamedTuple):
    """The best quotes of a symbol; None where a side is empty."""

    bid: int | None
    ask: int | None
    last: int


class Economy(PopulatedModel):
    """A closed financial economy on Mesa.

    Parameters
    ----------
    scenario : str, path, mapping or Scenario
        A scenario that ships (``catallaxy scenarios`` lists them), a TOML file, or settings.
    rng : int, optional
        Seed of the run; drawn and recorded when None.
    out : path, optional
        Folder to write the run to; without it nothing is written and recent days are kept in memory.
    seed : int, optional
        Another word for ``rng``, which Mesa's batch runner uses.
    kwargs
        Flat settings: ``traders__number=500`` sets ``number`` of section ``traders``.

    Examples
    --------
    >>> economy = Economy("markets", rng=7, traders__number=200, stocks__number=2, anchor__source="walk")
    >>> economy.run(ticks=30)
    >>> economy.tick, economy.day, economy.identities_checked > 0
    (30, 1, True)
    >>> int(economy.balance_sheet().to_numpy().sum())
    0
    """

    def __init__(
        self,
        scenario: Any = "markets",
        *,
        rng: int | None = None,
        seed: int | None = None,
        out: str | Path | None = None,
        **kwargs: Any,
    ) -> None:
        scenario, rng, more = taken_apart(scenario, rng, seed)
        settings = load_scenario("markets" if scenario is None else scenario, unflattened({**more, **kwargs}))
        super().__init__(rng=rng)
        self.baseline: Scenario = settings  # what the economy was founded from; `settings` is in force
        self.settings: Scenario = settings
        self.clock = Clock(settings.clock.ticks_per_day)
        self.schedule: Schedule = default_schedule(settings)
        self.floor = Floor(self)
        self._sheets: list[OrderSheet] = []
        self._queue: list[Command] = []
        self._sequence = 0
        self.running = True
        self.seconds_of_last_tick = 0.0
        self.regulator = None if settings.regulator is None else Regulator(self, settings.regulator)
        self.found()
        self._register_institutions()
        self.memory = Memory(self, None if out is None else Path(out))
        self.memory.begin()
        self.datacollector = Collector(
            model_reporters={
                "seed": "seed", "index": "index", "anchor": "anchor_index", "day": "day", "volume": "day_volume",
            }
        )  # fmt: skip
        self.datacollector.collect(self)

    # -- founding -----------------------------------------------------------------------------

    def found(self) -> None:
        """Build the state at the opening from scenario and seed alone."""
        settings = self.settings = self.baseline
        if self.regulator is not None and settings.regulator is not None:
            self.regulator.set_rules(settings.regulator)
        self.tick: Tick = 0
        self.round_ = 0
        self.halted: Halted | None = None
        self.stepping = False
        self.done_by_hand: set[int] = set()  # commands that took effect when they were given, between ticks
        self.group_of: IntArray = np.zeros(0, np.int64)
        self.ledger = Ledger()
        self.closed: ClosedEconomy | None = None
        self.populations: list[Population] = form_populations(settings, self.seed)
        founding = Opening(settings, self.ledger, self.seed) if settings.macro.form == "full" else None
        if founding is None:
            self.institutions = found_institutions(self.ledger, settings.stocks.number)
            listings = list_stocks(self.ledger, self.institutions, settings)
            self.opening: IntArray = settings.stocks.opening_prices(self.seed)
            self._settle_traders()
        else:
            self.institutions, listings = founding.institutions(), founding.listings()
            self._settle_traders()
            households = Households(settings.households, self._ranges[0].start, founding.workers)
            self.closed = founding.economy(households, self.populations, self._ranges)
            self.opening = founding.prices(self.closed)
        self.symbols: tuple[str, ...] = listings.symbols
        self.ledger.mark(listings.security, self.opening * listings.unit_value)
        self.psychology: Psychology | None = open_psychology(self)
        self.reduced = ReducedEconomy(settings, self.seed) if settings.macro.form == "reduced" else None
        self.calm = calm_scales(len(self.symbols))
        self.spread: FloatArray = np.full(len(self.symbols), float(len(self.symbols)))
        self.taken: IntArray = np.zeros((4, len(self.symbols)), np.int64)
        self.margin_share = 0.0  # part of the accounts on margin that are under a call; who lends on margin keeps it
        self.path = build_anchor(
            settings.anchor,
            symbols=self.symbols,
            days=settings.clock.days,
            ticks_per_day=settings.clock.ticks_per_day,
            seed=self.seed,
            initial_prices=self.opening,
        )
        self.fundamental: FloatArray = np.array(self.path.values(0), np.float64)
        self.tape = Tape(self.opening, settings.clock.ticks_per_day, settings.stocks.opening_volatility)
        self.exchange = Exchange(
            settings.exchange, self.ledger, listings, self.opening,
            operator=self.institutions.operator, treasury=self.institutions.treasury,
            slots=slots_needed(self.populations),
        )  # fmt: skip
        for population, owners in zip(self.populations, self._ranges, strict=True):
            population.add(owners, self.market())
            if founding is None:
                values = self.opening * listings.unit_value
                endow(self.ledger, values, listings, self.institutions, population, owners, settings)
        if founding is not None and self.closed is not None:
            founding.fund(self.closed)
            value_shares(self)
            self.closed.accounts.open(self.closed)
        self.margin = open_margin(self)
        self.roster = EconomyRoster(self)
        self.sheet = OrderSheet()
        self.counters = Counters()
        self.arrivals: list[tuple[Population, IntArray]] = []
        self.halted_books = np.zeros(listings.size, np.bool_)
        self.shocks: list[Any] = [parse_shock(shock) for shock in settings.shocks]
        for number, shock in enumerate(self.shocks):
            check_shock(shock, settings, f"shocks[{number}]")
        self.results: dict[int, ActionResult] = {}
        self.pending_results: list[tuple[int, Command]] = []
        self.identities_checked = 0
        self.messages_sent = self.trades_made = 0
        self.day_volume = 0
        self.checkpoint_ticks = settings.recording.checkpoint_days * self.clock.ticks_per_day
        self._weights = self.ledger.issued[listings.security] * listings.unit_value
        self._base = float((self._weights * self.opening).sum()) or 1.0
        self.mark_index()
        self.regimes = RegimeClassifier(settings.regime)
        if self.regulator is not None:
            self.regulator.open(self.clock, self.symbols, self.opening, self.index)
        self.recorder = Recorder(self)
        self.alerts = Alerts(settings.alerts, self.symbols, self.opening)
        self.chain_head: str = genesis({"scenario": self.settings.effective(), "seed": self.seed})

    def group_newcomers(self) -> None:
        """Let `group_of` reach as far as the accounts; whoever belongs to no population is an object trader."""
        missing = self.ledger.holdings.shape[0] - self.group_of.shape[0]
        if missing > 0:
            more = np.full(missing, len(self.populations), np.int64)
            self.group_of = np.concatenate([self.group_of, more])

    def _register_institutions(self) -> None:
        """Make a Mesa agent for each institution."""
        who = self.institutions
        names = {who.treasury: "treasury", who.bank: "settlement bank", who.operator: "exchange"}
        names |= {} if self.closed is None else {self.closed.central_bank: "central bank"}
        names |= dict(zip(who.firms, self.symbols, strict=True))
        for owner, name in names.items():
            Institution(self, owner, self.ledger.owners.kind_of(owner), name)

    def _settle_traders(self) -> None:
        """Register the owners of every population, a contiguous range each."""
        counts = self.settings.traders.groups()
        bank = self.institutions.bank
        self.ledger.make_room(self.ledger.owners.size + sum(counts.values()))
        self._ranges = [
            self.ledger.add_owners(counts[p.name], sector=Sector.HOUSEHOLDS, kind=p.name, house_bank=bank)
            for p in self.populations
        ]
        self.group_of = np.full(self.ledger.holdings.shape[0], len(self.populations), np.int64)
        for number, owners in enumerate(self._ranges):
            self.group_of[owners.start : owners.stop] = number

    # -- running ------------------------------------------------------------------------------

    def step(self) -> None:
        """Advance by one tick: every stage of the schedule, in order, or nothing at all.

        Raises
        ------
        Halted
            When a stage fails. The tick is discarded; `recover` goes back to the last seal.
        """
        if self.halted is not None:
            raise self.halted
        began = time.perf_counter()
        self.tick += 1
        self.stepping = True
        stage: Stage | None = None
        try:
            for stage in self._stages_of_tick():
                stage(self)
        except Exception as error:
            raise self._halt(stage.name if stage else "schedule", error) from error
        except BaseException as interruption:  # half a tick must not stand, whoever interrupts it
            self._halt(stage.name if stage else "schedule", interruption)
            raise
        finally:
            self.stepping = False
        self.seconds_of_last_tick = time.perf_counter() - began
        self.running = self.tick < self.settings.clock.days * self.clock.ticks_per_day
        if self.clock.is_day_end(self.tick):
            self.datacollector.collect(self)

    def _stages_of_tick(self) -> Any:
        """Yield the stages of this tick; those of a round come together, as often as there are rounds."""
        stages = list(self.schedule)
        i = 0
        while i < len(stages):
            if stages[i].when is When.ROUND:
                last = i
                while last < len(stages) and stages[last].when is When.ROUND:
                    last += 1
                for round_ in range(self.settings.exchange.rounds):
                    self.round_ = round_
                    yield from stages[i:last]
                self.round_ = 0
                i = last
                continue
            if self._is_due(stages[i].when):
                yield stages[i]
            i += 1

    def _is_due(self, when: When) -> bool:
        """Return whether a stage that runs so often runs in this tick."""
        if when is When.MONTH:
            return self.clock.is_month_end(self.tick)
        return when is When.TICK or self.clock.is_day_end(self.tick)

    def _halt(self, stage: str, error: BaseException) -> Halted:
        """Discard the tick and return what `step` raises from now on."""
        cause = str(error) if isinstance(error, CatallaxyError) else f"{type(error).__name__}: {error}"
        self.halted = Halted(self.tick, stage, cause)
        self.round_ = 0
        self.memory.discard()
        _LOG.error("halted", extra={"tick": self.tick, "stage": stage, "cause": cause})
        self.tick -= 1
        return self.halted

    def run(self, *, ticks: int | None = None, days: int | None = None) -> None:
        """Advance by ``ticks`` or ``days``; without either, to the end that the scenario gives.

        Examples
        --------
        >>> Economy(rng=1, traders__number=50, stocks__number=1, anchor__source="walk").run(days=2)
        """
        if ticks is not None and days is not None:
            raise OutOfBounds("days", days, "give ticks or days, not both")
        for name, value in (("ticks", ticks), ("days", days)):
            if value is not None and (isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1):
                raise OutOfBounds(name, value, f"give a whole number of {name}, 1 or more")
        if days is not None:
            ticks = days * self.clock.ticks_per_day
        if ticks is None:
            ticks = max(0, self.settings.clock.days * self.clock.ticks_per_day - self.tick)
        for _ in range(int(ticks)):
            self.step()

    def recover(self) -> None:
        """After `Halted`: go back to the newest checkpoint and run again to the last sealed tick."""
        self.memory.recover()

    def close(self) -> None:
        """End the run: write what is buffered, a last checkpoint and the manifest. Safe to call twice."""
        self.memory.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- the door -----------------------------------------------------------------------------

    def submit(self, agent: Any, action: Mapping[str, Any] | Parameters, *, source: str = "python") -> int:
        """Submit an action of an agent for the next tick; return its sequence number.

        What became of it is ``economy.results[number]`` after the tick: success, a reason code of
        `catallaxy.markets.orders.Reason` and a sentence. Nothing that is refused is lost: it is in
        the journal and in table ``actions``.

        Parameters
        ----------
        agent : int, TraderHandle or Trader
            Who acts.
        action : mapping or action
            ``{"type": "BUY", "symbol": "AAPL", "quantity": 5, "order_type": "LIMIT", "price": 9900}``;
            types are BUY, SELL, SHORT, COVER and CANCEL.

        Examples
        --------
        >>> economy = Economy(rng=7, traders__number=100, stocks__number=2, anchor__source="walk")
        >>> number = economy.submit(economy.traders[0], {"type": "BUY", "symbol": "AAPL", "quantity": -5})
        >>> economy.step()
        >>> economy.results[number].reason
        'INVALID_QUANTITY'
        """
        owner = self.owner_id(agent)
        values = plain_values(action)
        payload: dict[str, Any] = dict(values)
        try:
            payload = check_action(self, owner, values).model_dump()
        except Refused as refused:
            payload["refused"] = {"reason": refused.reason.name, "message": refused.message}
        return self._enqueue(source, owner, payload)

    def inject(self, shock: Mapping[str, Any] | Parameters, *, source: str = "python") -> int:
        """Submit a shock (see `catallaxy.model.shocks`); it is journalled and replays.

        Raises
        ------
        OutOfBounds, UnknownKey
            When the shock cannot be used; nothing is queued.
        """
        values = shock.model_dump() if isinstance(shock, Parameters) else dict(shock)
        parsed = parse_shock(values)
        check_shock(parsed, self.settings)
        if parsed.at <= self.tick:
            raise OutOfBounds("shock.at", parsed.at, f"tick {self.tick} is over; give {self.tick + 1} or later")
        return self._enqueue(source, -1, {"type": "SHOCK", **parsed.model_dump(mode="json")})

    def change(self, changes: Mapping[str, Any], *, source: str = "python") -> int:
        """Change settings, by key, from the next tick on (see `levers`); it is journalled and replays.

        Raises
        ------
        OutOfBounds, UnknownKey
            When one of them cannot change so; nothing is queued.

        Examples
        --------
        >>> economy = Economy(rng=7, traders__number=100, stocks__number=2, anchor__source="walk")
        >>> number = economy.change({"traders.activity": 0.5})
        >>> economy.step()
        >>> economy.settings.traders.activity, economy.baseline.traders.activity
        (0.5, 0.1)
        """
        plain = dict(sorted(plain_values(changes).items())) if isinstance(changes, Mapping) else changes
        with_changes(self.settings_asked, plain)
        return self._enqueue(source, -1, {"type": "CHANGE", "changes": plain})

    def levers(self) -> tuple[Lever, ...]:
        """Return the settings that may change while this economy runs, with their values and bounds."""
        return levers_of(self)

    @property
    def settings_asked(self) -> Scenario:
        """The settings that will be in force once the commands that wait have been applied."""
        return after_commands(self.settings, self._queue)

    def _enqueue(self, source: str, owner: OwnerId, payload: dict[str, Any]) -> int:
        self._sequence += 1
        self._queue.append(Command(self._sequence, source, owner, payload))
        return self._sequence

    def take_commands(self) -> list[Command]:
        """Return the commands of this tick: a journal's while running again, else what was submitted."""
        queued, self._queue = self._queue, []
        commands = self.memory.stamped(queued)
        self._sequence = max([self._sequence, *(command.sequence for command in commands)])
        return commands

    @property
    def queued(self) -> tuple[Command, ...]:
        """What was submitted and waits for the next tick."""
        return tuple(self._queue)

    @property
    def sequence(self) -> int:
        """The number of the newest command."""
        return self._sequence

    def count_from(self, sequence: int) -> None:
        """Number the next commands above ``sequence``."""
        self._sequence = max(self._sequence, sequence)

    def requeue(self, commands: list[Command]) -> None:
        """Put commands back that came while running again; they wait for the first new tick."""
        self._queue = commands + self._queue

    def note_result(self, result: ActionResult) -> None:
        """Keep what became of a command (the newest 10,000)."""
        self.results[result.sequence] = result
        if len(self.results) > 10_000:
            del self.results[next(iter(self.results))]

    def owner_id(self, agent: Any) -> OwnerId:
        """Return the owner id of an agent: a number, a handle of a column trader, or an object trader."""
        if isinstance(agent, (TraderHandle, Trader)):
            return int(agent.owner)
        if isinstance(agent, (int, np.integer)) and not isinstance(agent, bool):
            return int(agent)
        raise OutOfBounds("agent", agent, "give an owner id, a trader of economy.traders, or a Trader")

    # -- leaving ------------------------------------------------------------------------------

    def retire(self, population: Population, row: int) -> None:
        """Let a column trader leave: cancel its orders, post its estate to the treasury, mark it inactive."""
        if post_estate(self, int(population.owners[row])):
            population.retire(row)
            first = sum(other.size for other in self.populations[: self.populations.index(population)])
            self.note_by_hand({"type": "LEAVE", "row": first + row})

    def note_by_hand(self, payload: dict[str, Any]) -> None:
        """Journal a change that was made between ticks, so that it replays; stages of a tick repeat by themselves."""
        if not self.stepping:
            self.done_by_hand.add(self._enqueue("python", -1, payload))

    # -- reading ------------------------------------------------------------------------------

    @property
    def day(self) -> int:
        """The trading day under way, from 1; 0 before the first tick."""
        return self.clock.day_of(self.tick) if self.tick else 0

    def market(self) -> Market:
        """Return the public state as agents see it at the opening of a round."""
        exchange, listings, tape = self.exchange, self.exchange.listings, self.tape
        arrays = MarketArrays(
            exchange.quotes, exchange.mid, exchange.last, self.fundamental, tape.sigma, listings.tick_size,
            listings.round_lot, listings.unit_value, self.spread if self.closed is None else self.closed.spread,
            listings.security, listings.money, tape.log_mid, self.ledger.holdings,
            **(self.calm if self.psychology is None else self.psychology.scales)._asdict(),
        )  # fmt: skip
        tick = max(self.tick, 1)
        life = self.settings.exchange.order_life
        return Market(
            tick=self.tick,
            round_=self.round_,
            day=self.clock.day_of(tick),
            tick_of_day=self.clock.tick_of_day(tick),
            ticks_per_day=self.clock.ticks_per_day,
            symbols=self.symbols,
            arrays=arrays,
            tape=tape,
            order_expiry=self.tick + life - 1 if life else NO_EXPIRY,
        )

    def quote(self, symbol: str) -> Quote:
        """Return the best quotes and last price of a symbol."""
        book = self.exchange.listings.expect(symbol)
        bid, ask, bid_lots, ask_lots = self.exchange.quotes[book].tolist()
        return Quote(bid if bid_lots else None, ask if ask_lots else None, int(self.exchange.last[book]))

    def mark_index(self) -> None:
        """Compute the index of last prices and of fundamental values, 100 at the opening."""
        self.index = 100.0 * float((self._weights * self.exchange.last).sum()) / self._base
        self.anchor_index = 100.0 * float((self._weights * self.fundamental).sum()) / self._base

    @property
    def market_open(self) -> bool:
        """Whether at least one book trades: is neither halted nor gathers orders for an auction."""
        return not bool((self.exchange.listings.halted | self.exchange.books.called).all())

    @property
    def prudential(self) -> PrudentialSettings:
        """What banks must hold: the scenario's numbers, over them those of rules in force and what a crunch adds."""
        rules = {} if self.regulator is None else self.regulator.requirements()
        return banks_standard(self, self.settings.prudential.replaced(rules) if rules else self.settings.prudential)

    def cash_of(self, owners: IntArray) -> IntArray:
        """Return deposits, free and reserved, of many owners."""
        cash: IntArray = self.ledger.owned(int(self.exchange.listings.money[0]), owners)
        return cash

    def portfolio_value(self, owners: IntArray) -> IntArray:
        """Return the value of many owners' shares at last prices, in minor units."""
        listings = self.exchange.listings
        value = np.zeros(owners.shape[0], np.int64)
        for security, worth in zip(
            listings.security.tolist(), (self.exchange.last * listings.unit_value).tolist(), strict=True
        ):
            value += self.ledger.owned(security, owners) * worth
        return value

    def cash_of_owner(self, owner: OwnerId) -> int:
        """Return one owner's deposits, free and reserved."""
        return self.ledger.balance(owner, int(self.exchange.listings.money[0]))

    def lots_of_owner(self, owner: OwnerId, symbol: str) -> int:
        """Return one owner's lots of a symbol, free and reserved."""
        return self.ledger.balance(owner, int(self.exchange.listings.security[self.exchange.listings.expect(symbol)]))

    def group_totals(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return (groups,) cash, lots over all symbols, and share value of each population."""
        prices = self.exchange.last * self.exchange.listings.unit_value
        securities = self.exchange.listings.security
        money = int(self.exchange.listings.money[0])
        cash, lots, value = [], [], []
        for population, owners in zip(self.populations, self._ranges, strict=True):
            total = (
                self.ledger.holdings[owners.start : owners.stop].sum(axis=0).sum(axis=1)
            )  # several times as fast as at once
            cash.append(int(total[money]))
            lots.append(int(total[securities].sum()))
            value.append(int((total[securities] * prices).sum()))
            assert population.size == len(owners)
        return np.array(cash, np.int64), np.array(lots, np.int64), np.array(value, np.int64)

    def trader_owners(self) -> IntArray:
        """Return the owner ids of every trader, columns first, then objects."""
        objects = np.array([trader.owner for trader in self.floor.traders], np.int64)
        return np.concatenate([self.roster.owner_ids(), objects])

    def balance_sheet(self) -> BalanceSheet:
        """Return the balance-sheet matrix (instruments x sectors) in minor units or lots; rows sum to 0.

        Printed, shares are valued at last prices and firms' capital and inventories have rows of their own.
        """
        real = {} if self.closed is None else real_assets(self.closed)
        return BalanceSheet.of(self.ledger, real)

    def flows(self, period: str = "day") -> FlowMatrix:
        """Return the transactions-flow matrix of a period: ``day``, ``month``, ``year`` or ``run``.

        It is the period under way, or the one that has just ended when nothing has happened since.
        """
        return FlowMatrix.of(self.ledger, period, ended=self._has_ended(period))

    def revaluations(self, period: str = "day") -> Revaluations:
        """Return what changes of prices and write-offs did to net worth in a period (see `flows`)."""
        return Revaluations.of(self.ledger, period, ended=self._has_ended(period))

    def graphs(self) -> Graphs:
        """Return who owes whom, who employs whom and who traded with whom as networkx graphs of owners."""
        return Graphs(self)

    def reports(self) -> MacroReports:
        """Return velocity, the Phillips decomposition and Okun's law of the last twenty years of a closed economy."""
        if self.closed is None:
            raise OutOfBounds("macro.form", self.settings.macro.form, 'only a closed economy has reports; give "full"')
        return reports(self.closed.history.months, normal_unemployment=self.settings.firms.normal_unemployment)

    def contagion(self, **assumed: float) -> Contagion:
        """Return what the failure of each bank would do to the others; ``assumed`` are fields of `contagion.Stress`.

        Examples
        --------
        >>> tiny = {"traders__number": 60, "traders__activity": 0.01, "firms__number": 6, "banks__number": 3}
        >>> found = Economy("economy-coarse", rng=1, **tiny).contagion(loss_given_default=1.0)
        >>> found.symbols, found.network.links, found.fallen(0)
        (('B01', 'B02', 'B03'), 0, ())
        """
        return contagion_in(self, assumed)

    def _has_ended(self, period: str) -> bool:
        """Return whether the newest tick was the last of such a period."""
        days = {DAY: 1, MONTH: DAYS_PER_MONTH, YEAR: TRADING_DAYS_PER_YEAR}.get(known_period(period))
        return days is not None and self.tick > 0 and not self.stepping and (
            self.tick % (days * self.clock.ticks_per_day) == 0
        )  # fmt: skip

    def table(self, name: str) -> Any:
        """Return a recorded table as a pandas frame (without a folder: of recent days, and of all months)."""
        return self.memory.store.read(name).to_pandas()

    @property
    def store(self) -> Any:
        """Where rows go."""
        return self.memory.store

    def thread_sheets(self) -> list[OrderSheet]:
        """Return an empty sheet for each population."""
        while len(self._sheets) < len(self.populations):
            self._sheets.append(OrderSheet())
        return self._sheets

    def facts(self) -> dict[str, Any]:
        """Return the counts that a manifest states."""
        return {
            "ticks": self.tick,
            "traders": int(self.trader_owners().shape[0]),
            "object_traders": len(self.floor.traders),
            "messages": self.messages_sent,
            "trades": self.trades_made,
            "identities_checked": self.identities_checked,
        }

    def counterfactual(self, *, without: str) -> Any:
        """Run the same seed again with one population muted, and compare (see `counterfactual`)."""
        from .counterfactual import counterfactual

        return counterfactual(self, without=without)

    # -- state --------------------------------------------------------------------------------

    def state(self, *, copy: bool = True) -> State:
        """Return every array and value from which `restore` continues this run to the byte.

        Without ``copy`` the accounts are views, good until the next tick.
        """
        return state_of(self, copy=copy)

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take what `state` returned; the scenario must be the same."""
        restore_state(self, arrays, values)
        self.mark_index()
        self.set_clock(self.tick)
        self.snapshot = Snapshot.of(self)

    def state_hash(self) -> str:
        """Return the SHA-256 of who owns and wants what: all arrays by name, and the records of the exchange."""
        arrays, values = self.state(copy=False)
        return hashlib.sha256(digest_arrays(arrays).encode() + canonical_json(values["exchange"])).hexdigest()

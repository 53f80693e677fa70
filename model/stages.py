"""What happens in each stage of a tick. Every stage is a function of the economy."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from ..core.randomness import USER, Draws
from ..ledger import identities
from ..ledger.blocks import seal_block
from ..markets.orders import NO_EXPIRY, Kind
from . import day_end, failures, government, materials, month, payouts, published, reduced_economy
from .alerts import economy_measures
from .door import apply_commands, note_results
from .macro_identities import check_month
from .margin import margin_days, margin_rounds
from .moods import feel, note_takers
from .regulation import set_phases, switch_rules, watch_market
from .scenario import Scenario
from .schedule import Schedule, Stage, When
from .shock_effects import strike
from .shocks import FundamentalJump, OrderFlood, books_of
from .snapshot import Snapshot

if TYPE_CHECKING:
    from .economy import Economy

UNTRACKED = -2


def default_schedule(scenario: Scenario) -> Schedule:
    """Return the stages of a scenario's tick, in order; a closed economy has those of its month end as well."""
    each, daily, rounds = When.TICK, When.DAY, When.ROUND
    return Schedule(
        [
            Stage("inject", each, inject, "commands and shocks from outside take effect; orders expire"),
            Stage("anchor", each, anchor, "fundamental values follow their anchors"),
            *margin_rounds(scenario.margin.on),
            Stage("decide", rounds, decide, "those who wake up write orders from the opening state"),
            Stage("trade", rounds, trade, "cancels, then checks and reservations, matching, settlement"),
            Stage("mark", each, mark, "the tape notes mid-prices"),
            *margin_days(scenario.margin.on),
            *((Stage("feel", daily, feel, "moods take in the day"),) if scenario.psychology.enabled else ()),
            *_BEHIND[scenario.macro.form](),
            Stage("oversee", each, oversee, "regulator and alert rules look at the tick"),
            Stage("identities", each, check_identities, "every unit has an owner and an issuer"),
            Stage("observe", each, observe, "rows of the tables are written"),
            Stage("close day", daily, close_day, "recount, daily bars, balances and groups"),
            Stage("seal", each, seal, "the tick's block joins the chain"),
            Stage("publish", each, publish, "a snapshot for everybody who watches"),
        ]
    )


def closed_stages() -> tuple[Stage, ...]:
    """Return the stages of a month end in the order of its events.

    It is that of the timeline of stock-flow-consistent agent-based models (Caiani and others 2016): the policy rate,
    plans, credit, labour, wages, resources, production, government, investment and consumption, prices, debt service
    and dividends, and last what is measured.
    """
    monthly = When.MONTH
    return (
        Stage("decide rate", monthly, month.decide_rate, "the central bank sets its rate and buys or sells bonds"),
        Stage("plan", monthly, month.plan, "firms expect sales and plan workforce and investment"),
        Stage("lend", monthly, month.lend, "banks grant loans as far as their capital allows"),
        Stage("hire", monthly, month.hire, "workers leave, are dismissed and find vacancies"),
        Stage("pay wages", monthly, month.pay_wages, "wages are paid and income tax withheld"),
        Stage("fund state", monthly, government.fund_state, "the treasury sells bonds before it spends"),
        Stage("pay benefits", monthly, government.pay_benefits, "the unemployed are paid"),
        Stage("extract", monthly, materials.extract, "resources are found, extracted, sold and renewed"),
        Stage("produce", monthly, month.produce, "labour and resources become goods; capital wears out"),
        Stage("invest", monthly, month.invest, "firms buy capital goods"),
        Stage("purchase", monthly, government.purchase, "the treasury buys goods"),
        Stage("consume", monthly, month.consume, "households shop"),
        Stage("set prices", monthly, month.set_prices, "firms set prices for the month to come"),
        Stage("service debt", monthly, payouts.service_debt, "interest, coupons and repayments are paid"),
        Stage("pay dividends", monthly, payouts.pay_dividends, "profits are taxed and paid out"),
        Stage("fail", monthly, failures.fail_and_found, "failed firms are wound up and successors founded"),
        Stage("supervise", monthly, day_end.supervise, "banks heed their ratios, pay premiums and are founded anew"),
        Stage("measure", monthly, month.measure, "prices, inflation and GDP are measured"),
        Stage("value shares", monthly, payouts.value_shares, "fundamental values follow dividends and rates"),
        Stage("run", When.DAY, day_end.run, "depositors who fear for their bank move to a safer one"),
        Stage("settle reserves", When.DAY, day_end.settle_reserves, "banks lend overnight, then the central bank does"),
        Stage("resolve", When.DAY, day_end.resolve, "banks that failed are resolved, to a fixed point"),
        Stage("accounts", monthly, check_month, "the month's accounts are closed and its identities checked"),
        Stage("publish indices", monthly, published.publish, "indices that move no price are worked out"),
    )


def reduced_stages() -> tuple[Stage, ...]:
    """Return the stages of a month end of three equations (see `catallaxy.model.reduced_economy`)."""
    return (
        Stage("decide rate", When.MONTH, reduced_economy.decide_rate, "the central bank sets its rate"),
        Stage("measure", When.MONTH, reduced_economy.step_month, "inflation, the output gap and what is expected"),
    )


_BEHIND: dict[str, Callable[[], tuple[Stage, ...]]] = {
    "none": tuple, "reduced": reduced_stages, "full": closed_stages,
}  # fmt: skip


def inject(economy: Economy) -> None:
    """Apply what came through the door, then rules, halts and reopenings, then expiry and the shocks in force."""
    economy.sheet.clear()
    apply_commands(economy)
    switch_rules(economy)
    set_phases(economy)
    economy.exchange.expire(economy.tick)
    economy.exchange.refresh()
    strike(economy)
    for number, shock in enumerate(economy.shocks):
        if isinstance(shock, OrderFlood) and shock.is_in_force(economy.tick):
            _flood(economy, shock, number)
        if shock.at == economy.tick:
            economy.recorder.note_event(f"shock:{shock.kind}", **shock.model_dump())


def _flood(economy: Economy, shock: OrderFlood, number: int) -> None:
    """Write market orders for a share of everybody's free lots or cash."""
    arrays = economy.market().arrays
    books = books_of(shock, economy.symbols)
    for population in economy.populations:
        if population.muted or (shock.who and population.name != shock.who):
            continue
        draws = Draws.of(economy.seed, f"shock.{number}.{population.name}", economy.tick)
        ordinals = np.flatnonzero(economy.ledger.owners.column("died")[population.owners] < 0)
        owners = population.owners[ordinals]
        for book in books.tolist():
            if shock.side == "sell":
                lots = np.floor(arrays.holdings[owners, arrays.security[book], 0] * shock.size).astype(np.int64)
            else:
                budget = arrays.holdings[owners, arrays.money[book], 0] * (shock.size / len(books))
                collar = arrays.mid[book] * (1.0 + economy.settings.exchange.collar) * arrays.unit_value[book]
                lots = np.floor(budget / collar).astype(np.int64)
            lots -= lots % arrays.round_lot[book]
            some = lots > 0
            if some.any():
                economy.sheet.write(
                    owner=owners[some], book=book, side=0 if shock.side == "buy" else 1, price=0,
                    quantity=lots[some], kind=int(Kind.MARKET), slot=UNTRACKED, expiry=NO_EXPIRY,
                    priority=(draws.bits(ordinals[some], USER, book) >> np.uint64(1)).astype(np.int64),
                )  # fmt: skip


def anchor(economy: Economy) -> None:
    """Take the tick's fundamental values and multiply in the jumps in force."""
    economy.fundamental[:] = economy.path.values(economy.tick)
    if economy.closed is not None:  # dividends and rates, times whatever an anchor adds
        economy.fundamental *= economy.closed.values / economy.path.values(0)
    if economy.reduced is not None:  # rates
        economy.fundamental *= economy.reduced.factor
    for shock in economy.shocks:
        if isinstance(shock, FundamentalJump) and shock.is_in_force(economy.tick):
            economy.fundamental[books_of(shock, economy.symbols)] *= 1.0 + shock.size


def decide(economy: Economy) -> None:
    """Collect everybody's orders from the same opening state (in sequence mode, who arrives in which order)."""
    if economy.round_ > 0:
        economy.sheet.clear()
    market = economy.market()
    awake = [(population, population.waking(market)) for population in economy.populations]
    if economy.settings.exchange.arrivals == "sequential":
        economy.arrivals = awake
    elif economy.settings.threads == 1:
        for population, rows in awake:
            population.decide(market, rows, economy.sheet)
    else:
        sheets = economy.thread_sheets()
        for sheet in sheets:
            sheet.clear()  # a tick that failed may have left rows
        with ThreadPoolExecutor(economy.settings.threads) as pool:
            jobs = [pool.submit(p.decide, market, rows, sheet) for (p, rows), sheet in zip(awake, sheets, strict=True)]
            for job in jobs:
                job.result()
        for sheet in sheets:
            economy.sheet.take(sheet)
    if economy.round_ == 0:
        economy.floor.decide()


def trade(economy: Economy) -> None:
    """Let the exchange check, match and settle."""
    _trade_sheet(economy)
    if economy.settings.exchange.arrivals == "sequential":
        _trade_one_by_one(economy)


def _trade_sheet(economy: Economy) -> None:
    outcome = economy.exchange.trade(economy.sheet, economy.tick)
    note_results(economy, outcome)
    note_takers(economy, outcome.fills)
    economy.recorder.note_round(outcome)


def _trade_one_by_one(economy: Economy) -> None:
    """Let each arrival decide on the live book and trade before the next, in order of a priority draw."""
    queue = []
    for number, (population, rows) in enumerate(economy.arrivals):
        keys = population.draws(economy.tick, economy.round_).bits(rows, USER + 3)
        queue += [(key, number, row) for key, row in zip(keys.tolist(), rows.tolist(), strict=True)]
    for _key, number, row in sorted(queue):
        economy.sheet.clear()
        economy.arrivals[number][0].decide(economy.market(), np.array([row], np.int64), economy.sheet)
        if economy.sheet.size:
            _trade_sheet(economy)
    economy.arrivals = []


def mark(economy: Economy) -> None:
    """Let the tape note the mid-prices with which the tick ends, and count what passed."""
    counters = economy.exchange.take_counters()
    economy.counters = counters
    economy.messages_sent += counters.messages
    economy.trades_made += counters.trades
    opens = economy.clock.tick_of_day(economy.tick) == 1
    economy.day_volume = counters.volume if opens else economy.day_volume + counters.volume
    economy.tape.note_tick(economy.tick, economy.exchange.mid)
    economy.mark_index()


def oversee(economy: Economy) -> None:
    """Let the regulator and the alert rules look at the tick, and once a day at the machine."""
    watch_market(economy)
    exchange, day_end = economy.exchange, economy.clock.is_day_end(economy.tick)
    fired = economy.alerts.look(
        economy.tick, exchange.mid, bids=exchange.quotes[:, 2], asks=exchange.quotes[:, 3], is_day_end=day_end,
        observables=economy_measures(economy),
    )  # fmt: skip
    economy.recorder.note_alerts(fired)
    if day_end:
        economy.alerts.look_at_machine(economy.tick, economy.seconds_of_last_tick)


def check_identities(economy: Economy) -> None:
    """Check closure; with ``identities = "full"`` recount every account as well."""
    identities.instruments_close(economy.ledger)
    economy.identities_checked += 1
    if economy.settings.identities == "full":
        recount(economy)


def recount(economy: Economy) -> None:
    """Count every account and reservation from scratch and compare with the running totals."""
    identities.contracts_close(economy.ledger)
    identities.recount_agrees(economy.ledger)
    identities.reservations_agree(economy.ledger, economy.exchange.reserved())
    identities.positions_follow(economy.ledger)
    identities.worth_follows(economy.ledger)
    if economy.closed is not None and economy.clock.is_day_end(economy.tick):
        identities.reserves_covered(economy.ledger)
    economy.identities_checked += 5


def observe(economy: Economy) -> None:
    """Write the tick's rows."""
    economy.recorder.note_tick(economy.counters)


def close_day(economy: Economy) -> None:
    """Mark shares, recount, write the day's rows, start new daily bars and flow periods."""
    listings = economy.exchange.listings
    economy.ledger.mark(listings.security, economy.exchange.last * listings.unit_value)
    recount(economy)
    close = economy.exchange.last.astype(np.float64)
    economy.tape.note_day(close)
    if min(economy.index, economy.anchor_index) > 0.0:  # else there are no shares
        economy.regimes.note_day(economy.index, economy.anchor_index)
    economy.recorder.note_day()
    economy.ledger.close_period()
    if economy.clock.is_month_end(economy.tick):
        economy.ledger.close_month()
    if economy.tick % economy.checkpoint_ticks == 0:
        economy.recorder.note_wealth()


def seal(economy: Economy) -> None:
    """Seal the tick: hash what happened and, now and then, the whole state."""
    bars = economy.exchange.bars
    bars.roll_day() if economy.clock.is_day_end(economy.tick) else bars.roll_tick()
    state = ""
    if economy.tick % economy.settings.recording.digest_every == 0:
        state = economy.state_hash()
    messages = economy.exchange.take_digest()
    block = seal_block(economy.chain_head, economy.tick, messages, economy.store.seal(economy.tick), state)
    economy.memory.note_block(block)


def publish(economy: Economy) -> None:
    """Publish the snapshot that dashboards and gateways read."""
    economy.snapshot = Snapshot.of(economy)

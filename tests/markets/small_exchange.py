"""A market that one can see whole: a ledger, a few books and a few traders; and its slow plain twin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from catallaxy.core.units import SECTOR_CODE, IntArray, Sector, Side
from catallaxy.ledger import identities
from catallaxy.ledger.instruments import Instrument, InstrumentKind
from catallaxy.ledger.ledger import Ledger
from catallaxy.markets.exchange import Exchange, ExchangeSettings, RoundOutcome
from catallaxy.markets.listing import Listings
from catallaxy.markets.order_sheet import OrderSheet
from catallaxy.markets.orders import (
    BOOK,
    KIND,
    MESSAGE_WIDTH,
    NO_EXPIRY,
    NO_SLOT,
    OWNER,
    PRICE,
    QUANTITY,
    SIDE,
    SLOT,
    Kind,
    Reason,
    Status,
)
from tests.ledger.plain_ledger import PlainLedger, plain_fee, plain_reserve
from tests.markets.plain_book import PlainBooks, Row, plain_auction_price, plain_route

BANK, OPERATOR = 0, 1
MONEY = 0
SLOTS = 2


@dataclass
class World:
    """What both twins are made from."""

    books: int = 1
    traders: int = 4
    cash: int = 10_000
    lots: int = 100
    unit_value: int = 1
    tick_size: int = 1
    round_lot: int = 1
    opening: int = 100
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """Owner id of the first trader."""
        return 2 + self.books

    @property
    def treasury(self) -> int:
        """Owner id of the treasury, after everybody else's."""
        return self.first + self.traders


class Market:
    """An exchange with traders 0, 1, 2, ... who own the same cash and lots of each stock."""

    def __init__(self, world: World | None = None, **changes: Any) -> None:
        self.world = world = world or World(**changes)
        self.ledger = ledger = Ledger()
        ledger.add_owners(1, sector=Sector.BANKS, kind="bank")
        ledger.add_owners(1, sector=Sector.INFRASTRUCTURE, kind="exchange")
        ledger.add_owners(world.books, sector=Sector.FIRMS, kind="firm")
        owners = ledger.add_owners(world.traders, sector=Sector.HOUSEHOLDS, kind="trader")
        ledger.add_owners(1, sector=Sector.GOVERNMENT, kind="treasury")
        ledger.add_instrument(Instrument("deposit", InstrumentKind.DEPOSIT, "USD", BANK))
        ledger.post("opening", MONEY, payer=BANK, payee=list(owners), amount=world.cash)
        for book in range(world.books):
            share = ledger.add_instrument(Instrument(f"S{book}", InstrumentKind.SHARE, "USD", 2 + book))
            ledger.post("opening", share, payer=2 + book, payee=list(owners), amount=world.lots)
        ledger.close_period()

        def each(value: int) -> IntArray:
            return np.full(world.books, value, np.int64)

        self.listings = Listings(
            symbols=tuple(f"S{book}" for book in range(world.books)),
            security=np.arange(1, world.books + 1),
            money=each(MONEY),
            unit_value=each(world.unit_value),
            tick_size=each(world.tick_size),
            round_lot=each(world.round_lot),
            halted=np.zeros(world.books, np.bool_),
        )
        settings = ExchangeSettings(**world.settings)
        self.exchange = Exchange(
            settings, ledger, self.listings, each(world.opening), operator=OPERATOR, treasury=world.treasury,
            slots=SLOTS,
        )  # fmt: skip
        self.tick = 1
        self.sheet = OrderSheet()

    def owner(self, trader: int) -> int:
        """Return the owner id of a trader."""
        return self.world.first + trader

    def write(
        self, trader: int, side: str, quantity: int, price: int | None = None, *, book: int = 0, slot: int = 0,
        kind: Kind = Kind.LIMIT, expiry: int = NO_EXPIRY, priority: int | None = None,
    ) -> None:  # fmt: skip
        """Write an order on the sheet of the coming round; without a price it is a market order."""
        self.sheet.write(
            owner=self.owner(trader), book=book, side=Side.of(side), price=price or 0, quantity=quantity, slot=slot,
            kind=kind if price is not None else Kind.MARKET, expiry=expiry,
            priority=self.sheet.size if priority is None else priority,
        )  # fmt: skip

    def withdraw(self, trader: int, slot: int = 0) -> None:
        """Write that a trader withdraws what rests in a slot."""
        self.write(trader, "buy", 0, 0, slot=slot)

    def trade(self) -> RoundOutcome:
        """Run a round with what was written, and check every law afterwards."""
        outcome = self.exchange.trade(self.sheet, self.tick)
        self.sheet.clear()
        self.check()
        return outcome

    def uncross(self, *books: int) -> RoundOutcome:
        """End the call auctions of some books (of the first, unless said), and check every law afterwards."""
        outcome = self.exchange.uncross(np.array(books or (0,)), self.tick)
        self.check()
        return outcome

    def check(self) -> None:
        """Check that nothing was lost, nobody overdrawn and everything reserved stands in a book."""
        assert int(self.ledger.holdings.min()) >= 0
        identities.instruments_close(self.ledger)
        identities.recount_agrees(self.ledger)
        identities.reservations_agree(self.ledger, self.exchange.reserved())

    def cash(self, trader: int) -> list[int]:
        """Return a trader's free and reserved cash."""
        return self.ledger.holdings[self.owner(trader), MONEY].tolist()

    def lots(self, trader: int, book: int = 0) -> list[int]:
        """Return a trader's free and reserved lots."""
        return self.ledger.holdings[self.owner(trader), 1 + book].tolist()

    def depth(self, book: int = 0) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Return (price, quantity) of the bids and of the asks, best first."""
        return self.exchange.books.depth(book, 10)


def trades_of(outcome: RoundOutcome) -> list[tuple[int, int]]:
    """Return (quantity, price) of the trades of a round."""
    return [(int(quantity), int(price)) for price, quantity in outcome.fills[:2].T]


class PlainExchange:
    """What `Exchange` promises, with accounts in dicts and books in lists."""

    def __init__(self, world: World) -> None:
        self.world = world
        settings = ExchangeSettings(**world.settings)
        self.maker_ppm, self.taker_ppm = settings.maker_fee_ppm, settings.taker_fee_ppm
        self.fee_ppm, self.tax_ppm = max(self.maker_ppm, self.taker_ppm), 0
        self.at_market: list[tuple[int, int]] = []
        self.collar = settings.collar
        kinds = [
            Sector.BANKS,
            Sector.INFRASTRUCTURE,
            *[Sector.FIRMS] * world.books,
            *[Sector.HOUSEHOLDS] * world.traders,
            Sector.GOVERNMENT,
        ]
        self.ledger = PlainLedger([SECTOR_CODE[kind] for kind in kinds], [BANK, *range(2, 2 + world.books)])
        for owner in range(world.first, world.first + world.traders):
            self.ledger.free[owner, MONEY] = world.cash
            self.ledger.issued[MONEY] += world.cash
            for book in range(world.books):
                self.ledger.free[owner, 1 + book] = world.lots
                self.ledger.issued[1 + book] += world.lots
        self.books = PlainBooks(world.books, settings.self_trade_prevention)
        self.slots: dict[tuple[int, int], tuple[int, int]] = {}
        self.last = [world.opening] * world.books
        self.halted = [False] * world.books
        self.opening = self.books.quotes()
        self.records: dict[int, dict[str, Any]] = {}
        self.next_order = 1

    def need(self, book: int, side: int, price: int, lots: int) -> tuple[int, int]:
        """Return which instrument, and how much of it, an order must reserve."""
        if side == Side.SELL:
            return 1 + book, lots
        return MONEY, plain_reserve(price, self.world.unit_value, self.fee_ppm + self.tax_ppm, lots)

    def trade(self, messages: IntArray) -> tuple[list[Row], list[Row], list[bool], list[int]]:
        rows, self.opening = messages.tolist(), self.quotes()
        taken = [self.slots.pop((row[OWNER], row[SLOT])) for row in rows if (row[OWNER], row[SLOT]) in self.slots]
        self.release(self.books.cancel([b for b, _ in taken], [h for _, h in taken]))
        self.claimed: set[tuple[int, int]] = set()
        reasons = [int(self.enter(row)) for row in rows]
        accepted = [reason == 0 and row[QUANTITY] > 0 for reason, row in zip(reasons, rows, strict=True)]
        first, self.next_order = self.next_order, self.next_order + len(rows)
        for i, row in enumerate(rows):
            if row[SLOT] == NO_SLOT:
                status = Status.PENDING if accepted[i] else Status.REJECTED
                lots = row[QUANTITY]
                self.records[first + i] = {
                    "status": status,
                    "lots": lots,
                    "filled": 0,
                    "turnover": 0,
                    "why": reasons[i],
                }
        final = np.array(rows, np.int64).reshape(-1, MESSAGE_WIDTH)
        order, starts = plain_route(final, self.world.books, np.array(accepted))
        fills, acks = self.books.match(final, np.array(order, np.int64), np.array(starts), first)
        for fill in fills:
            self.deliver(fill)
        for i, (row, ack) in enumerate(zip(rows, acks, strict=True)):
            if accepted[i]:
                self.finish(row, ack, first + i)
            if row[KIND] == Kind.MARKET and ack[2]:
                self.at_market.append((row[BOOK], ack[2]))
        return fills, acks, accepted, reasons

    def enter(self, row: Row) -> Reason:
        """Check an order and reserve for it; a market order's price becomes its collar."""
        lots, book, side = row[QUANTITY], row[BOOK], row[SIDE]
        if lots == 0 and row[SLOT] >= 0:
            return Reason.ACCEPTED
        if row[KIND] == Kind.MARKET:
            row[PRICE] = self.collar_of(book, side)
        if lots > 0 and row[SLOT] >= 0:
            if (row[OWNER], row[SLOT]) in self.claimed:
                return Reason.SLOT_TAKEN
            self.claimed.add((row[OWNER], row[SLOT]))
        if lots <= 0:
            return Reason.INVALID_QUANTITY
        if row[PRICE] <= 0:
            return Reason.INVALID_PRICE
        if row[PRICE] % self.world.tick_size:
            return Reason.OFF_TICK
        if lots % self.world.round_lot:
            return Reason.OFF_LOT
        if self.halted[book]:
            return Reason.HALTED
        if row[PRICE] * lots * self.world.unit_value * 1.01 > 2.0**61:
            return Reason.TOO_LARGE
        if not self.ledger.reserve(row[OWNER], *self.need(book, side, row[PRICE], lots)):
            return Reason.INSUFFICIENT_SHARES if side == Side.SELL else Reason.INSUFFICIENT_FUNDS
        return Reason.ACCEPTED

    def collar_of(self, book: int, side: int) -> int:
        """Return the worst price a market order may take: inside the collar round the round's opening quote."""
        price, lots = self.opening[book][1 - side], self.opening[book][3 - side]
        best, tick = (price if lots else self.last[book]), self.world.tick_size
        worst = int(best * (1.0 - self.collar if side else 1.0 + self.collar))
        inside = -(-worst // tick) * tick if side else worst // tick * tick
        return max(inside, tick)

    def quotes(self) -> list[Row]:
        """Return the published quotes: those of the books, but none of a book that is called."""
        told = zip(self.books.books, self.books.quotes(), strict=True)
        return [[0, 0, 0, 0] if book.called else row for book, row in told]

    def uncross(self, b: int) -> list[Row]:
        """End a call auction: self-crossing orders go, what crosses trades at one price, market orders go."""
        if self.books.self_trade_prevention:
            self.release(self.books.drop_self_crossing(b))
        sides = self.books.queue(b, 0), self.books.queue(b, 1)
        price, lots, _ = plain_auction_price(*sides, self.world.tick_size, self.last[b])
        fills = self.books.uncross(b, price) if lots else []
        self.books.books[b].called = False
        rest = [handle for book, handle in self.at_market if book == b]
        self.release(self.books.cancel([b] * len(rest), rest))
        self.at_market = [pair for pair in self.at_market if pair[0] != b]
        for fill in fills:
            self.deliver(fill, auction=True)
        return fills

    def set_tax(self, ppm: int) -> None:
        """Cancel everything, then change the rate."""
        self.release(self.books.cancel_all())
        self.slots.clear()
        self.tax_ppm = ppm

    def deliver(self, fill: Row, auction: bool = False) -> None:
        price, lots, maker, taker, maker_order, taker_order, side, book, limit = fill
        bought = side == Side.BUY
        notional = price * self.world.unit_value * lots
        fees = {maker_order: plain_fee(notional, self.maker_ppm), taker_order: plain_fee(notional, self.taker_ppm)}
        self.ledger.deliver(
            security=1 + book, money=MONEY, lots=lots, paid=notional, operator=OPERATOR,
            set_aside=self.need(book, Side.BUY, limit if bought or auction else price, lots)[1],
            buyer=taker if bought else maker, seller=maker if bought else taker,
            buyer_fee=fees[taker_order if bought else maker_order],
            seller_fee=fees[maker_order if bought else taker_order],
        )  # fmt: skip
        for payer in (maker, taker):
            self.ledger.free[payer, MONEY] -= (duty := plain_fee(notional, self.tax_ppm))
            self.ledger.free[self.world.treasury, MONEY] += duty
            self.ledger.flow("transaction tax", MONEY, payer, self.world.treasury, duty)
        self.last[book] = price
        for order in (maker_order, taker_order):
            if order in self.records:
                self.records[order]["filled"] += lots
                self.records[order]["turnover"] += price * lots

    def finish(self, row: Row, ack: Row, number: int) -> None:
        """Remember where the order rests, or give back what its cancelled rest had reserved."""
        status, filled, handle = ack
        if handle:
            if row[SLOT] >= 0:
                self.slots[row[OWNER], row[SLOT]] = row[BOOK], handle
        elif filled < row[QUANTITY]:
            rest = row[QUANTITY] - filled
            self.ledger.release(row[OWNER], *self.need(row[BOOK], row[SIDE], row[PRICE], rest))
        if number in self.records and not handle:
            self.records[number]["status"] = Status(status)  # FILLED or CANCELLED

    def release(self, releases: list[Row], status: Status = Status.CANCELLED) -> None:
        for book, owner, side, price, lots, number in releases:
            if lots:
                self.ledger.release(owner, *self.need(book, side, price, lots))
                if number in self.records:
                    self.records[number]["status"] = status

    def expire(self, tick: int) -> None:
        self.release(self.books.expire(tick), Status.EXPIRED)

    def cancel_owner(self, owner: int) -> None:
        self.release(self.books.cancel_owner(owner))

    def record(self, number: int) -> tuple[Status, int, int, int]:
        """Return status, filled lots, turnover and reason of a tracked order."""
        record = self.records[number]
        status = record["status"]
        if status == Status.PENDING and record["filled"]:
            status = Status.FILLED if record["filled"] == record["lots"] else Status.PARTIAL
        return status, record["filled"], record["turnover"], record["why"]

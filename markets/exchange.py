"""The exchange: where a round's orders are checked, matched and settled.

A round runs in the order of DESIGN's fourth law: withdrawals and cancellations first, their
reservations are released for good; then new orders reserve against what is left, per owner in
submission order; then every book matches on its own in priority order; then fills are posted.
Proceeds are usable from the next round, so no fill can overdraw anyone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from pydantic import Field

from ..core.errors import OutOfBounds, PlugInError
from ..core.parameters import Parameters
from ..core.units import BoolArray, FloatArray, IntArray, OrderId, OwnerId, Tick
from ..ledger.ledger import Ledger
from ..ledger.owners import NOBODY
from .bars import Bars
from .books import Books
from .call_auction import CallAuctions, Indication
from .desk import Desk
from .listing import Listings
from .order_sheet import OrderSheet
from .orders import (
    ACK_WIDTH,
    BOOK,
    F_BOOK,
    F_LIMIT,
    F_MAKER,
    F_PRICE,
    F_QUANTITY,
    F_SIDE,
    F_TAKER,
    FILL_WIDTH,
    MESSAGE_WIDTH,
    NO_SLOT,
    OWNER,
    R_QUANTITY,
    SIDE,
    SLOT,
    Reason,
    Status,
)
from .reservation import (
    check_orders,
    collect_withdrawals,
    finish_orders,
    first_stray,
    fold_messages,
    moving_prices,
    released_amounts,
)
from .routing import Router

HIGHEST_TAX = 100_000


class ExchangeSettings(Parameters):
    """How the market place works."""

    rounds: int = Field(1, ge=1, le=100, description="rounds of decide, check, trade in a tick")
    arrivals: Literal["batch", "sequential"] = Field(
        "batch", description="batch: all of a round decide on the same quotes; sequential: each sees the live book"
    )
    collar: float = Field(0.10, gt=0.0, lt=1.0, description="fraction beyond the quote that a market order may pay")
    self_trade_prevention: bool = Field(True, description="cancel the newer order when an owner meets itself")
    maker_fee_ppm: int = Field(0, ge=0, le=100_000, description="fee of the resting side, millionths of notional")
    taker_fee_ppm: int = Field(0, ge=0, le=100_000, description="fee of the incoming side, millionths of notional")
    order_life: int = Field(30, ge=0, description="ticks an order of a column trader rests; 0 for no limit")


@dataclass
class Counters:
    """What passed through the exchange since the counters were last read."""

    messages: int = 0
    trades: int = 0
    volume: int = 0
    turnover: int = 0
    refused: dict[int, int] = field(default_factory=dict)


class Exchange:
    """One venue with a book for each listing.

    Attributes
    ----------
    quotes : (books, 4) int64
        Best bid, best ask and the lots there, after the last round; 0 where a side is empty.
    last : (books,) int64
        Price of the last trade. ``mid`` is the mid-price, or the last price where a side is empty.
    auctions : CallAuctions
        The books that are called: they take orders and match none until `uncross`, and quote nothing.
    tax_ppm : int
        Transaction tax, millionths of notional from each side; it goes to the owner ``treasury``.
    resting : (owners, slots, 2) int64
        Book and handle of what column traders have resting in their slots.
    """

    def __init__(
        self,
        settings: ExchangeSettings,
        ledger: Ledger,
        listings: Listings,
        opening: IntArray,
        *,
        operator: OwnerId,
        treasury: OwnerId = NOBODY,
        slots: int = 2,
    ) -> None:
        self.settings, self.ledger, self.listings = settings, ledger, listings
        self.operator, self.treasury = operator, treasury
        self.tax_ppm = 0
        self.books = Books(listings.size, self_trade_prevention=settings.self_trade_prevention)
        self.auctions = CallAuctions(self.books)
        self.bars = Bars(listings.size, opening)
        self.desk = Desk()
        self.slots = slots
        self.resting: IntArray = np.zeros((ledger.holdings.shape[0], slots, 2), np.int64)
        self.quotes: IntArray = np.zeros((listings.size, 4), np.int64)
        self.mid: FloatArray = opening.astype(np.float64)
        self.next_order: OrderId = 1
        self.counters = Counters()
        self.lanes: IntArray = np.zeros(4, np.int64)
        self._rows = _Rows()
        self._router = Router(listings.size)

    @property
    def last(self) -> IntArray:
        """Price of the last trade of each book."""
        return self.bars.last

    @property
    def fee_ppm(self) -> int:
        """The highest fee an order can meet."""
        return max(self.settings.maker_fee_ppm, self.settings.taker_fee_ppm)

    @property
    def reserved_ppm(self) -> int:
        """The highest fee and the tax together, which buyers reserve."""
        return self.fee_ppm + self.tax_ppm

    # -- a round ------------------------------------------------------------------------------

    def trade(self, sheet: OrderSheet, tick: Tick) -> RoundOutcome:
        """Check, match and settle a sheet of orders; return what came of it (valid until the next call)."""
        messages = sheet.messages
        n = messages.shape[0]
        if n == 0:
            return RoundOutcome(
                messages, np.zeros(0, np.bool_), np.zeros(0, np.int64), _NO_FILLS, _NO_ACKS, self.next_order
            )
        self._refuse_strays(messages)
        self._admit_owners(int(messages[:, OWNER].max()))
        rows = self._rows.sized(n)
        self._withdraw(messages, rows)
        accepted, reasons = self._check(messages, rows)
        first, self.next_order = self.next_order, self.next_order + n
        tracked = np.flatnonzero(messages[:, SLOT] == NO_SLOT).tolist()
        self.desk.open(messages, tracked, first, tick)
        order, starts = self._router.route(messages, accepted)
        rows_of_fills, acks = self.books.match(messages, order, starts, first)
        if self.auctions.running:
            self.auctions.note(messages, acks)
        fills = rows_of_fills.T.copy()
        self._settle(fills)
        self.bars.add(rows_of_fills, self.listings.unit_value)
        self._finish(messages, acks, accepted, rows)
        self._keep_records(tracked, first, rows_of_fills, acks, accepted, reasons, tick)
        fold_messages(messages, accepted, self.lanes)
        self._count(n, fills, reasons)
        self.refresh()
        return RoundOutcome(messages, accepted, reasons, fills, acks, first)

    def _refuse_strays(self, messages: IntArray) -> None:
        """Refuse a sheet that names what does not exist: kernels would reach into other memory."""
        row = first_stray(messages, self.ledger.owners.size, self.slots, self.listings.size)
        if row >= 0:
            owner, book, side, slot = (int(messages[row, column]) for column in (OWNER, BOOK, SIDE, SLOT))
            raise PlugInError(
                f"row {row} of the sheet names owner {owner}, book {book}, side {side}, slot {slot}; there are "
                f"{self.ledger.owners.size} owners, {self.listings.size} books, 2 sides and {self.slots} slots"
            )

    def _withdraw(self, messages: IntArray, rows: _Rows) -> None:
        count = collect_withdrawals(messages, self.resting, self.next_order, rows.books, rows.handles, rows.repeated)
        if count:
            self._release(self.books.cancel(rows.books[:count], rows.handles[:count]))

    def _check(self, messages: IntArray, rows: _Rows) -> tuple[BoolArray, IntArray]:
        listings, n = self.listings, messages.shape[0]
        owner, instrument, amount = rows.owner[:n], rows.instrument[:n], rows.amount[:n]
        wanted, reason = rows.wanted[:n], rows.reason[:n]
        check_orders(
            messages, self.quotes, self.last, listings.halted, listings.tick_size, listings.round_lot,
            listings.security, listings.money, listings.unit_value, self.settings.collar, self.reserved_ppm,
            owner, instrument, amount, wanted, reason,
        )  # fmt: skip
        again = rows.repeated[:n]
        if again.any():
            wanted[again], reason[again] = False, int(Reason.SLOT_TAKEN)
        asked = wanted.copy()
        self.ledger.reserve(owner, instrument, amount, wanted)
        short = asked & ~wanted
        if short.any():
            poor = np.where(messages[:, 2] == 0, int(Reason.INSUFFICIENT_FUNDS), int(Reason.INSUFFICIENT_SHARES))
            reason[short] = poor[short]
        return wanted, reason

    def _settle(self, fills: IntArray, *, auction: bool = False) -> None:
        """Post fills (9, m): a maker's limit is the price itself, but in an auction the buyer's is written down."""
        if not fills.shape[1]:
            return
        book, bought = fills[F_BOOK], fills[F_SIDE] == 0
        taker, maker = self.settings.taker_fee_ppm, self.settings.maker_fee_ppm
        self.ledger.settle_trades(
            security=self.listings.security[book],
            money=self.listings.money[book],
            unit_value=self.listings.unit_value[book],
            quantity=fills[F_QUANTITY],
            price=fills[F_PRICE],
            limit=np.where(bought | auction, fills[F_LIMIT], fills[F_PRICE]),
            buyer=np.where(bought, fills[F_TAKER], fills[F_MAKER]),
            seller=np.where(bought, fills[F_MAKER], fills[F_TAKER]),
            buyer_ppm=np.where(bought, taker, maker),
            seller_ppm=np.where(bought, maker, taker),
            reserved_ppm=self.reserved_ppm,
            operator=self.operator,
            tax_ppm=self.tax_ppm,
            treasury=self.treasury,
        )

    def _finish(self, messages: IntArray, acks: IntArray, accepted: BoolArray, rows: _Rows) -> None:
        listings = self.listings
        count = finish_orders(
            messages, acks, accepted, self.resting, listings.security, listings.money, listings.unit_value,
            self.reserved_ppm, rows.owner, rows.instrument, rows.amount,
        )  # fmt: skip
        self.ledger.release(rows.owner[:count], rows.instrument[:count], rows.amount[:count])

    def _keep_records(
        self, tracked: list[int], first: OrderId, fills: IntArray, acks: IntArray, accepted: BoolArray,
        reasons: IntArray, tick: Tick,
    ) -> None:  # fmt: skip
        self.desk.fill(fills, tick)
        self.desk.arrive(acks, [i for i in tracked if accepted[i]], first)
        for i in tracked:
            if not accepted[i]:
                self.desk.reject(first + i, Reason(int(reasons[i])))

    def _count(self, messages: int, fills: IntArray, reasons: IntArray) -> None:
        counters = self.counters
        counters.messages += messages
        counters.trades += fills.shape[1]
        counters.volume += int(fills[F_QUANTITY].sum())
        counters.turnover += int((fills[F_PRICE] * fills[F_QUANTITY] * self.listings.unit_value[fills[F_BOOK]]).sum())
        if reasons.any():
            codes, counts = np.unique(reasons[reasons > 0], return_counts=True)
            for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
                counters.refused[code] = counters.refused.get(code, 0) + count

    # -- call auctions ------------------------------------------------------------------------

    def call(self, book: int) -> None:
        """Begin a call auction: orders of ``book`` rest without matching until `uncross`."""
        self.auctions.call(book)
        self.refresh()

    def indication(self, book: int) -> Indication:
        """Return the price, lots and surplus demand that the auction of ``book`` would give now."""
        tick_size, reference = int(self.listings.tick_size[book]), int(self.last[book])
        return self.auctions.indication(book, tick_size=tick_size, reference=reference)

    def uncross(self, books: IntArray, tick: Tick) -> RoundOutcome:
        """End the call auctions of ``books``: all that crosses trades at one price, and continuous trading resumes.

        Buyers get back what they had reserved beyond the price. The outcome has fills and no messages.
        """
        found, rests, reference = [_NO_FILLS.T], [], self.last
        for book in books.tolist():
            fills, (crossing, rest) = self.auctions.uncross(
                book,
                tick_size=int(self.listings.tick_size[book]),
                reference=int(reference[book]),
                self_trades=not self.settings.self_trade_prevention,
            )
            self._give_back(crossing)
            found.append(fills)
            rests.append(rest)
        rows_of_fills = np.concatenate(found)
        columns = rows_of_fills.T.copy()
        self._settle(columns, auction=True)
        self.bars.add(rows_of_fills, self.listings.unit_value)
        self.desk.fill(rows_of_fills, tick)
        for rest in rests:
            self._give_back(rest)
        self._count(0, columns, _NO_REASONS)
        self.refresh()
        return RoundOutcome(_NO_MESSAGES, np.zeros(0, np.bool_), _NO_REASONS, columns, _NO_ACKS, self.next_order)

    # -- between rounds -----------------------------------------------------------------------

    def set_tax(self, ppm: int) -> int:
        """Change the transaction tax; return how many orders were cancelled.

        What rests has reserved for the old rate, so every resting order is cancelled first and releases
        exactly what it had set aside.
        """
        if not 0 <= ppm <= HIGHEST_TAX:
            raise OutOfBounds("tax_ppm", ppm, f"give 0 to {HIGHEST_TAX} millionths")
        if ppm and self.treasury == NOBODY:
            raise OutOfBounds("tax_ppm", ppm, "this exchange knows no treasury to pay it to")
        releases = self.books.cancel_all()
        self._give_back(releases)
        self.resting[:] = 0
        self.tax_ppm = int(ppm)
        self.refresh()
        return int(releases.shape[0])

    def cancel(self, books: IntArray, handles: IntArray) -> IntArray:
        """Cancel by handle and release; rows that were already gone have quantity 0."""
        releases = self.books.cancel(books, handles)
        self._give_back(releases)
        return releases

    def cancel_owner(self, owner: OwnerId) -> int:
        """Cancel everything an owner has resting; return how many orders."""
        releases = self.books.cancel_owner(owner)
        self._give_back(releases)
        if owner < self.resting.shape[0]:
            self.resting[owner] = 0
        return int(releases.shape[0])

    def cancel_book(self, book: int) -> int:
        """Cancel everything that rests in one book; return how many orders."""
        releases = self.books.cancel_book(book)
        self._give_back(releases)
        return int(releases.shape[0])

    def expire(self, tick: Tick) -> int:
        """Expire what is past its last tick; return how many orders."""
        releases = self.books.expire(tick)
        if releases.shape[0]:
            self._give_back(releases, Status.EXPIRED)
        return int(releases.shape[0])

    def refresh(self) -> None:
        """Read the best quotes and mid-prices off the books; one that is called quotes nothing."""
        self.books.quotes(self.quotes)
        if self.auctions.running:
            self.quotes[self.books.called] = 0
        moving_prices(self.quotes, self.last, self.mid)

    def _give_back(self, releases: IntArray, status: Status = Status.CANCELLED) -> None:
        """Release what orders that left a book had reserved, and close their records."""
        self._release(releases)
        self.desk.released(releases, status)

    def _release(self, releases: IntArray) -> None:
        k = releases.shape[0]
        rows = self._rows.sized(k)
        listings = self.listings
        released_amounts(
            releases, listings.security, listings.money, listings.unit_value, self.reserved_ppm,
            rows.owner, rows.instrument, rows.amount,
        )  # fmt: skip
        self.ledger.release(rows.owner[:k], rows.instrument[:k], rows.amount[:k])

    def reserved(self) -> IntArray:
        """Recount from the books what orders reserve in each dense instrument (instruments,)."""
        due = np.zeros(self.ledger.issued.shape[0], np.int64)
        releases = self.books.resting()
        k = releases.shape[0]
        rows = self._rows.sized(k)
        listings = self.listings
        released_amounts(
            releases, listings.security, listings.money, listings.unit_value, self.reserved_ppm,
            rows.owner, rows.instrument, rows.amount,
        )  # fmt: skip
        np.add.at(due, rows.instrument[:k], np.where(releases[:, R_QUANTITY] > 0, rows.amount[:k], 0))
        return due

    def take_counters(self) -> Counters:
        """Return the counters and start new ones."""
        taken, self.counters = self.counters, Counters()
        return taken

    def take_digest(self) -> str:
        """Return the fold of all messages since the last call, as hex, and start a new one."""
        taken = self.lanes.astype("<i8").tobytes().hex()
        self.lanes[:] = 0
        return taken

    def _admit_owners(self, highest: OwnerId) -> None:
        if highest >= self.resting.shape[0]:
            grown = np.zeros((max(highest + 1, self.ledger.holdings.shape[0]), self.slots, 2), np.int64)
            grown[: self.resting.shape[0]] = self.resting
            self.resting = grown

    # -- memory -------------------------------------------------------------------------------

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` rebuilds the venue."""
        arrays = {f"books.{name}": array for name, array in self.books.state().items()}
        arrays |= {f"bars.{name}": array for name, array in self.bars.state().items()}
        arrays |= {f"listings.{name}": array for name, array in self.listings.state().items()}
        arrays |= {f"auctions.{name}": array for name, array in self.auctions.state().items()}
        arrays |= {"resting": self.resting.copy(), "quotes": self.quotes.copy(), "mid": self.mid.copy()}
        return arrays, {"next_order": self.next_order, "tax_ppm": self.tax_ppm, "desk": self.desk.state()}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        self.books.restore(_part(arrays, "books."))
        self.bars.restore(_part(arrays, "bars."))
        self.listings.restore(_part(arrays, "listings."))
        self.auctions.restore(_part(arrays, "auctions."))
        self.resting, self.quotes = np.array(arrays["resting"]), np.array(arrays["quotes"])
        self.mid = np.array(arrays["mid"])
        self.next_order, self.tax_ppm = int(values["next_order"]), int(values["tax_ppm"])
        self.desk.restore(values["desk"])
        self.counters, self.lanes = Counters(), np.zeros(4, np.int64)


@dataclass(frozen=True)
class RoundOutcome:
    """What came of a sheet: one row a message in all but ``fills`` (9, m), a column a trade."""

    messages: IntArray
    accepted: BoolArray
    reasons: IntArray
    fills: IntArray
    acks: IntArray
    first_order: OrderId


class _Rows:
    """Scratch arrays that grow with the largest batch seen."""

    def __init__(self) -> None:
        self._make(1024)

    def _make(self, n: int) -> None:
        self.books, self.handles = np.empty(n, np.int64), np.empty(n, np.int64)
        self.owner, self.instrument, self.amount = (np.zeros(n, np.int64) for _ in range(3))
        self.wanted: BoolArray = np.zeros(n, np.bool_)
        self.repeated: BoolArray = np.zeros(n, np.bool_)
        self.reason: IntArray = np.zeros(n, np.int64)

    def sized(self, n: int) -> _Rows:
        if n > self.amount.shape[0]:
            self._make(2 * n)
        return self


def _part(arrays: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


_NO_FILLS: IntArray = np.zeros((FILL_WIDTH, 0), np.int64)
_NO_MESSAGES: IntArray = np.zeros((0, MESSAGE_WIDTH), np.int64)
_NO_REASONS: IntArray = np.zeros(0, np.int64)
_NO_ACKS: IntArray = np.zeros((0, ACK_WIDTH), np.int64)

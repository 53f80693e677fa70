"""The slow twin of the posting kernels: accounts in dicts, one obvious step at a time, copied before every batch."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

from catallaxy.ledger.ledger import Ledger

Account = tuple[int, int]  # owner, instrument


def plain_fee(notional: int, ppm: int) -> int:
    """Return ``ppm`` millionths of ``notional``, rounded down."""
    return int(Fraction(notional * ppm, 1_000_000) // 1)


def plain_reserve(limit: int, unit_value: int, ppm: int, lots: int) -> int:
    """Return what a buy order of ``lots`` sets aside."""
    price = limit * unit_value
    return (price + plain_fee(price, ppm) + (1 if ppm else 0)) * lots


class PlainLedger:
    """Free and reserved balances, what was issued, and the flows between sectors."""

    def __init__(self, sectors: list[int], issuers: list[int]) -> None:
        self.sectors, self.issuers = sectors, issuers
        self.free: dict[Account, int] = defaultdict(int)
        self.reserved: dict[Account, int] = defaultdict(int)
        self.issued: dict[int, int] = defaultdict(int)
        self.flows: dict[tuple[str, int, int, int], int] = defaultdict(int)

    def post(self, kind: str, rows: Iterable[tuple[int, int, int, int]]) -> bool:
        """Post (instrument, payer, payee, amount) rows, all or none; return whether they were posted."""
        before = copy.deepcopy(self.__dict__)
        for instrument, payer, payee, amount in rows:
            issuer = self.issuers[instrument]
            if amount < 0 or (payer != issuer and self.free[payer, instrument] < amount):
                self.__dict__.update(before)
                return False
            for owner, signed in ((payer, -amount), (payee, amount)):
                if owner == issuer:
                    self.issued[instrument] -= signed
                else:
                    self.free[owner, instrument] += signed
            self.flow(kind, instrument, payer, payee, amount)
        return True

    def reserve(self, owner: int, instrument: int, amount: int) -> bool:
        """Set an amount aside, if there is as much."""
        if self.free[owner, instrument] < amount:
            return False
        self.free[owner, instrument] -= amount
        self.reserved[owner, instrument] += amount
        return True

    def release(self, owner: int, instrument: int, amount: int) -> None:
        """Give a reserved amount back."""
        assert self.reserved[owner, instrument] >= amount
        self.reserved[owner, instrument] -= amount
        self.free[owner, instrument] += amount

    def deliver(
        self, *, security: int, money: int, lots: int, paid: int, set_aside: int, buyer: int, seller: int,
        buyer_fee: int, seller_fee: int, operator: int,
    ) -> None:  # fmt: skip
        """Deliver ``lots`` against ``paid``: the buyer's whole ``set_aside`` is released, then it pays."""
        self.release(buyer, money, set_aside)
        self.release(seller, security, lots)
        self.free[buyer, money] -= paid + buyer_fee
        self.free[seller, money] += paid - seller_fee
        self.free[operator, money] += buyer_fee + seller_fee
        self.free[seller, security] -= lots
        self.free[buyer, security] += lots
        self.flow("trade", money, buyer, seller, paid)
        self.flow("trade", security, seller, buyer, lots)
        self.flow("trading fee", money, buyer, operator, buyer_fee)
        self.flow("trading fee", money, seller, operator, seller_fee)

    def flow(self, kind: str, instrument: int, payer: int, payee: int, amount: int) -> None:
        self.flows[kind, instrument, self.sectors[payer], self.sectors[payee]] += amount


def assert_same(ledger: Ledger, plain: PlainLedger) -> None:
    """Compare every balance, running total and flow; the twin's totals are counted here from its accounts."""
    held: dict[tuple[int, int], int] = defaultdict(int)
    for owner in range(ledger.owners.size):
        for instrument in range(len(plain.issuers)):
            account = owner, instrument
            assert ledger.holdings[owner, instrument].tolist() == [plain.free[account], plain.reserved[account]]
            held[instrument, plain.sectors[owner]] += plain.free[account] + plain.reserved[account]
    assert ledger.issued.tolist() == [plain.issued[k] for k in range(len(plain.issuers))]
    for (instrument, sector), amount in held.items():
        assert int(ledger.held[instrument, sector]) == amount
    assert int(ledger.held.sum()) == sum(held.values())
    flows = {key: amount for key, amount in plain.flows.items() if amount}
    for (kind, *where), amount in flows.items():
        assert int(ledger.flows[ledger.kinds.index(kind), *where]) == amount
    assert int(ledger.flows.sum()) == sum(flows.values())

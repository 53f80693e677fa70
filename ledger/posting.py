"""The one posting routine: the only place where a balance changes.

Balances are ``holdings`` (owners, instruments, 2): lots or minor units, `FREE` and `RESERVED`. Each
posting takes an amount from a payer and gives the same integer to a payee (quadruple entry: the
issuer's liability is the running total ``issued``). Beside the balances every posting adds to

* ``held`` (instruments, sectors), the running total of what each sector holds, and
* ``flows`` (kinds, instruments, sectors, sectors), the transactions-flow matrix, payer to payee.

A payer that issues the instrument creates it, a payee that issues it destroys it; an issuer never
holds its own liability.

**Money kept at banks.** A deposit instrument that settles in reserves (``settles[k]`` is their column, -1
for every other instrument) has no single issuer: each holder's is its house bank (``keeper``), and
``owed`` (owners,) is what every bank owes its customers. Who has no house bank (banks, treasury, exchange,
central bank) keeps reserves. One rule then posts every payment of the economy: take the payer's deposit or
reserves, give the payee's, and where the two are kept at different places move reserves between those. So
a bank that pays its own customer creates a deposit, a tax destroys one, and the central bank's payments
create reserves. A bank's reserves may be negative between settlements of a day; nobody else's may.
"""

from __future__ import annotations

import numpy as np

from ..core.errors import OutOfBounds
from ..core.kernel import kernel
from ..core.units import SECTOR_CODE, BoolArray, IntArray, Sector

FREE, RESERVED = 0, 1
MILLION = 1_000_000
_BANKS = SECTOR_CODE[Sector.BANKS]


@kernel
def can_pay(
    holdings: IntArray, sector: IntArray, issuer: IntArray, settles: IntArray, keeper: IntArray,
    k: int, payer: int, x: int,
) -> bool:  # fmt: skip
    """Return whether ``payer`` may part with ``x`` of ``k``: issuers and banks' reserves know no floor."""
    r = settles[k]
    if r < 0:
        return bool(payer == issuer[k] or holdings[payer, k, FREE] >= x)
    if keeper[payer] >= 0:
        return bool(holdings[payer, k, FREE] >= x)
    return bool(payer == issuer[r] or sector[payer] == _BANKS or holdings[payer, r, FREE] >= x)


@kernel
def move(
    holdings: IntArray, issued: IntArray, held: IntArray, owed: IntArray, sector: IntArray, issuer: IntArray,
    settles: IntArray, keeper: IntArray, k: int, payer: int, payee: int, x: int,
) -> None:  # fmt: skip
    """Move ``x`` of instrument ``k`` from ``payer`` to ``payee``, unchecked; swapped, it undoes itself."""
    r = settles[k]
    if r < 0:
        if payer == issuer[k]:
            issued[k] += x
        else:
            holdings[payer, k, FREE] -= x
            held[k, sector[payer]] -= x
        if payee == issuer[k]:
            issued[k] -= x
        else:
            holdings[payee, k, FREE] += x
            held[k, sector[payee]] += x
        return
    source, target = payer, payee
    if keeper[payer] >= 0:
        source = keeper[payer]
        holdings[payer, k, FREE] -= x
        held[k, sector[payer]] -= x
        owed[source] -= x
        issued[k] -= x
    if keeper[payee] >= 0:
        target = keeper[payee]
        holdings[payee, k, FREE] += x
        held[k, sector[payee]] += x
        owed[target] += x
        issued[k] += x
    if source != target:
        if source == issuer[r]:
            issued[r] += x
        else:
            holdings[source, r, FREE] -= x
            held[r, sector[source]] -= x
        if target == issuer[r]:
            issued[r] -= x
        else:
            holdings[target, r, FREE] += x
            held[r, sector[target]] += x


@kernel
def post_rows(
    holdings: IntArray,
    issued: IntArray,
    held: IntArray,
    owed: IntArray,
    flows: IntArray,
    sector: IntArray,
    issuer: IntArray,
    settles: IntArray,
    keeper: IntArray,
    instrument: IntArray,
    payer: IntArray,
    payee: IntArray,
    amount: IntArray,
    kind: int,
) -> int:
    """Post rows in order from free balances; return -1, or the first row that cannot be paid.

    ``instrument, payer, payee, amount`` are (n,). When a row fails (amount negative or more than the
    payer has free) every row before it is undone, so a batch happens whole or not at all.
    """
    n = amount.shape[0]
    failed = -1
    for i in range(n):
        k, x = instrument[i], amount[i]
        if x < 0 or not can_pay(holdings, sector, issuer, settles, keeper, k, payer[i], x):
            failed = i
            break
        move(holdings, issued, held, owed, sector, issuer, settles, keeper, k, payer[i], payee[i], x)
        flows[kind, k, sector[payer[i]], sector[payee[i]]] += x
    for i in range(failed - 1, -1, -1):
        k, x = instrument[i], amount[i]
        move(holdings, issued, held, owed, sector, issuer, settles, keeper, k, payee[i], payer[i], x)
        flows[kind, k, sector[payer[i]], sector[payee[i]]] -= x
    return failed


@kernel
def fee_on(notional: int, ppm: int) -> int:
    """Return ``ppm`` millionths of ``notional``, rounded down, without overflow."""
    return notional // MILLION * ppm + notional % MILLION * ppm // MILLION


@kernel
def reserve_per_lot(limit: int, unit_value: int, ppm: int) -> int:
    """Return what a buy order sets aside for each lot: its price and the highest fee, rounded up."""
    price = limit * unit_value
    return price + fee_on(price, ppm) + (1 if ppm > 0 else 0)


@kernel
def post_trades(
    holdings: IntArray,
    issued: IntArray,
    held: IntArray,
    owed: IntArray,
    flows: IntArray,
    sector: IntArray,
    issuer: IntArray,
    settles: IntArray,
    keeper: IntArray,
    security: IntArray,
    money: IntArray,
    unit_value: IntArray,
    quantity: IntArray,
    price: IntArray,
    limit: IntArray,
    buyer: IntArray,
    seller: IntArray,
    buyer_ppm: IntArray,
    seller_ppm: IntArray,
    tax_ppm: int,
    reserved_ppm: int,
    operator: int,
    treasury: int,
    trade: int,
    fee: int,
    tax: int,
) -> int:
    """Deliver securities against payment, trade by trade; return -1, or the first row that overdraws.

    All arrays from ``security`` to ``seller_ppm`` are (n,). The buyer pays out of what its order
    reserved at ``limit`` and gets the difference back; the seller delivers out of reserved lots and
    is paid into its free balance; fees go to ``operator`` and the tax, ``tax_ppm`` from each side, to
    ``treasury``. Where both keep their money at the same bank, no reserves move.
    """
    for i in range(quantity.shape[0]):
        k, m, q, b, s = security[i], money[i], quantity[i], buyer[i], seller[i]
        notional = price[i] * unit_value[i] * q
        set_aside = reserve_per_lot(limit[i], unit_value[i], reserved_ppm) * q
        buyer_fee, seller_fee = fee_on(notional, buyer_ppm[i]), fee_on(notional, seller_ppm[i])
        duty = fee_on(notional, tax_ppm)
        back = set_aside - notional - buyer_fee - duty
        if holdings[b, m, RESERVED] < set_aside or holdings[s, k, RESERVED] < q or back < 0:
            return i
        holdings[b, m, RESERVED] -= set_aside
        holdings[s, k, RESERVED] -= q
        holdings[b, k, FREE] += q
        sb, ss = sector[b], sector[s]
        if settles[m] < 0 or (keeper[b] == keeper[s] and keeper[b] >= 0):
            holdings[b, m, FREE] += back + buyer_fee + duty
            holdings[s, m, FREE] += notional
            if sb != ss:
                held[m, sb] -= notional
                held[m, ss] += notional
        else:
            holdings[b, m, FREE] += set_aside
            move(holdings, issued, held, owed, sector, issuer, settles, keeper, m, b, s, notional)
        flows[trade, m, sb, ss] += notional
        flows[trade, k, ss, sb] += q
        if sb != ss:
            held[k, ss] -= q
            held[k, sb] += q
        if buyer_fee + seller_fee > 0:
            so = sector[operator]
            move(holdings, issued, held, owed, sector, issuer, settles, keeper, m, b, operator, buyer_fee)
            move(holdings, issued, held, owed, sector, issuer, settles, keeper, m, s, operator, seller_fee)
            flows[fee, m, sb, so] += buyer_fee
            flows[fee, m, ss, so] += seller_fee
        if duty > 0:
            sg = sector[treasury]
            move(holdings, issued, held, owed, sector, issuer, settles, keeper, m, b, treasury, duty)
            move(holdings, issued, held, owed, sector, issuer, settles, keeper, m, s, treasury, duty)
            flows[tax, m, sb, sg] += duty
            flows[tax, m, ss, sg] += duty
    return -1


@kernel
def reserve_rows(
    holdings: IntArray, owner: IntArray, instrument: IntArray, amount: IntArray, wanted: BoolArray
) -> None:
    """Move amounts from free to reserved in order; clear ``wanted`` (n,) where the owner has too little."""
    for i in range(amount.shape[0]):
        if wanted[i]:
            if holdings[owner[i], instrument[i], FREE] < amount[i]:
                wanted[i] = False
            else:
                holdings[owner[i], instrument[i], FREE] -= amount[i]
                holdings[owner[i], instrument[i], RESERVED] += amount[i]


@kernel
def release_rows(holdings: IntArray, owner: IntArray, instrument: IntArray, amount: IntArray) -> int:
    """Move amounts back from reserved to free; return -1, or the first row that releases too much."""
    for i in range(amount.shape[0]):
        if holdings[owner[i], instrument[i], RESERVED] < amount[i]:
            return i
        holdings[owner[i], instrument[i], RESERVED] -= amount[i]
        holdings[owner[i], instrument[i], FREE] += amount[i]
    return -1


@kernel
def count_by_sector(
    holdings: IntArray, sector: IntArray, keeper: IntArray, settles: IntArray, size: int, held: IntArray, owed: IntArray
) -> int:
    """Recount ``held`` (instruments, sectors) and ``owed`` (owners,) from the accounts.

    Return -1, or the place of the first balance that is negative (the flat index of (owner, instrument, part));
    the free reserves of a bank may be.
    """
    held[:] = 0
    owed[:] = 0
    negative = -1
    loose = -1
    for k in range(settles.shape[0]):
        if settles[k] >= 0:
            loose = settles[k]
    for i in range(size):
        for k in range(holdings.shape[1]):
            free, reserved = holdings[i, k, FREE], holdings[i, k, RESERVED]
            held[k, sector[i]] += free + reserved
            if settles[k] >= 0 and keeper[i] >= 0:
                owed[keeper[i]] += free + reserved
            if negative < 0 and (reserved < 0 or (free < 0 and not (k == loose and sector[i] == _BANKS))):
                negative = (i * holdings.shape[1] + k) * 2 + (1 if free >= 0 else 0)
    return negative


def largest_remainder(total: int, weights: list[int]) -> list[int]:
    """Split ``total`` in proportion to ``weights``, exactly; ties go to the lower index.

    Products are Python integers, so nothing overflows (Hamilton's method).

    Examples
    --------
    >>> largest_remainder(10_000, [1, 1, 1])
    [3334, 3333, 3333]
    >>> largest_remainder(100, [60, 40, 33])
    [45, 30, 25]
    """
    base = sum(weights)
    if base <= 0:
        raise ValueError("weights sum to 0; nothing to split by")
    shares = [total * weight // base for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % base), i))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    return shares


def as_rows(value: object, n: int, name: str = "amount") -> IntArray:
    """Return ``value`` as a contiguous (n,) int64 array, a scalar repeated; refuse anything but integers."""
    array = np.asarray(value)
    if array.size and array.dtype.kind not in "iu":
        raise OutOfBounds(name, value, "give whole numbers: what is counted is never a float")
    return np.ascontiguousarray(np.broadcast_to(array.astype(np.int64, copy=False), (n,)))

"""The desk: order records of everybody who is not a column trader (objects, outside agents, shocks).

Column traders know their orders by slot; here an order has a record with a state, filled quantity
and average price, found by its public id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from ..core.units import IntArray, Lots, OrderId, OwnerId, Price, Side, Tick
from .orders import (
    A_FILLED,
    A_HANDLE,
    A_STATUS,
    BOOK,
    F_MAKER_ORDER,
    F_PRICE,
    F_QUANTITY,
    F_TAKER_ORDER,
    KIND,
    OWNER,
    PRICE,
    QUANTITY,
    R_ORDER,
    SIDE,
    Kind,
    Reason,
    Status,
)


@dataclass(frozen=True)
class OrderRecord:
    """An order as its owner sees it; immutable, a later look gives a newer record."""

    order: OrderId
    owner: OwnerId
    book: int
    side: Side
    kind: Kind
    price: Price
    quantity: Lots
    submitted: Tick
    status: Status = Status.PENDING
    filled: Lots = 0
    turnover: int = 0  # price units times lots
    handle: int = 0
    last_fill: Tick = -1
    reason: Reason = Reason.ACCEPTED

    @property
    def average_price(self) -> float | None:
        """Mean fill price in price units, or None before the first fill."""
        return self.turnover / self.filled if self.filled else None

    @property
    def is_live(self) -> bool:
        """Whether it still rests in a book."""
        return self.status in (Status.PENDING, Status.PARTIAL)


class Desk:
    """Records by public id; finished ones are kept for ``memory`` orders, then forgotten oldest first."""

    def __init__(self, memory: int = 10_000) -> None:
        self.memory = memory
        self.records: dict[OrderId, OrderRecord] = {}
        self._live: set[OrderId] = set()

    def open(self, messages: IntArray, rows: Iterable[int], first_order: OrderId, tick: Tick) -> None:
        """Start records for the sheet's ``rows``; only now are the oldest finished ones forgotten."""
        self._forget()
        for i in rows:
            row = messages[i].tolist()
            order = first_order + i
            self.records[order] = OrderRecord(
                order, row[OWNER], row[BOOK], Side(row[SIDE]), Kind(row[KIND]), row[PRICE], row[QUANTITY], tick
            )
            self._live.add(order)

    def reject(self, order: OrderId, reason: Reason) -> None:
        """Close a record that was refused."""
        self._close(order, status=Status.REJECTED, reason=reason)

    def fill(self, fills: IntArray, tick: Tick) -> None:
        """Add this round's fills to the records they concern."""
        if not self._live:
            return
        known = np.fromiter(sorted(self._live), np.int64, len(self._live))
        for column in (F_MAKER_ORDER, F_TAKER_ORDER):
            for row in fills[np.isin(fills[:, column], known)].tolist():
                old = self.records[row[column]]
                filled = old.filled + row[F_QUANTITY]
                status = Status.FILLED if filled >= old.quantity else Status.PARTIAL
                self.records[old.order] = replace(
                    old,
                    filled=filled,
                    turnover=old.turnover + row[F_PRICE] * row[F_QUANTITY],
                    status=status,
                    last_fill=tick,
                )
                if status is Status.FILLED:
                    self._live.discard(old.order)

    def arrive(self, acks: IntArray, rows: Iterable[int], first_order: OrderId) -> None:
        """Take over what matching said of newly arrived orders (after `fill`)."""
        for i in rows:
            order = first_order + i
            status = Status(int(acks[i, A_STATUS]))
            changes: dict[str, Any] = {"status": status, "handle": int(acks[i, A_HANDLE])}
            if int(acks[i, A_FILLED]) > self.records[order].filled:
                raise AssertionError(f"order {order}: acknowledged more than was filled")
            if status in (Status.PENDING, Status.PARTIAL):
                # a later arrival of the same batch may have filled it meanwhile
                if self.records[order].filled >= self.records[order].quantity:
                    changes["status"] = Status.FILLED
                    self._live.discard(order)
                elif self.records[order].filled:
                    changes["status"] = Status.PARTIAL
                self.records[order] = replace(self.records[order], **changes)
            else:
                self._close(order, **changes)

    def released(self, releases: IntArray, status: Status) -> None:
        """Close records whose orders were cancelled or have expired."""
        for order in releases[:, R_ORDER].tolist():
            if order in self._live:
                self._close(order, status=status)

    def live_orders(self, owner: OwnerId) -> list[OrderRecord]:
        """Return the live orders of one owner, oldest first."""
        return [self.records[order] for order in sorted(self._live) if self.records[order].owner == owner]

    def _close(self, order: OrderId, **changes: Any) -> None:
        self.records[order] = replace(self.records[order], **changes)
        self._live.discard(order)

    def _forget(self) -> None:
        """Let the oldest finished records go, so that ``memory`` of them are kept."""
        excess = len(self.records) - len(self._live) - self.memory
        if excess > 0:
            finished = (order for order in self.records if order not in self._live)
            for order in list(islice(finished, excess)):
                del self.records[order]

    def state(self) -> dict[str, Any]:
        """Return plain values from which `restore` rebuilds the desk."""
        keys = list(OrderRecord.__dataclass_fields__)
        return {"records": [[int(getattr(record, key)) for key in keys] for record in self.records.values()]}

    def restore(self, values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        self.records = {}
        for (
            order,
            owner,
            book,
            side,
            kind,
            price,
            quantity,
            submitted,
            status,
            filled,
            turnover,
            handle,
            last,
            why,
        ) in values["records"]:
            self.records[order] = OrderRecord(
                order, owner, book, Side(side), Kind(kind), price, quantity, submitted,
                Status(status), filled, turnover, handle, last, Reason(why),
            )  # fmt: skip
        self._live = {order for order, record in self.records.items() if record.is_live}

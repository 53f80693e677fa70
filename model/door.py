"""Behind the action door: queued commands become orders, cancellations and shocks, and get results.

One writer stamps each command with its tick and sequence and journals it before the tick applies it;
refusals are journalled too, with their reason code. Hence a run with visitors replays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import REQUIRED, ScenarioError
from ..core.randomness import USER, Draws
from ..core.units import OwnerId, Side
from ..markets.exchange import RoundOutcome
from ..markets.orders import NO_EXPIRY, R_OWNER, Kind, Reason
from .changes import change_settings
from .commands import ActionResult, Buy, Cancel, Command, Cover, Sell, Short, parse_action
from .shocks import check_shock, parse_shock

if TYPE_CHECKING:
    from .economy import Economy

BY_HAND = ("LEAVE", "SET")


class Refused(Exception):
    """A command that cannot be taken, with its reason code and a sentence."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(reason, message)
        self.reason, self.message = reason, message


def check_action(economy: Economy, owner: OwnerId, values: Mapping[str, Any] | Any) -> Any:
    """Return the validated action; raise `Refused` where it can be told before the tick that it must fail."""
    try:
        action = parse_action(values)
    except ScenarioError as error:
        raise Refused(_reason_of(error), str(error)) from None
    if not 0 <= owner < economy.ledger.owners.size:
        raise Refused(Reason.UNKNOWN_OWNER, f"no owner {owner}; owners are 0 to {economy.ledger.owners.size - 1}")
    if not economy.ledger.owners.is_active(owner):
        raise Refused(Reason.OWNER_INACTIVE, f"owner {owner} has left the economy")
    if not isinstance(action, Cancel) and action.symbol not in economy.symbols:
        listed = ", ".join(economy.symbols)
        raise Refused(Reason.UNKNOWN_SYMBOL, f"no symbol {action.symbol!r}; listed are {listed}")
    if isinstance(action, Short):
        raise Refused(Reason.NOT_BORROWABLE, "SHORT needs borrowed shares, and this economy has no securities lending")
    if isinstance(action, Cover):
        raise Refused(Reason.NOT_BORROWABLE, f"owner {owner} has no short position to cover")
    return action


def _reason_of(error: ScenarioError) -> Reason:
    if getattr(error, "due", "") == REQUIRED:
        return Reason.INVALID_ACTION
    field = str(getattr(error, "key", "")).rsplit(".", 1)[-1]
    return {
        "quantity": Reason.INVALID_QUANTITY,
        "price": Reason.INVALID_PRICE,
        "symbol": Reason.UNKNOWN_SYMBOL,
        "life": Reason.INVALID_EXPIRY,
        "order": Reason.UNKNOWN_ORDER,
    }.get(field, Reason.INVALID_ACTION)


def apply_commands(economy: Economy) -> None:
    """Stamp, journal and apply what was submitted since the last tick (or what a journal says was).

    What somebody changed by hand between ticks took effect at once, so it comes first here as well.
    """
    commands = economy.take_commands()
    for command in commands:
        if command.payload.get("type") in BY_HAND:
            _apply_by_hand(economy, command)
    for command in commands:
        refusal = command.payload.get("refused")
        if refusal is not None:
            plain = {name: value for name, value in command.payload.items() if name != "refused"}
            _finish(economy, command, plain, False, Reason[refusal["reason"]], refusal["message"])
        elif command.payload.get("type") in BY_HAND:
            continue
        elif command.payload.get("type") == "SHOCK":
            _apply_shock(economy, command)
        elif command.payload.get("type") == "CHANGE":
            _apply_change(economy, command)
        else:
            _apply_action(economy, command)


def _apply_by_hand(economy: Economy, command: Command) -> None:
    """Let a trader leave, or assign to a column, unless that was done when it was asked."""
    payload = command.payload
    if command.sequence not in economy.done_by_hand:
        if payload["type"] == "LEAVE":
            economy.roster.remove(int(payload["row"]))
        else:
            economy.roster.set_column(payload["column"], np.array(payload["rows"], np.int64), payload["values"])
    economy.done_by_hand.discard(command.sequence)
    facts = {name: value for name, value in payload.items() if name not in ("rows", "values")}
    _finish(economy, command, facts, True, Reason.ACCEPTED, "done between ticks")


def _apply_shock(economy: Economy, command: Command) -> None:
    values = {name: value for name, value in command.payload.items() if name != "type"}
    shock = parse_shock(values)
    check_shock(shock, economy.settings)
    economy.shocks.append(shock)
    _finish(economy, command, command.payload, True, Reason.ACCEPTED, "in force from tick " + str(shock.at))


def _apply_change(economy: Economy, command: Command) -> None:
    changes = command.payload["changes"]
    try:
        change_settings(economy, changes)
    except ScenarioError as error:  # it held when it was asked for, before another command changed what it rests on
        _finish(economy, command, command.payload, False, Reason.INVALID_ACTION, str(error))
        return
    _finish(economy, command, command.payload, True, Reason.ACCEPTED, "changed: " + ", ".join(changes))


def _apply_action(economy: Economy, command: Command) -> None:
    try:
        action = check_action(economy, command.owner, command.payload)
        if isinstance(action, Cancel):
            _cancel(economy, command, action)
        else:
            _order(economy, command, action)
    except Refused as refused:
        _finish(economy, command, command.payload, False, refused.reason, refused.message)


def _cancel(economy: Economy, command: Command, action: Cancel) -> None:
    desk, exchange = economy.exchange.desk, economy.exchange
    record = desk.records.get(action.order)
    if record is None:
        found = exchange.books.find_order(action.order)
        if found is not None:
            _cancel_resting(economy, command, action, *found)
            return
        if action.order < exchange.next_order:
            raise Refused(Reason.ORDER_FINISHED, f"order {action.order} is finished")
        raise Refused(Reason.UNKNOWN_ORDER, f"no order {action.order}")
    if record.owner != command.owner:
        raise Refused(Reason.NOT_YOUR_ORDER, f"order {action.order} is not owner {command.owner}'s")
    if not record.is_live:
        raise Refused(Reason.ORDER_FINISHED, f"order {action.order} is finished: {record.status.name.lower()}")
    exchange.cancel(np.array([record.book], np.int64), np.array([record.handle], np.int64))
    _finish(economy, command, command.payload, True, Reason.ACCEPTED, "cancelled", order=action.order)


def _cancel_resting(economy: Economy, command: Command, action: Cancel, book: int, handle: int) -> None:
    """Cancel an order that the desk does not know: a column trader's own, resting in one of its slots."""
    where = np.array([book], np.int64), np.array([handle], np.int64)
    if int(economy.exchange.books.look_up(*where)[0, R_OWNER]) != command.owner:
        raise Refused(Reason.NOT_YOUR_ORDER, f"order {action.order} is not owner {command.owner}'s")
    economy.exchange.cancel(*where)
    _finish(economy, command, command.payload, True, Reason.ACCEPTED, "cancelled", order=action.order)


def _order(economy: Economy, command: Command, action: Buy | Sell) -> None:
    priority = Draws.of(economy.seed, "door", economy.tick).bits([command.sequence], USER)[0] >> np.uint64(1)
    expiry = NO_EXPIRY if action.life is None else economy.tick + action.life - 1
    economy.pending_results.append((economy.sheet.size, command))
    economy.sheet.write(
        owner=command.owner,
        book=economy.symbols.index(action.symbol),
        side=Side.BUY if isinstance(action, Buy) else Side.SELL,
        price=action.price or 0,
        quantity=action.quantity,
        kind=int(Kind.MARKET if action.order_type == "MARKET" else Kind.LIMIT),
        expiry=expiry,
        slot=-1,
        priority=int(priority),
    )


def note_results(economy: Economy, outcome: RoundOutcome) -> None:
    """After the first round: tell each submitted order what became of it."""
    waiting, economy.pending_results = economy.pending_results, []
    for row, command in waiting:
        record = economy.exchange.desk.records[outcome.first_order + row]
        accepted = bool(outcome.accepted[row])
        reason = Reason(int(outcome.reasons[row]))
        if accepted and record.kind is Kind.MARKET and not (record.filled or record.is_live):
            accepted, reason = False, Reason.NO_MARKET
        text = record.status.name.lower() if accepted else sentence(reason)
        _finish(
            economy, command, command.payload, accepted, reason, text,
            order=record.order, filled=record.filled, average=record.average_price,
        )  # fmt: skip


_SENTENCES: Mapping[Reason, str] = {
    Reason.INSUFFICIENT_FUNDS: "Insufficient funds: free cash does not cover the order at its limit and highest fee",
    Reason.INSUFFICIENT_SHARES: "Insufficient shares: fewer free lots than ordered",
    Reason.NO_MARKET: "nobody quotes the other side within the collar",
    Reason.HALTED: "trading in this symbol is halted",
    Reason.OFF_TICK: "the price is no multiple of the tick size",
    Reason.OFF_LOT: "the quantity is no multiple of the round lot",
    Reason.TOO_LARGE: "price times quantity is too large",
}


def sentence(reason: Reason) -> str:
    """Return a refusal's reason as a sentence."""
    return _SENTENCES.get(reason, f"Invalid order: {reason.name.lower().replace('_', ' ')}")


def _finish(
    economy: Economy, command: Command, payload: Mapping[str, Any], success: bool, reason: Reason, message: str,
    *, order: int | None = None, filled: int = 0, average: float | None = None,
) -> None:  # fmt: skip
    result = ActionResult(command.sequence, economy.tick, success, reason.name, message, order, filled, average)
    economy.note_result(result)
    economy.recorder.note_action(command, payload, result)

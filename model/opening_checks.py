"""What the opening of a closed economy refuses before anything is founded, each with the key and the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.errors import OutOfBounds
from ..markets.stocks import StockSettings

if TYPE_CHECKING:
    from .scenario import Scenario


def check_opening(scenario: Scenario, symbols: tuple[str, ...]) -> None:
    """Raise `OutOfBounds` where counts, names or opening stocks of a closed economy do not fit each other.

    Parameters
    ----------
    symbols : tuple of str
        What would be listed: consumer firms, resource firms, banks.
    """
    _check_counts(scenario, symbols)
    _check_names(scenario, symbols)
    macro, bound, due = scenario.macro, scenario.central_bank.lower_bound, scenario.prudential.total
    if macro.policy_rate < bound:
        raise OutOfBounds(
            "macro.policy_rate", macro.policy_rate,
            f"it lies below central_bank.lower_bound = {bound:g}; raise it, or lower the bound",
        )  # fmt: skip
    if macro.capital_ratio < due:
        raise OutOfBounds(
            "macro.capital_ratio", macro.capital_ratio,
            f"banks would open with less than prudential.total = {due:g} and fail; raise it, or lower the rule",
        )  # fmt: skip


def _check_counts(scenario: Scenario, symbols: tuple[str, ...]) -> None:
    """Refuse more banks or firms than there are people to keep accounts and work."""
    households, banks = sum(scenario.traders.groups().values()), scenario.banks.number
    firms = len(symbols) - banks
    if banks > households:
        due = f"there are {households} households (traders) to keep accounts; give fewer banks or more traders"
        raise OutOfBounds("banks.number", banks, due)
    if firms > households:
        due = f"with resource firms that is {firms}, and {households} households (traders) to work; give fewer, or more"
        raise OutOfBounds("firms.number", scenario.firms.number, f"{due} traders")
    given, default = scenario.stocks, StockSettings()
    if (given.number, given.symbols) != (default.number, default.symbols):
        due = 'with macro.form = "full" its firms and banks are listed; set firms.number and banks.number instead'
        raise OutOfBounds("stocks.number", given.number, due)


def _check_names(scenario: Scenario, symbols: tuple[str, ...]) -> None:
    """Refuse two resources of one name, and resources whose ticker is taken."""
    names = [one.name for one in scenario.resources]
    for i, name in enumerate(names):
        if name in names[:i]:
            due = f"resources[{names.index(name)}] has that name; name each once"
            raise OutOfBounds(f"resources[{i}].name", name, due)
    dug = [name for name, one in zip(names, scenario.resources, strict=True) if one.kind != "artificial"]
    first = scenario.firms.number
    for name, symbol in zip(dug, symbols[first:], strict=False):
        if symbols.count(symbol) > 1:
            due = f"its firm would be listed as {symbol}, and so would another; choose a name that begins otherwise"
            raise OutOfBounds(f"resources[{names.index(name)}].name", name, due)

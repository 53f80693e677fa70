"""The United States as a reference for macroeconomic facts, from series that statistical packages carry.

The series are read where they are installed (``pip install 'catallaxy[data]'``) and never copied.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np

from ..core.errors import MissingExtra
from .macro_rules import MACRO_RULES, MacroQuarters

FIRST, LAST = 1959, 2009  # to its third quarter
LEVELS_FROM = 1984  # the levels of inflation and unemployment are compared within one monetary regime


def us_quarters(first: int = FIRST) -> MacroQuarters:
    """Return quarters of the United States, 1959 to 2009Q3: national accounts, CPI, 3-month bill, BAA less AAA yields.

    Parameters
    ----------
    first : int
        Year to begin with.

    Raises
    ------
    MissingExtra
        Without ``statsmodels`` and ``arch``.
    """
    for package in ("statsmodels", "arch"):
        if find_spec(package) is None:
            raise MissingExtra("the macroeconomic reference", package, "data")
    from statsmodels.datasets import macrodata

    rows = macrodata.load_pandas().data
    rows = rows[rows["year"] >= first]

    def column(name: str) -> Any:
        return rows[name].to_numpy(np.float64)

    return MacroQuarters(
        output=column("realgdp"), consumption=column("realcons"), investment=column("realinv"), prices=column("cpi"),
        unemployment=column("unemp"), policy_rate=column("tbilrate"), spread=_spread(first),
    )  # fmt: skip


def _spread(first: int) -> Any:
    """Return quarterly means of Moody's BAA less AAA yields."""
    from arch.data import default

    yields: Any = default.load()
    yields = yields[(yields.index.year >= first) & (yields.index < f"{LAST}-10-01")]
    spread = yields["BAA"] - yields["AAA"]
    return spread.groupby([spread.index.year, spread.index.quarter]).mean().to_numpy(np.float64)


def measured_reference() -> dict[str, float]:
    """Return the numbers of the United States by the key of their rule, computed anew.

    Examples
    --------
    >>> round(measured_reference()["M6"], 2)  # doctest: +SKIP
    0.86
    """
    whole, since = us_quarters(), us_quarters(LEVELS_FROM - 1)
    found = {rule.key: rule.measure(whole) for rule in MACRO_RULES if not rule.missing(whole)}
    levels = next(rule for rule in MACRO_RULES if rule.key == "M2c")
    return found | {levels.key: levels.measure(since)}

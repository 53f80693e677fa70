"""The experiments that ship, by name; a new one is an entry of a few lines."""

from __future__ import annotations

from ..core.errors import OutOfBounds, nearest
from .experiment_design import Change, Column, Expectation, Experiment, Size

_OUTPUT = Column("output", "percent", "output")
_INFLATION = Column("inflation", "percentage points", "inflation of twelve months")
_PRICES = Column("price_level", "percent", "the price level")
_INDEX = Column("index", "percent", "the share index")
_LOANS = Column("loans", "percent", "loans to firms")
_UNEMPLOYMENT = Column("unemployment", "percentage points", "unemployment")
_FAILURES = Column("failures", "level", "the number of failed firms")

EXPERIMENTS: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        Experiment(
            "fundamental-jump",
            "Do prices follow a fall of fundamental values?",
            Change("Every fundamental value falls by 10 % for good", ({"kind": "fundamental_jump", "size": -0.1},)),
            (Column("index", "percent", "the index"), Column("volume", "percent", "trading volume", over="sum")),
            (
                Expectation("index", "down", (1, 20), "Fama 1970"),
                Expectation("volume", "up", (1, 1), "Karpoff 1987"),
            ),
            scenario="markets", table="world", period="day", burn_in=20, horizon=60,
            settings={"anchor.source": "walk"},
            quick=Size(6, {"traders.number": 1_000, "stocks.number": 5}, burn_in=10, horizon=30),
        ),
        Experiment(
            "rate-hike",
            "What does a rise of the policy rate by 100 basis points do to shares, credit, output and prices?",
            Change("The policy rate rises by 100 bp for a year", ({"kind": "rate_change", "size": 0.01, "lasts": 12},)),
            (_OUTPUT, _INFLATION, _INDEX, _LOANS, Column("loan_rate", "basis points", "the loan rate"), _FAILURES),
            (
                Expectation("index", "down", (1, 12), "Bernanke and Kuttner 2005"),
                Expectation("loan_rate", "up", (1, 12), "Christiano, Eichenbaum and Evans 1999"),
                Expectation("loans", "down", (6, 24), "Bernanke and Gertler 1995"),
                Expectation("output", "down", (6, 24), "Christiano, Eichenbaum and Evans 1999", (-1.0, -0.3)),
                Expectation("inflation", "down", (12, 24), "Christiano, Eichenbaum and Evans 1999", (-0.3, -0.1)),
            ),
            quick=Size(6, burn_in=12, horizon=24),
        ),
        Experiment(
            "bank-failure",
            "What does the failure of the largest bank do to shares, credit and output?",
            Change("The largest bank loses half its assets", ({"kind": "bank_loss", "bank": "B01", "share": 0.5},)),
            (_OUTPUT, _INDEX, _LOANS, Column("bank_failures", "level", "the number of failed banks"), _UNEMPLOYMENT),
            (
                Expectation("bank_failures", "up", (1, 2), "it is the shock"),
                Expectation("index", "down", (1, 12), "Baron, Verner and Xiong 2021"),
                Expectation("loans", "down", (1, 24), "Bernanke 1983"),
                Expectation("output", "down", (1, 24), "Cerra and Saxena 2008"),
            ),
            quick=Size(6, burn_in=12, horizon=24),
        ),
        Experiment(
            "oil-shock",
            "What does a blockade of three quarters of the oil do to output, prices and shares?",
            Change(
                "Three quarters of what can be extracted of oil is blocked for a year",
                ({"kind": "resource_strike", "resource": "oil", "share": 0.75, "months": 12},),
            ),
            (_OUTPUT, _PRICES, _INDEX, _UNEMPLOYMENT),
            (
                Expectation("price_level", "up", (3, 24), "Hamilton 1983"),
                Expectation("output", "down", (1, 18), "Hamilton 1983"),
                Expectation("index", "down", (1, 18), "Jones and Kaul 1996"),
            ),
            quick=Size(6, burn_in=12, horizon=24),
        ),
        Experiment(
            "helicopter",
            "Is money neutral in the long run? Households' deposits about double.",
            Change(
                "Households are given about what they have in deposits, in proportion",
                ({"kind": "helicopter", "size": 1.1, "shared": "by_deposits"},),
            ),
            (_PRICES, _OUTPUT, _INFLATION),
            (
                Expectation("price_level", "up", (12, 36), "Friedman 1969"),
                Expectation("output", "up", (1, 12), "Friedman 1969: not neutral at first"),
            ),
            horizon=120,
            quick=Size(6, burn_in=12, horizon=36),
        ),
        Experiment(
            "capital-ratio",
            "What does a capital requirement of 12 instead of 8 per cent do to credit and to failures of banks?",
            Change("Banks must hold 12 % of risk-weighted assets", settings={"prudential.total": 0.12}),
            (_LOANS, _OUTPUT, Column("capital_ratio", "percentage points", "capital ratio"), _FAILURES),
            (
                Expectation("capital_ratio", "up", (12, 36), "it is the rule"),
                Expectation("loans", "down", (12, 36), "Gambacorta and Shin 2018; Aiyar, Calomiris and Wieladek 2016"),
            ),
            burn_in=1, horizon=60,
            quick=Size(6, horizon=36),
        ),
        Experiment(
            "asset-purchases",
            "Do bond purchases help at the lower bound?",
            Change("The central bank buys bonds at the bound", settings={"asset_purchases.enabled": True}),
            (Column("long_yield", "basis points", "the long yield"), _INDEX, _OUTPUT, _INFLATION),
            (
                Expectation("long_yield", "down", (12, 36), "Gagnon 2016"),
                Expectation("index", "up", (12, 36), "Swanson 2021"),
            ),
            scenario="lower-bound-qe", burn_in=1, horizon=60,
            settings={"asset_purchases.enabled": False},
            quick=Size(6, horizon=36),
        ),
    )
}  # fmt: skip


def experiment_named(name: str) -> Experiment:
    """Return the experiment ``name`` of `EXPERIMENTS`.

    Raises
    ------
    OutOfBounds
        For an unknown name; it names the nearest.

    Examples
    --------
    >>> experiment_named("fundamental-jump").scenario
    'markets'
    """
    known = name.replace("_", "-")
    if known not in EXPERIMENTS:
        raise OutOfBounds("experiment", name, f"give a known one{nearest(known, EXPERIMENTS)}")
    return EXPERIMENTS[known]

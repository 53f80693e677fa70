"""The experiments that ship, by name; a new one is an entry of a few lines."""

from __future__ import annotations

from ..core.errors import OutOfBounds, nearest
from .experiment_design import Change, Column, Expectation, Experiment, Size

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

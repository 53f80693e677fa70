"""Shocks to an economy behind the market: what each says. What they do is in `shock_effects`.

Those that last are felt as long as they are in force and undo themselves; the others happen once, at their tick, and
what follows is the economy's. A shock whose target a scenario does not have is refused with the names it has.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from .dated import CLOSED, MACRO, Dated, Lasting


class RateChange(Lasting):
    """The policy rate is higher by ``size`` while the shock is in force, on top of what the rule decides.

    The rule goes on from its own rate: the shock is no part of the rate that it smooths, nor does it pass the bound.
    """

    forms: ClassVar[tuple[str, ...]] = MACRO
    kind: Literal["rate_change"] = "rate_change"
    size: float = Field(ge=-0.2, le=0.5, description="change of the policy rate, a year; 0.01 is 100 basis points")


class InflationScare(Dated):
    """Expected inflation jumps by ``size``; where it goes from there is up to how expectations are formed."""

    forms: ClassVar[tuple[str, ...]] = MACRO
    kind: Literal["inflation_scare"] = "inflation_scare"
    size: float = Field(ge=-0.2, le=0.5, description="change of expected inflation, a year; 0.05 is 5 points")


class WagePush(Dated):
    """All wages that firms post rise by ``size`` at once; costs and prices follow."""

    forms: ClassVar[tuple[str, ...]] = CLOSED
    kind: Literal["wage_push"] = "wage_push"
    size: float = Field(ge=-0.5, le=1.0, description="relative change; 0.05 is a rise of 5 %")


class DemandShift(Dated):
    """The taste of households for spending jumps, and returns as tastes do (``households.taste_memory``).

    At -0.10 households wish to spend about a tenth less; ``1 - households.habit`` of that comes in the first month.
    """

    forms: ClassVar[tuple[str, ...]] = CLOSED
    kind: Literal["demand_shift"] = "demand_shift"
    size: float = Field(
        ge=-2.0, le=2.0, description="change of the log consumption wished for; habit lets a part of it come at once"
    )


class ResourceStrike(Dated):
    """A part of a resource is destroyed, or with ``months`` that part of what can be extracted is blocked.

    It takes effect with the first extraction on or after its date.
    """

    forms: ClassVar[tuple[str, ...]] = CLOSED
    kind: Literal["resource_strike"] = "resource_strike"
    resource: str = Field(description="name of the resource")
    share: float = Field(gt=0.0, le=1.0, description="part of the reserves destroyed, or of the capacity blocked")
    months: int = Field(0, ge=0, le=600, description="months of a blockade; 0: reserves are destroyed")


class ResourceDiscovery(Dated):
    """Reserves of a resource grow by ``share`` of those at the opening.

    It takes effect with the first extraction on or after its date.
    """

    forms: ClassVar[tuple[str, ...]] = CLOSED
    kind: Literal["resource_discovery"] = "resource_discovery"
    resource: str = Field(description="name of the resource")
    share: float = Field(gt=0.0, le=1000.0, description="size of the find, as a part of the initial reserves")


class Mood(Dated):
    """A panic (``size`` below 0) or a euphoria (above) breaks out and fades by half each ``half_life_days``."""

    kind: Literal["mood"] = "mood"
    size: float = Field(ge=-1.0, le=1.0, description="added to the index of sentiment, which stays within [-1, 1]")
    half_life_days: float | None = Field(
        None, gt=0.0, le=2520.0, description="trading days in which it fades by half; unset: psychology.half_life_days"
    )
    symbols: tuple[str, ...] = Field((), description="stocks concerned; empty: all, and the market")

    @field_validator("size")
    @classmethod
    def _not_nothing(cls, size: float) -> float:
        if size == 0.0:
            raise ValueError("0 is no mood; give a number from -1 to 1")
        return size


class BankLoss(Dated):
    """A bank loses a part of its assets: loans turn out not to be its own, and the state's asset vehicle gets them.

    The debtors owe what they owed, so nobody but the state gains what the bank loses; what the vehicle collects goes
    to the treasury. Only loans are lost, so a ``share`` above that of loans takes all of them.
    """

    forms: ClassVar[tuple[str, ...]] = CLOSED
    kind: Literal["bank_loss"] = "bank_loss"
    bank: str = Field(description="symbol of the bank")
    share: float = Field(gt=0.0, le=1.0, description="part of all its assets that is lost")


class Run(Dated):
    """A part of a bank's customers take their deposits to other banks, at random; reserves follow."""

    forms: ClassVar[tuple[str, ...]] = CLOSED
    kind: Literal["run"] = "run"
    bank: str = Field(description="symbol of the bank")
    share: float = Field(gt=0.0, le=1.0, description="probability that a customer leaves")


class CreditCrunch(Lasting):
    """Banks want more capital behind their loans than the rules demand, while the shock is in force.

    Below the higher ratio they lend no more, ask more for what they lend, let loans run off and pay no dividends.
    """

    forms: ClassVar[tuple[str, ...]] = CLOSED
    kind: Literal["credit_crunch"] = "credit_crunch"
    size: float = Field(gt=0.0, le=0.15, description="capital wanted on top, as a part of risk-weighted assets")


class Helicopter(Dated):
    """The central bank gives households new money, for good (Friedman 1969; Buiter 2014).

    Deposits and reserves rise by it and the central bank's equity falls: nothing is owed for it, it bears no coupon
    and is no part of what the central bank earns back before it pays its profit to the treasury.
    """

    forms: ClassVar[tuple[str, ...]] = CLOSED
    kind: Literal["helicopter"] = "helicopter"
    size: float = Field(gt=0.0, le=10.0, description="all that is given, as a part of annual GDP")
    shared: Literal["equally", "by_deposits"] = Field(
        "equally", description="the same for every household, or in proportion to deposits, as if money were re-stamped"
    )

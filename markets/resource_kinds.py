"""Which resources there are: settings of one, and the seven of the default economy."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ..core.parameters import Parameters


class ResourceSettings(Parameters):
    """One resource. Hazards and growth are annual; sizes are shares of the initial reserves unless said."""

    name: str = Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$", description="name, as in events")
    kind: Literal["finite", "renewable", "artificial"] = Field(description="how the stock changes")
    years: float = Field(50.0, gt=0.0, le=10_000.0, description="initial reserves, in years of the initial use")
    strategic_importance: float = Field(0.5, ge=0.0, le=1.0, description="weight in the published scarcity multiplier")
    intensity: float = Field(0.0, ge=0.0, le=100.0, description="units used for each unit of output")
    capacity: float = Field(
        2.0, gt=0.0, le=1000.0, description="most that can be extracted, in multiples of initial use"
    )
    cost_exponent: float = Field(0.5, ge=0.0, le=5.0, description="θ of the cost of extraction (R₀ / R)^θ")
    regeneration: float = Field(0.05, ge=0.0, le=5.0, description="g of a renewable stock, a year")
    carrying_capacity: float = Field(
        1.25, ge=1.0, le=100.0, description="R̄ of a renewable stock in multiples of its initial reserves"
    )
    cap_decline: float = Field(0.02, ge=0.0, le=1.0, description="share by which an artificial cap falls each year")
    discovery_hazard: float = Field(0.25, ge=0.0, le=100.0, description="discoveries a year")
    discovery_mean: float = Field(0.05, gt=0.0, le=10.0, description="mean size of a discovery")
    discovery_sigma: float = Field(1.0, ge=0.0, le=5.0, description="standard deviation of the log of its size")
    catastrophe_hazard: float = Field(0.1, ge=0.0, le=100.0, description="catastrophes a year")
    block_chance: float = Field(0.5, ge=0.0, le=1.0, description="share of catastrophes that block and destroy nothing")
    loss_share: float = Field(0.1, gt=0.0, le=0.5, description="mean share of current reserves that one destroys")
    block_share: float = Field(0.5, gt=0.0, le=0.5, description="mean share of the capacity that one blocks")
    block_months: int = Field(6, ge=1, le=600, description="mean months for which one blocks")


def default_resources() -> tuple[ResourceSettings, ...]:
    """Return the seven resources; years follow the order of published reserves over production.

    Renewable stocks start where initial use equals renewal: 100 years of use at 4/5 of the carrying capacity
    and 5 % growth. A cap is decided, not found, so carbon credits know no discovery.
    """
    return (
        ResourceSettings(name="oil", kind="finite", years=50.0, strategic_importance=0.9, intensity=0.05),
        ResourceSettings(name="lithium", kind="finite", years=100.0, strategic_importance=0.8, intensity=0.01),
        ResourceSettings(name="rare_earths", kind="finite", years=250.0, strategic_importance=0.8, intensity=0.005),
        ResourceSettings(name="fresh_water", kind="renewable", years=100.0, strategic_importance=1.0, intensity=0.02),
        ResourceSettings(name="arable_land", kind="renewable", years=100.0, strategic_importance=0.9, intensity=0.015),
        ResourceSettings(
            name="carbon_credits", kind="artificial", years=1.0, strategic_importance=0.4, intensity=0.05,
            discovery_hazard=0.0,
        ),
        ResourceSettings(
            name="intellectual_property", kind="artificial", years=1.0, strategic_importance=0.5, intensity=0.01,
            cap_decline=0.0,
        ),
    )  # fmt: skip

"""What a run writes: settings of the recorder."""

from __future__ import annotations

from pydantic import Field

from ..core.parameters import Parameters


class RecordingSettings(Parameters):
    """What is recorded, and how often."""

    trades: bool = Field(True, description="write every trade")
    orders: bool = Field(False, description="write every order with what became of it (large)")
    bars: bool = Field(True, description="write a bar for each symbol and tick, beside the daily ones")
    quotes: bool = Field(True, description="write the best quotes of each symbol at each tick")
    depth_levels: int = Field(10, ge=0, le=1_000, description="levels of each side in table book; 0 writes none")
    part_days: int = Field(5, ge=1, le=1_000, description="trading days in one part file of a table")
    checkpoint_days: int = Field(
        20, ge=1, le=10_000, description="trading days between checkpoints; parts must divide it"
    )
    keep_checkpoints: int = Field(2, ge=1, le=1_000, description="newest checkpoints kept, beside that of the opening")
    ring_days: int = Field(
        5,
        ge=1,
        le=10_000,
        description="days kept in memory when no folder is written; tables of month ends are kept whole",
    )
    digest_every: int = Field(100, ge=1, le=1_000_000, description="ticks between digests of the full state")

"""The loop over all depositors that decides who runs and where to, on bare arrays."""

from __future__ import annotations

import math

import numpy as np

from ..core.kernel import kernel
from ..core.randomness import DECIDE, USER, philox, unit
from ..core.units import BoolArray, FloatArray, IntArray, UintArray

MEET, LOOK = USER, USER + 1
NEVER = -1


@kernel
def draw(key: np.uint64, purpose: int, ordinal: int, tick: int, number: int) -> float:
    """Return uniform ``number`` of a purpose, the same as `Draws.uniform`."""
    a, b, c, d = philox(key, purpose, ordinal, tick, number // 4, 0)
    place = number % 4
    if place == 0:
        return unit(a)
    if place == 1:
        return unit(b)
    return unit(c) if place == 2 else unit(d)


@kernel
def choose_banks(
    slots: IntArray, insured: BoolArray, runners: IntArray, customers: IntArray, candidates: IntArray,
    ratios: FloatArray, keys: UintArray, ordinals: IntArray, day: int, fear: float, speed: float,
    insured_factor: float, safe_ratio: float, capital_weight: float, neighbour_weight: float, fear_weight: float,
    neighbours: int, sample: int,
) -> IntArray:  # fmt: skip
    """Return (n,) the slot that each depositor takes its account to, -1 where it stays.

    ``slots``, ``insured``, ``keys`` and ``ordinals`` are (n,), the slot -1 for who has no deposit; ``runners``,
    ``customers`` and ``ratios`` are (banks,); ``candidates`` are the open slots, ascending, all of ``slots``
    among them. A neighbour is one of the bank's other customers and runners, all as likely. Nothing is checked.
    """
    n = slots.shape[0]
    target = np.full(n, -1, np.int64)
    seen = np.empty(sample, np.int64)
    for i in range(n):
        s = slots[i]
        if s < 0:
            continue
        alarm = capital_weight * (safe_ratio - ratios[s]) / safe_ratio + fear_weight * fear
        if alarm + neighbour_weight <= 0.0:
            continue
        stayed = customers[s] - 1
        met = stayed + runners[s]
        if neighbours > 0 and met > 0 and runners[s] > 0:
            ran = 0
            for k in range(neighbours):
                if int(draw(keys[i], MEET, ordinals[i], day, k) * met) >= stayed:
                    ran += 1
            alarm += neighbour_weight * (ran / neighbours)
        if alarm <= 0.0:
            continue
        hazard = speed * insured_factor if insured[i] else speed
        if hazard <= 0.0 or draw(keys[i], DECIDE, ordinals[i], day, 0) >= 1.0 - math.exp(-hazard * alarm):
            continue
        others = candidates.shape[0] - 1
        best = -1
        for k in range(min(sample, others)):  # without replacement: ranks among those not seen yet
            rank = int(draw(keys[i], LOOK, ordinals[i], day, k) * (others - k))
            place = k
            for m in range(k):
                if seen[m] <= rank:
                    rank += 1
                else:
                    place = m
                    break
            for m in range(k, place, -1):
                seen[m] = seen[m - 1]
            seen[place] = rank
            found = candidates[rank]
            if found >= s:
                found = candidates[rank + 1]
            if best < 0 or ratios[found] > ratios[best] or (ratios[found] == ratios[best] and found < best):
                best = found
        if best >= 0 and ratios[best] > ratios[s]:
            target[i] = best
    return target

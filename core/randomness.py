"""Randomness with one owner: every draw is a function of where it is used, never of a shared stream.

A draw is Philox4x64-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as
1, 2, 3", SC'11) of a key and a counter:

    key     = (digest of run seed and component name, purpose)
    counter = (ordinal within the component, tick, block of four draws, round)

So a newcomer, another component or a different number of threads moves nobody else's draws, and
there is no state to store. The function equals ``numpy.random.Philox``, which the tests check.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np

from .kernel import kernel
from .units import FloatArray, IntArray, UintArray

WAKE, DECIDE, PRIORITY, BIRTH, USER = 1, 2, 3, 4, 1000

_M0 = np.uint64(0xD2E7470EE14C6C93)
_M1 = np.uint64(0xCA5A826395121157)
_W0 = np.uint64(0x9E3779B97F4A7C15)
_W1 = np.uint64(0xBB67AE8584CAA73B)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_11 = np.uint64(11)
TO_UNIT = 2.0**-53


@kernel
def high_product(a: np.uint64, b: np.uint64) -> np.uint64:
    """Return the upper 64 bits of the 128-bit product of two unsigned 64-bit integers."""
    a_low, a_high = a & _LOW, a >> _32
    b_low, b_high = b & _LOW, b >> _32
    cross = a_high * b_low + ((a_low * b_low) >> _32)
    middle = a_low * b_high + (cross & _LOW)
    return a_high * b_high + (cross >> _32) + (middle >> _32)


@kernel
def philox(
    key: np.uint64, purpose: int, ordinal: int, tick: int, block: int, round_: int
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return four independent 64-bit draws (one Philox4x64-10 block)."""
    k0, k1 = np.uint64(key), np.uint64(purpose)
    c0, c1, c2, c3 = np.uint64(ordinal), np.uint64(tick), np.uint64(block), np.uint64(round_)
    for _ in range(10):
        high0, low0 = high_product(_M0, c0), _M0 * c0
        high1, low1 = high_product(_M1, c2), _M1 * c2
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0 += _W0
        k1 += _W1
    return c0, c1, c2, c3


@kernel
def unit(bits: np.uint64) -> float:
    """Return a uniform in [0, 1) from the upper 53 bits."""
    return float(bits >> _11) * TO_UNIT


@kernel
def normal(first: float, second: float) -> float:
    """Return a standard normal from two uniforms in [0, 1) (Box and Muller 1958)."""
    return math.sqrt(-2.0 * math.log(1.0 - first)) * math.cos(2.0 * math.pi * second)


@kernel
def exponential(first: float) -> float:
    """Return an exponential with mean one from a uniform in [0, 1)."""
    return -math.log(1.0 - first)


@kernel
def fill_bits(
    out: UintArray, ordinals: IntArray, key: np.uint64, purpose: int, tick: int, block: int, round_: int
) -> None:
    """Write four draws for each ordinal into ``out`` (n, 4)."""
    for i in range(ordinals.shape[0]):
        a, b, c, d = philox(key, purpose, ordinals[i], tick, block, round_)
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = a, b, c, d


def component_key(seed: int, component: str) -> int:
    """Return the 64-bit key of a component in a run: the first eight bytes of a SHA-256.

    Examples
    --------
    >>> component_key(7, "noise") != component_key(7, "herder")
    True
    """
    return int.from_bytes(hashlib.sha256(f"{seed}:{component}".encode()).digest()[:8], "little")


@dataclass(frozen=True)
class Draws:
    """The draws of one component at one moment, for code above the kernels.

    Parameters
    ----------
    key : int
        From `component_key`.
    tick, round_ : int
        The moment. The same (ordinal, purpose, number) gives the same draw however often it is asked.

    Examples
    --------
    >>> draws = Draws.of(seed=7, component="example", tick=3)
    >>> bool((draws.uniform([0, 1, 2]) == draws.uniform([0, 1, 2])).all())
    True
    >>> float(draws.uniform([5])[0]) == float(draws.uniform([4, 5])[1])
    True
    """

    key: int
    tick: int = 0
    round_: int = 0

    @classmethod
    def of(cls, seed: int, component: str, tick: int = 0, round_: int = 0) -> Draws:
        """Return the draws of ``component`` in the run with ``seed``."""
        return cls(component_key(seed, component), tick, round_)

    def bits(self, ordinals: object, purpose: int = USER, number: int = 0) -> UintArray:
        """Return (n,) raw 64-bit draws for the ordinals; ``number`` counts draws of one purpose."""
        rows = np.ascontiguousarray(ordinals, dtype=np.int64)
        out = np.empty((rows.shape[0], 4), np.uint64)
        fill_bits(out, rows, np.uint64(self.key), purpose, self.tick, number // 4, self.round_)
        return out[:, number % 4]

    def uniform(self, ordinals: object, purpose: int = USER, number: int = 0) -> FloatArray:
        """Return (n,) uniforms in [0, 1)."""
        return (self.bits(ordinals, purpose, number) >> _11).astype(np.float64) * TO_UNIT

    def integers(self, ordinals: object, high: int, purpose: int = USER, number: int = 0) -> IntArray:
        """Return (n,) integers in [0, high); high is far below 2**53, so the bias is negligible."""
        return (self.uniform(ordinals, purpose, number) * high).astype(np.int64)

    def normal(self, ordinals: object, purpose: int = USER, number: int = 0) -> FloatArray:
        """Return (n,) standard normals (Box-Muller); number n uses the uniforms 2n and 2n + 1."""
        first = self.uniform(ordinals, purpose, 2 * number)
        second = self.uniform(ordinals, purpose, 2 * number + 1)
        return np.array([normal(a, b) for a, b in zip(first, second, strict=True)], np.float64)

"""The labour market: separations, layoffs, and unemployed workers who ask a few firms each."""

from __future__ import annotations

import math

import numpy as np

from ..core.kernel import kernel
from ..core.randomness import philox, unit
from ..core.units import FloatArray, IntArray

UNEMPLOYED = -1
_LEAVE, _ORDER, _ASK = 2001, 2002, 2003


@kernel
def separate(
    employer: IntArray, workers: IntArray, keep: IntArray, separation: float, key: np.uint64, month: int
) -> int:
    """Let workers leave at random, then dismiss those a firm does not keep; return how many became unemployed.

    ``employer`` (n,) is changed in place, and ``workers`` (firms,). Leaving is a draw of the worker; the dismissed
    are those of a firm with the smallest draws, so that a worker's fate hangs on no row number.
    """
    n, gone = employer.shape[0], 0
    for h in range(n):
        f = employer[h]
        if f >= 0:
            a, _b, _c, _d = philox(key, _LEAVE, h, month, 0, 0)
            if unit(a) < separation:
                employer[h] = UNEMPLOYED
                workers[f] -= 1
                gone += 1
    over = np.zeros(keep.shape[0], np.float64)
    any_over = False
    for f in range(keep.shape[0]):
        if workers[f] > keep[f]:
            over[f] = (workers[f] - keep[f]) / workers[f]
            any_over = True
    if not any_over:
        return gone
    draw = np.empty(n, np.float64)
    for h in range(n):
        draw[h] = 2.0
        if employer[h] >= 0 and over[employer[h]] > 0.0:
            _a, b, _c, _d = philox(key, _LEAVE, h, month, 0, 0)
            draw[h] = unit(b)
    for h in np.argsort(draw, kind="mergesort"):
        f = employer[h]
        if draw[h] > 1.0:
            break
        if workers[f] > keep[f]:
            employer[h] = UNEMPLOYED
            workers[f] -= 1
            gone += 1
    return gone


@kernel
def match(
    employer: IntArray, workers: IntArray, vacancies: IntArray, wage: FloatArray, applications: int, most: int,
    key: np.uint64, month: int,
) -> int:  # fmt: skip
    """Let each unemployed worker ask ``applications`` random firms and take the best-paid vacancy; return the hires.

    At most ``most`` are hired, which `jobs_found` gives.
    Workers come in the order of a draw of their own. ``employer`` (n,), ``workers`` and ``vacancies`` (firms,) are
    changed in place. Ties of wages go to the firm asked first.
    """
    firms = wage.shape[0]
    seekers = np.flatnonzero(employer == UNEMPLOYED)
    order = np.empty(seekers.shape[0], np.float64)
    for i in range(seekers.shape[0]):
        a, _b, _c, _d = philox(key, _ORDER, seekers[i], month, 0, 0)
        order[i] = unit(a)
    hired, left = 0, min(vacancies.sum(), most)
    for i in np.argsort(order, kind="mergesort"):
        if left == 0:
            break
        h = seekers[i]
        best, best_wage = -1, -1.0
        for j in range(applications):
            a, b, c, d = philox(key, _ASK, h, month, j // 4, 0)
            bits = a if j % 4 == 0 else (b if j % 4 == 1 else (c if j % 4 == 2 else d))
            f = int(unit(bits) * firms)
            if vacancies[f] > 0 and wage[f] > best_wage:
                best, best_wage = f, wage[f]
        if best >= 0:
            employer[h] = best
            workers[best] += 1
            vacancies[best] -= 1
            left -= 1
            hired += 1
    return hired


def jobs_found(efficiency: float, seekers: int, vacancies: int) -> int:
    """Return how many jobs are found in a month: M = A U^½ V^½, at most U.

    The matching function lets jobs be found slowly where vacancies are few, and be filled slowly where seekers are few:
    the Beveridge curve (Pissarides 2000, chapter 1; Petrongolo and Pissarides 2001, JEL 39, 390-431).

    Examples
    --------
    >>> jobs_found(0.5, seekers=100, vacancies=36)
    30
    """
    return min(seekers, round(efficiency * math.sqrt(seekers * vacancies)))

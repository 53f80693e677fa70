"""What the network measures are given: amounts between banks, amounts of each bank, checked and named.

A matrix between banks is (n, n): row i, column j. Of *liabilities* L, i owes j; of *exposures* X, i
stands to lose to j, so that X is L transposed. The diagonal is 0, since nobody owes himself.
Whatever is wrong raises `OutOfBounds`, which names the array, and the row where there is one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import OutOfBounds
from ..core.units import FloatArray, IntArray

LARGEST_SUM = 2**62


def between_banks(name: str, values: ArrayLike) -> FloatArray:
    """Return (n, n) finite amounts of 0 or more with an empty diagonal.

    Examples
    --------
    >>> between_banks("liabilities", [[0, 1], [2, 3]])
    Traceback (most recent call last):
    ...
    catallaxy.core.errors.OutOfBounds: liabilities[1, 1] is 3.0; a bank owes itself nothing, put 0 on the diagonal
    """
    return _square(name, _floats(name, values))


def of_banks(name: str, values: ArrayLike, banks: int) -> FloatArray:
    """Return (banks,) finite amounts of 0 or more.

    Examples
    --------
    >>> of_banks("equity", [1.0, -2.0], 2)
    Traceback (most recent call last):
    ...
    catallaxy.core.errors.OutOfBounds: equity[1] is -2.0; give a finite amount of 0 or more
    """
    return _not_negative(name, shaped(name, _floats(name, values), (banks,)))


def counted_between_banks(name: str, values: ArrayLike) -> IntArray:
    """Return (n, n) whole amounts of 0 or more, in minor units, with an empty diagonal."""
    array: IntArray = _square(name, _whole(name, values))
    return array


def counted_of_banks(name: str, values: ArrayLike, banks: int) -> IntArray:
    """Return (banks,) whole amounts of 0 or more, in minor units."""
    array: IntArray = _not_negative(name, shaped(name, _whole(name, values), (banks,)))
    return array


def positive(name: str, values: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    """Return finite amounts above 0 in the ``shape`` due."""
    array = shaped(name, _floats(name, values), shape)
    refuse_where(name, array, ~(np.isfinite(array) & (array > 0.0)), "give a finite amount above 0")
    return array


def fraction(name: str, values: ArrayLike, shape: tuple[int, ...] = ()) -> FloatArray:
    """Return numbers between 0 and 1 in the ``shape`` due."""
    array = shaped(name, _floats(name, values), shape)
    refuse_where(name, array, ~((array >= 0.0) & (array <= 1.0)), "give a number between 0 and 1")
    return array


def amounts(name: str, values: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    """Return finite amounts of 0 or more in the ``shape`` due."""
    return _not_negative(name, shaped(name, _floats(name, values), shape))


def table(name: str, values: ArrayLike) -> FloatArray:
    """Return a matrix of finite amounts of 0 or more, of any shape."""
    array = _floats(name, values)
    if array.ndim != 2:
        raise OutOfBounds(f"the shape of {name}", array.shape, "give two dimensions, banks by assets")
    return _not_negative(name, array)


def shaped(name: str, array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Return ``array``, or refuse it when it has not the ``shape`` due."""
    if array.shape != shape:
        raise OutOfBounds(f"the shape of {name}", array.shape, f"{shape} is due, one row a bank as in the others")
    return array


def refuse_where(name: str, array: NDArray[Any], wrong: NDArray[np.bool_], due: str) -> None:
    """Raise `OutOfBounds` for the first entry that is ``wrong``, named by its place."""
    where = np.argwhere(wrong)
    if where.size or (array.ndim == 0 and bool(wrong)):
        place = tuple(int(k) for k in where[0])
        raise OutOfBounds(f"{name}{list(place)}" if place else name, array[place].item(), due)


def _floats(name: str, values: ArrayLike) -> FloatArray:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise OutOfBounds(name, values, "give numbers, rows of one length") from None


def _whole(name: str, values: ArrayLike) -> IntArray:
    try:
        array = np.asarray(values)
    except ValueError:
        raise OutOfBounds(name, values, "give whole numbers, rows of one length") from None
    if array.size and array.dtype.kind not in "iu":
        raise OutOfBounds(name, values, "give whole numbers of 64 bits: what is counted is never a float")
    if sum(abs(int(value)) for value in array.flat) >= LARGEST_SUM:
        raise OutOfBounds(name, values, "give amounts whose sum is below 2**62")
    return array.astype(np.int64)


def _not_negative(name: str, array: NDArray[Any]) -> NDArray[Any]:
    refuse_where(name, array, ~(np.isfinite(array) & (array >= 0)), "give a finite amount of 0 or more")
    return array


def _square(name: str, array: NDArray[Any]) -> NDArray[Any]:
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise OutOfBounds(f"the shape of {name}", array.shape, "give a square matrix, one row and one column a bank")
    own = np.eye(array.shape[0], dtype=np.bool_) & (array != 0)
    refuse_where(name, array, own, "a bank owes itself nothing, put 0 on the diagonal")
    return _not_negative(name, array)

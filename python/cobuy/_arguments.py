"""Arguments, checked once: matrices, indices, counts."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from cobuy._core import _Matrix

#: The most that the core is asked for: a count beyond any catalogue means "all".
_MOST = 2**31 - 1


def whole(name: str, value: Any, least: int = 1, most: int = _MOST) -> int:
    """A setting that is a whole number of at least ``least``; one above ``most`` counts as that."""
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"`{name}` is {value!r}, but it must be a whole number") from None
    if number < least:
        raise ValueError(f"`{name}` is {number}, but it must be at least {least}")
    return min(number, most)


def real(name: str, value: Any, what: str = "a number") -> float:
    """A setting that is a number; the core says which may be."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise ValueError(f"`{name}` is {value!r}, but it must be {what}")
    return float(value)


def one_id(name: str, value: Any) -> str:
    """An id as text; whole numbers are ids too."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"`{name}` must be an id, a text or a whole number, but is {value!r}")


def ids(name: str, values: Any) -> list[str]:
    """Several ids; a single one is taken for a list of one."""
    if isinstance(values, (str, int, np.integer)):
        values = [values]
    return [one_id(name, value) for value in values]


def indices(
    name: str, value: Any, items: int, what: str = "item"
) -> tuple[npt.NDArray[np.int64], bool]:
    """Indices of items, or of something else, as a 1-d array, and whether a single one was given."""
    array = np.asarray(value)
    if array.size == 0 and array.ndim == 1:
        return np.empty(0, dtype=np.int64), False
    if array.dtype.kind not in "iu":
        raise TypeError(
            f"`{name}` must be whole numbers, the indices of {what}s, but holds {array.dtype}"
        )
    if array.ndim > 1:
        raise ValueError(f"`{name}` must be one index or a 1-d array, but has shape {array.shape}")
    wrong = array[(array < 0) | (array >= items)] if array.ndim else array[None]
    if array.ndim == 0:
        wrong = wrong[(wrong < 0) | (wrong >= items)]
    if wrong.size:
        raise IndexError(
            f"{what} index {wrong[0]} in `{name}` is out of range: there are {items} {what}s"
        )
    return np.atleast_1d(array).astype(np.int64), array.ndim == 0


def optional_indices(name: str, value: Any, items: int) -> npt.NDArray[np.int64] | None:
    """``exclude`` or ``only``: None, one index or several."""
    return None if value is None else indices(name, value, items)[0]


def matrix(name: str, value: Any) -> _Matrix:
    """A customers x items matrix as the core takes it: SciPy's sparse, or a 2-d array."""
    if isinstance(value, np.ndarray):
        return _dense(name, value)
    if not (hasattr(value, "tocsr") and hasattr(value, "shape")):
        raise TypeError(
            f"`{name}` must be a SciPy sparse matrix or a 2-d NumPy array of shape (customers, items), "
            f"but is {type(value).__name__}; for tables of orders use cobuy.Shop"
        )
    if len(value.shape) != 2:
        raise ValueError(f"`{name}` must be 2-d, but has shape {value.shape}")
    _refuse_unreal(name, np.dtype(value.dtype))
    if value.dtype.kind in "iu" and getattr(value, "format", "") != "csr":
        # Other formats add up what they store twice, and a narrow type would overflow.
        value = value.astype(np.float64)
    csr = value.tocsr()
    rows, columns = csr.shape
    return {
        "shape": (int(rows), int(columns)),
        "indptr": _positions(csr.indptr),
        "indices": _positions(csr.indices),
        "data": _values(name, np.asarray(csr.data)),
    }


def optional_times(value: Any) -> _Matrix | None:
    """``times`` as the core takes them: a place that is told twice stays so, and is no sum of days."""
    if getattr(value, "format", "csr") != "csr" and hasattr(value, "tocoo") and len(value.shape) == 2:
        told = value.tocoo()
        order = np.lexsort((told.data, told.col, told.row))
        rows = int(told.shape[0])
        _refuse_unreal("times", np.dtype(told.dtype))
        return {
            "shape": (rows, int(told.shape[1])),
            "indptr": np.concatenate([[0], np.cumsum(np.bincount(told.row, minlength=rows))]).astype(np.int64),
            "indices": told.col[order].astype(np.int64),
            "data": _values("times", np.asarray(told.data)[order]),
        }
    return None if value is None else matrix("times", value)


def _dense(name: str, array: npt.NDArray[Any]) -> _Matrix:
    if array.ndim != 2:
        raise ValueError(f"`{name}` must be 2-d, but has shape {array.shape}")
    values = _values(name, array.reshape(-1))
    rows, columns = np.nonzero(array)
    return {
        "shape": (int(array.shape[0]), int(array.shape[1])),
        "indptr": np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=array.shape[0]))]).astype(
            np.int64
        ),
        "indices": columns.astype(np.int64),
        "data": None if values is None else values.reshape(array.shape)[rows, columns],
    }


def _positions(array: npt.NDArray[Any]) -> npt.NDArray[np.int32] | npt.NDArray[np.int64]:
    if array.dtype == np.int32:
        return np.ascontiguousarray(array, dtype=np.int32)
    return np.ascontiguousarray(array, dtype=np.int64)


def _refuse_unreal(name: str, dtype: np.dtype[Any]) -> None:
    if dtype.kind not in "biuf":
        raise ValueError(
            f"the values of `{name}` are {dtype}, but purchases are counted in real numbers"
        )


def _values(name: str, data: npt.NDArray[Any]) -> npt.NDArray[np.float64] | None:
    """Values as float64; None where all are known to be one."""
    _refuse_unreal(name, data.dtype)
    if data.dtype.kind == "b" and data.all():
        return None
    return np.ascontiguousarray(data, dtype=np.float64)

from os import PathLike
from typing import Any, TypedDict, final

import numpy as np
import numpy.typing as npt

__all__ = [
    "AlsoBoughtModel",
    "ArrowTable",
    "History",
    "ShopEngine",
    "__version__",
    "_frame",
    "_panic",
    "inspect",
]

__version__: str

_Path = str | PathLike[str]
_Positions = npt.NDArray[np.int32] | npt.NDArray[np.int64]
_Arrays = tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]

class _Matrix(TypedDict):
    shape: tuple[int, int]
    indptr: _Positions
    indices: _Positions
    data: npt.NDArray[np.float64] | None

@final
class AlsoBoughtModel:
    @staticmethod
    def fit(
        matrix: _Matrix,
        measure: str,
        neighbours: int,
        min_customers: int,
        threads: int | None,
    ) -> AlsoBoughtModel: ...
    @staticmethod
    def open(path: _Path) -> AlsoBoughtModel: ...
    @staticmethod
    def from_bytes(bytes: bytes) -> AlsoBoughtModel: ...
    def to_bytes(self) -> bytes: ...
    def __reduce__(self) -> tuple[Any, tuple[bytes]]: ...
    def save(self, path: _Path) -> str: ...
    def similar_items(
        self,
        ids: npt.NDArray[np.int64],
        n: int,
        exclude: npt.NDArray[np.int64] | None,
        only: npt.NDArray[np.int64] | None,
    ) -> _Arrays: ...
    def recommend(
        self,
        matrix: _Matrix,
        n: int,
        exclude: npt.NDArray[np.int64] | None,
        only: npt.NDArray[np.int64] | None,
        keep_owned: bool,
    ) -> _Arrays: ...
    def lists(
        self,
    ) -> tuple[
        npt.NDArray[np.int64],
        npt.NDArray[np.int32],
        npt.NDArray[np.float32],
        npt.NDArray[np.int32],
    ]: ...
    def item_counts(self) -> npt.NDArray[np.int64]: ...
    @property
    def items(self) -> int: ...
    @property
    def customers(self) -> int: ...
    @property
    def settings(self) -> tuple[str, int, int]: ...

@final
class ArrowTable:
    @staticmethod
    def from_columns(columns: list[tuple[str, str, list[Any]]]) -> ArrowTable: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...
    def __len__(self) -> int: ...
    @property
    def num_rows(self) -> int: ...
    @property
    def column_names(self) -> list[str]: ...
    @property
    def column_kinds(self) -> list[str]: ...
    def column(self, name: str, start: int = 0, stop: int | None = None) -> list[Any]: ...

@final
class History:
    @staticmethod
    def read_csv(path: _Path, options: dict[str, Any]) -> History: ...
    def summary(self) -> tuple[str, str]: ...
    def purchases(self, basis: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]: ...
    def lines(self) -> dict[str, Any]: ...
    def ids(self) -> tuple[list[str], list[str], list[str]]: ...
    def fit(
        self,
        measure: str,
        neighbours: int,
        min_customers: int,
        threads: int | None,
        basis: str,
    ) -> ShopEngine: ...

@final
class ShopEngine:
    @staticmethod
    def open(path: _Path) -> ShopEngine: ...
    def save(self, path: _Path) -> str: ...
    def also_bought(
        self, item: str, n: int, exclude: list[str], only: list[str] | None
    ) -> tuple[str, list[str]]: ...
    def all_also_bought(self, n: int | None) -> list[tuple[str, str]]: ...
    def items(self) -> list[str]: ...

def inspect(path: _Path) -> str: ...
def _frame(frame: object) -> object: ...
def _panic(behind_long: bool) -> None: ...

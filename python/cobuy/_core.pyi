from collections.abc import Callable
from os import PathLike
from typing import Any, TypedDict, final

import numpy as np
import numpy.typing as npt

__all__ = [
    "AlsoBoughtModel",
    "ArrowTable",
    "Evaluation",
    "FactorsModel",
    "Formula",
    "History",
    "Rule",
    "ShopEngine",
    "Tuning",
    "__version__",
    "_frame",
    "_panic",
    "_preset",
    "evaluate_lists",
    "evaluate_matrix",
    "evaluate_shop",
    "inspect",
    "tune_matrix",
    "tune_shop",
]

__version__: str

_Path = str | PathLike[str]
_Positions = npt.NDArray[np.int32] | npt.NDArray[np.int64]
_Arrays = tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]

class _ModelSettings(TypedDict):
    model: str
    measure: str
    numbers: list[tuple[str, float]]
    neighbours: int
    kept: str
    min_customers: int
    shrinkage: float
    half_life: float | None
    within_days: float | None
    threads: int | None
    memory_limit: int | None

class _FactorsSettings(TypedDict):
    numbers: list[tuple[str, float]]
    threads: int | None
    memory_limit: int | None

class _Picked(TypedDict):
    settings: _ModelSettings
    reason: str
    candidates: list[tuple[str, float | None]]

_Teller = Callable[[str, int, int | None], None]
_Sources = list[tuple[str, Any]]
_Told = tuple[str, list[str]]

class _Options(TypedDict):
    config: Any
    columns: list[tuple[str, str, str | None]]
    delimiter: str | None
    encoding: str | None
    time_format: str | None
    decimal_comma: bool | None
    on_error: str | None
    time_zone: str | None
    currency: str | None
    clock_change: str | None
    fulfilled: list[str] | None
    unfulfilled: list[str]
    c_returns: bool | None
    rounding: str | None
    duplicates: str | None
    missing: list[str] | None
    ignore: list[str]
    groups: list[tuple[str, list[str]]]
    types: list[tuple[str, str]]

class _Question(TypedDict):
    about: str
    ids: list[str]
    n: int
    exclude: list[str]
    only: list[str] | None
    keep_owned: bool
    fallback: bool | None
    filters: list[str]
    boost: str | None
    whose: str | None

class _Matrix(TypedDict):
    shape: tuple[int, int]
    indptr: _Positions
    indices: _Positions
    data: npt.NDArray[np.float64] | None

class _Measuring(TypedDict):
    k: list[int]
    keep_owned: bool
    threads: int | None
    group_by: tuple[str, str | None] | None
    groups: int
    labels: list[str]
    resamples: int
    confidence: float
    seed: int

class _Splitting(TypedDict):
    kind: str
    share: float
    seed: int
    cut: str | float | None
    horizon: float
    origins: int

class _Searching(TypedDict):
    models: list[str | _ModelSettings]
    base: _ModelSettings
    fixed: list[tuple[str, float]]
    trials: int
    seed: int
    metric: str
    customers: int | None
    keep_owned: bool
    resamples: int
    confidence: float
    threads: int | None
    trials_file: _Path | None

_Worth = npt.NDArray[np.float64] | _Matrix

_Indices = npt.NDArray[np.int64]

@final
class FactorsModel:
    @staticmethod
    def fit(
        matrix: _Matrix,
        settings: _FactorsSettings,
        events: tuple[_Indices, _Indices, _Indices] | None,
        tell: _Teller | None,
    ) -> FactorsModel: ...
    @staticmethod
    def from_parts(
        settings: _FactorsSettings, users: npt.NDArray[np.float32], items: npt.NDArray[np.float32]
    ) -> FactorsModel: ...
    def __reduce__(
        self,
    ) -> tuple[Any, tuple[_FactorsSettings, npt.NDArray[np.float32], npt.NDArray[np.float32]]]: ...
    def recommend(
        self,
        customers: _Indices | None,
        matrix: _Matrix,
        n: int,
        exclude: _Indices | None,
        only: _Indices | None,
        keep_owned: bool,
        beside: tuple[AlsoBoughtModel, float, float] | None,
    ) -> _Arrays: ...
    def users(self) -> npt.NDArray[np.float32]: ...
    def items(self) -> npt.NDArray[np.float32]: ...
    @property
    def shape(self) -> tuple[int, int]: ...
    @property
    def settings(self) -> _FactorsSettings: ...

@final
class AlsoBoughtModel:
    @staticmethod
    def fit(matrix: _Matrix, settings: _ModelSettings, times: _Matrix | None) -> AlsoBoughtModel: ...
    @staticmethod
    def fit_auto(
        matrix: _Matrix, times: _Matrix | None, settings: _ModelSettings
    ) -> tuple[AlsoBoughtModel, _Picked]: ...
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
        times: _Matrix | None,
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
    def settings(self) -> _ModelSettings: ...

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
    def read(sources: _Sources, options: _Options, tell: _Teller | None) -> History: ...
    def append(self, sources: _Sources, options: _Options, replace: bool) -> History: ...
    def retract(self, orders: list[str]) -> History: ...
    def forget(self, customer: str) -> tuple[History, str, str]: ...
    def as_of(self, instant: str) -> History: ...
    def doctor(self) -> tuple[str, str, bool]: ...
    def summary(self) -> tuple[str, str]: ...
    def purchases(self, basis: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]: ...
    def lines(self) -> dict[str, Any]: ...
    def table(self, name: str) -> ArrowTable: ...
    def ids(self) -> tuple[list[str], list[str], list[str]]: ...
    def fit(
        self, settings: _ModelSettings, basis: str, by_group: bool, tell: _Teller | None
    ) -> ShopEngine: ...
    def auto(
        self, settings: _ModelSettings, basis: str, by_group: bool, tell: _Teller | None
    ) -> _Picked: ...

@final
class ShopEngine:
    @staticmethod
    def open(path: _Path) -> ShopEngine: ...
    def save(self, path: _Path) -> str: ...
    def history(self) -> History: ...
    def refit(self, history: History) -> ShopEngine: ...
    def ask(self, question: _Question) -> _Told: ...
    def page(self, questions: list[_Question]) -> list[_Told]: ...
    def ask_all(
        self,
        who: str,
        questions: list[tuple[str, _Question]],
        explain: bool,
        boosted: bool,
        tell: _Teller | None,
    ) -> tuple[ArrowTable, list[tuple[str, str]]]: ...
    def explain(self, question: _Question, item: str) -> tuple[str, str]: ...
    def all_also_bought(self, n: int | None) -> list[tuple[str, str]]: ...
    def items(self) -> list[str]: ...
    def customers(self) -> list[str]: ...

@final
class Rule:
    @staticmethod
    def parse(text: str) -> Rule: ...
    @staticmethod
    def from_json(json: str) -> Rule: ...
    def to_json(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def fields(self) -> list[str]: ...
    def explain_customer(
        self, history: History, customer: str, segments: list[tuple[str, Rule]]
    ) -> tuple[str, str]: ...
    def members(self, history: History, segments: list[tuple[str, Rule]]) -> list[str]: ...
    def holds_customer(
        self, history: History, customer: str, segments: list[tuple[str, Rule]]
    ) -> bool | None: ...
    def explain_item(
        self, engine: ShopEngine, item: str, context: list[str], customer: str | None
    ) -> tuple[str, str]: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Formula:
    @staticmethod
    def parse(text: str) -> Formula: ...
    @staticmethod
    def from_json(json: str) -> Formula: ...
    def to_json(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def fields(self) -> list[str]: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Evaluation:
    def figures(self) -> tuple[str, str]: ...
    def table(self) -> ArrowTable: ...
    def rows(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]: ...
    def values(self) -> list[tuple[str, npt.NDArray[np.float64]]]: ...
    def groups(self) -> list[tuple[str, Evaluation]]: ...
    def compare(self, other: Evaluation, resamples: int, confidence: float, seed: int) -> ArrowTable: ...

def evaluate_lists(
    lists: npt.NDArray[np.int32],
    truth: _Matrix,
    before: _Matrix | None,
    worth: _Worth | None,
    measuring: _Measuring,
    tell: _Teller | None,
) -> Evaluation: ...
def evaluate_matrix(
    model: AlsoBoughtModel | None,
    settings: _ModelSettings,
    data: _Matrix,
    test: _Matrix | None,
    times: _Matrix | None,
    splitting: _Splitting,
    worth: _Worth | None,
    measuring: _Measuring,
    tell: _Teller | None,
) -> Evaluation: ...
def evaluate_shop(
    history: History,
    settings: _ModelSettings,
    basis: str,
    by_group: bool,
    fallback: bool,
    test: History | None,
    splitting: _Splitting,
    measuring: _Measuring,
    tell: _Teller | None,
) -> Evaluation: ...
@final
class Tuning:
    def best(self) -> _ModelSettings: ...
    def best_trial(self) -> tuple[int, float | None]: ...
    def about(self) -> tuple[str, int, list[str]]: ...
    def words(self) -> str: ...
    def table(self) -> ArrowTable: ...

def tune_matrix(
    searching: _Searching,
    data: _Matrix,
    test: _Matrix | None,
    times: _Matrix | None,
    splitting: _Splitting,
    worth: _Worth | None,
    tell: _Teller | None,
) -> Tuning: ...
def tune_shop(
    searching: _Searching,
    history: History,
    basis: str,
    by_group: bool,
    fallback: bool,
    test: History | None,
    splitting: _Splitting,
    tell: _Teller | None,
) -> Tuning: ...
def inspect(path: _Path) -> str: ...
def _frame(frame: object) -> object: ...
def _panic(behind_long: bool) -> None: ...

def _preset(name: str) -> list[tuple[str, float]]: ...

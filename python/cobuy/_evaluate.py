"""How good suggestions are, by what customers bought later."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cobuy import _core
from cobuy._also_bought import AlsoBought
from cobuy._arguments import matrix, optional_times, whole
from cobuy._progress import teller
from cobuy._shop import Shop
from cobuy._table import Table

if TYPE_CHECKING:
    from datetime import date

_SPLITS = ("time", "leave_out", "given")


class Evaluation:
    """What suggestions came to, with the interval of each mean. Made by :func:`evaluate`.

    ``str(evaluation)`` is a table. A row is a customer at a cut; of a single split there is one a customer.
    """

    def __init__(self, core: _core.Evaluation, ids: Sequence[str] | None) -> None:
        self._core = core
        self._ids = ids
        told, self._words = core.figures()
        self._told: dict[str, Any] = json.loads(told)

    @property
    def metrics(self) -> dict[str, float]:
        """The mean of each figure by name, such as ``"recall@10"``, over all customers.

        recall, precision, ndcg, map, mrr, hit_rate; revenue_recall where values are known; repeat_recall and
        explore_recall, of the part of the truth that the customer had, or had not, bought before; coverage
        (the share of items that anybody is suggested), popularity (the mean share of customers who had bought
        what is suggested) and novelty (its mean self-information in bits; Zhou et al., PNAS 2010).
        """
        return {_name(figure): figure["value"] for figure in self._figures()}

    def interval(self, metric: str) -> tuple[float, float] | None:
        """The interval of a mean, by name; None of coverage, popularity and novelty, and where
        ``resamples`` was 0.

        Raises
        ------
        KeyError
            For a metric that was not measured.
        """
        for figure in self._figures():
            if _name(figure) == metric:
                low, high = figure["low"], figure["high"]
                return None if low is None or high is None else (low, high)
        raise KeyError(f"there is no metric {metric!r}; there are {', '.join(self.metrics)}")

    @property
    def per_customer(self) -> dict[str, npt.NDArray[np.float64]]:
        """The values of each metric by name, one a row; NaN where a customer takes no part in it."""
        return dict(self._core.values())

    @property
    def customers(self) -> npt.NDArray[np.int64] | list[str]:
        """Whose each row is: the index of a matrix' row, or the id of a shop's customer."""
        rows = self._core.rows()[0]
        return rows if self._ids is None else [self._ids[row] for row in rows.tolist()]

    @property
    def origin_of(self) -> npt.NDArray[np.int64]:
        """The cut of each row: its place among :attr:`origins`."""
        return self._core.rows()[1]

    @property
    def origins(self) -> list[dict[str, Any]]:
        """The cuts, the earliest first: ``cut``, ``until``, and ``counted``, who was judged at each."""
        told: list[dict[str, Any]] = self._told["origins"]
        return told

    @property
    def counted(self) -> dict[str, int]:
        """Who was judged, and who and what was left out: judged, purchases, without_truth, repeats,
        cold_customers, cold_customer_purchases, cold_item_purchases."""
        told: dict[str, int] = self._told["counted"]
        return told

    @property
    def took(self) -> dict[str, float | None]:
        """How many seconds it took to ``fit``, to ``rank`` and to ``measure``."""
        told: dict[str, float | None] = self._told["took"]
        return told

    @property
    def groups(self) -> dict[str, Evaluation]:
        """Each group's own evaluation by its name; empty where no groups were asked for."""
        return {name: Evaluation(core, self._ids) for name, core in self._core.groups()}

    def table(self) -> Table:
        """All figures as a table: group (None: all), metric, k, value, low, high, customers."""
        return Table(self._core.table())

    def compare(
        self, other: Evaluation, *, resamples: int = 1000, confidence: float = 0.95, seed: int = 0
    ) -> Table:
        """How this differs from another evaluation of the same customers, by the same purchases.

        Parameters
        ----------
        other : Evaluation
            What it is compared with.
        resamples, confidence, seed
            As for :func:`evaluate`.

        Returns
        -------
        Table
            metric, k, ``difference`` (this less the other), the interval of it (low, high) by a paired
            bootstrap, and ``other_side``: the share of resamples in which the difference is 0 or has the other
            sign, small where the order of the two is hardly chance.

        Raises
        ------
        ValueError
            Where the two judged other customers or by other purchases.
        """
        if not isinstance(other, Evaluation):
            raise TypeError(
                f"`other` must be a cobuy.Evaluation, but is {type(other).__name__}"
            )
        if self._ids != other._ids:
            raise ValueError("the two judged customers of different shops; compare evaluations of the same")
        compared = self._core.compare(
            other._core, whole("resamples", resamples), float(confidence), whole("seed", seed, 0, 2**63)
        )
        return Table(compared)

    def _figures(self) -> list[dict[str, Any]]:
        return [figure for figure in self._told["figures"] if figure["group"] is None]

    def __str__(self) -> str:
        return self._words

    def __repr__(self) -> str:
        best = ", ".join(
            f"{name} {value:.4f}" for name, value in self.metrics.items() if name.startswith(("recall", "ndcg"))
        )
        return f"<cobuy.Evaluation of {self.counted['judged']:,} customers: {best}>"


def evaluate(
    model: AlsoBought,
    data: Any,
    *,
    split: str | None = None,
    test: Any = None,
    k: int | Iterable[int] = (10, 20),
    keep_owned: bool = False,
    horizon: float = 30.0,
    origins: int = 1,
    cut: str | date | float | None = None,
    share: float = 0.2,
    times: Any = None,
    values: Any = None,
    group_by: str | Sequence[str] | None = None,
    groups: int = 4,
    basis: str = "customer",
    by_group: bool = False,
    fallback: bool = True,
    resamples: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
    show_progress: bool | None = None,
) -> Evaluation:
    """Learn from a part of the data, and judge what is suggested by the rest.

    All items are ranked for every customer who bought something of the rest; none are sampled, since metrics of
    sampled items are inconsistent (Krichene and Rendle, KDD 2020).

    Parameters
    ----------
    model : AlsoBought
        The settings to learn with. One that is fitted is used as it is where ``split`` is "given" and
        ``data`` a matrix; else it is its settings that are measured.
    data : Shop, or sparse matrix or array of shape (customers, items)
        What is learnt from and judged by. Of a shop its answers to customers are measured, as
        :meth:`Shop.recommend` gives them.
    split : {"time", "leave_out", "given"}, optional
        "time": learn from what was known at a cut, judge by what was bought after it and kept; customers and
        items that nobody knew are counted, not judged. "leave_out": hold out the last items of each customer,
        by when each was first bought (drawn where nobody tells): simple, but across customers it lets a model
        see the future (Ji et al., arXiv:2010.11060). "given": judge by ``test``. Where not given: "given"
        where there is a ``test``, else "time" for a shop and "leave_out" for a matrix.
    test : as data, optional
        What is judged by, for "given": of the same customers and items.
    k : int or iterable of int, default (10, 20)
        How many of a list's first items are looked at, each for itself. Beyond the catalogue lists end with
        it; precision is still of k.
    keep_owned : bool, default False
        Whether what a customer owns may be suggested and counts where it is bought again, as the next basket
        is judged; else only what is new to the customer counts.
    horizon : float, default 30
        How many days after a cut are held out, for "time".
    origins : int, default 1
        How many cuts, each a horizon before the next, for "time" and a shop.
    cut : str, date or float, optional
        The last cut, for "time": up to this instant is learnt from. Of a shop a horizon before the last
        purchase where not given; of a matrix a number of days, as ``times`` are, and needed.
    share : float, default 0.2
        The share of each customer's items that is left out, for "leave_out": at least one, and never all.
    times : matrix of the shape of data, optional
        When each purchase of a matrix happened, in days from whenever.
    values : array of shape (items,), or matrix of the shape of data, optional
        What purchases of a matrix are worth, for revenue_recall. A shop's orders tell it themselves.
    group_by : str or sequence of str, optional
        Measure groups of customers by themselves, too: "purchases" or "orders" (how many there were before, in
        groups of about the same size), a column of the shop's customers, or a label a row of a matrix.
    groups : int, default 4
        How many groups, by purchases or orders.
    basis, by_group
        As for :meth:`Shop.fit`, for a shop.
    fallback : bool, default True
        Whether what is popular fills up a shop's lists, as it does its answers.
    resamples : int, default 1000
        How often customers are drawn anew for the intervals: the percentile bootstrap; 0 for none.
    confidence : float, default 0.95
        The share of the means that an interval holds.
    seed : int, default 0
        What all draws follow from.
    show_progress : bool, optional
        Whether to draw a bar; where not given, on a terminal and in a notebook.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        For an argument that cannot be, matrices that do not fit, and where nobody can be judged.

    Examples
    --------
    >>> import numpy as np, cobuy
    >>> bought = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0], [1, 0, 1, 1]])
    >>> later = np.array([[0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0]])
    >>> evaluation = cobuy.evaluate(cobuy.AlsoBought(neighbours=2), bought, test=later, k=1)
    >>> evaluation.metrics["recall@1"]
    0.75
    """
    if not isinstance(model, AlsoBought):
        raise TypeError(f"`model` must be a cobuy.AlsoBought, but is {type(model).__name__}")
    if model.model == "auto":
        raise ValueError("`model` is to be picked by a fit ('auto'); measure what it picked, its `model_`")
    shop = isinstance(data, Shop)
    splitting = _splitting(data, split, test, times, share, seed, cut, horizon, origins)
    measuring = _measuring(
        k, keep_owned, model.threads, group_by, groups, resamples, confidence, seed, shop
    )
    tell = teller(show_progress)
    if shop:
        if values is not None:
            raise ValueError(_TOLD)
        core = _core.evaluate_shop(
            data._told(),
            model._checked(),
            basis,
            bool(by_group),
            bool(fallback),
            None if test is None else test._told(),
            splitting,
            measuring,
            tell,
        )
        return Evaluation(core, data._told().ids()[0])
    core = _core.evaluate_matrix(
        getattr(model, "_model", None) if splitting["kind"] == "given" else None,
        model._checked(),
        matrix("data", data),
        None if test is None else matrix("test", test),
        optional_times(times),
        splitting,
        _worth(values),
        measuring,
        tell,
    )
    return Evaluation(core, None)


def evaluate_lists(
    lists: Any,
    truth: Any,
    *,
    before: Any = None,
    k: int | Iterable[int] = (10, 20),
    values: Any = None,
    group_by: str | Sequence[str] | None = None,
    groups: int = 4,
    threads: int | None = None,
    resamples: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
    show_progress: bool | None = None,
) -> Evaluation:
    """Judge lists that any tool made by what was bought.

    Parameters
    ----------
    lists : array of int of shape (customers, width)
        The items suggested to each customer, best first, padded with -1; as long as the largest k.
    truth : sparse matrix or array of shape (customers, items)
        What each customer bought; who bought nothing takes no part. It is taken as it is, whatever was bought
        before.
    before : sparse matrix or array of the same shape, optional
        What each had bought before: repeats are told from what is new, and how popular items are.
    k, values, group_by, groups, resamples, confidence, seed, show_progress
        As for :func:`evaluate`.
    threads : int, optional
        How many threads work; all cores where not given. Values are the same for any.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        For an argument that cannot be, lists that name an item twice, and where nobody bought anything.
    IndexError
        For an item that there is not.

    Examples
    --------
    >>> import numpy as np, cobuy
    >>> truth = np.array([[0, 1, 0, 1], [1, 0, 0, 0]])
    >>> evaluation = cobuy.evaluate_lists([[3, 2], [1, -1]], truth, k=2)
    >>> evaluation.metrics["recall@2"], evaluation.metrics["mrr@2"]
    (0.25, 0.5)
    """
    array = np.asarray(lists)
    if array.dtype.kind not in "iu" or array.ndim != 2:
        raise ValueError(
            f"`lists` must be a 2-d array of item indices, but holds {array.dtype} and has shape {array.shape}"
        )
    limits = np.iinfo(np.int32)
    if array.size and (array.min() < limits.min or array.max() > limits.max):
        raise IndexError(f"`lists` name items from {array.min()} to {array.max()}, beyond 32 bits")
    core = _core.evaluate_lists(
        np.ascontiguousarray(array, dtype=np.int32),
        matrix("truth", truth),
        None if before is None else matrix("before", before),
        _worth(values),
        _measuring(k, True, threads, group_by, groups, resamples, confidence, seed, False),
        teller(show_progress),
    )
    return Evaluation(core, None)


_TOLD = "`times` and `values` are for a matrix; a shop's orders tell them themselves"


def _splitting(
    data: Any,
    split: str | None,
    test: Any,
    times: Any,
    share: float,
    seed: int,
    cut: str | date | float | None,
    horizon: float,
    origins: int,
) -> _core._Splitting:
    """What the core is told of what is held out."""
    shop = isinstance(data, Shop)
    kind = split or ("given" if test is not None else "time" if shop else "leave_out")
    if kind not in _SPLITS:
        raise ValueError(f"`split` is {split!r}, but it must be one of {', '.join(_SPLITS)}")
    if (kind == "given") != (test is not None):
        raise ValueError(f"`split` is {kind!r}, but `test` is " + ("missing" if test is None else "given"))
    if shop and times is not None:
        raise ValueError(_TOLD)
    if shop and test is not None and not isinstance(test, Shop):
        raise TypeError(f"`test` must be a cobuy.Shop, as `data` is, but is {type(test).__name__}")
    if not shop and kind == "time" and (times is None or cut is None):
        raise ValueError("a matrix is split by time with `times` and a `cut`, both in days")
    if not shop and kind == "time" and origins > 1:
        raise ValueError(f"`origins` is {origins}, but of a matrix there is one cut at a time")
    return {
        "kind": kind,
        "share": _number("share", share),
        "seed": whole("seed", seed, 0, 2**63),
        "cut": _cut(cut),
        "horizon": _number("horizon", horizon),
        "origins": whole("origins", origins),
    }


def _measuring(
    k: int | Iterable[int],
    keep_owned: bool,
    threads: int | None,
    group_by: str | Sequence[str] | None,
    groups: int,
    resamples: int,
    confidence: float,
    seed: int,
    shop: bool,
) -> _core._Measuring:
    """What the core is told of how to measure."""
    several = [k] if isinstance(k, (int, np.integer)) else list(k)
    labels: list[str] = []
    by: tuple[str, str | None] | None = None
    if isinstance(group_by, str):
        by = (group_by, None) if group_by in ("purchases", "orders") else ("column", group_by)
        if by[0] == "column" and not shop:
            raise ValueError(
                f"`group_by` is {group_by!r}, but of a matrix it must be 'purchases' or a label a row"
            )
    elif group_by is not None:
        labels = [str(label) for label in group_by]
        by = ("labels", None)
    return {
        "k": [whole("k", number) for number in several],
        "keep_owned": bool(keep_owned),
        "threads": None if threads is None else whole("threads", threads),
        "group_by": by,
        "groups": whole("groups", groups),
        "labels": labels,
        "resamples": whole("resamples", resamples, 0),
        "confidence": _number("confidence", confidence),
        "seed": whole("seed", seed, 0, 2**63),
    }


def _worth(values: Any) -> _core._Worth | None:
    """Values by item, or by row and item."""
    if values is None:
        return None
    if not hasattr(values, "tocsr"):
        array = np.asarray(values)
        if array.ndim == 1 and array.dtype.kind in "biuf":
            return np.ascontiguousarray(array, dtype=np.float64)
        values = array
    return matrix("values", values)


def _cut(cut: Any) -> str | float | None:
    """An instant as text, or a number of days."""
    if cut is None or isinstance(cut, str):
        return cut
    if isinstance(cut, np.datetime64):
        return str(cut)
    if hasattr(cut, "isoformat"):
        return str(cut.isoformat())
    return _number("cut", cut)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise ValueError(f"`{name}` is {value!r}, but it must be a number")
    return float(value)


def _name(figure: Mapping[str, Any]) -> str:
    return f"{figure['metric']}@{figure['k']}"

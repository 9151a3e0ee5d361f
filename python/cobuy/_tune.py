"""Which settings suggest best, by what customers bought last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

from cobuy import _core
from cobuy._also_bought import AlsoBought
from cobuy._arguments import matrix, optional_times, real, whole
from cobuy._evaluate import _TOLD, _number, _splitting, _worth
from cobuy._progress import teller
from cobuy._shop import Shop
from cobuy._table import Table

if TYPE_CHECKING:
    from datetime import date


class Tuning:
    """What a search came to. Made by :func:`tune`.

    ``str(tuning)`` is a table of the trials, best first.
    """

    def __init__(self, core: _core.Tuning) -> None:
        self._core = core

    @property
    def best(self) -> AlsoBought:
        """The settings of the best trial, to be fitted on all of the data: of a matrix with the ``times`` that the search
        had."""
        return AlsoBought._of(self._core.best())

    @property
    def value(self) -> float:
        """What the best trial came to. It was chosen by it, so it is too good."""
        value = self._core.best_trial()[1]
        assert value is not None
        return value

    @property
    def metric(self) -> str:
        """What was made as large as can be."""
        return self._core.about()[0]

    @property
    def trials(self) -> Table:
        """All trials, best first: trial (from 0), model, a column for each number, neighbours, value, the interval
        of it (low, high), customers (who were judged), fit_seconds, error (of those that failed)."""
        return Table(self._core.table())

    @property
    def kept(self) -> int:
        """How many trials the trials file held already."""
        return self._core.about()[1]

    @property
    def warnings(self) -> list[str]:
        """What is to be said of the values: that what was held out was drawn, that few were judged."""
        return self._core.about()[2]

    def __str__(self) -> str:
        return self._core.words()

    def __repr__(self) -> str:
        trials = len(self._core.table())
        warned = "".join(f"; {warning}" for warning in self.warnings)
        return f"<cobuy.Tuning of {trials} trials: {self.metric} {self.value:.4f} by {self.best}{warned}>"


def tune(
    data: Any,
    *,
    models: str | AlsoBought | Iterable[str | AlsoBought] = ("power", "ridge"),
    fixed: Mapping[str, float] | None = None,
    trials: int = 40,
    metric: str = "ndcg@20",
    neighbours: int = 100,
    min_customers: int = 1,
    customers: int | None = None,
    split: str | None = None,
    test: Any = None,
    share: float = 0.2,
    times: Any = None,
    horizon: float = 30.0,
    origins: int = 1,
    cut: str | date | float | None = None,
    values: Any = None,
    keep_owned: bool = False,
    basis: str = "customer",
    by_group: bool = False,
    fallback: bool = True,
    trials_file: str | PathLike[str] | None = None,
    resamples: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
    threads: int | None = None,
    memory_limit: int | None = None,
    show_progress: bool | None = None,
) -> Tuning:
    """Search the settings that suggest best: learn by each from a part of the data, judge by the rest.

    First each model is tried as it is by default, so that the best is never worse than that; then a few draws; then
    where most is to be gained by a Gaussian process of what was tried (Jones et al. 1998; Snoek et al. 2012).
    The same seed tries the same, on any number of threads. Where times are told, the numbers of the order in which
    customers bought are searched as well (by customer); fix ``{"distance_exponent": 0, "backward_weight": 1,
    "recency_exponent": 0}`` to leave the order out.

    Parameters
    ----------
    data : Shop, or sparse matrix or array of shape (customers, items)
        What is learnt from and judged by, as for :func:`evaluate`.
    models : name or AlsoBought, or several, default ("power", "ridge")
        What is searched: "ridge", a measure ("power", "tversky"; others have no numbers, and are tried as they are),
        or a preset to begin with ("rp3beta"). Of an AlsoBought the search begins with its numbers, and the
        rest of its settings stays.
    fixed : mapping, optional
        Numbers that are not searched, such as ``{"steps": 4}``.
    trials : int, default 40
        How many choices of settings are tried at most.
    metric : str, default "ndcg@20"
        What is made as large as can be: a metric of :class:`Evaluation` that is of customers, at a number of
        suggestions.
    neighbours, min_customers
        As for :class:`AlsoBought`, of models that are named; not searched.
    customers : int, optional
        Judge only so many customers, drawn; as much is learnt from.
    split, test, share, times, horizon, origins, cut, values, keep_owned, basis, by_group, fallback
        What is held out, and how it is judged, as for :func:`evaluate`. Tell ``times``: where none says what came
        last, a draw is held out, which may put settings in another order than the future does
        (:attr:`Tuning.warnings`).
    trials_file : path, optional
        Keep the trials in a file, a line of JSON each, as they are made; where it holds some of the same search,
        go on from them. What comes out is as if it had never been interrupted.
    resamples, confidence : default 1000 and 0.95
        The interval of each value, as for :func:`evaluate`.
    seed : int, default 0
        What all draws follow from.
    threads, memory_limit
        As for :class:`AlsoBought`. A trial that takes more memory is kept with its error.
    show_progress : bool, optional
        Whether to draw a bar; where not given, on a terminal and in a notebook.

    Returns
    -------
    Tuning

    Raises
    ------
    ValueError
        For an argument that cannot be, and where nobody can be judged.
    DataError
        For a trials file that is of another search, or damaged.

    Examples
    --------
    >>> import numpy as np, cobuy
    >>> bought = (np.random.default_rng(0).random((200, 30)) < 0.2).astype(int)
    >>> days = np.arange(1, 31) * bought                 # when each was bought: here the last items last
    >>> tuning = cobuy.tune(bought, times=days, models="ridge", fixed={"steps": 4}, trials=5, metric="recall@5")
    >>> len(tuning.trials), tuning.best.steps
    (5, 4.0)
    >>> model = tuning.best.fit(bought, times=days)
    """
    several = [models] if isinstance(models, (str, AlsoBought)) else list(models)
    if not several:
        raise ValueError("`models` is empty; name at least one, such as 'ridge'")
    for model in several:
        if not isinstance(model, (str, AlsoBought)):
            raise TypeError(f"`models` must be names or cobuy.AlsoBought, but one is {type(model).__name__}")
        if isinstance(model, AlsoBought) and model.model == "auto":
            raise ValueError("`models` holds one of the model 'auto'; name those to be searched")
    if not isinstance(metric, str):
        raise ValueError(f"`metric` is {metric!r}, but it must be a name such as 'ndcg@20'")
    limits = {"threads": threads, "memory_limit": memory_limit}
    limited: dict[str, Any] = {name: value for name, value in limits.items() if value is not None}
    base = AlsoBought(neighbours=neighbours, min_customers=min_customers, **limited)._checked()

    def start(model: str | AlsoBought) -> str | _core._ModelSettings:
        if isinstance(model, str):
            return model
        return AlsoBought(**(model.get_params() | limited))._checked()

    searching: _core._Searching = {
        "models": [start(model) for model in several],
        "base": base,
        "fixed": [(name, real(name, value)) for name, value in (fixed or {}).items()],
        "trials": whole("trials", trials),
        "seed": whole("seed", seed, 0, 2**63),
        "metric": metric,
        "customers": None if customers is None else whole("customers", customers),
        "keep_owned": bool(keep_owned),
        "resamples": whole("resamples", resamples, 0),
        "confidence": _number("confidence", confidence),
        "threads": base["threads"],
        "trials_file": trials_file,
    }
    splitting = _splitting(data, split, test, times, share, seed, cut, horizon, origins)
    tell = teller(show_progress)
    try:
        if isinstance(data, Shop):
            if values is not None:
                raise ValueError(_TOLD)
            core = _core.tune_shop(
                searching,
                data._told(),
                basis,
                bool(by_group),
                bool(fallback),
                None if test is None else test._told(),
                splitting,
                tell,
            )
        else:
            core = _core.tune_matrix(
                searching,
                matrix("data", data),
                None if test is None else matrix("test", test),
                optional_times(times),
                splitting,
                _worth(values),
                tell,
            )
    except KeyboardInterrupt:
        if trials_file is None:
            raise KeyboardInterrupt(
                "stopped, and no trial was kept; name a `trials_file` to go on from another time"
            ) from None
        raise KeyboardInterrupt(
            f"stopped; the trials are kept in {trials_file}: the same call goes on from there"
        ) from None
    return Tuning(core)

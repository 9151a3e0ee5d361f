"""Vectors of customers and items, by indices."""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np
import numpy.typing as npt

from cobuy._also_bought import AlsoBought, _unpadded
from cobuy._arguments import indices, matrix, optional_indices, real, whole
from cobuy._core import FactorsModel
from cobuy._errors import NotFittedError
from cobuy._progress import teller

_NUMBERS = (
    "dimensions",
    "temperature",
    "customer_exponent",
    "recency_exponent",
    "learning_rate",
    "steps",
    "batch",
    "sample",
    "seed",
)
_SETTINGS = (*_NUMBERS, "threads", "memory_limit")


class Factors:
    """Vectors of customers and items, the nearer the likelier one buys the other.

    Matrix factorisation by cosines and a softmax over drawn items, learnt by Adam (Wu et al., TOIS 2024). It
    suggests best beside a ridge's lists (``beside``), and takes minutes where a ridge takes seconds; to answer
    compares a customer with every item. What it is made of can be told by nobody: for reasons ask lists, as
    ``AlsoBought(model="merged")`` makes them of the same vectors.

    Parameters
    ----------
    dimensions : int, default 128
        How many numbers a vector has.
    temperature : float, default 0.1
        What cosines are divided by: the lower, the more the nearest items count. From 0.02 to 10.
    customer_exponent : float, default 0.25
        What a customer of d items bought weighs d^-customer_exponent. From 0 to 2.
    recency_exponent : float, default 0
        A customer's item that r others were bought after weighs (1 + r)^-recency_exponent, times what makes the
        mean 1. From 0 to 4; above 0 it needs ``times``.
    learning_rate : float, default 0.03
    steps, batch, sample : int, default 800, 2048, 4096
        How many steps, how many customers each looks at, and how many items their purchases are told apart from.
    seed : int, default 1
        What is drawn follows from it: the same data, settings and seed give the same bytes.
    threads : int or None, default None
        How many threads work; None for all cores. Results are the same for any number.
    memory_limit : int or None, default None
        How many bytes a fit may use besides what it learns from. None: no limit.

    Attributes
    ----------
    user_factors : ndarray of shape (customers, dimensions)
        float32, each of length 1, or 0 for one who bought nothing.
    item_factors : ndarray of shape (items, dimensions)
        Likewise, 0 for one that nobody bought.

    Examples
    --------
    >>> import numpy as np, cobuy
    >>> user_items = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1]])
    >>> factors = cobuy.Factors(dimensions=4, steps=50).fit(user_items)
    >>> factors.recommend(4, user_items[[4]], n=1)[0].tolist()
    [2]
    >>> lists = cobuy.AlsoBought(model="ridge").fit(user_items)
    >>> factors.recommend([4], user_items[[4]], n=1, beside=lists, share=0.5)[0].tolist()
    [[2]]
    """

    def __init__(
        self,
        dimensions: int = 128,
        temperature: float = 0.1,
        customer_exponent: float = 0.25,
        recency_exponent: float = 0.0,
        learning_rate: float = 0.03,
        steps: int = 800,
        batch: int = 2048,
        sample: int = 4096,
        seed: int = 1,
        threads: int | None = None,
        memory_limit: int | None = None,
    ) -> None:
        self.dimensions = dimensions
        self.temperature = temperature
        self.customer_exponent = customer_exponent
        self.recency_exponent = recency_exponent
        self.learning_rate = learning_rate
        self.steps = steps
        self.batch = batch
        self.sample = sample
        self.seed = seed
        self.threads = threads
        self.memory_limit = memory_limit

    def fit(self, user_items: Any, times: Any = None, show_progress: bool | None = None) -> Factors:
        """Learn from who bought what.

        Parameters
        ----------
        user_items : sparse matrix or array of shape (customers, items)
            Every value above zero is a purchase, as for :meth:`AlsoBought.fit`.
        times : sparse matrix, optional
            When each of these was bought last: of the same shape, a value stored for each purchase, any number
            that rises with time. Asked for by a ``recency_exponent``.
        show_progress : bool or None, default None
            Whether to show how far it is; None: where a person is looking.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For a setting that cannot be, values that cannot, and times of other places than the purchases.
        """
        settings: Any = {
            "numbers": [(name, real(name, getattr(self, name))) for name in _NUMBERS],
            "threads": None if self.threads is None else whole("threads", self.threads),
            "memory_limit": (
                None
                if self.memory_limit is None
                else whole("memory_limit", self.memory_limit, most=2**63)
            ),
        }
        given = matrix("user_items", user_items)
        events = None if times is None else _events(times, given["shape"])
        self._model = FactorsModel.fit(given, settings, events, teller(show_progress))
        return self

    def recommend(
        self,
        ids: Any,
        user_items: Any,
        n: int = 10,
        exclude: Any = None,
        only: Any = None,
        keep_owned: bool = False,
        beside: AlsoBought | None = None,
        share: float = 0.5,
        beside_temperature: float = 0.14,
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """The items that each customer will likeliest buy.

        Parameters
        ----------
        ids : int, array of int, or None
            Which of the customers of the fit the rows of ``user_items`` are. None: new ones, whose vectors are
            folded in: the mean of those of what they bought, less the mean of all items'.
        user_items : sparse matrix or array of shape (len(ids), items)
            What each of these customers has bought.
        n, exclude, only, keep_owned
            As for :meth:`AlsoBought.recommend`.
        beside : AlsoBought, optional
            Another model, fitted on the same items, whose scores are added. Both are divided by their standard
            deviation over all items.
        share : float, default 0.5
            How much of the score is that of the model beside: 0 is factors alone.
        beside_temperature : float, default 0.14
            What differences of cosines are divided by where there is a model beside.

        Returns
        -------
        ids, scores : int32 and float32 arrays
            For one id 1-d, as long as there are suggestions. For several of shape (len(ids), min(n, items)),
            padded with -1 and NaN. A score is exp((cosine - 1) / temperature), or the sum of both.

        Raises
        ------
        IndexError
            For an id past the customers of the fit.
        """
        model = self._fitted()
        customers, items = model.shape
        rows = matrix("user_items", user_items)
        names, single = (None, False) if ids is None else indices("ids", ids, customers, "customer")
        if names is not None and names.size != rows["shape"][0]:
            raise ValueError(
                f"there are {names.size} `ids` for {rows['shape'][0]} rows of `user_items`; "
                "pass the rows of these customers, as in user_items[ids]"
            )
        if beside is not None and not isinstance(beside, AlsoBought):
            raise TypeError(f"`beside` must be a fitted cobuy.AlsoBought, but is {type(beside).__name__}")
        best, scores = model.recommend(
            names,
            rows,
            whole("n", n),
            optional_indices("exclude", exclude, items),
            optional_indices("only", only, items),
            bool(keep_owned),
            None
            if beside is None
            else (
                beside._fitted(),
                real("share", share),
                real("beside_temperature", beside_temperature),
            ),
        )
        return _unpadded(best, scores) if single else (best, scores)

    @property
    def user_factors(self) -> npt.NDArray[np.float32]:
        """The customers' vectors, of shape (customers, dimensions)."""
        return self._fitted().users()

    @property
    def item_factors(self) -> npt.NDArray[np.float32]:
        """The items' vectors, of shape (items, dimensions)."""
        return self._fitted().items()

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The settings by name, as scikit-learn's ``clone`` and searches ask for them."""
        return {name: getattr(self, name) for name in _SETTINGS}

    def set_params(self, **params: Any) -> Factors:
        """Change settings; they take effect at the next fit."""
        for name in params:
            if name not in _SETTINGS:
                near = difflib.get_close_matches(name, _SETTINGS, n=1)
                hint = f"; did you mean `{near[0]}`?" if near else ""
                raise ValueError(f"Factors has no setting `{name}`{hint}")
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model")

    def __repr__(self) -> str:
        default = Factors()
        changed = [
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if value != getattr(default, name)
        ]
        return f"Factors({', '.join(changed)})"

    def _fitted(self) -> FactorsModel:
        model: FactorsModel | None = getattr(self, "_model", None)
        if model is None:
            raise NotFittedError("this Factors is not fitted yet; call fit first")
        return model


def _events(
    times: Any, shape: tuple[int, int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows, items and the rank of each time."""
    if not hasattr(times, "tocoo"):
        raise TypeError(f"`times` must be a SciPy sparse matrix, but is {type(times).__name__}")
    if tuple(times.shape) != tuple(shape):
        raise ValueError(f"`times` has shape {times.shape}, but `user_items` has {shape}")
    places = times.tocoo()
    if places.data.dtype.kind not in "biuf" or not np.isfinite(places.data).all():
        raise ValueError("`times` must hold finite numbers that rise with time")
    _, ranks = np.unique(places.data, return_inverse=True)
    return places.row.astype(np.int64), places.col.astype(np.int64), ranks.reshape(-1).astype(np.int64)

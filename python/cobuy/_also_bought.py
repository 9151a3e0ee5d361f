"""The index door: a matrix in, arrays out, shaped as scikit-learn's estimators are."""

from __future__ import annotations

import difflib
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cobuy._arguments import indices, matrix, optional_indices, optional_times, real, whole
from cobuy._core import AlsoBoughtModel, _preset
from cobuy._errors import NotFittedError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from cobuy._core import _ModelSettings, _Picked

#: Settings that only some measures and models have.
_NUMBERS = (
    "customer_exponent",
    "count_exponent",
    "source_exponent",
    "target_exponent",
    "alpha",
    "beta",
    "candidate_exponent",
    "dropout",
    "penalty",
    "steps",
    "distance_exponent",
    "backward_weight",
    "recency_exponent",
    "factor_share",
    "list_temperature",
    "dimensions",
    "temperature",
    "factor_exponent",
    "learning_rate",
    "factor_steps",
    "batch",
    "sample",
    "seed",
)
_SETTINGS = (
    "model",
    "measure",
    "neighbours",
    "kept",
    "min_customers",
    *_NUMBERS,
    "shrinkage",
    "half_life",
    "within_days",
    "threads",
    "memory_limit",
)


class AlsoBought:
    """Customers also bought: for every item, those that share the most buyers with it.

    Parameters
    ----------
    measure : {"cosine", "count", "jaccard", "lift", "confidence", "llr", "tversky", "power"}, default "cosine"
        How near two items are, by the number of customers who bought both (n_ij), either (n_i,
        n_j) and anything (n): cosine n_ij / sqrt(n_i n_j), jaccard n_ij / (n_i + n_j - n_ij), lift
        n n_ij / (n_i n_j), confidence n_ij / n_i, llr Dunning's log-likelihood ratio, zero where
        the two meet no oftener than by chance, tversky n_ij / (n_ij + alpha (n_i - n_ij) +
        beta (n_j - n_ij)), power n_ij^count_exponent n_i^-source_exponent n_j^-target_exponent.
    neighbours : int, default 50
        How many neighbours an item keeps at most.
    kept : {"source", "target"}, default "source"
        Which neighbours are kept: of each item's list the best, or each item in the lists of the `neighbours`
        items that it goes best with, so that lists differ in length. Of neighbourhoods, where it does not
        matter what followed (`within_days`, `distance_exponent`).
    min_customers : int, default 1
        How many customers must have bought both items at least.
    customer_exponent, count_exponent, source_exponent, target_exponent : float or None, default None
        Those of power; None: 0, 1, 0.9 and 0.1. A customer with d different items counts d^-customer_exponent
        in n_ij. The first from 0 to 2, the second from 0.1 to 2, the others from -1 to 2. :meth:`preset`
        knows those of the literature.
    alpha, beta : float or None, default None
        Those of tversky, at least 0; None: a half each.
    model : {"neighbourhood", "ridge", "closed_form", "merged", "auto"}, default "neighbourhood"
        By what lists are learnt: the items nearest by the measure, or what each item adds to another, all
        others considered, by a ridge regression per target on the items whose candidates it is among. Ridge
        suggests better as a rule and takes seconds where a neighbourhood takes tenths; it has no measure.
        closed_form is the same regression on all items at once (EASE, Steck 2019; EDLAE, Steck 2020), for up
        to 8,192 items that were bought.
        merged adds to a ridge's lists those of vectors that are learnt as :class:`Factors` are: better once
        more where customers are many, and it takes minutes.
        "auto" compares cosine, power, ridge, closed_form where there are up to 4,096 items, and with times a
        ridge that counts the order, by their NDCG@20 on the last fifth of at most 5,000 customers'
        histories, and takes the simplest of which the best is not surely better (``model_``, ``reason_``).
    candidate_exponent, dropout, penalty, steps : float or None, default None
        Those of ridge, as its `customer_exponent` and `target_exponent`; None: 0.1, 5, 25, 4, and 0.6 and
        0.1. The candidates of i are the j with the largest n_ij n_j^-candidate_exponent, as many as
        `neighbours`; to each target's normal equations dropout g_ii + penalty is added (Steck 2020), of
        which so many steps of conjugate gradients are taken; weights are multiplied by
        n_j^-target_exponent, and those not above zero left out. closed_form has no candidates and no steps;
        of the others None is 2, 50, and 0.6 and 0, and pairs that nobody bought both of are left out, too.
    distance_exponent, backward_weight, recency_exponent : float or None, default None
        How much it counts in what order customers bought, for ridge, merged and power; None: 0, 1 and 0, not at all.
        Needs times. A moment is a time at which a customer last bought something. Who bought two items m
        moments apart counts (1 + m)^-distance_exponent for the two, and backward_weight times that where the
        neighbour was bought before the item; in a list for a customer, what they bought in the r-th moment from
        the last counts r^-recency_exponent. Exponents from 0 to 2, the weight from 0 to 1.
    factor_share, list_temperature : float or None, default None
        Those of merged, besides ridge's; None: 0.25 and 0.1. Of the items bought along with one, those nearest
        to it by exp(cosine / list_temperature), their list adding up to 1; both lists' scores are divided by
        how much those of a customer differ, and added with 1 - factor_share and factor_share.
    dimensions, temperature, factor_exponent, learning_rate, factor_steps, batch, sample, seed : float or None, default None
        What the vectors of merged are learnt with, as by :class:`Factors`, whose `customer_exponent` and
        `steps` are `factor_exponent` and `factor_steps` here; None: its defaults.
    shrinkage : float, default 0
        Multiplies scores by n_ij / (n_ij + shrinkage), so that what few have in common scores less. Not
        with a customer exponent or `half_life`.
    half_life : float or None, default None
        After how many days a purchase weighs half, for the measures cosine and count; None: it always
        weighs as much. Needs times.
    within_days : float or None, default None
        Within how many days after an item its neighbours must have been bought, for the measures
        count, confidence and lift; None: ever, also before. Needs times likewise.
    threads : int or None, default None
        How many threads work; None for all cores. Results are the same for any number.
    memory_limit : int or None, default None
        How many bytes a fit may use besides what it learns from: its working space and the lists. It ends
        with a MemoryError as soon as they do not fit. None: no limit.

    Attributes
    ----------
    similarity_ : csr_array of shape (items, items)
        Scores as float32: row i holds the neighbours of item i, best first. Needs SciPy.
    counts_ : csr_array of shape (items, items)
        How many customers bought both, at the same places as ``similarity_``. Needs SciPy.
    item_counts_ : ndarray of shape (items,)
        How many customers bought each item.
    n_customers_ : int
        How many customers bought anything: rows of the matrix that are not empty.
    n_items_ : int
        How many items there are: columns of the matrix.
    model_, reason_, candidates_ : AlsoBought, str, dict
        Of the model "auto": the settings that were picked, why, and what each that was compared came to.

    Examples
    --------
    >>> import numpy as np, cobuy
    >>> user_items = np.array([[1, 1, 0], [1, 1, 0], [1, 0, 1], [0, 0, 1]])
    >>> model = cobuy.AlsoBought(neighbours=2).fit(user_items)
    >>> ids, scores = model.similar_items(0, n=2)
    >>> ids.tolist(), scores.round(3).tolist()
    ([1, 2], [0.8159999847412109, 0.40799999237060547])
    >>> ids, scores = model.recommend([3], user_items[[3]], n=2)
    >>> ids.tolist()
    [[0, -1]]
    """

    def __init__(
        self,
        measure: str = "cosine",
        neighbours: int = 50,
        min_customers: int = 1,
        threads: int | None = None,
        *,
        customer_exponent: float | None = None,
        count_exponent: float | None = None,
        source_exponent: float | None = None,
        target_exponent: float | None = None,
        alpha: float | None = None,
        beta: float | None = None,
        model: str = "neighbourhood",
        candidate_exponent: float | None = None,
        dropout: float | None = None,
        penalty: float | None = None,
        steps: float | None = None,
        distance_exponent: float | None = None,
        backward_weight: float | None = None,
        recency_exponent: float | None = None,
        kept: str = "source",
        factor_share: float | None = None,
        list_temperature: float | None = None,
        dimensions: float | None = None,
        temperature: float | None = None,
        factor_exponent: float | None = None,
        learning_rate: float | None = None,
        factor_steps: float | None = None,
        batch: float | None = None,
        sample: float | None = None,
        seed: float | None = None,
        shrinkage: float = 0.0,
        half_life: float | None = None,
        within_days: float | None = None,
        memory_limit: int | None = None,
    ) -> None:
        self.measure = measure
        self.neighbours = neighbours
        self.min_customers = min_customers
        self.customer_exponent = customer_exponent
        self.count_exponent = count_exponent
        self.source_exponent = source_exponent
        self.target_exponent = target_exponent
        self.alpha = alpha
        self.beta = beta
        self.model = model
        self.candidate_exponent = candidate_exponent
        self.dropout = dropout
        self.penalty = penalty
        self.steps = steps
        self.distance_exponent = distance_exponent
        self.backward_weight = backward_weight
        self.recency_exponent = recency_exponent
        self.kept = kept
        self.factor_share = factor_share
        self.list_temperature = list_temperature
        self.dimensions = dimensions
        self.temperature = temperature
        self.factor_exponent = factor_exponent
        self.learning_rate = learning_rate
        self.factor_steps = factor_steps
        self.batch = batch
        self.sample = sample
        self.seed = seed
        self.shrinkage = shrinkage
        self.half_life = half_life
        self.within_days = within_days
        self.threads = threads
        self.memory_limit = memory_limit

    @classmethod
    def preset(cls, name: str, **settings: Any) -> AlsoBought:
        """A neighbourhood method of the literature: the measure power with its exponents.

        Parameters
        ----------
        name : {"cosine", "conditional", "asymmetric_cosine", "p3", "rp3beta", "gfcf"}
            With the exponents of (customer, count, source, target): cosine (0, 1, .5, .5), conditional
            probability (0, 1, 1, 0), asymmetric cosine (0, 1, .8, .2; Aiolli 2013), random walks P3
            (1, 1, 1, 0; Cooper et al. 2014) and RP3beta (1, 1, 1, .5; Paudel et al. 2017), and the linear
            part of GF-CF (1, 1, .5, .5; Shen et al. 2021).
        **settings
            Any other settings, or other exponents, as of :class:`AlsoBought`.

        Examples
        --------
        >>> import cobuy
        >>> cobuy.AlsoBought.preset("rp3beta", target_exponent=0.3, neighbours=100)
        AlsoBought(measure='power', neighbours=100, customer_exponent=1.0, count_exponent=1.0, source_exponent=1.0, target_exponent=0.3)
        """
        exponents: dict[str, Any] = dict(_preset(name))
        return cls(**({"measure": "power"} | exponents | settings))

    def fit(self, user_items: Any, times: Any = None) -> AlsoBought:
        """Learn from who bought what.

        Parameters
        ----------
        user_items : sparse matrix or array of shape (customers, items)
            Every value above zero is a purchase; how large it is does not matter. Stored zeros are
            dropped, values stored twice for one place are added up first.
        times : matrix of the same shape, optional
            When each purchase happened, in days from whenever, for settings that need times; "now" is right after
            the last. The model "auto" judges by what came last; without times by a draw, which tells models apart
            less well.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For a setting that cannot be, complex values, and negative, NaN or infinite ones.
        TypeError
            For what is no matrix.
        """
        arguments = self._checked()
        for name in ("model_", "reason_", "candidates_"):
            self.__dict__.pop(name, None)
        told, when = matrix("user_items", user_items), optional_times(times)
        if self.model == "auto":
            self._model, picked = AlsoBoughtModel.fit_auto(told, when, arguments)
            self._picked(picked)
            return self
        self._model = AlsoBoughtModel.fit(told, arguments, when)
        return self

    def similar_items(
        self, ids: Any, n: int = 10, exclude: Any = None, only: Any = None
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """The nearest items of one item or of several, of the neighbours that were kept.

        A model has no purchases to count anew from: where few of the kept neighbours pass `exclude` and
        `only`, few are told. Fit with more ``neighbours``, or ask a shop, which has them.

        Parameters
        ----------
        ids : int or array of int
            Indices of items.
        n : int, default 10
            How many at most; never more than there are items.
        exclude, only : int or array of int, optional
            Items never to suggest; the only items to suggest.

        Returns
        -------
        ids, scores : int32 and float32 arrays
            For one item 1-d, as long as there are neighbours. For several of shape (len(ids), min(n,
            items)), padded with -1 and NaN. Best first, equal scores by index.

        Raises
        ------
        IndexError
            For an index below 0 or past the last item.
        TypeError
            For indices that are no whole numbers.
        """
        model = self._fitted()
        items, single = indices("ids", ids, model.items)
        near, scores = model.similar_items(
            items,
            whole("n", n),
            optional_indices("exclude", exclude, model.items),
            optional_indices("only", only, model.items),
        )
        return _unpadded(near, scores) if single else (near, scores)

    def recommend(
        self,
        ids: Any,
        user_items: Any,
        n: int = 10,
        exclude: Any = None,
        only: Any = None,
        keep_owned: bool = False,
        times: Any = None,
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """The items that go best with what each customer has bought, of the neighbours that were kept.

        As for :meth:`similar_items`, what `exclude` and `only` leave out is not made up for.

        Parameters
        ----------
        ids : int or array of int
            Names of the rows of ``user_items``, one each; they need not be known from the fit.
        user_items : sparse matrix or array of shape (len(ids), items)
            What each of these customers has bought.
        n : int, default 10
            How many at most; never more than there are items.
        exclude, only : int or array of int, optional
            Items never to suggest; the only items to suggest.
        keep_owned : bool, default False
            Whether what a customer has bought may be suggested again.
        times : matrix of the shape of user_items, optional
            When each bought what, in days from whenever, for a model with a recency_exponent: what was bought
            lately counts for more then. Without them all counts alike.

        Returns
        -------
        ids, scores : int32 and float32 arrays
            For one id 1-d, as long as there are suggestions. For several of shape (len(ids), min(n,
            items)), padded with -1 and NaN. A score is the sum, over what the customer bought, of its
            neighbours' scores.

        Raises
        ------
        ValueError
            For a matrix of another width than the model was fitted on, or another number of rows than
            there are ids.
        """
        model = self._fitted()
        rows = matrix("user_items", user_items)
        names = np.asarray(ids)
        if names.ndim > 1:
            raise ValueError(f"`ids` must be one id or a 1-d array, but has shape {names.shape}")
        if names.size != rows["shape"][0]:
            raise ValueError(
                f"there are {names.size} `ids` for {rows['shape'][0]} rows of `user_items`; "
                "pass the rows of these customers, as in user_items[ids]"
            )
        best, scores = model.recommend(
            rows,
            whole("n", n),
            optional_indices("exclude", exclude, model.items),
            optional_indices("only", only, model.items),
            bool(keep_owned),
            optional_times(times),
        )
        return _unpadded(best, scores) if names.ndim == 0 else (best, scores)

    def save(self, path: str | PathLike[str]) -> str:
        """Save the fitted model; the file that was there stays on any failure.

        Returns
        -------
        str
            The file's id: equal data and settings, equal id.
        """
        return self._fitted().save(path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> AlsoBought:
        """Open a saved model, after checking all of it.

        Raises
        ------
        ModelFileError
            For a file that is damaged, foreign, or of a newer version.
        OSError
            For a file that cannot be read.
        """
        fitted = AlsoBoughtModel.open(path)
        model = cls._of(fitted.settings)
        model._model = fitted
        return model

    @classmethod
    def _of(cls, settings: _ModelSettings) -> AlsoBought:
        """Not fitted, with settings as the core tells them."""
        told: dict[str, Any] = dict(settings)
        numbers = dict(told.pop("numbers"))
        return cls(**(told | numbers))

    def _picked(self, picked: _Picked) -> None:
        """Keeps what was picked."""
        self.model_ = AlsoBought._of(picked["settings"])
        self.reason_ = picked["reason"]
        self.candidates_ = dict(picked["candidates"])

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The settings by name, as scikit-learn's ``clone`` and searches ask for them."""
        return {name: getattr(self, name) for name in _SETTINGS}

    def set_params(self, **params: Any) -> AlsoBought:
        """Change settings; they take effect at the next fit."""
        for name in params:
            if name not in _SETTINGS:
                near = difflib.get_close_matches(name, _SETTINGS, n=1)
                hint = f"; did you mean `{near[0]}`?" if near else ""
                raise ValueError(f"AlsoBought has no setting `{name}`{hint}")
        for name, value in params.items():
            setattr(self, name, value)
        return self

    @property
    def similarity_(self) -> csr_array:
        """Scores, items x items; row i is the list of item i, best first."""
        return self._lists(2)

    @property
    def counts_(self) -> csr_array:
        """How many customers bought both, at the places of ``similarity_``."""
        return self._lists(3)

    @property
    def item_counts_(self) -> npt.NDArray[np.int64]:
        """How many customers bought each item."""
        return self._fitted().item_counts()

    @property
    def n_customers_(self) -> int:
        """How many customers bought anything."""
        return self._fitted().customers

    @property
    def n_items_(self) -> int:
        """How many items there are."""
        return self._fitted().items

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_model")

    def __repr__(self) -> str:
        default = AlsoBought()
        changed = [
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if value != getattr(default, name)
        ]
        return f"AlsoBought({', '.join(changed)})"

    def _checked(self) -> _ModelSettings:
        """The settings as the core takes them."""
        if not isinstance(self.measure, str):
            raise ValueError(f"`measure` is {self.measure!r}, but it must be a name such as 'cosine'")
        if not isinstance(self.model, str):
            raise ValueError(f"`model` is {self.model!r}, but it must be a name such as 'ridge'")
        if not isinstance(self.kept, str):
            raise ValueError(f"`kept` is {self.kept!r}, but it must be 'source' or 'target'")
        numbers = [(name, getattr(self, name)) for name in _NUMBERS]
        return {
            "model": self.model,
            "measure": self.measure,
            "numbers": [(name, real(name, value)) for name, value in numbers if value is not None],
            "neighbours": whole("neighbours", self.neighbours),
            "kept": self.kept,
            "min_customers": whole("min_customers", self.min_customers),
            "shrinkage": real("shrinkage", self.shrinkage),
            "half_life": _days("half_life", self.half_life),
            "within_days": _days("within_days", self.within_days),
            "threads": None if self.threads is None else whole("threads", self.threads),
            "memory_limit": (
                None
                if self.memory_limit is None
                else whole("memory_limit", self.memory_limit, most=2**63)
            ),
        }

    def _fitted(self) -> AlsoBoughtModel:
        model: AlsoBoughtModel | None = getattr(self, "_model", None)
        if model is None:
            raise NotFittedError("this AlsoBought is not fitted yet; call fit first")
        return model

    def _lists(self, column: int) -> csr_array:
        model = self._fitted()
        try:
            from scipy.sparse import csr_array
        except ImportError:
            raise ImportError("this attribute needs SciPy: pip install scipy") from None
        lists = model.lists()
        starts, items = lists[0], lists[1]
        # SciPy copies positions of two widths, so both get the one that holds the larger.
        width = np.int32 if starts[-1] < 2**31 else np.int64
        parts = (lists[column], items.astype(width, copy=False), starts.astype(width))
        return csr_array(parts, shape=(model.items, model.items))


def _unpadded(
    ids: npt.NDArray[np.int32], scores: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """The one row of a padded answer, as long as it goes."""
    ids, scores = ids[0], scores[0]
    if ids.size and ids[-1] >= 0:
        return ids, scores
    told = ids >= 0
    return ids[told], scores[told]


def _days(name: str, value: Any) -> float | None:
    """A number of days, or None; the core says which numbers may be."""
    return None if value is None else real(name, value, "a number of days")

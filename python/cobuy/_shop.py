"""The labels door: a shop's own ids in, suggestions with their reasons out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from cobuy import _core
from cobuy._also_bought import AlsoBought
from cobuy._answers import Reason, Suggestion, Suggestions, Summary
from cobuy._arguments import whole
from cobuy._errors import NotFittedError

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_Path = str | PathLike[str]


class Shop:
    """A shop: its orders and what was learnt from them.

    Made by :meth:`from_csv` or, from a saved file, by :func:`cobuy.open`.

    Examples
    --------
    >>> import cobuy, pathlib, tempfile
    >>> rows = ["order_id,customer_id,item_id", "1,ann,tea", "1,ann,cup", "2,bo,tea", "3,bo,cup"]
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "orders.csv"
    >>> _ = path.write_text("\\n".join(rows))
    >>> shop = cobuy.Shop.from_csv(path).fit(cobuy.AlsoBought(neighbours=10))
    >>> shop.also_bought("tea", n=1)
    cup  1.000  bought with `tea` by 2 customers, 1.0 times chance
    """

    def __init__(self, history: _core.History | None, engine: _core.ShopEngine | None) -> None:
        self._history = history
        self._engine = engine

    @classmethod
    def from_csv(
        cls,
        path: _Path,
        *,
        columns: Mapping[str, str | None] | None = None,
        delimiter: str | None = None,
        encoding: str | None = None,
        time_format: str | None = None,
        decimal_comma: bool = False,
        on_error: str = "stop",
        time_zone: str = "UTC",
        clock_change: str = "refuse",
        fulfilled: Iterable[str] | None = None,
        unfulfilled: Iterable[str] = (),
        c_returns: bool | None = None,
        rounding: str = "refuse",
        duplicates: str = "keep",
        missing: Iterable[str] | None = None,
        ignore: Iterable[str] = (),
        types: Mapping[str, str] | None = None,
    ) -> Shop:
        """Read order lines from a CSV file, plain or gzip.

        Parameters
        ----------
        path : path
            The file. Its header names the columns; usual spellings are recognised.
        columns : mapping, optional
            What the file calls a column, as ``{"customer_id": "Client"}``; None: the file has none.
            Columns: order_id, customer_id, item_id (needed), quantity, price, ordered_at, status,
            channel, campaign, discount, cost, return_of, currency.
        delimiter : str, optional
            What stands between fields; recognised where not given.
        encoding : str, optional
            Such as "windows-1252"; UTF-8 where not given.
        time_format : str, optional
            The form of times in strftime's letters, such as "%d.%m.%Y %H:%M"; RFC 3339 and
            "YYYY-MM-DD[ HH:MM[:SS]]" where not given.
        decimal_comma : bool
            Whether numbers are written 2,55.
        on_error : {"stop", "skip"}
            What to do with a row that cannot be read: stop, or leave it out, count and list it.
        time_zone : str
            The IANA name of the zone that times without an offset are in.
        clock_change : {"refuse", "earlier", "later"}
            What to do with local times that the clocks skipped or showed twice.
        fulfilled, unfulfilled : iterable of str
            Statuses of orders that count, in place of the usual ones; statuses of orders that do not,
            besides the usual ones.
        c_returns : bool, optional
            Whether order ids such as C536379 mark returns; where not given, they do where ids of
            digits alone outnumber them.
        rounding : {"refuse", "nearest"}
            What to do with money finer than four digits and quantities finer than three.
        duplicates : {"keep", "drop"}
            What to do with rows that equal another in every column.
        missing : iterable of str, optional
            Texts that mean "nothing told" besides a blank.
        ignore : iterable of str
            Items that are no goods, such as postage: they count for nothing.
        types : mapping, optional
            The kind of a column of the shop's own: "text", "number", "flag" or "time".

        Raises
        ------
        DataError
            For what cannot be read or means two things, with ``file``, ``line`` and ``column``.
        ValueError
            For an argument that cannot be.
        OSError
            For a file that cannot be read.
        """
        if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
            # Opening a pipe waits for its writer, and no Ctrl-C would end that.
            raise OSError(f"cannot read `{os.fspath(path)}`: it is no plain file")
        options = {
            "columns": list((columns or {}).items()),
            "delimiter": delimiter,
            "encoding": encoding,
            "time_format": time_format,
            "decimal_comma": bool(decimal_comma),
            "on_error": on_error,
            "time_zone": time_zone,
            "clock_change": clock_change,
            "fulfilled": _texts("fulfilled", fulfilled),
            "unfulfilled": _texts("unfulfilled", unfulfilled) or [],
            "c_returns": c_returns,
            "rounding": rounding,
            "duplicates": duplicates,
            "missing": _texts("missing", missing),
            "ignore": _texts("ignore", ignore) or [],
            "types": list((types or {}).items()),
        }
        return cls(_core.History.read_csv(path, options), None)

    @property
    def summary(self) -> Summary:
        """What was read, and what was taken for what."""
        fields, words = self._told().summary()
        return Summary(json.loads(fields), words)

    @property
    def items(self) -> list[str]:
        """The ids of all items, by index."""
        return self._told().ids()[1] if self._engine is None else self._engine.items()

    @property
    def customers(self) -> list[str]:
        """The ids of all customers, by index."""
        return self._told().ids()[0]

    @property
    def orders(self) -> list[str]:
        """The ids of all orders, by index."""
        return self._told().ids()[2]

    def lines(self) -> dict[str, Any]:
        """All order lines as understood, by column.

        Returns
        -------
        dict of str to column
            Ids, status, channel, campaign and return_of as lists of texts (None: not told); quantity,
            left (what counts after status and returns), price, discount, cost, amount and margin as
            float64 (NaN: not known); at and ordered_at as datetime64[us] in UTC. Under ``"own"`` a dict of
            the shop's own columns, as lists. Lines run by order id, time and item.
        """
        columns: dict[str, Any] = self._told().lines()
        for name in ("at", "ordered_at"):
            columns[name] = columns[name].view("datetime64[us]")
        return columns

    def purchases(self, basis: str = "customer") -> csr_array:
        """Who bought what, after status and returns. Needs SciPy.

        Returns
        -------
        csr_array of shape (customers, items), or (orders, items) for ``basis="order"``
            Ones, as int8; rows and columns by index, as :attr:`customers` and :attr:`items` are.
        """
        from scipy.sparse import csr_array

        starts, items = self._told().purchases(basis)
        shape = (len(starts) - 1, len(self._told().ids()[1]))
        return csr_array((np.ones(len(items), dtype=np.int8), items, starts), shape=shape)

    def fit(self, model: AlsoBought | None = None, *, basis: str = "customer") -> Shop:
        """Learn what sells with what.

        Parameters
        ----------
        model : AlsoBought, optional
            The settings; the defaults where not given.
        basis : {"customer", "order"}
            Whether two items go together when one customer bought both, or when one order holds both.

        Returns
        -------
        self
        """
        settings = AlsoBought() if model is None else model
        if not isinstance(settings, AlsoBought):
            raise TypeError(f"`model` must be a cobuy.AlsoBought, but is {type(model).__name__}")
        self._engine = self._told().fit(*settings._checked(), basis)
        return self

    def also_bought(
        self,
        item: str | int,
        n: int = 10,
        *,
        exclude: Iterable[str | int] | None = (),
        only: Iterable[str | int] | None = None,
    ) -> Suggestions:
        """What customers who bought an item also buy.

        Parameters
        ----------
        item : str or int
            The item's id; ``22423`` and ``"22423"`` are one.
        n : int, default 10
            How many.
        exclude, only : iterable of str or int
            Items never to suggest; the only items to suggest.

        Returns
        -------
        Suggestions
            A list, best first; shorter than n only with a ``short_reason``.

        Raises
        ------
        UnknownItemError
            A KeyError that names near ids.
        """
        answer, words = self._asked().also_bought(
            _id("item", item),
            whole("n", n),
            _ids("exclude", () if exclude is None else exclude),
            None if only is None else _ids("only", only),
        )
        told = json.loads(answer)
        suggestions = map(_suggestion, told["items"], words)
        return Suggestions(suggestions, told["short_reason"], told.get("unknown", ()))

    def all_also_bought(self, n: int | None = None) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Every item with its list, for a nightly load.

        Parameters
        ----------
        n : int, optional
            At most this many of each list; all that it keeps where not given.

        Yields
        ------
        item : str
        suggestions : list of dict
            As in :meth:`Suggestions.to_dict`.
        """
        lists = self._asked().all_also_bought(None if n is None else whole("n", n))
        return ((item, json.loads(suggestions)) for item, suggestions in lists)

    def save(self, path: _Path) -> str:
        """Save the shop's private file; the file that was there stays on any failure.

        Returns
        -------
        str
            The file's id: equal data and settings, equal id.
        """
        return self._asked().save(path)

    def __repr__(self) -> str:
        learnt = "not fitted" if self._engine is None else "fitted"
        return f"<cobuy.Shop of {len(self.items)} items, {learnt}>"

    def _told(self) -> _core.History:
        if self._history is None:
            raise ValueError(
                "this shop was opened from a file, which keeps what was learnt and not the orders; "
                "read them with Shop.from_csv"
            )
        return self._history

    def _asked(self) -> _core.ShopEngine:
        if self._engine is None:
            raise NotFittedError("this shop is not fitted yet; call fit first")
        return self._engine


def open(path: _Path) -> Shop:
    """Open a shop's file, after checking all of it.

    Raises
    ------
    ModelFileError
        For a file that is damaged, foreign, or of a newer version.
    OSError
        For a file that cannot be read.
    """
    return Shop(None, _core.ShopEngine.open(path))


def inspect(path: _Path) -> dict[str, Any]:
    """What is inside a model file, after checking all of it."""
    told: dict[str, Any] = json.loads(_core.inspect(path))
    return told


def _suggestion(told: dict[str, Any], words: str) -> Suggestion:
    reason = dict(told["reason"])
    return Suggestion(
        told["item"], told["score"], Reason(with_=reason.pop("with"), **reason, _words=words)
    )


def _id(name: str, value: Any) -> str:
    """An id as text; whole numbers are ids too."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"`{name}` must be an id, a text or a whole number, but is {value!r}")


def _ids(name: str, values: Any) -> list[str]:
    """Several ids; a single one is taken for a list of one."""
    if isinstance(values, (str, int, np.integer)):
        values = [values]
    return [_id(name, value) for value in values]


def _texts(name: str, values: Iterable[str] | None) -> list[str] | None:
    if values is None:
        return None
    texts = [values] if isinstance(values, str) else list(values)
    for text in texts:
        if not isinstance(text, str):
            raise ValueError(f"`{name}` must be texts, but holds {text!r}")
    return texts
